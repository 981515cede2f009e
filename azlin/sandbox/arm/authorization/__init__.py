"""Microsoft.Authorization: who may do what, and where."""
