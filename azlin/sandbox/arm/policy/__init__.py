"""Azure Policy: what may be written, what is changed on the way, and what is only noted."""
