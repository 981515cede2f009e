"""What a body must be: the rules that come from a type's published definition, for any type that has one.

Held against the definition is only a request that was made with the same api-version, because properties come and go
between versions. Ignored are writes to what only Azure sets; never stored, and so never returned, are passwords and
whatever the definition marks write-only or secret. A type without a definition is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from azlin.gateways import schema_casing, schema_check, schema_strip
from azlin.gateways.schema_check import Problem
from azlin.gateways.schema_flags import TypeFlags
from azlin.gateways.schema_seed import load as load_seed
from azlin.sandbox.arm import refusals, service_defaults
from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.names.unique_names import refuse_taken
from azlin.sandbox.arm.providers import refuse_unoffered, register_for_deployment
from azlin.sandbox.arm.quota.usages import refuse_exceeded
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.zones import refuse_zones

if TYPE_CHECKING:
    from azlin.sandbox.arm.templates.template import Deployable

SECRET_NAMES = frozenset(
    (
        "adminpassword",
        "administratorloginpassword",
        "authorizationkey",
        "clientsecret",
        "customdata",
        "password",
        "protectedsettings",
        "securevalue",
        "sharedkey",
    )
)
"""Casefolded; no service returns what was written under these."""
_SECRETIVE = re.compile(r"password|secret|key|token|credential|customdata|protected", re.IGNORECASE)
_ENVELOPE = ("identity", "location", "tags")
"""Completed by the control plane, whatever a definition says of them."""


Definitions = Callable[[str], TypeFlags | None]
"""What is known of a type, asked by its name in any casing."""


def built_in(type_name: str) -> TypeFlags | None:
    """By the definitions that come with azlin."""
    definition = load_seed().definition(type_name)
    return None if definition is None else TypeFlags(definition, "built in")


_asked: list[Definitions] = [built_in]


def define_types(definitions: Definitions) -> None:
    """From now on, in this process, hold bodies against these definitions: `Schemas.flags`, which knows also what
    `azlin schema sync` fetched. Until then those that come with azlin are used."""
    _asked[:] = [definitions]
    known_flags.cache_clear()


@cache
def known_flags(type_name: str) -> TypeFlags | None:
    """What the definitions say of a type (any casing); each type is asked for once."""
    return _asked[0](type_name)


def refuse_unknown(own: Deployable, body: Body, call: Call) -> None:
    """What a deployment checks of each of its resources before it writes them. ARM registers the namespaces that a
    template names; validating one registers nothing."""
    location = body.get("location")
    fixed = location if isinstance(location, str) and not location.startswith("[") else None
    subscription = own.id.split("/")[2] if own.id.casefold().startswith("/subscriptions/") else None
    if subscription is not None and call.method == "PUT":
        register_for_deployment(own.type, subscription, call)
    refuse_unoffered(own.type, own.api_version, fixed, None, call)


class Typed(Behaviour):
    """The behaviour of a type by its definition. What else a type does goes into `check` and `fill`.

    `kept` are properties that only the service sets: they are taken over from what was stored, whatever was sent.
    """

    kept: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    """Properties that are absent when `fill` leaves them out, whatever recordings of the service have there."""
    needs_location: bool | None = None
    """None: as the definition says."""

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        """Raise ArmRefusal for what only this type refuses."""

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        """Set what only this type sets."""

    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        rid, body = resource.id, resource.body
        _drop_nulls(body)
        refuse_unoffered(rid.type, call.api_version, body.get("location"), rid.subscription, call)
        flags = known_flags(rid.type)
        if flags is not None and flags.definition is not None and "properties.provisioningState" not in flags.read_only:
            resource.properties.pop("provisioningState", None)
        needs = self.needs_location
        if needs is None:
            needs = flags is not None and "location" in flags.required
        if needs and not body.get("location"):
            raise refusals.location_required()
        if flags is not None and flags.definition is not None and flags.api_version == call.api_version:
            for problem in schema_check.check(flags.definition, body):
                raise _refusal(problem, rid.namespace)
        if "zones" in body:
            refuse_zones(resource)
        self.check(resource, before, call)
        refuse_taken(resource, before, call)
        refuse_exceeded(resource, before, call)

    def complete(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        body = resource.body
        flags = known_flags(resource.id.type)
        if flags is not None and flags.definition is not None:
            _ignore_read_only(flags, body, before)
            body |= schema_casing.in_published_casing(flags.definition, body)
        rules = service_defaults.rules_of(resource.id.type)
        making = None if rules is None else service_defaults.Making(rules, resource, before, call)
        if rules is not None and rules.stateless:
            resource.properties.pop("provisioningState", None)
        for name in self.kept:
            resource.properties.pop(name, None)
            if before is not None and name in before.properties:
                resource.properties[name] = before.properties[name]
        self.fill(resource, before, call)
        if making is not None:
            making.add(self._own, etags=not self.etag_in_body)
        if rules is not None and rules.forgets:
            forget_secrets(body, rules.forgets)
        forget_secrets(body, () if flags is None else _hidden(flags))

    @cached_property
    def _own(self) -> frozenset[str]:
        """What the service's defaults leave to this behaviour."""
        return frozenset((*self.kept, *self.decides, *(one.segment for one in self.inline)))


