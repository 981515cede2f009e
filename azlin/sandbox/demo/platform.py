"""What watches over an estate: logs, alerts, backup, automation, images, and who may do what."""

from __future__ import annotations

from azlin.sandbox.arm.store import Body
from azlin.sandbox.demo.estate import Estate, Group

_SECURITY_ADMIN = "fb1c8493-542b-48eb-b624-b4c8fea62acd"
_ALLOWED_LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"


def logs(estate: Estate, group: Group, name: str) -> str:
    """A workspace with Sentinel on it, collection rules and saved queries; returns the workspace's id."""
    workspace = estate.put(
        group,
        "Microsoft.OperationalInsights/workspaces",
        f"log-{name}",
        {"sku": {"name": "PerGB2018"}, "retentionInDays": 90},
    )
    for solution in ("SecurityInsights", "VMInsights"):
        title = f"{solution}(log-{name})"
        estate.put(
            group,
            "Microsoft.OperationsManagement/solutions",
            title,
            {"workspaceResourceId": workspace},
            plan={"name": title, "publisher": "Microsoft", "product": f"OMSGallery/{solution}", "promotionCode": ""},
        )
    estate.on(workspace, "Microsoft.SecurityInsights/onboardingStates", "default", {})
    estate.on(
        workspace,
        "Microsoft.SecurityInsights/alertRules",
        estate.guid(),
        {
            "displayName": "Many failed sign-ins",
            "enabled": True,
            "severity": "Medium",
            "query": "SigninLogs | where ResultType != 0 | summarize count() by UserPrincipalName",
            "queryFrequency": "PT1H",
            "queryPeriod": "PT1H",
            "triggerOperator": "GreaterThan",
            "triggerThreshold": 10,
            "suppressionEnabled": False,
            "suppressionDuration": "PT1H",
        },
        kind="Scheduled",
    )
    estate.under(
        workspace,
        "savedSearches",
        "failed-processes",
        {"category": "hunting", "displayName": "Failed processes", "query": "SecurityEvent | where EventID == 4688"},
    )
    for kind, streams in (("windows", "Microsoft-SecurityEvent"), ("linux", "Microsoft-Syslog")):
        estate.put(
            group,
            "Microsoft.Insights/dataCollectionRules",
            f"dcr-{kind}",
            {
                "dataSources": {
                    "performanceCounters": [
                        {
                            "name": "cpu",
                            "streams": ["Microsoft-Perf"],
                            "samplingFrequencyInSeconds": 60,
                            "counterSpecifiers": ["\\Processor(_Total)\\% Processor Time"],
                        }
                    ]
                },
                "destinations": {"logAnalytics": [{"name": "central", "workspaceResourceId": workspace}]},
                "dataFlows": [{"streams": ["Microsoft-Perf", streams], "destinations": ["central"]}],
            },
            kind=kind.capitalize(),
        )
    return workspace


def alerts(estate: Estate, group: Group, name: str, *watched: str) -> None:
    """Who is told of what: an action group, and alerts on machines and on the subscription."""
    told = estate.put(
        group,
        "Microsoft.Insights/actionGroups",
        f"ag-{name}",
        {
            "enabled": True,
            "groupShortName": name[:12],
            "emailReceivers": [{"name": "duty", "emailAddress": "duty@contoso.example", "useCommonAlertSchema": True}],
        },
        location="Global",
    )
    for machine in watched:
        estate.put(
            group,
            "Microsoft.Insights/metricAlerts",
            f"cpu on {machine.rpartition('/')[2]}",
            {
                "enabled": True,
                "severity": 2,
                "scopes": [machine],
                "evaluationFrequency": "PT1M",
                "windowSize": "PT5M",
                "criteria": {
                    "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                    "allOf": [
                        {
                            "criterionType": "StaticThresholdCriterion",
                            "name": "cpu",
                            "metricName": "Percentage CPU",
                            "operator": "GreaterThan",
                            "threshold": 90,
                            "timeAggregation": "Average",
                        }
                    ],
                },
                "actions": [{"actionGroupId": told}],
            },
            location="global",
        )
    estate.put(
        group,
        "Microsoft.Insights/activityLogAlerts",
        "service health",
        {
            "enabled": True,
            "scopes": [f"/subscriptions/{estate.subscription.id}"],
            "condition": {"allOf": [{"field": "category", "equals": "ServiceHealth"}]},
            "actions": {"actionGroups": [{"actionGroupId": told}]},
        },
        location="Global",
    )


