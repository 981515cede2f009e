"""What things cost, one file per service family."""
