"""The front desk: words in, exit code out."""
