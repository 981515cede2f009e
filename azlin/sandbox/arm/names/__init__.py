"""Names that are free in all of Azure or taken."""
