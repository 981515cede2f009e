"""The parameters of a template: defaults, types, limits, and what a GET may show of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.templates.expressions import Function, Layered, TemplateInvalid, evaluate_value, type_word

SPELLED = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
_WANTED = {
    "string": ("String",),
    "securestring": ("String",),
    "int": ("Integer",),
    "bool": ("Boolean",),
    "object": ("Object",),
    "secureobject": ("Object",),
    "array": ("Array",),
}
_WHOLE = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """`type` as a GET spells it: String, SecureString, Int, Bool, Object, SecureObject, Array."""

    type: str
    value: Any

    @property
    def secure(self) -> bool:
        return self.type.startswith("Secure")

    def shown(self) -> Body:
        """What a GET of the deployment has for it: never the value of a secure one."""
        return {"type": self.type} if self.secure else {"type": self.type, "value": self.value}


def read_parameters(declared: Body, given: Body, functions: Mapping[str, Function]) -> dict[str, Parameter]:
    """The value of every declared parameter. Raises TemplateInvalid in ARM's words."""
    folded = {name.casefold(): name for name in declared}
    strange = [name for name in given if name.casefold() not in folded]
    if strange:
        raise _refused(
            f"The template parameters '{', '.join(strange)}' in the parameters file are not valid; they are not "
            "present in the original template and can therefore not be provided at deployment time. The only supported "
            f"parameters for this template are '{', '.join(declared)}'. Please see "
            "https://aka.ms/arm-pass-parameter-values for usage details."
        )
    return _Reader(declared, {name.casefold(): value for name, value in given.items()}, functions).all()


class _Reader:
    """Defaults may use other parameters, so each is read when it is asked for."""

    def __init__(self, declared: Body, given: Body, functions: Mapping[str, Function]) -> None:
        self._declared, self._given = declared, given
        self._names = {name.casefold(): name for name in declared}
        self._functions = Layered({"parameters": lambda arguments: self._read(str(arguments[0])).value}, functions)
        self._known: dict[str, Parameter] = {}
        self._open: list[str] = []

    def all(self) -> dict[str, Parameter]:
        return {name: self._read(name) for name in self._declared}

    def _read(self, wanted: str) -> Parameter:
        name = self._names.get(wanted.casefold())
        if name is None:
            raise _refused(
                f"The template parameter '{wanted}' is not found. Please see "
                "https://aka.ms/arm-syntax-parameters for usage details."
            )
        if name in self._known:
            return self._known[name]
        if name in self._open:
            raise _refused(f"The template parameter '{name}' cannot reference itself.")
        self._open.append(name)
        found = self._parameter(name, object_of(self._declared[name]))
        self._open.pop()
        self._known[name] = found
        return found

    def _parameter(self, name: str, declared: Body) -> Parameter:
        kind = str(declared.get("type", "")).casefold()
        if kind not in SPELLED:
            raise _refused(
                f"The template parameter '{name}' has the invalid type '{declared.get('type')}'. "
                "Please see https://aka.ms/arm-syntax-parameters for usage details."
            )
        given = self._given.get(name.casefold())
        if given is not None:
            value = self._given_value(name, object_of(given))
        elif "defaultValue" in declared:
            value = evaluate_value(declared["defaultValue"], self._functions)
        elif declared.get("nullable") is True:
            return Parameter(SPELLED[kind], None)
        else:
            raise _refused(
                f"The value for the template parameter '{name}' at line '1' and column '1' is not provided. "
                "Please see https://aka.ms/arm-create-parameter-file for usage details."
            )
        if value is None and declared.get("nullable") is True:
            return Parameter(SPELLED[kind], None)
        value = _fitting(name, kind, value)
        _refuse_limits(name, kind, declared, value)
        return Parameter(SPELLED[kind], value)

    def _given_value(self, name: str, given: Body) -> Any:
        if "reference" in given:
            vault = str(object_of(object_of(given["reference"]).get("keyVault")).get("id", ""))
            raise TemplateInvalid(
                f"The specified KeyVault '{vault}' could not be read for the parameter '{name}': references to secrets "
                "are not resolved here.",
                "KeyVaultParameterReferenceNotFound",
            )
        if "value" not in given:
            raise _refused(
                f"The value of deployment parameter '{name}' is null. Please specify the value or use the parameter "
                "reference. See https://aka.ms/arm-create-parameter-file for details."
            )
        return given["value"]


def _fitting(name: str, kind: str, value: Any) -> Any:
    """A value of the declared type; ARM takes numbers and booleans written as text."""
    if kind == "int" and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if kind == "bool" and isinstance(value, str) and value.casefold() in ("true", "false"):
        return value.casefold() == "true"
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if type_word(value) not in _WANTED[kind]:
        raise _refused(
            f"Template parameter JToken type is not valid. Expected '{', '.join(_WANTED[kind])}'. Actual "
            f"'{type_word(value)}'. Please see https://aka.ms/resource-manager-parameter-files for usage details. "
            f"The parameter is '{name}'"
        )
    return value


def _refuse_limits(name: str, kind: str, declared: Body, value: Any) -> None:
    allowed = array_of(declared.get("allowedValues"))
    folded = [one.casefold() if isinstance(one, str) else one for one in allowed]
    asked = value.casefold() if isinstance(value, str) else value
    if allowed and asked not in folded and not all(one in allowed for one in array_of(value) or [None]):
        shown = "***" if kind.startswith("secure") else str(value)
        raise _refused(
            f"The provided value '{shown}' for the template parameter '{name}' is not valid. The value is not part of "
            f"the allowed value(s): '{','.join(str(one) for one in allowed)}'."
        )
    if kind in ("string", "securestring", "array"):
        _refuse_length(name, declared, len(value))
    low, high = declared.get("minValue"), declared.get("maxValue")
    number = value if isinstance(value, int) else 0
    if kind == "int" and ((isinstance(low, int) and number < low) or (isinstance(high, int) and number > high)):
        raise _refused(
            f"The provided value for the template parameter '{name}' is not valid. The value '{value}' is not in the "
            f"range from '{low}' to '{high}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )


def _refuse_length(name: str, declared: Body, length: int) -> None:
    low, high = declared.get("minLength"), declared.get("maxLength")
    if isinstance(low, int) and length < low:
        raise _refused(
            f"The provided value for the template parameter '{name}' is not valid. Length of the value should be "
            f"greater than or equal to '{low}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )
    if isinstance(high, int) and length > high:
        raise _refused(
            f"The provided value for the template parameter '{name}' is not valid. Length of the value should be less "
            f"than or equal to '{high}'. Please see https://aka.ms/arm-syntax-parameters for usage details."
        )


def _refused(why: str) -> TemplateInvalid:
    return TemplateInvalid(f"Deployment template validation failed: '{why}'.")
