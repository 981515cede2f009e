"""The parameters of a template: defaults, types, limits, and what a GET may show of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.templates.expressions import Function, Layered, TemplateInvalid, evaluate_value
from azlin.sandbox.arm.templates.template_types import SPELLED, Definitions


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


def read_parameters(
    declared: Body, given: Body, functions: Mapping[str, Function], definitions: Definitions | None = None
) -> dict[str, Parameter]:
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
    folded_given = {name.casefold(): value for name, value in given.items()}
    return _Reader(declared, folded_given, functions, definitions or Definitions({})).all()


class _Reader:
    """Defaults may use other parameters, so each is read when it is asked for."""

    def __init__(
        self, declared: Body, given: Body, functions: Mapping[str, Function], definitions: Definitions
    ) -> None:
        self._declared, self._given, self._definitions = declared, given, definitions
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
        declared = self._definitions.resolved(declared)
        kind = self._definitions.kind(name, declared)
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
        return Parameter(SPELLED[kind], self._definitions.fitting(name, declared, value))

    @staticmethod
    def _given_value(name: str, given: Body) -> Any:
        if "value" not in given:
            raise _refused(
                f"The value of deployment parameter '{name}' is null. Please specify the value or use the parameter "
                "reference. See https://aka.ms/arm-create-parameter-file for details."
            )
        return given["value"]


def _refused(why: str) -> TemplateInvalid:
    return TemplateInvalid(f"Deployment template validation failed: '{why}'.")
