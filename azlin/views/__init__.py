"""How a story is shown: drawn for people, as lines for machines, or as one document."""
