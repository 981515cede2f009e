"""Where a template is evaluated: the functions that know the deployment, its scope, and what exists.

`resourceId`, `subscription`, `resourceGroup`, `deployment`, `environment` answer at once; `reference` and `list*` need
what is deployed, so they are given only while resources are written (`running`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.templates.expressions import (
    Function,
    Functions,
    Layered,
    TemplateInvalid,
    evaluate_value,
    wrong_count,
)
from azlin.sandbox.arm.templates.template_functions import NOT_HERE, PURE, counted

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GROUP_AS_TYPE = re.compile(r"/providers/Microsoft\.Resources/resourceGroups/", re.IGNORECASE)
ENVIRONMENT: Body = {
    "name": "AzureCloud",
    "gallery": "https://gallery.azure.com/",
    "graph": "https://graph.windows.net/",
    "portal": "https://portal.azure.com",
    "graphAudience": "https://graph.windows.net/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": (
        "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main/arm-compute/quickstart-templates/aliases.json"
    ),
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "suffixes": {
        "acrLoginServer": ".azurecr.io",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "azureFrontDoorEndpointSuffix": "azurefd.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
    },
}
"""What `environment()` gives in the public cloud."""

Read = Callable[[str, str | None], Body | None]
"""(id, api-version) -> the whole resource as a GET gives it, or None when there is none."""
Post = Callable[[str, str, str, Any], Any]
"""(function such as listKeys, id, api-version, body) -> what the POST answers."""


@dataclass(frozen=True, slots=True)
class Where:
    """The scope and the facts of one deployment.

    Of `group`, `subscription` and `management_group` those that enclose the deployment are set; with none of them it is
    one of the tenant. Each is the body a GET gives. `deployer` is who deploys (`objectId`), `providers` what
    `GET /providers/{namespace}` gives.
    """

    subscription: Body | None
    tenant_id: str
    deployment: Body
    group: Body | None = None
    management_group: Body | None = None
    tenant: Body = field(default_factory=dict[str, Any])
    deployer: Body = field(default_factory=dict[str, Any])
    providers: Callable[[str], Body | None] = lambda _: None

    @property
    def subscription_id(self) -> str:
        return str((self.subscription or {}).get("subscriptionId", ""))

    @property
    def base(self) -> str:
        """The id under which the template's resources go."""
        if self.group is not None:
            return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group['name']}"
        if self.subscription is not None:
            return f"/subscriptions/{self.subscription_id}"
        return "" if self.management_group is None else str(self.management_group["id"])


@dataclass(slots=True)
class Loops:
    """The indices of the `copy` loops around a value, by casefolded name; `current` has the innermost resource's."""

    indices: dict[str, int] = field(default_factory=dict[str, int])
    current: str | None = None

    def entered(self, name: str, index: int, *, current: bool = False) -> Loops:
        folded = name.casefold()
        return Loops({**self.indices, folded: index}, folded if current else self.current)

    def copy_index(self, arguments: Sequence[Any]) -> int:
        """`copyIndex([name], [offset])`."""
        named = arguments[0] if arguments and isinstance(arguments[0], str) else None
        rest = arguments[1:] if named is not None else arguments
        name = named.casefold() if named is not None else self.current
        if name is None or name not in self.indices:
            raise TemplateInvalid(
                "The template function 'copyIndex' is not expected at this location. The function can only be used in "
                "a resource with copy specified. Please see https://aka.ms/arm-copy for usage details."
            )
        return self.indices[name] + (int(rest[0]) if rest else 0)


def fixed_functions(where: Where) -> dict[str, Function]:
    """Everything that may stand anywhere in a template."""
    found: dict[str, Function] = {
        "subscription": _of_scope("subscription", where.subscription),
        "resourcegroup": _of_scope("resourceGroup", where.group),
        "managementgroup": _of_scope("managementGroup", where.management_group),
        "tenant": lambda _: where.tenant,
        "deployment": lambda _: where.deployment,
        "deployer": lambda _: where.deployer,
        "environment": lambda _: ENVIRONMENT,
        "resourceid": lambda a: resource_id(where, a),
        "subscriptionresourceid": lambda a: _subscription_resource_id(where, a),
        "tenantresourceid": lambda a: f"/providers/{_typed(a)}",
        "extensionresourceid": lambda a: f"{str(a[0]).rstrip('/')}/providers/{_typed(a[1:])}",
        "managementgroupresourceid": lambda a: _management_group_resource_id(where, a),
        "pickzones": _pick_zones,
        "providers": lambda a: _providers(where, a),
    }
    return {**PURE, **NOT_HERE, **{name: counted(name, function) for name, function in found.items()}}


