"""Failures: what is known of them, what is said of them, and what resolved them before."""
