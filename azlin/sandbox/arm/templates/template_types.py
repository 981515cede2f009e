"""The types of a template: of its parameters and outputs, with `definitions` and `$ref` of languageVersion 2.0.

Source: Microsoft, "Parameters in ARM templates" and "Definitions in ARM templates". A wrong value is refused in ARM's
words; the value of a secure one never appears in them.
"""

from __future__ import annotations

import re
from typing import Any

from azlin.sandbox.arm.jsonc import Body, array_of, object_of, same_json
from azlin.sandbox.arm.templates.expressions import TemplateInvalid, type_word

SPELLED = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
JSON_TYPES = {
    "string": "String, Uri",
    "securestring": "String, Uri",
    "int": "Integer",
    "bool": "Boolean",
    "object": "Object",
    "secureobject": "Object",
    "array": "Array",
}
"""What ARM calls the JSON types that a declared type takes."""
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DEEPEST = 32


class Definitions:
    """The user-defined types of a template, by name."""

    def __init__(self, declared: Body) -> None:
        self._declared = declared

    def resolved(self, declared: Body) -> Body:
        """A declaration with its `$ref` followed; what stands beside the `$ref` wins. Raises TemplateInvalid."""
        seen = 0
        while isinstance(declared.get("$ref"), str):
            seen += 1
            name = str(declared["$ref"]).removeprefix("#/definitions/")
            found = self._declared.get(name)
            if not isinstance(found, dict) or seen > _DEEPEST:
                raise _refused(
                    f"The type definition '{declared['$ref']}' is not found. Please see "
                    "https://aka.ms/arm-syntax for usage details."
                )
            own = {key: value for key, value in declared.items() if key != "$ref"}
            declared = {**object_of(found), **own}
        return declared

    def kind(self, name: str, declared: Body) -> str:
        """The casefolded type of a resolved declaration. Raises TemplateInvalid."""
        kind = str(declared.get("type", "")).casefold()
        if kind not in SPELLED:
            raise _refused(
                f"The template parameter '{name}' has the invalid type '{declared.get('type')}'. "
                "Please see https://aka.ms/arm-syntax-parameters for usage details."
            )
        return kind

    def fitting(self, path: str, declared: Body, value: Any) -> Any:
        """The value as the declared type has it, at every depth. Raises TemplateInvalid for one that does not fit."""
        declared = self.resolved(declared)
        kind = self.kind(path, declared)
        if value is None and declared.get("nullable") is True:
            return None
        value = _converted(path, kind, value)
        _refuse_limits(path, kind, declared, value)
        if kind == "array":
            return self._array(path, declared, array_of(value))
        return self._object(path, declared, object_of(value)) if kind.endswith("object") else value

    def _array(self, path: str, declared: Body, items: list[Any]) -> list[Any]:
        first, rest = array_of(declared.get("prefixItems")), declared.get("items")
        if rest is False and len(items) > len(first):
            raise _invalid(path, f"an array of at most {len(first)} items", "a longer one")
        kinds: list[Any] = list(first)
        if isinstance(rest, dict):
            kinds += [rest] * max(0, len(items) - len(first))
        pairs = enumerate(zip(kinds, items, strict=False))
        fitted = [self.fitting(f"{path}[{at}]", object_of(kind), one) for at, (kind, one) in pairs]
        return [*fitted, *items[len(fitted) :]]

    def _object(self, path: str, declared: Body, fields: Body) -> Body:
        declared = self._variant(path, declared, fields)
        kinds = object_of(declared.get("properties"))
        rest = declared.get("additionalProperties")
        folded = {name.casefold(): name for name in fields}
        made = dict(fields)
        for name, kind in kinds.items():
            own = self.resolved(object_of(kind))
            given = folded.pop(name.casefold(), None)
            if given is not None or own.get("nullable") is not True:
                made[given or name] = self.fitting(f"{path}.{name}", own, None if given is None else fields[given])
        for name in folded.values():
            if rest is False:
                raise _refused(
                    f"The following properties are not permitted in template parameter '{path}': '{name}'. Please see "
                    "https://aka.ms/arm-create-parameter-file for usage details."
                )
            if isinstance(rest, dict):
                made[name] = self.fitting(f"{path}.{name}", object_of(rest), fields[name])
        return made

    def _variant(self, path: str, declared: Body, fields: Body) -> Body:
        """With a `discriminator`: the variant that the object's own field names."""
        discriminator = object_of(declared.get("discriminator"))
        name = discriminator.get("propertyName")
        if not isinstance(name, str):
            return declared
        variants = object_of(discriminator.get("mapping"))
        chosen = str(fields.get(name))
        if chosen not in variants:
            raise _refused(
                f"The provided value for the template parameter '{path}.{name}' is not valid. The value '{chosen}' is "
                f"not part of the allowed value(s): '{','.join(variants)}'."
            )
        found = self.resolved(object_of(variants[chosen]))
        return {**declared, **found, "properties": {**object_of(found.get("properties"))}}


def _converted(path: str, kind: str, value: Any) -> Any:
    """A value of the kind; ARM takes numbers and booleans written as text."""
    if kind == "int" and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if kind == "bool" and isinstance(value, str) and value.casefold() in ("true", "false"):
        return value.casefold() == "true"
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if type_word(value) not in JSON_TYPES[kind]:
        raise _invalid(path, JSON_TYPES[kind], type_word(value))
    return value


def _invalid(path: str, wanted: str, found: str) -> TemplateInvalid:
    return _refused(
        f"Template parameter '{path}' was provided an invalid value. Expected a value of type '{wanted}', but received "
        f"a value of type '{found}'. Please see https://aka.ms/arm-create-parameter-file for usage details."
    )


def _refuse_limits(path: str, kind: str, declared: Body, value: Any) -> None:
    allowed = array_of(declared.get("allowedValues"))
    if allowed and not _is_allowed(value, allowed):
        shown = "***" if kind.startswith("secure") else str(value)
        raise _refused(
            f"The provided value '{shown}' for the template parameter '{path}' is not valid. The value is not part of "
            f"the allowed value(s): '{','.join(str(one) for one in allowed)}'."
        )
    if kind in ("string", "securestring", "array"):
        _refuse_length(path, declared, len(value))
    low, high = declared.get("minValue"), declared.get("maxValue")
    number = value if isinstance(value, int) else 0
    if kind == "int" and ((isinstance(low, int) and number < low) or (isinstance(high, int) and number > high)):
        raise _refused(
            f"The provided value for the template parameter '{path}' is not valid. The value '{value}' is not in the "
            f"range from '{low}' to '{high}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )


def _is_allowed(value: Any, allowed: list[Any]) -> bool:
    """Texts in any casing; of an array each item may be one of the allowed values."""

    def among(one: Any) -> bool:
        folded = one.casefold() if isinstance(one, str) else one
        return any(same_json(folded, other.casefold() if isinstance(other, str) else other) for other in allowed)

    return among(value) or (isinstance(value, list) and all(among(one) for one in array_of(value)))


def _refuse_length(path: str, declared: Body, length: int) -> None:
    low, high = declared.get("minLength"), declared.get("maxLength")
    if isinstance(low, int) and length < low:
        raise _refused(
            f"The provided value for the template parameter '{path}' is not valid. Length of the value should be "
            f"greater than or equal to '{low}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )
    if isinstance(high, int) and length > high:
        raise _refused(
            f"The provided value for the template parameter '{path}' is not valid. Length of the value should be less "
            f"than or equal to '{high}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )


def _refused(why: str) -> TemplateInvalid:
    return TemplateInvalid(f"Deployment template validation failed: '{why}'.")