def _of_scope(name: str, found: Body | None) -> Function:
    def call(_: Sequence[Any]) -> Body:
        if found is None:
            raise TemplateInvalid(
                f"The template function '{name.upper()}' is not expected at this location. "
                "Please see https://aka.ms/arm-functions for usage details."
            )
        return found

    return call


def _providers(where: Where, arguments: Sequence[Any]) -> Body:
    namespace = str(arguments[0])
    found = where.providers(namespace)
    if found is None:
        raise TemplateInvalid(
            f"The resource namespace '{namespace}' given to the template function 'providers' is invalid."
        )
    if len(arguments) == 1:
        return found
    for one in array_of(found.get("resourceTypes")):
        if str(one.get("resourceType", "")).casefold() == str(arguments[1]).casefold():
            return one
    raise TemplateInvalid(f"The resource type '{arguments[1]}' could not be found in the namespace '{namespace}'.")


def running(
    functions: Functions, read: Read, post: Post, ids: Mapping[str, str], loops: Mapping[str, Sequence[str]]
) -> Functions:
    """The same functions with `reference`, `references` and `list*`.

    `ids` has the ids of names and symbols, `loops` those of the copies of a loop, both casefolded.
    """

    def found(wanted: str, version: str | None, *, full: bool) -> Any:
        answer = read(wanted, version)
        if answer is None:
            raise _absent(wanted)
        return _full(answer, wanted, version) if full else object_of(answer.get("properties"))

    def asked(arguments: Sequence[Any]) -> tuple[str | None, bool]:
        rest = [str(one) for one in arguments[1:] if one is not None]
        full = bool(rest) and rest[-1].casefold() == "full"
        versions = [one for one in rest if one.casefold() not in ("full", "properties")]
        return (versions[0] if versions else None), full

    def reference(arguments: Sequence[Any]) -> Any:
        wanted = ids.get(str(arguments[0]).casefold(), str(arguments[0]))
        version, full = asked(arguments)
        return found(wanted, version, full=full)

    def references(arguments: Sequence[Any]) -> Any:
        version, full = asked(arguments)
        copies = loops.get(str(arguments[0]).casefold())
        if copies is None:
            raise TemplateInvalid(f"The template has no resource collection '{arguments[0]}'.")
        return [found(one, version, full=full) for one in copies]

    own = {"reference": counted("reference", reference), "references": counted("references", references)}
    return _Running(Layered(own, functions), post, ids)


def _absent(wanted: str) -> TemplateInvalid:
    relative, group = wanted.rpartition("/providers/")[2], _group_of(wanted)
    under = f" under resource group '{group}'" if group else ""
    return TemplateInvalid(
        f"The Resource '{relative}'{under} was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
        "ResourceNotFound",
    )


def _full(answer: Body, wanted: str, version: str | None) -> Body:
    shown = {name: value for name, value in answer.items() if name not in ("id", "name", "type")}
    parts = wanted.split("/")
    if len(parts) > 2 and parts[1].casefold() == "subscriptions":
        shown["subscriptionId"] = parts[2]
    if _group_of(wanted):
        shown["resourceGroupName"] = _group_of(wanted)
    return {
        **({"apiVersion": version} if version else {}),
        **shown,
        "resourceId": wanted.rpartition("/providers/")[2],
        "referenceApiVersion": version,
        "condition": True,
        "existing": False,
        "isConditionTrue": True,
        "scope": "",
        "isTemplateResource": False,
        "isAction": False,
        "provisioningOperation": "Read",
    }


class _Running:
    """Adds every `list...` function to a set of functions."""

    def __init__(self, functions: Functions, post: Post, ids: Mapping[str, str]) -> None:
        self._functions, self._post, self._ids = functions, post, ids

    def get(self, name: str, /) -> Function | None:
        return self._list(name) if name.startswith("list") else self._functions.get(name)

    def _list(self, name: str) -> Function:
        def call(arguments: Sequence[Any]) -> Any:
            if len(arguments) < 2:
                raise wrong_count(name, "two or three")
            wanted = self._ids.get(str(arguments[0]).casefold(), str(arguments[0]))
            return self._post(name, wanted, str(arguments[1]), arguments[2] if len(arguments) > 2 else None)

        return call


