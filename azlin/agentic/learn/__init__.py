"""Microsoft Learn: what it answered, what of it is shown, and what is kept of it."""
