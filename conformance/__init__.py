"""Conformance: how much of what others wrote for Azure works against the sandbox. `make conformance` measures it all.

A sweep is a module of this package, named in `sweeps.MODULES`, with

    NAME: str                                  # the table's name in figures.toml
    def measure(sample: bool) -> Figure: ...   # `sample`: a fixed small part, of a few seconds of CPU

Its judge is never ours: the real az, an SDK, a recording of the real service. `Figure.passed` of `Figure.of` things
were right, and `Figure.failures` names each other one and why. `figures.toml` is the ratchet: a figure may only rise.

    python -m conformance                  every sweep, against figures.toml; 1 when one fell
    python -m conformance lists pairs      only these
    python -m conformance --sample         their samples, against sample_passed
    python -m conformance --raise          and write down what is higher now
    python -m conformance --failures FILE  write each failure, one JSON object a line ("-": to the terminal)

What a sweep needs beyond azlin (az's interpreter, a sandbox of its own, a cache) it makes itself, in temporary
directories; it never uses the AZLIN_HOME of whoever runs it.
"""
