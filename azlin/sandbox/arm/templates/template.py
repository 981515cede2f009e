"""An ARM template opened: parameters checked, variables worked out, resources expanded and put in order.

Source of the rules: Microsoft, "Understand the structure and syntax of ARM templates", "Resource iteration", "Define
the order for deploying resources". Both forms of `resources` are read: the array, and the object of symbolic names that
Bicep writes (languageVersion 2.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.templates.expressions import (
    Functions,
    Layered,
    Node,
    TemplateInvalid,
    calls_in,
    evaluate,
    evaluate_text,
    evaluate_value,
    type_word,
)
from azlin.sandbox.arm.templates.template_functions import DEFAULTS_ONLY
from azlin.sandbox.arm.templates.template_order import Declared, order
from azlin.sandbox.arm.templates.template_parameters import Parameter, read_parameters
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS, id_of, refuse_lengths
from azlin.sandbox.arm.templates.template_scope import Loops, Where, fixed_functions, user_functions
from azlin.sandbox.arm.templates.template_types import JSON_TYPES, SPELLED, Definitions

_OWN = frozenset(("copy", "condition", "dependsOn", "resources", "apiVersion", "comments", "scope", "existing", "name"))
_OF_THE_DEPLOYED = frozenset(("reference", "references"))
_MOST_COPIES = 800
_MOST_RESOURCES, _MOST_PARAMETERS, _MOST_OUTPUTS = 800, 256, 64
_SCHEMA = re.compile(r"https?://schema\.management\.azure\.com/schemas/([^/]+)/", re.IGNORECASE)
_SCHEMAS = ("2014-04-01-preview", "2015-01-01", "2018-05-01", "2019-04-01", "2019-08-01")


@dataclass(frozen=True, slots=True)
class Deployable:
    """One resource of a template, after `copy` and `condition`.

    `after` are the ids (casefolded) it waits for. `functions` are the template's, with this resource's copy index.
    """

    id: str
    type: str
    name: str
    api_version: str
    after: frozenset[str]
    raw: Body
    functions: Functions
    loops: Loops
    existing: bool = False
    symbol: str | None = None

    def body(self, functions: Functions, *, keep: bool = False) -> Body:
        """What is PUT; `functions` are those of `template_scope.running`. With `keep` an expression that needs
        what is not deployed yet stays as it is written."""
        nested = self.type.casefold() == DEPLOYMENTS.casefold()
        made: Body = {}
        for name, value in self.raw.items():
            if name in _OWN:
                continue
            if nested and name == "properties":
                made[name] = _nested(object_of(value), functions, self.loops, keep=keep)
            else:
                made[name] = expand(value, functions, self.loops, keep=keep)
        if nested:
            made.pop("subscriptionId", None)
            made.pop("resourceGroup", None)
        return made


@dataclass(frozen=True, slots=True)
class Template:
    """A template ready to be deployed. `resources` come in an order in which each follows what it waits for."""

    parameters: Mapping[str, Parameter]
    resources: tuple[Deployable, ...]
    outputs: Body
    functions: Functions
    ids: Mapping[str, str]
    """The id of every resource by its name, its symbol and its id, casefolded."""
    loops: Mapping[str, Sequence[str]]
    """The ids of the copies of every loop by its name or symbol, casefolded."""

    def outputs_of(self, functions: Functions, *, secure: bool = False) -> Body:
        """`{name: {type, value}}`; a secure output has a value only when it is asked for. Raises OutputsInvalid."""
        made: Body = {}
        wrong: dict[str, str] = {}
        for name, raw in self.outputs.items():
            declared = object_of(raw)
            try:
                if "condition" in declared and evaluate_value(declared["condition"], functions) is False:
                    continue
                value = self._output(name, declared, functions)
            except TemplateInvalid as invalid:
                wrong[name] = invalid.message
                continue
            kind = str(declared.get("type", "string")).casefold()
            shown = {"value": value} if secure or not kind.startswith("secure") else {}
            made[name] = {"type": SPELLED.get(kind, str(declared.get("type"))), **shown}
        if wrong:
            raise OutputsInvalid(wrong)
        return made

    @staticmethod
    def _output(name: str, declared: Body, functions: Functions) -> Any:
        if "copy" in declared:
            value: Any = _copied(object_of(declared["copy"]), functions, Loops(), name)
        else:
            value = expand(declared.get("value"), functions, Loops())
        wanted = JSON_TYPES.get(str(declared.get("type", "string")).casefold())
        fits = wanted is None or type_word(value) in wanted or (value is None and declared.get("nullable") is True)
        if not fits:
            raise TemplateInvalid(
                f"Template output JToken type is not valid. Expected '{wanted}'. Actual '{type_word(value)}'."
                "Please see https://aka.ms/arm-template/#outputs for usage details."
            )
        return value


class OutputsInvalid(Exception):
    """Outputs that cannot be evaluated or are of another type than declared: why, by name."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


