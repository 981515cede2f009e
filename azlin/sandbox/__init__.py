"""An Azure on loopback. Everything said about it is labelled sandbox."""
