"""The Blob service of the storage accounts that ARM knows."""