def open_template(raw: Any, given: Any, where: Where) -> Template:
    """Check and expand a template. Raises TemplateInvalid in ARM's words."""
    template = object_of(raw)
    if not template or ("resources" not in template and "$schema" not in template):
        raise _refused("Required property '$schema' not found in JSON. Path ''.")
    _refuse_schema(str(template.get("$schema", "")))
    declared, outputs = object_of(template.get("parameters")), object_of(template.get("outputs"))
    _refuse_many("parameters", len(declared), _MOST_PARAMETERS)
    _refuse_many("outputs", len(outputs), _MOST_OUTPUTS)
    functions = fixed_functions(where)
    functions.update(user_functions(template.get("functions"), fixed_functions(where)))
    definitions = Definitions(object_of(template.get("definitions")))
    parameters = read_parameters(declared, object_of(given), {**functions, **DEFAULTS_ONLY}, definitions)
    functions["parameters"] = lambda arguments: _parameter(parameters, arguments)
    variables = _Variables(object_of(template.get("variables")), functions)
    functions["variables"] = variables.get
    for name in variables.names():
        variables.get([name])
    found = list(_declared(template.get("resources"), functions, where))
    _refuse_many("resources", sum(1 for one in found if not one.deployable.existing), _MOST_RESOURCES)
    ordered = order(found)
    resolved = {name: definitions.resolved(object_of(one)) for name, one in outputs.items()}
    return Template(parameters, ordered.resources, resolved, functions, ordered.ids, ordered.loops)


def _refuse_schema(schema: str) -> None:
    named = _SCHEMA.match(schema)
    if named is not None and named[1] not in _SCHEMAS:
        raise _refused(
            f"Template schema '{schema}' is not supported. Supported versions are '{','.join(_SCHEMAS)}'. Please see "
            "https://aka.ms/arm-template for usage details."
        )


def _refuse_many(what: str, count: int, most: int) -> None:
    if count > most:
        raise _refused(
            f"The number of template {what} limit exceeded. Limit: '{most}' and actual: '{count}'. Please see "
            f"https://aka.ms/arm-template/#{what} for usage details."
        )


