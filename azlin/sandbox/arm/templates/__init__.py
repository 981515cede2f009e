"""ARM templates and the deployments that carry them out."""
