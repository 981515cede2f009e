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
from azlin.sandbox.arm.templates.template_functions import NOT_HERE, PURE

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
    """The scope and the facts of one deployment. `group` is None at subscription scope."""

    subscription: Body
    tenant_id: str
    deployment: Body
    group: Body | None = None

    @property
    def subscription_id(self) -> str:
        return str(self.subscription.get("subscriptionId", ""))

    @property
    def base(self) -> str:
        """The id under which the template's resources go."""
        head = f"/subscriptions/{self.subscription_id}"
        return head if self.group is None else f"{head}/resourceGroups/{self.group['name']}"


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
    group = where.group

    def resource_group(_: Sequence[Any]) -> Body:
        if group is None:
            raise TemplateInvalid(
                "The template function 'RESOURCEGROUP' is not expected at this location. "
                "Please see https://aka.ms/arm-functions for usage details."
            )
        return group

    return {
        **PURE,
        **NOT_HERE,
        "subscription": lambda _: where.subscription,
        "resourcegroup": resource_group,
        "tenant": lambda _: {"tenantId": where.tenant_id, "country": "", "displayName": ""},
        "deployment": lambda _: where.deployment,
        "deployer": lambda _: {"tenantId": where.tenant_id, "objectId": where.deployment.get("deployer", "")},
        "environment": lambda _: ENVIRONMENT,
        "resourceid": lambda a: resource_id(where, a),
        "subscriptionresourceid": lambda a: _subscription_resource_id(where, a),
        "tenantresourceid": lambda a: f"/providers/{_typed(a)}",
        "extensionresourceid": lambda a: f"{a[0]}/providers/{_typed(a[1:])}",
        "managementgroupresourceid": lambda a: (
            f"/providers/Microsoft.Management/managementGroups/{a[0]}/providers/{_typed(a[1:])}"
        ),
        "pickzones": _pick_zones,
    }


def running(functions: Functions, read: Read, post: Post, ids: Mapping[str, str]) -> Functions:
    """The same functions with `reference` and `list*`. `ids` has the ids of names and symbols, casefolded."""

    def reference(arguments: Sequence[Any]) -> Any:
        wanted = ids.get(str(arguments[0]).casefold(), str(arguments[0]))
        version = str(arguments[1]) if len(arguments) > 1 else None
        found = read(wanted, version)
        if found is None:
            kind, _, name = wanted.rpartition("/providers/")[2].rpartition("/")
            raise TemplateInvalid(
                f"The Resource '{kind}/{name}' under resource group '{_group_of(wanted)}' was not found. For more "
                "details please go to https://aka.ms/ARMResourceNotFoundFix",
                "ResourceNotFound",
            )
        if len(arguments) > 2 and str(arguments[2]).casefold() == "full":
            return {**found, "apiVersion": version, "resourceId": wanted.removeprefix("/subscriptions/")}
        return object_of(found.get("properties"))

    return _Running(Layered({"reference": reference}, functions), post, ids)


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
    return _plain(f"/subscriptions/{subscription}/providers/{_typed(arguments[at:])}")


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
