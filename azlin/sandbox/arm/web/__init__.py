"""Microsoft.Web."""
