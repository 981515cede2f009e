"""Runs without a terminal: handed over, followed, called off."""