def user_functions(declared: Any, functions: Functions) -> dict[str, Function]:
    """`namespace.name` functions that a template defines itself; they see only their own parameters."""
    made: dict[str, Function] = {}

    def build(member: Body) -> Function:
        names = [str(object_of(one).get("name")) for one in array_of(member.get("parameters"))]
        output = object_of(member.get("output")).get("value")

        def call(arguments: Sequence[Any]) -> Any:
            values = dict(zip((name.casefold() for name in names), arguments, strict=True))
            own: Function = lambda a: values[str(a[0]).casefold()]  # noqa: E731 - one of a table of functions
            inner = Layered({**made, "parameters": own}, functions)
            return evaluate_value(output, inner)

        return call

    for space in array_of(declared):
        for name, member in object_of(object_of(space).get("members")).items():
            made[f"{object_of(space).get('namespace')}.{name}".casefold()] = build(object_of(member))
    return made


def resource_id(where: Where, arguments: Sequence[Any]) -> str:
    """`resourceId([subscriptionId], [resourceGroup], type, name, ...)`."""
    at = _type_at(arguments)
    leading = [str(one) for one in arguments[:at]]
    typed = _typed(arguments[at:])
    if len(leading) == 2:
        return _plain(f"/subscriptions/{leading[0]}/resourceGroups/{leading[1]}/providers/{typed}")
    if len(leading) == 1:
        head = (
            f"/subscriptions/{leading[0]}"
            if _GUID.fullmatch(leading[0]) and where.group is None
            else f"/subscriptions/{where.subscription_id}/resourceGroups/{leading[0]}"
        )
        return _plain(f"{head}/providers/{typed}")
    return _plain(f"{where.base}/providers/{typed}")


def _subscription_resource_id(where: Where, arguments: Sequence[Any]) -> str:
    at = _type_at(arguments)
    subscription = str(arguments[0]) if at else where.subscription_id
    if not subscription:
        raise TemplateInvalid(
            "Unable to evaluate template language function 'subscriptionResourceId': at this scope the subscription id "
            "is required. Please see https://aka.ms/arm-functions-resource for usage details."
        )
    return _plain(f"/subscriptions/{subscription}/providers/{_typed(arguments[at:])}")


def _management_group_resource_id(where: Where, arguments: Sequence[Any]) -> str:
    at = _type_at(arguments)
    if at == 0 and where.management_group is None:
        raise TemplateInvalid(
            "Unable to evaluate template language function 'managementGroupResourceId': at this scope the management "
            "group is required. Please see https://aka.ms/arm-functions-resource for usage details."
        )
    group = str(arguments[0]) if at else str(object_of(where.management_group)["name"])
    return f"/providers/Microsoft.Management/managementGroups/{group}/providers/{_typed(arguments[at:])}"


def _plain(found: str) -> str:
    """Groups have an id form of their own."""
    return _GROUP_AS_TYPE.sub("/resourceGroups/", found, count=1)


def _type_at(arguments: Sequence[Any]) -> int:
    for at, one in enumerate(arguments):
        if isinstance(one, str) and "/" in one:
            return at
    raise TemplateInvalid(
        "Unable to evaluate template language function 'resourceId': the type parameter must be a fully qualified "
        "resource type name. Please see https://aka.ms/arm-functions-resource#resourceid for usage details."
    )


def _typed(arguments: Sequence[Any]) -> str:
    kind = str(arguments[0])
    segments, names = kind.split("/"), [str(one) for one in arguments[1:]]
    if len(segments) - 1 != len(names):
        raise TemplateInvalid(
            "Unable to evaluate template language function 'resourceId': the type "
            f"'{kind}' requires '{len(segments) - 1}' resource name argument(s). "
            "Please see https://aka.ms/arm-functions-resource#resourceid for usage details."
        )
    pairs = "/".join(f"{segment}/{name}" for segment, name in zip(segments[1:], names, strict=True))
    return f"{segments[0]}/{pairs}"


def _pick_zones(arguments: Sequence[Any]) -> list[str]:
    wanted = int(arguments[3]) if len(arguments) > 3 else 1
    offset = int(arguments[4]) if len(arguments) > 4 else 0
    return ["1", "2", "3"][offset : offset + wanted]


def _group_of(resource: str) -> str:
    found = re.search(r"/resourceGroups/([^/]+)", resource, re.IGNORECASE)
    return found[1] if found else ""
