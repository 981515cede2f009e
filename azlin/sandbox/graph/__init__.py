"""Microsoft Graph: the directory of each tenant, as graph.microsoft.com shows it."""
