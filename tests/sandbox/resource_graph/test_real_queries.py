# ruff: noqa: E501 - a query is one line
"""Queries of the kinds that people and tools send (inventories, orphan hunts, security checks, FinOps, migration
planners, portals' workbooks), in our own words: each is parsed and run, and answers with the columns it asks for."""

from __future__ import annotations

from typing import Any

import pytest

QUERIES: tuple[tuple[str, list[str] | None], ...] = (
    # first steps
    ("Resources | summarize count()", ["count_"]),
    ("Resources | where type =~ 'Microsoft.KeyVault/vaults' | count", ["Count"]),
    ("Resources | project name, type, location | order by name asc", ["name", "type", "location"]),
    ("project name, location, type | where type =~ 'Microsoft.Compute/virtualMachines' | order by name desc | limit 7", ["name", "location", "type"]),
    ("Resources | where type =~ 'Microsoft.Compute/virtualMachines' | project name, properties.storageProfile.osDisk.osType | top 5 by name desc", ["name", "properties_storageProfile_osDisk_osType"]),
    ("Resources | where type == 'microsoft.compute/virtualmachines' | summarize total=count() by tostring(properties.storageProfile.osDisk.osType) | order by total desc", ["properties_storageProfile_osDisk_osType", "total"]),
    ("Resources | where type =~ 'Microsoft.Compute/virtualMachines' | extend os = properties.storageProfile.osDisk.osType | summarize count() by tostring(os)", ["os", "count_"]),
    ("Resources | where type contains 'storage' | distinct type", ["type"]),
    ("Resources | where type matches regex @'^microsoft\\.compute/virtual' and name matches regex '(web|db)[0-9]+$' | project name | order by name asc", ["name"]),
    ("Resources | where type contains 'publicIPAddresses' and isnotempty(properties.ipAddress) | project properties.ipAddress | limit 100", ["properties_ipAddress"]),
    ("Resources | where type contains 'publicIPAddresses' and isnotempty(properties.ipAddress) | summarize count () by subscriptionId", ["subscriptionId", "count_"]),
    ("Resources | where tags.env =~ 'prod' | project name, tags", ["name", "tags"]),
    ("Resources | where tags['Cost Center'] == '42' | project name", ["name"]),
    ("Resources | where isnotempty(tags) | mv-expand tags | extend key = tostring(bag_keys(tags)[0]) | extend value = tostring(tags[key]) | distinct key, value | where key !startswith 'hidden-'", ["key", "value"]),
    ("Resources | where isnull(tags) or tostring(tags) == '{}' | summarize untagged = count() by type | top 10 by untagged", ["type", "untagged"]),
    ("Resources | where tags !has 'owner' | project name, resourceGroup, subscriptionId | take 50", ["name", "resourceGroup", "subscriptionId"]),
    ("ResourceContainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | where tags['env'] != 'x' | project name, location", ["name", "location"]),
    ("ResourceContainers | where type == 'microsoft.resources/subscriptions' | mv-expand managementGroupParent = properties.managementGroupAncestorsChain | project name, mg = tostring(managementGroupParent.name)", ["name", "mg"]),
    ("ResourceContainers | where type =~ 'microsoft.management/managementgroups' | project mgname = name, mgid = id, properties.displayName | limit 10", ["mgname", "mgid", "properties_displayName"]),
    ("ResourceContainers | where type == 'microsoft.resources/subscriptions' | extend mg = tostring(properties.managementGroupAncestorsChain[0].displayName) | summarize count() by mg", ["mg", "count_"]),
    # joins
    ("Resources | join kind=leftouter (ResourceContainers | where type=='microsoft.resources/subscriptions' | project SubName=name, subscriptionId) on subscriptionId | where type == 'microsoft.keyvault/vaults' | project type, name, SubName", ["type", "name", "SubName"]),
    ("Resources | join kind=inner (ResourceContainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | where tags['Key1'] =~ 'v' | project subscriptionId, resourceGroup) on subscriptionId, resourceGroup | project-away subscriptionId1, resourceGroup1", None),
    (
        """
        Resources
        | where type =~ 'microsoft.compute/virtualmachines'
        | extend nics = array_length(properties.networkProfile.networkInterfaces)
        | mv-expand nic = properties.networkProfile.networkInterfaces
        | where nics == 1 or nic.properties.primary =~ 'true' or isempty(nic)
        | project vmId = id, vmName = name, vmSize = tostring(properties.hardwareProfile.vmSize), nicId = tostring(nic.id)
        | join kind=leftouter (
            Resources
            | where type =~ 'microsoft.network/networkinterfaces'
            | extend n = array_length(properties.ipConfigurations)
            | mv-expand ipconfig = properties.ipConfigurations
            | where n == 1 or ipconfig.properties.primary =~ 'true'
            | project nicId = id, publicIpId = tostring(ipconfig.properties.publicIPAddress.id)) on nicId
        | project-away nicId1
        | summarize by vmId, vmSize, nicId, publicIpId
        """,
        ["vmId", "vmSize", "nicId", "publicIpId"],
    ),
    ("Resources | where type =~ 'microsoft.compute/disks' | extend vm = tolower(managedBy) | join kind=leftouter (Resources | where type =~ 'microsoft.compute/virtualmachines' | project vm = tolower(id), vmName = name) on vm | project name, vmName, gb = toint(properties.diskSizeGB)", ["name", "vmName", "gb"]),
    ("resources | where type =~ 'microsoft.network/networkinterfaces' | join kind=fullouter (resources | where type =~ 'microsoft.network/publicipaddresses' | project pip = name, id) on id | project name, pip", ["name", "pip"]),
    ("Resources | where type =~ 'microsoft.network/networksecuritygroups' | union (ResourceContainers | where type has 'resourcegroups') | project name, type | limit 5", ["name", "type"]),
    # what nobody uses any more
    ("Resources | where type has 'microsoft.compute/disks' | extend diskState = tostring(properties.diskState) | where (managedBy == '' and diskState != 'ActiveSAS') or (diskState == 'Unattached' and diskState != 'ActiveSAS') | where not(name endswith '-ASRReplica' or name startswith 'ms-asr-') | project id, diskState, sku.name, properties.diskSizeGB, location", ["id", "diskState", "sku_name", "properties_diskSizeGB", "location"]),
    ("resources | where type =~ 'microsoft.network/publicipaddresses' | where properties.ipConfiguration == '' and properties.natGateway == '' and properties.publicIPPrefix == '' | project name, sku = sku.name", ["name", "sku"]),
    ("resources | where type =~ 'microsoft.network/networkinterfaces' | where isnull(properties.privateEndpoint) | where isnull(properties.privateLinkService) | where properties.hostedWorkloads == '[]' | where properties !has 'virtualmachine' | project id, name", ["id", "name"]),
    ("resources | where type =~ 'microsoft.network/networksecuritygroups' and isnull(properties.networkInterfaces) and isnull(properties.subnets) | project Resource = id, resourceGroup", ["Resource", "resourceGroup"]),
    ("resources | where type =~ 'Microsoft.Compute/availabilitySets' | where properties.virtualMachines == '[]' | where not(name endswith '-asr') | project name", ["name"]),
    ("resources | where type == 'microsoft.network/loadbalancers' | where properties.backendAddressPools == '[]' and properties.inboundNatRules == '[]'", None),
    ("resources | where type =~ 'microsoft.web/serverfarms' | where properties.numberOfSites == 0 | extend Details = pack_all() | project name, Details", ["name", "Details"]),
    ("ResourceContainers | where type == 'microsoft.resources/subscriptions/resourcegroups' | extend rgAndSub = strcat(resourceGroup, '--', subscriptionId) | join kind=leftouter (Resources | extend rgAndSub = strcat(resourceGroup, '--', subscriptionId) | summarize count() by rgAndSub) on rgAndSub | where isnull(count_) | project name", ["name"]),
    ("Resources | where type == 'microsoft.network/virtualnetworks' | extend subnets = array_length(properties.subnets) | where subnets == 0 or isnull(subnets) | project name, subnets", ["name", "subnets"]),
    ("Resources | where type =~ 'microsoft.compute/snapshots' | extend created = todatetime(properties.timeCreated) | where created < ago(30d) | extend age = datetime_diff('day', now(), created) | project name, created, age | order by age desc", ["name", "created", "age"]),
    # security and reliability
    ("Resources | where type =~ 'Microsoft.Storage/storageAccounts' | where properties.allowBlobPublicAccess == true or isnull(properties.allowBlobPublicAccess) | project name, https = tobool(properties.supportsHttpsTrafficOnly), tls = tostring(properties.minimumTlsVersion)", ["name", "https", "tls"]),
    ("Resources | where type =~ 'microsoft.network/networksecuritygroups' | mv-expand rules = properties.securityRules | extend direction = tostring(rules.properties.direction), access = tostring(rules.properties.access), prefix = tostring(rules.properties.sourceAddressPrefix), port = tostring(rules.properties.destinationPortRange) | where access =~ 'Allow' and direction =~ 'Inbound' and prefix in~ ('*', '0.0.0.0/0', 'Internet') and port in ('22', '3389', '*') | project name, rule = rules.name, port", ["name", "rule", "port"]),
    ("resources | where type == 'microsoft.keyvault/vaults' | extend soft = iff(isnull(properties.enableSoftDelete), false, tobool(properties.enableSoftDelete)), purge = coalesce(tobool(properties.enablePurgeProtection), false) | where soft == false or purge == false | project recommendationId = 'kv-1', name, id, tags, param1 = strcat('purge: ', purge)", ["recommendationId", "name", "id", "tags", "param1"]),
    ("resources | where type =~ 'Microsoft.Compute/virtualMachines' | where isempty(zones) or array_length(zones) == 0 | where isnotnull(properties.storageProfile.osDisk) | project recommendationId='vm-2', name, id, tags, param1 = 'No Zone'", ["recommendationId", "name", "id", "tags", "param1"]),
    ("resources | where type =~ 'microsoft.sql/servers/databases' and name != 'master' | extend tier = tostring(sku.tier), server = tostring(split(id, '/')[8]) | summarize dbs = dcount(name), names = make_set(name, 10) by server, tier", ["server", "tier", "dbs", "names"]),
    ("Resources | where type =~ 'microsoft.containerservice/managedclusters' | extend version = tostring(properties.kubernetesVersion) | mv-expand pool = properties.agentPoolProfiles | summarize nodes = sum(toint(pool.count)), pools = make_list(tostring(pool.name)) by name, version", ["name", "version", "nodes", "pools"]),
    ("Resources | where type =~ 'microsoft.web/sites' | extend kindOf = case(kind contains 'functionapp', 'function', kind contains 'workflow', 'logic', 'web') | summarize count() by kindOf | order by count_ desc", ["kindOf", "count_"]),
    ("securityresources | where type == 'microsoft.security/assessments' | extend status = tostring(properties.status.code) | where status == 'Unhealthy' | summarize count() by tostring(properties.displayName)", ["properties_displayName", "count_"]),
    ("advisorresources | where type == 'microsoft.advisor/recommendations' | where properties.category == 'Cost' | extend savings = todouble(properties.extendedProperties.savingsAmount) | summarize sum(savings) by tostring(properties.shortDescription.solution)", ["properties_shortDescription_solution", "sum_savings"]),
    ("healthresources | where type == 'microsoft.resourcehealth/availabilitystatuses' | summarize count() by subscriptionId, state = tostring(properties.availabilityState)", ["subscriptionId", "state", "count_"]),
    ("policyresources | where type == 'microsoft.authorization/policyassignments' | extend policy = tostring(properties.policyDefinitionId), scope = tostring(properties.scope), exclusions = properties.notScopes | project name, policy, scope, exclusions", ["name", "policy", "scope", "exclusions"]),
    ("authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | extend roleId = tolower(tostring(properties.roleDefinitionId)), principal = tostring(properties.principalId) | join kind=leftouter (authorizationresources | where type =~ 'microsoft.authorization/roledefinitions' | extend role = tostring(properties.roleName) | project roleId = tolower(id), role) on roleId | summarize n = count() by principal, role", ["principal", "role", "n"]),
    ("authorizationresources | where type =~ 'microsoft.authorization/roledefinitions' | where properties.type =~ 'CustomRole' | mv-expand scope = properties.assignableScopes | mv-expand p = properties.permissions | extend actions = p.actions | project name, scope, actions", ["name", "scope", "actions"]),
    ("networkresources | where type has 'networkgroups' | project name", ["name"]),
    ("patchassessmentresources | where type !has 'softwarepatches' | extend p = properties | project id, status = tostring(p.status)", ["id", "status"]),
    # inventories and exporters
    ("Resources | where resourceGroup =~ 'app' | project id, name, type, location, tags, properties | order by id asc", ["id", "name", "type", "location", "tags", "properties"]),
    ("Resources | where id startswith '/subscriptions/' and resourceGroup in~ ('app', 'data') | project id | sort by tolower(id) asc", ["id"]),
    ("Resources | extend provider = tostring(split(type, '/')[0]) | summarize types = dcount(type), n = count() by provider | where n > 1 | order by n desc, provider asc", ["provider", "types", "n"]),
    ("Resources | summarize resources = count() by subscriptionId, location | extend place = strcat(location, '@', substring(subscriptionId, 0, 8)) | project place, resources", ["place", "resources"]),
    ("Resources | where identity.type has 'SystemAssigned' | project name, principal = tostring(identity.principalId)", ["name", "principal"]),
    ("Resources | where isnotempty(zones) | extend zone = tostring(zones[0]) | summarize count() by zone, type", ["zone", "type", "count_"]),
    ("Resources | where type =~ 'microsoft.compute/virtualmachines' | extend power = tostring(properties.extended.instanceView.powerState.code) | summarize count() by power", ["power", "count_"]),
    ("let size = 'Standard_B2s'; let vms = Resources | where type =~ 'microsoft.compute/virtualmachines' | extend vmSize = tostring(properties.hardwareProfile.vmSize); vms | where vmSize =~ size | project name, vmSize", ["name", "vmSize"]),
    ("Resources | where type in~ ('microsoft.compute/disks', 'microsoft.compute/snapshots') | summarize gb = sum(toreal(properties.diskSizeGB)), avg(toreal(properties.diskSizeGB)) by tostring(sku.name), location | extend tb = round(gb / 1024, 3)", ["sku_name", "location", "gb", "avg_properties_diskSizeGB", "tb"]),
    ("Resources | project name, parts = split(id, '/') | extend sub = parts[2], rg = parts[4] | project-away parts | limit 3", ["name", "sub", "rg"]),
    ("Resources | where properties has 'Standard_B2s' and name !contains 'db' | project name, has = iif(tostring(properties) contains 'Linux', 'yes', 'no')", ["name", "has"]),
    ("Resources | summarize all = make_list(pack('name', name, 'type', type)) by resourceGroup", ["resourceGroup", "all"]),
    ("Resources | summarize countif(isnotempty(tags)), total = count() | extend share = 100.0 * countif_ / total | project-reorder share, *", ["share", "countif_", "total"]),
)  # fmt: skip


def test_there_are_enough_of_them():
    assert len(QUERIES) >= 60


def test_each_is_answered_with_the_columns_it_asks_for(graph: Any, estate: str):
    for query, columns in QUERIES:
        data = graph(query, {"resultFormat": "table"})["data"]
        names = [column["name"] for column in data["columns"]]
        assert columns is None or names == columns, query
        assert all(len(row) == len(names) for row in data["rows"])


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("diskState", ["Spare"]),
        ("'Standard_B2s'", ["web1"]),
        ("hostedWorkloads == '[]'", ["nic1"]),
    ],
)
def test_the_hunt_finds_what_it_should(ask: Any, query: str, rows: list[str]):
    (found,) = [one for one, _ in QUERIES if query in one and "let size" not in one and "vmSize" not in one][:1]
    assert [row.get("name") or row["id"].rpartition("/")[2] for row in ask(found)] == rows
