"""Key Vault's data plane: secrets, keys and certificates of the vaults that ARM knows."""
