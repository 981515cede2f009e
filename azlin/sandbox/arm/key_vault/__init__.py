"""Microsoft.KeyVault, as Resource Manager has it; what is in vaults: `sandbox/vault`."""
