"""Who is in a made tenant: people with names as people have them, groups in groups, and applications that sign in."""

from __future__ import annotations

import uuid

from azlin.sandbox.arm.store import Body
from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.graph.adding import add
from azlin.sandbox.graph.objects import Objects

_NAMES = (
    "Ana Öztürk",
    "Bjørn O'Neill",
    "Chloé de la Cruz",
    "Dmitri Iwanow",
    "Emre Şahin",
    "Farah al-Amin",
    "Grace Hopper",
    "Hana 山田",
    "Ines Müller-Lüdenscheidt",
    "Jack X",
)
_LETTERS = str.maketrans({"Ö": "O", "ö": "o", "ü": "u", "ø": "o", "é": "e", "Ş": "S", "ş": "s"})


def people(estate: Estate) -> dict[str, str]:
    """Users, groups and applications of the estate's tenant; returns what a group is called → its id.

    The group `admins` holds the group `oncall`; one user is disabled, one a guest; one application has a federated
    credential and no secret.
    """
    objects, tenant = Objects(estate.plane.store), estate.tenant

    def made(kind: str, title: str, **more: object) -> str:
        found = str(uuid.uuid5(uuid.UUID(tenant.id), f"{kind}/{title}"))
        entry: Body = {"@odata.type": f"#microsoft.graph.{kind}", "id": found, "displayName": title, **more}
        add(objects, tenant.id, entry)
        return found

    users = [made("user", name, **_account(name, at, tenant.domain)) for at, name in enumerate(_NAMES)]
    guest = {"userType": "Guest", "userPrincipalName": f"pat_partner.example#EXT#@{tenant.domain}"}
    users.append(made("user", "Pat of the partner", accountEnabled=True, mailNickname="pat_partner.example", **guest))
    oncall = made("group", "oncall", **_group("oncall"), members=users[:3])
    groups = {
        "oncall": oncall,
        "admins": made("group", "admins", **_group("admins"), members=[oncall, users[3]], owners=[users[3]]),
        "auditors": made("group", "auditors", **_group("auditors"), members=[users[4], users[-1]]),
        "security": made("group", "security", **_group("security"), members=users[5:8]),
    }
    for name in ("deploy-pipeline", "log-shipper"):
        client = str(uuid.uuid5(uuid.UUID(tenant.id), f"client/{name}"))
        application = made("application", name, appId=client, signInAudience="AzureADMyOrg", owners=[users[0]])
        made("servicePrincipal", name, appId=client, servicePrincipalType="Application")
        if name == "deploy-pipeline":
            subject = "repo:contoso/platform:ref:refs/heads/main"
            issuer = "https://token.actions.githubusercontent.com"
            credential = {"issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}
            made("federatedIdentityCredential", "main", parent=application, name="main", **credential)
    return groups


def _account(name: str, at: int, domain: str) -> Body:
    plain = name.translate(_LETTERS).encode("ascii", "ignore").decode().strip().casefold().replace("'", "")
    nickname = ".".join(plain.split()) or f"user{at}"
    return {
        "accountEnabled": at != len(_NAMES) - 1,
        "mailNickname": nickname,
        "userPrincipalName": f"{nickname}@{domain}",
        "jobTitle": "Engineer",
    }


def _group(name: str) -> Body:
    return {"mailEnabled": False, "mailNickname": name, "securityEnabled": True}