def expand(value: Any, functions: Functions, loops: Loops, *, keep: bool = False) -> Any:
    """Evaluate a value, with `copy` arrays in its objects carried out; `keep` as in `Deployable.body`."""
    if isinstance(value, list):
        return [expand(one, functions, loops, keep=keep) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        if not isinstance(value, str):
            return value
        try:
            return evaluate_text(value, Layered({"copyindex": loops.copy_index}, functions))
        except TemplateInvalid:
            if keep and needs_deployed(value):
                return value
            raise
    fields = object_of(cast("Any", value))
    made: Body = {}
    for name, one in fields.items():
        if name == "copy" and _is_copy(one):
            for loop in array_of(one):
                each = object_of(loop)
                made[str(each["name"])] = _copied(each, functions, loops, str(each["name"]), keep=keep)
        else:
            spelled = evaluate_text(name, Layered({"copyindex": loops.copy_index}, functions))
            made[str(spelled)] = expand(one, functions, loops, keep=keep)
    return made


def needs_deployed(value: Any) -> bool:
    """Whether a template value asks for something that is known only once resources are there."""
    names = (call.name.casefold() for call in calls_in(value))
    return any(name in _OF_THE_DEPLOYED or name.startswith("list") for name in names)


def _is_copy(value: Any) -> bool:
    loops = array_of(value)
    return bool(loops) and all("name" in object_of(one) and "input" in object_of(one) for one in loops)


def _copied(loop: Body, functions: Functions, loops: Loops, name: str, *, keep: bool = False) -> list[Any]:
    count = _count(loop, functions, loops, name)
    entered = [loops.entered(name, at, current=True) for at in range(count)]
    return [expand(loop.get("input"), functions, one, keep=keep) for one in entered]


def _count(loop: Body, functions: Functions, loops: Loops, name: str) -> int:
    count = expand(loop.get("count"), functions, loops)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= _MOST_COPIES:
        raise _refused(
            f"The value for the copy count of '{name}' must be a whole number from 0 to {_MOST_COPIES}, not '{count}'. "
            "Please see https://aka.ms/arm-copy for usage details."
        )
    return count


def _nested(properties: Body, functions: Functions, loops: Loops, *, keep: bool = False) -> Body:
    """A deployment inside a template: with inner scope its template keeps its own expressions."""
    options = object_of(properties.get("expressionEvaluationOptions"))
    inner = str(options.get("scope", "outer")).casefold() == "inner"
    made = {
        name: expand(value, functions, loops, keep=keep)
        for name, value in properties.items()
        if not (inner and name == "template")
    }
    if inner and "template" in properties:
        made["template"] = properties["template"]
    return made


def _parameter(parameters: Mapping[str, Parameter], arguments: Sequence[Any]) -> Any:
    wanted = str(arguments[0])
    for name, parameter in parameters.items():
        if name.casefold() == wanted.casefold():
            return parameter.value
    raise _refused(
        f"The template parameter '{wanted}' is not found. Please see https://aka.ms/arm-syntax-parameters for usage "
        "details."
    )


class _Variables:
    """Worked out when asked for, each once; a circle is refused."""

    def __init__(self, raw: Body, functions: Functions) -> None:
        self._functions = functions
        self._raw = {name.casefold(): value for name, value in raw.items() if name != "copy" or not _is_copy(value)}
        self._loops = {str(object_of(one)["name"]).casefold(): object_of(one) for one in _loops_of(raw)}
        self._known: dict[str, Any] = {}
        self._open: list[str] = []

    def names(self) -> list[str]:
        return [*self._raw, *self._loops]

    def get(self, arguments: Sequence[Any]) -> Any:
        wanted = str(arguments[0])
        folded = wanted.casefold()
        if folded in self._known:
            return self._known[folded]
        if folded in self._open:
            raise _refused(
                f"The template variable '{wanted}' cannot reference itself. Please see "
                "https://aka.ms/arm-syntax-variables for usage details."
            )
        if folded not in self._raw and folded not in self._loops:
            raise _refused(
                f"The template variable '{wanted}' is not found. Please see https://aka.ms/arm-syntax-variables for "
                "usage details."
            )
        self._open.append(folded)
        if folded in self._loops:
            value: Any = _copied(self._loops[folded], self._functions, Loops(), wanted)
        else:
            value = expand(self._raw[folded], self._functions, Loops())
        self._open.pop()
        self._known[folded] = value
        return value


def _loops_of(raw: Body) -> list[Any]:
    return array_of(raw["copy"]) if "copy" in raw and _is_copy(raw["copy"]) else []


def _declared(raw: Any, functions: Functions, where: Where) -> Iterator[Declared]:
    if isinstance(raw, dict):
        for symbol, one in object_of(cast("Any", raw)).items():
            yield from _copies(object_of(one), functions, where, symbol, None)
    for one in array_of(raw):
        yield from _copies(object_of(one), functions, where, None, None)


def _copies(
    raw: Body, functions: Functions, where: Where, symbol: str | None, parent: Deployable | None
) -> Iterator[Declared]:
    loop = object_of(raw.get("copy"))
    if not loop:
        yield from _one(raw, functions, where, symbol, parent, Loops(), None)
        return
    name = str(expand(loop.get("name", symbol or ""), functions, Loops()))
    previous: tuple[str, ...] = ()
    serial = str(loop.get("mode", "")).casefold() == "serial"
    size = int(loop.get("batchSize", 1)) if serial else 0
    batch: tuple[str, ...] = ()
    for at in range(_count(loop, functions, Loops(), name)):
        loops = Loops().entered(name, at, current=True)
        for declared in _one(raw, functions, where, symbol, parent, loops, name):
            yield replace(declared, waits_for=declared.waits_for + previous, index=at)
            batch += (declared.deployable.id,)
        if serial and (at + 1) % max(1, size) == 0:
            previous, batch = batch, ()


def _one(
    raw: Body,
    functions: Functions,
    where: Where,
    symbol: str | None,
    parent: Deployable | None,
    loops: Loops,
    loop: str | None,
) -> Iterator[Declared]:
    scoped = Layered({"copyindex": loops.copy_index}, functions)
    condition = evaluate_value(raw.get("condition", True), scoped)
    wanted = bool(condition)
    kind, name = str(evaluate_value(raw.get("type", ""), scoped)), str(evaluate_value(raw.get("name", ""), scoped))
    if parent is not None and not kind.casefold().startswith(parent.type.casefold() + "/"):
        kind, name = f"{parent.type}/{kind}", f"{parent.name}/{name}"
    version = str(evaluate_value(raw.get("apiVersion", ""), scoped))
    if not kind or "/" not in kind or not name:
        raise _refused(
            f"The template resource '{name}' of type '{kind}' is not valid: it needs a type and a name. "
            "Please see https://aka.ms/arm-syntax-resources for usage details."
        )
    refuse_lengths(kind, name)
    existing = raw.get("existing") is True
    waits_for = [str(evaluate_value(one, scoped)) for one in array_of(raw.get("dependsOn"))]
    for call in calls_in({key: value for key, value in raw.items() if key not in ("dependsOn", "resources")}):
        if call.name.casefold() in _OF_THE_DEPLOYED or call.name.casefold().startswith("list"):
            waits_for.extend(_named(call.arguments[:1], scoped))
    own = Deployable(
        id=id_of(kind, name, raw, scoped, where) if parent is None else _child_id(parent, kind, name),
        type=kind,
        name=name,
        api_version=version,
        after=frozenset(),
        raw=raw,
        functions=scoped,
        loops=loops,
        existing=existing,
        symbol=symbol,
    )
    if parent is not None:
        waits_for.append(parent.id)
    yield Declared(own, tuple(waits_for), loop, wanted)
    if wanted:
        for child in array_of(raw.get("resources")):
            yield from _copies(object_of(child), scoped, where, None, own)


def _child_id(parent: Deployable, kind: str, name: str) -> str:
    segments = kind.split("/")[parent.type.count("/") + 1 :]
    names = name.split("/")[parent.type.count("/") :]
    return "/".join((parent.id, *(f"{segment}/{part}" for segment, part in zip(segments, names, strict=True))))


def _named(arguments: Sequence[Node], functions: Functions) -> list[str]:
    """The first argument of `reference`, where it can be known before anything runs."""
    try:
        return [f"?{evaluate(argument, functions)}" for argument in arguments]
    except TemplateInvalid:
        return []


def _refused(why: str) -> TemplateInvalid:
    return TemplateInvalid(f"Deployment template validation failed: '{why}'.")
