"""What runs on services: web applications with their data, events, containers and analytics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.store import Body
from azlin.sandbox.demo.estate import Estate, Group
from azlin.sandbox.demo.landscape import Hub, Spoke, private_endpoint

_BLOB, _VAULT, _DATABASE = (
    "privatelink.blob.core.windows.net",
    "privatelink.vaultcore.azure.net",
    "privatelink.database.windows.net",
)


@dataclass(frozen=True, slots=True)
class Application:
    """The parts of a web application that others refer to."""

    name: str
    site: str
    storage: str
    vault: str
    identity: str


def storage(estate: Estate, group: Group, stem: str, *containers: str, **envelope: Any) -> str:
    """A storage account that lets in no anonymous reader, with these containers."""
    account = estate.put(
        group,
        "Microsoft.Storage/storageAccounts",
        estate.unique(f"st{stem}"),
        {
            "minimumTlsVersion": "TLS1_2",
            "allowBlobPublicAccess": False,
            "supportsHttpsTrafficOnly": True,
            "networkAcls": {
                "defaultAction": "Deny",
                "bypass": "AzureServices",
                "ipRules": [],
                "virtualNetworkRules": [],
            },
        },
        **{"sku": {"name": "Standard_LRS"}, "kind": "StorageV2", **envelope},
    )
    for one in containers:
        estate.under(f"{account}/blobServices/default", "containers", one, {"publicAccess": "None"})
    return account


def vault(estate: Estate, group: Group, stem: str, *readers: str) -> str:
    """A key vault whose access policies let `readers` (object ids) read secrets."""
    return estate.put(
        group,
        "Microsoft.KeyVault/vaults",
        estate.unique(f"kv{stem}"),
        {
            "tenantId": estate.tenant.id,
            "sku": {"family": "A", "name": "standard"},
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "enableRbacAuthorization": False,
            "accessPolicies": [
                {"tenantId": estate.tenant.id, "objectId": one, "permissions": {"secrets": ["get", "list"]}}
                for one in readers
            ],
        },
    )


def identity(estate: Estate, group: Group, name: str) -> str:
    """A user-assigned managed identity."""
    return estate.put(group, "Microsoft.ManagedIdentity/userAssignedIdentities", f"id-{name}")


def database(estate: Estate, group: Group, name: str, *databases: str) -> str:
    """A logical SQL server and its databases."""
    server = estate.put(
        group,
        "Microsoft.Sql/servers",
        estate.unique(f"sql{name}"),
        {
            "administratorLogin": "sqladmin",
            "administratorLoginPassword": estate.password(),
            "version": "12.0",
            "minimalTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled",
        },
        identity={"type": "SystemAssigned"},
    )
    for one in databases:
        estate.under(
            server,
            "databases",
            one,
            {"collation": "SQL_Latin1_General_CP1_CI_AS", "maxSizeBytes": 268435456000},
            location=group.location,
            sku={"name": "S0", "tier": "Standard"},
        )
    return server


def application(estate: Estate, seat: Hub, spoke: Spoke, subnet: str, name: str) -> Application:
    """A web site on a plan, with its identity, storage, vault, database, telemetry, private doors and alerts.

    Its settings hold ids and references in texts, and a secret, as settings do.
    """
    group = spoke.group
    mine = identity(estate, group, name)
    data = storage(estate, group, name, "uploads", "exports")
    keys = vault(estate, group, name, estate.principal_of(mine))
    server = database(estate, group, name, f"sqldb-{name}")
    insights = estate.put(
        group,
        "Microsoft.Insights/components",
        f"appi-{name}",
        {"Application_Type": "web", "WorkspaceResourceId": seat.workspace},
        kind="web",
    )
    plan = estate.put(
        group, "Microsoft.Web/serverfarms", f"asp-{name}", {"reserved": True}, sku={"name": "P1v3"}, kind="linux"
    )
    secret = f"@Microsoft.KeyVault(SecretUri=https://{keys.rpartition('/')[2]}.vault.azure.net/secrets/db)"
    settings: list[Body] = [
        {"name": "STORAGE_ID", "value": data},
        {"name": "DATABASE", "value": secret},
        {"name": "API_KEY", "value": estate.password()},
    ]
    site = estate.put(
        group,
        "Microsoft.Web/sites",
        estate.unique(f"app{name}", most=40),
        {
            "serverFarmId": plan,
            "httpsOnly": True,
            "keyVaultReferenceIdentity": mine,
            "siteConfig": {"linuxFxVersion": "PYTHON|3.12", "minTlsVersion": "1.2", "appSettings": settings},
        },
        kind="app,linux",
        identity={"type": "UserAssigned", "userAssignedIdentities": {mine: {}}},
        tags={"application": name, f"hidden-link: {insights}": "Resource"},
    )
    here = spoke.subnets[subnet]
    private_endpoint(estate, group, here, data, "blob", seat.zones[_BLOB])
    private_endpoint(estate, group, here, keys, "vault", seat.zones[_VAULT])
    private_endpoint(estate, group, here, server, "sqlServer", seat.zones[_DATABASE])
    return Application(name, site, data, keys, mine)


def events(estate: Estate, group: Group, name: str, source: str) -> None:
    """An event hub, a service bus, and a topic that tells of a storage account."""
    hubs = estate.put(
        group,
        "Microsoft.EventHub/namespaces",
        estate.unique(f"evh-{name}", most=50),
        {"minimumTlsVersion": "1.2", "isAutoInflateEnabled": False},
        sku={"name": "Standard", "tier": "Standard", "capacity": 1},
    )
    hub = estate.under(hubs, "eventhubs", "telemetry", {"partitionCount": 4, "messageRetentionInDays": 3})
    estate.under(hub, "consumergroups", "archive", {})
    estate.under(hubs, "authorizationRules", "sender", {"rights": ["Send"]})
    bus = estate.put(
        group,
        "Microsoft.ServiceBus/namespaces",
        estate.unique(f"sb-{name}", most=50),
        sku={"name": "Standard", "tier": "Standard"},
    )
    estate.under(bus, "queues", "orders", {"maxSizeInMegabytes": 1024, "lockDuration": "PT1M"})
    topic = estate.under(bus, "topics", "invoices", {"maxSizeInMegabytes": 1024})
    estate.under(topic, "subscriptions", "ledger", {"maxDeliveryCount": 10})
    told = estate.put(
        group,
        "Microsoft.EventGrid/systemTopics",
        f"egst-{name}",
        {"source": source, "topicType": "Microsoft.Storage.StorageAccounts"},
    )
    estate.under(
        told,
        "eventSubscriptions",
        "to-hub",
        {"destination": {"endpointType": "EventHub", "properties": {"resourceId": hub}}},
    )
    estate.put(
        group,
        "Microsoft.Logic/workflows",
        f"logic-{name}",
        {
            "state": "Enabled",
            "definition": {
                "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
                "contentVersion": "1.0.0.0",
                "triggers": {"daily": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}}},
                "actions": {
                    "read": {
                        "type": "Http",
                        "inputs": {
                            "method": "GET",
                            "uri": f"https://management.azure.com{source}?api-version=2023-01-01",
                        },
                    }
                },
            },
        },
        identity={"type": "SystemAssigned"},
    )


def containers(estate: Estate, spoke: Spoke, subnet: str, name: str, workspace: str) -> str:
    """A registry, a cluster, container apps and a container group; returns the cluster's id."""
    group = spoke.group
    registry = estate.put(
        group,
        "Microsoft.ContainerRegistry/registries",
        estate.unique(f"cr{name}", most=50),
        {"adminUserEnabled": False},
        sku={"name": "Premium"},
    )
    nodes = estate.group(f"MC_{group.name}_aks-{name}_{group.location}", group.location)
    cluster = estate.put(
        group,
        "Microsoft.ContainerService/managedClusters",
        f"aks-{name}",
        {
            "dnsPrefix": f"aks-{name}",
            "nodeResourceGroup": nodes.name,
            "enableRBAC": True,
            "agentPoolProfiles": [
                {
                    "name": "system",
                    "mode": "System",
                    "count": 3,
                    "vmSize": "Standard_D2s_v3",
                    "vnetSubnetID": spoke.subnets[subnet],
                    "type": "VirtualMachineScaleSets",
                }
            ],
            "networkProfile": {"networkPlugin": "azure", "serviceCidr": "172.16.0.0/16", "dnsServiceIP": "172.16.0.10"},
            "addonProfiles": {"omsagent": {"enabled": True, "config": {"logAnalyticsWorkspaceResourceID": workspace}}},
        },
        identity={"type": "SystemAssigned"},
        sku={"name": "Base", "tier": "Standard"},
    )
    estate.role(registry, "7f951dda-4ed3-4680-a7ca-43fe172d538d", estate.principal_of(cluster), "ServicePrincipal")
    environment = estate.put(group, "Microsoft.App/managedEnvironments", f"cae-{name}", {"zoneRedundant": False})
    estate.put(
        group,
        "Microsoft.App/containerApps",
        f"ca-{name}",
        {
            "managedEnvironmentId": environment,
            "configuration": {"ingress": {"external": False, "targetPort": 8080}},
            "template": {"containers": [{"name": "api", "image": "mcr.microsoft.com/k8se/quickstart:latest"}]},
        },
    )
    estate.put(
        group,
        "Microsoft.ContainerInstance/containerGroups",
        f"ci-{name}",
        {
            "osType": "Linux",
            "restartPolicy": "OnFailure",
            "containers": [
                {
                    "name": "runner",
                    "properties": {
                        "image": "mcr.microsoft.com/azuredocs/aci-helloworld:latest",
                        "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}},
                        "environmentVariables": [{"name": "TOKEN", "secureValue": estate.password()}],
                    },
                }
            ],
        },
    )
    return cluster


