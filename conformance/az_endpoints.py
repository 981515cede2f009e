"""What people do first with az: signing in, groups, machines, networks, storage, any resource, deployments, identities,
secrets, queries. Each row is one thing that one asks of Azure, and is right when each of its commands ends with exit
code 0. The commands run in order in one subscription; signing in runs in an az that has never signed in. The sample is
`az_sample.py`: some commands of each sweep of az.
"""

from __future__ import annotations

import json

from conformance import az_sample
from conformance.az_runner import LOCATION, Lane, Said, Worker, workers
from conformance.figure import Failure, Figure

NAME = "endpoints"
_KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7h0cJr7d5G5hC2yq1k1WJt0m1h6n6m7m8x9y0z1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p7q8"
    "r9s0t1u2v3w4x5y6z7A8B9C0D1E2F3G4H5I6J7K8L9M0N1O2P3Q4R5S6T7U8V9W0X1Y2Z3a4b5c6d7e8f9g0h1i2j3k4l5m6n7o8p9q0r1s2t3u4v5w"
    "6x7y8z9A0B1C2D3E4F5G6H7I8J9K0L1M2N3O4P5Q6R7S8T9U0V1W2X3Y4Z5a6b7c8d9e0f1g2h3i4j5k6l7m8n9o0p1q2r3s4t5u6v7w8x9y0z1 me"
)
_TEMPLATE = json.dumps(
    {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Network/networkSecurityGroups",
                "apiVersion": "2023-09-01",
                "name": "deployed",
                "location": LOCATION,
            }
        ],
    }
)
_FILES = {"key.pub": _KEY, "template.json": _TEMPLATE}
_NSG = "{subscription}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"
SIGN_INS: dict[str, tuple[str, ...]] = {
    "login by service principal": ("login --service-principal -u {client} -p {secret} -t {tenant}", "group list"),
    "login by device code": ("login --use-device-code", "group list"),
    "login by managed identity": ("login --identity", "group list"),
    "ad signed-in-user show": ("login --use-device-code", "ad signed-in-user show"),
}
ROWS: dict[str, tuple[str, ...]] = {
    "account show": ("account show", "account list-locations"),
    "group create, show, list, exists": (
        f"group create -n rg -l {LOCATION}",
        "group show -n rg",
        "group list",
        "group exists -n rg",
    ),
    "vm create": ("vm create -g rg -n vm --image Ubuntu2204 --admin-username me --ssh-key-values key.pub",),
    "vm list": ("vm list", "vm list -g rg -d"),
    "vm deallocate, start": ("vm deallocate -g rg -n vm", "vm start -g rg -n vm"),
    "vm delete": ("vm delete -g rg -n vm --yes",),
    "network vnet create": ("network vnet create -g rg -n net --subnet-name sub",),
    "network nsg create": ("network nsg create -g rg -n nsg",),
    "storage account create": ("storage account create -g rg -n azlinconformance1",),
    "resource list, show, tag, delete": (
        "resource list",
        f"resource show --ids {_NSG}",
        f"resource tag --ids {_NSG} --tags a=b",
        f"resource delete --ids {_NSG}",
    ),
    "rest": ("rest --method get --url /subscriptions?api-version=2022-12-01",),
    "deployment group create": ("deployment group create -g rg -n first --template-file template.json",),
    "deployment group what-if": ("deployment group what-if -g rg --template-file template.json",),
    "deployment operations": ("deployment operation group list -g rg -n first",),
    "ad user list": ("ad user list",),
    "role assignment create": ("role assignment create --assignee {client} --role Reader --scope {subscription}",),
    "keyvault create": ("keyvault create -g rg -n azlinconformance1",),
    "keyvault secret set, show, list": (
        "keyvault secret set --vault-name azlinconformance1 -n s --value v",
        "keyvault secret show --vault-name azlinconformance1 -n s",
        "keyvault secret list --vault-name azlinconformance1",
    ),
    "graph query": ("graph query -q Resources~|~project~name",),
    "resource graph by rest": (
        "rest --method post --url /providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01 "
        '--body {"query":"Resources~|~limit~1","subscriptions":["{subscription_id}"]}',
    ),
    "group delete": ("group delete -n rg --yes",),
}


def measure(sample: bool) -> Figure:
    if sample:
        return az_sample.measure()
    worker = workers()[0]
    answers = _sign_ins(worker)
    flat = [(row, _words(worker, text)) for row, texts in ROWS.items() for text in texts]
    for (row, _), said in zip(flat, worker.run(Lane([argv for _, argv in flat], files=_FILES)), strict=True):
        answers.setdefault(row, []).append(said)
    failures = tuple(
        Failure(row, next(one.cause for one in said if one.rc), "\n".join(_told(one) for one in said if one.rc))
        for row, said in answers.items()
        if any(one.rc for one in said)
    )
    return Figure(len(answers) - len(failures), len(answers), failures)


def _sign_ins(worker: Worker) -> dict[str, list[Said]]:
    sandbox = worker.sandbox
    identity = {
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{sandbox.identity_port}/msi/token",
        "IDENTITY_HEADER": sandbox.identity_header,
    }
    return {
        row: worker.run_signed_out([_words(worker, text) for text in texts], identity)
        for row, texts in SIGN_INS.items()
    }


def _words(worker: Worker, text: str) -> list[str]:
    """The argument list; `~` is a blank within a word."""
    tenant, subscription = worker.sandbox.default_tenant, worker.sandbox.default_subscription
    values = {
        "{client}": tenant.client_id,
        "{secret}": tenant.client_secret,
        "{tenant}": tenant.id,
        "{subscription}": f"/subscriptions/{subscription.id}",
        "{subscription_id}": subscription.id,
    }
    found: list[str] = []
    for written in text.split():
        word = written.replace("~", " ")
        for name, value in values.items():
            word = word.replace(name, value)
        found.append(word)
    return found


def _told(said: Said) -> str:
    return "\n".join(("az " + " ".join(said.argv), said.err[-1500:], *said.requests))
