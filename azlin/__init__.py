"""azlin: say what you want done in Azure, see the plan and its price, say yes once."""

__version__ = "0.1.0"