def operations(estate: Estate, group: Group, name: str, workspace: str) -> str:
    """Backup, automation, maintenance windows, a dashboard; returns the backup vault's id."""
    vault = estate.put(
        group,
        "Microsoft.RecoveryServices/vaults",
        f"rsv-{name}",
        {"publicNetworkAccess": "Enabled"},
        sku={"name": "RS0", "tier": "Standard"},
        identity={"type": "SystemAssigned"},
    )
    estate.under(
        vault,
        "backupPolicies",
        "daily",
        {
            "backupManagementType": "AzureIaasVM",
            "instantRpRetentionRangeInDays": 2,
            "schedulePolicy": {
                "schedulePolicyType": "SimpleSchedulePolicy",
                "scheduleRunFrequency": "Daily",
                "scheduleRunTimes": ["2024-01-01T02:00:00Z"],
            },
            "retentionPolicy": {
                "retentionPolicyType": "LongTermRetentionPolicy",
                "dailySchedule": {
                    "retentionTimes": ["2024-01-01T02:00:00Z"],
                    "retentionDuration": {"count": 30, "durationType": "Days"},
                },
            },
            "timeZone": "UTC",
        },
    )
    account = estate.put(
        group,
        "Microsoft.Automation/automationAccounts",
        f"aa-{name}",
        {"sku": {"name": "Basic"}, "publicNetworkAccess": False},
        identity={"type": "SystemAssigned"},
    )
    for runbook in ("Stop-IdleMachines", "Rotate-Keys"):
        estate.under(
            account,
            "runbooks",
            runbook,
            {"runbookType": "PowerShell", "logVerbose": False, "logProgress": False},
            location=group.location,
        )
    estate.under(account, "variables", "retention", {"value": "30", "isEncrypted": False})
    estate.under(account, "variables", "token", {"value": f'"{estate.password()}"', "isEncrypted": True})
    estate.put(
        group,
        "Microsoft.Maintenance/maintenanceConfigurations",
        f"mc-{name}",
        {
            "maintenanceScope": "InGuestPatch",
            "extensionProperties": {"InGuestPatchMode": "User"},
            "maintenanceWindow": {
                "startDateTime": "2024-01-06 02:00",
                "duration": "03:00",
                "timeZone": "UTC",
                "recurEvery": "Month First Saturday",
            },
            "installPatches": {"rebootSetting": "IfRequired"},
        },
    )
    estate.put(
        group,
        "Microsoft.Insights/workbooks",
        estate.guid(),
        {
            "displayName": "Machines",
            "category": "workbook",
            "sourceId": workspace,
            "serializedData": f'{{"version":"Notebook/1.0","items":[],"fallbackResourceIds":["{workspace}"]}}',
        },
        kind="shared",
    )
    estate.put(
        group,
        "Microsoft.Portal/dashboards",
        f"dash-{name}",
        {
            "lenses": [
                {
                    "order": 0,
                    "parts": [
                        {
                            "position": {"x": 0, "y": 0, "rowSpan": 4, "colSpan": 6},
                            "metadata": {
                                "type": "Extension/Microsoft_Azure_Monitoring/PartType/LogsPart",
                                "inputs": [{"name": "Scope", "value": {"resourceIds": [workspace]}}],
                            },
                        }
                    ],
                }
            ]
        },
        tags={"hidden-title": "Operations at a glance"},
    )
    return vault


def images(estate: Estate, group: Group, name: str, machine_disk: str) -> None:
    """A gallery with an image definition, snapshots, keys, and an encryption set."""
    gallery = estate.put(group, "Microsoft.Compute/galleries", f"gal{name}", {"description": "Golden images"})
    estate.under(
        gallery,
        "images",
        "hardened-ubuntu",
        {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "identifier": {"publisher": "contoso", "offer": "ubuntu", "sku": "hardened"},
        },
        location=group.location,
    )
    estate.put(
        group,
        "Microsoft.Compute/snapshots",
        f"snap-{name}-before-patch",
        {"creationData": {"createOption": "Copy", "sourceResourceId": machine_disk}, "incremental": True},
        sku={"name": "Standard_LRS"},
    )
    estate.put(group, "Microsoft.Compute/sshPublicKeys", f"ssh-{name}", {"publicKey": estate.ssh_key()})
    estate.put(
        group,
        "Microsoft.Compute/proximityPlacementGroups",
        f"ppg-{name}",
        {"proximityPlacementGroupType": "Standard"},
    )


def governance(estate: Estate, group: Group, people: dict[str, str], locations: list[str]) -> None:
    """Who may do what, what may be where, and what may not be deleted.

    `people` maps what a group of people is called (admins, auditors, security) to its id.
    """
    whole = f"/subscriptions/{estate.subscription.id}"
    for who, role in (
        ("admins", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
        ("auditors", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
    ):
        if who in people:
            estate.role(whole, role, people[who], "Group")
    if "security" in people:
        estate.role(whole, _SECURITY_ADMIN, people["security"], "Group")
    estate.on(
        whole,
        "Microsoft.Authorization/policyAssignments",
        "allowed-locations",
        {
            "displayName": "Only where we have a contract",
            "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{_ALLOWED_LOCATIONS}",
            "enforcementMode": "DoNotEnforce",
            "parameters": {"listOfAllowedLocations": {"value": locations}},
        },
    )
    estate.on(
        group.id,
        "Microsoft.Authorization/locks",
        "keep",
        {"level": "CanNotDelete", "notes": "Holds the logs that the law asks for"},
    )
    parts: list[Body] = [
        {"name": "Servers", "tier": "Standard", "plan": "P2"},
        {"name": "StorageAccounts", "tier": "Standard", "plan": None},
    ]
    for part in parts:
        properties: Body = {"pricingTier": part["tier"]} | ({"subPlan": part["plan"]} if part["plan"] else {})
        estate.on(whole, "Microsoft.Security/pricings", part["name"], properties)
