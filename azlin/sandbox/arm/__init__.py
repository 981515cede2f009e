"""Azure Resource Manager, generic: any provider, any type, any depth."""