def _drop_nulls(value: Any) -> None:
    """In a PUT null is the same as nothing."""
    for one in array_of(value):
        _drop_nulls(one)
    fields = object_of(value)
    for name in [name for name, one in fields.items() if one is None]:
        del fields[name]
    for one in fields.values():
        _drop_nulls(one)


def _ignore_read_only(flags: TypeFlags, body: Body, before: Resource | None) -> None:
    """What only Azure sets is as it was before, or not there."""
    definition = flags.definition
    if definition is None:
        return
    state = object_of(body.get("properties")).get("provisioningState")
    writable = schema_strip.strip_read_only(definition, body)
    kept = {} if before is None else _only_in(before.body, schema_strip.strip_read_only(definition, before.body))
    merged = _filled(writable, kept)
    for name in _ENVELOPE:
        if name in body:
            merged[name] = body[name]
    if state is not None:
        merged["properties"] = {**object_of(merged.get("properties")), "provisioningState": state}
    elif "properties" in body:
        merged.setdefault("properties", {})
    body.clear()
    body.update(merged)


def _only_in(whole: Body, part: Mapping[str, Any]) -> Body:
    """What `whole` has and `part` has not, through objects but not through lists."""
    made: Body = {}
    for name, value in whole.items():
        if name in schema_check.ENVELOPE:
            continue
        if name not in part:
            made[name] = value
        elif isinstance(value, dict):
            inner = _only_in(object_of(cast("Any", value)), object_of(part[name]))
            if inner:
                made[name] = inner
    return made


def _filled(body: Mapping[str, Any], more: Body) -> Body:
    made = dict(body)
    for name, value in more.items():
        if name not in made:
            made[name] = value
        elif isinstance(value, dict) and isinstance(made[name], dict):
            made[name] = _filled(object_of(made[name]), object_of(cast("Any", value)))
    return made


def forget_secrets(body: Body, paths: Iterable[str] = ()) -> None:
    """Take out, in place, what a GET must never show: these paths, and texts under the names of secrets."""
    listed = [path for path in paths if not path.startswith(("tags", "identity"))]
    if listed:
        clean = schema_strip.strip_paths(body, listed)
        body.clear()
        body.update(clean)
    _forget_names(body.get("properties"))


def _forget_names(value: Any) -> None:
    for one in array_of(value):
        _forget_names(one)
    fields = object_of(value)
    for name in list(fields):
        if _is_secret(name) and isinstance(fields[name], str | dict):
            del fields[name]
        else:
            _forget_names(fields[name])


def _hidden(flags: TypeFlags) -> Iterable[str]:
    """Paths that a GET does not show. Definitions call write-only also what recorded GETs do show (a site's whole
    siteConfig), so of a type that was recorded only what sounds like a secret is taken for it."""
    if not service_defaults.is_recorded(flags.type):
        return flags.write_only | flags.secret
    return flags.secret | {path for path in flags.write_only if _SECRETIVE.search(path.rpartition(".")[2])}


@cache
def _is_secret(name: str) -> bool:
    """By the last part of the name, because settings have dots in theirs; a password is one whoever's it is."""
    last = name.casefold().rpartition(".")[2]
    return last in SECRET_NAMES or (last.endswith("password") and not last.startswith(("has", "is")))


def _refusal(problem: Problem, namespace: str) -> ArmRefusal:
    """A problem in the words of the service that would find it."""
    path = problem.path
    if namespace == "Microsoft.Compute" and problem.kind in ("missing", "wrong-value", "out-of-range"):
        target = ".".join(part for part in path.split(".")[1:]) or path
        name = problem.message.split("'")[1] if problem.kind == "missing" else ""
        whole = f"{target}.{name}".strip(".") if name else target
        if problem.kind == "missing":
            return ArmRefusal(400, "InvalidParameter", f"Required parameter '{whole}' is missing (null).", target=whole)
        return ArmRefusal(
            400, "InvalidParameter", f"The value of parameter {whole} is invalid: {problem}.", target=whole
        )
    if namespace == "Microsoft.Network" and path:
        return ArmRefusal(
            400,
            "InvalidRequestFormat",
            "Cannot parse the request.",
            details=[{"code": "InvalidJson", "message": str(problem)}],
        )
    return refusals.content_invalid(str(problem))


def register(registry: Registry) -> None:
    registry.default = Typed()
