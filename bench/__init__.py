"""Benchmarks: the numbers of the design, measured. `make bench` runs all of them; a test never times anything."""
