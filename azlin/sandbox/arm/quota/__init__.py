"""How much of everything a subscription may have, and has."""
