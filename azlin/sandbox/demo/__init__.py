"""Estates that are made, not copied: what a newcomer, a test or a workshop looks at and replicates."""