def analytics(estate: Estate, group: Group, name: str, lake: str, keys: str) -> None:
    """Data factory, Cosmos DB, PostgreSQL, MySQL, Redis, search, language models, machine learning, Databricks."""
    place = group.location
    factory = estate.put(
        group,
        "Microsoft.DataFactory/factories",
        estate.unique(f"adf-{name}", most=60),
        identity={"type": "SystemAssigned"},
    )
    estate.under(
        factory,
        "linkedservices",
        "lake",
        {"type": "AzureBlobFS", "typeProperties": {"url": f"https://{lake.rpartition('/')[2]}.dfs.core.windows.net"}},
    )
    cosmos = estate.put(
        group,
        "Microsoft.DocumentDB/databaseAccounts",
        estate.unique(f"cosmos-{name}", most=44),
        {
            "databaseAccountOfferType": "Standard",
            "locations": [{"locationName": place, "failoverPriority": 0}],
            "consistencyPolicy": {"defaultConsistencyLevel": "Session"},
        },
        kind="GlobalDocumentDB",
    )
    estate.under(cosmos, "sqlDatabases", "catalog", {"resource": {"id": "catalog"}})
    estate.put(
        group,
        "Microsoft.DBforPostgreSQL/flexibleServers",
        estate.unique(f"psql-{name}", most=60),
        {
            "administratorLogin": "pgadmin",
            "administratorLoginPassword": estate.password(),
            "version": "16",
            "storage": {"storageSizeGB": 128},
        },
        sku={"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
    )
    estate.put(
        group,
        "Microsoft.DBforMySQL/flexibleServers",
        estate.unique(f"mysql-{name}", most=60),
        {"administratorLogin": "myadmin", "administratorLoginPassword": estate.password(), "version": "8.0.21"},
        sku={"name": "Standard_B1ms", "tier": "Burstable"},
    )
    estate.put(
        group,
        "Microsoft.Cache/redis",
        estate.unique(f"redis-{name}", most=60),
        {"sku": {"name": "Basic", "family": "C", "capacity": 0}, "enableNonSslPort": False, "minimumTlsVersion": "1.2"},
    )
    estate.put(
        group,
        "Microsoft.Search/searchServices",
        estate.unique(f"srch-{name}", most=60),
        {"replicaCount": 1, "partitionCount": 1},
        sku={"name": "basic"},
    )
    language = estate.put(
        group,
        "Microsoft.CognitiveServices/accounts",
        estate.unique(f"oai-{name}", most=60),
        {"customSubDomainName": f"oai-{name}-{estate.prefix}"},
        kind="OpenAI",
        sku={"name": "S0"},
    )
    estate.under(
        language,
        "deployments",
        "chat",
        {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}},
        sku={"name": "Standard", "capacity": 10},
    )
    estate.put(
        group,
        "Microsoft.MachineLearningServices/workspaces",
        f"mlw-{name}",
        {"friendlyName": name, "storageAccount": lake, "keyVault": keys},
        identity={"type": "SystemAssigned"},
    )
    managed = f"/subscriptions/{estate.subscription.id}/resourceGroups/databricks-rg-{name}"
    bricks = estate.put(
        group,
        "Microsoft.Databricks/workspaces",
        f"dbw-{name}",
        {"managedResourceGroupId": managed},
        sku={"name": "premium"},
    )
    inner = estate.group(managed.rpartition("/")[2], place, managed_by=bricks)
    estate.put(
        inner,
        "Microsoft.Storage/storageAccounts",
        estate.unique("dbstorage"),
        {"allowBlobPublicAccess": False},
        sku={"name": "Standard_GRS"},
        kind="BlobStorage",
    )
    estate.put(
        group,
        "Microsoft.StreamAnalytics/streamingjobs",
        f"asa-{name}",
        {"sku": {"name": "Standard"}, "eventsOutOfOrderPolicy": "Adjust", "outputErrorPolicy": "Stop"},
    )
    estate.put(
        group,
        "Microsoft.Kusto/clusters",
        estate.unique(f"dec{name}", most=22),
        sku={"name": "Dev(No SLA)_Standard_E2a_v4", "tier": "Basic", "capacity": 1},
    )
    estate.put(
        group,
        "Microsoft.Purview/accounts",
        estate.unique(f"pview-{name}", most=60),
        identity={"type": "SystemAssigned"},
    )
