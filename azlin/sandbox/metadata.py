"""The description of this cloud, as `az cloud register` and the SDKs read it.

Source: `GET https://management.azure.com/metadata/endpoints?api-version=2022-09-01`.
"""

from __future__ import annotations

from typing import Any


def cloud_metadata(base: str, name: str = "AzlinSandbox") -> dict[str, Any]:
    """Every endpoint of a custom cloud, all at `base`; data planes keep the stock suffixes."""
    host = base.partition("://")[2]
    return {
        "name": name,
        "portal": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": base,
        "gallery": base,
        "graph": base,
        "graphAudience": base,
        "microsoftGraphResourceId": base,
        "media": base,
        "batch": base,
        "sqlManagement": base,
        "vmImageAliasDoc": f"{base}/metadata/aliases.json",
        "activeDirectoryDataLake": base,
        "appInsightsResourceId": base,
        "appInsightsTelemetryChannelResourceId": base,
        "attestationResourceId": base,
        "logAnalyticsResourceId": base,
        "ossrdbmsResourceId": base,
        "synapseAnalyticsResourceId": base,
        "suffixes": {
            "acrLoginServer": "azurecr.io",
            "attestationEndpoint": "attest.azure.net",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "hcpManagement": host,
            "keyVaultDns": "vault.azure.net",
            "mariadbServerEndpoint": "mariadb.database.azure.com",
            "mhsmDns": "managedhsm.azure.net",
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
            "sqlServerHostname": "database.windows.net",
            "storage": "core.windows.net",
            "storageSyncEndpointSuffix": "afs.azure.net",
            "synapseAnalytics": "dev.azuresynapse.net",
        },
    }
