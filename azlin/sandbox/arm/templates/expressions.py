"""The language inside `[...]` of an ARM template, evaluated. Nothing is ever handed to Python's own eval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.templates.expression_parser import (
    Access,
    Call,
    Literal,
    Node,
    TemplateInvalid,
    is_expression,
    parse_expression,
)

Function = Callable[[Sequence[Any]], Any]
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


class WrongArgument(TypeError):
    """An argument of another type than the function wants; `at` counts from 0."""

    def __init__(self, at: int, wanted: str, found: str) -> None:
        super().__init__(f"a value of type '{wanted}' is expected, '{found}' was given")
        self.at, self.wanted, self.found = at, wanted, found


class Functions(Protocol):
    """Functions by casefolded name; a missing one is refused in ARM's words."""

    def get(self, name: str, /) -> Function | None: ...


class Layered:
    """Some functions over others."""

    def __init__(self, over: Mapping[str, Function], under: Functions) -> None:
        self._over, self._under = over, under

    def get(self, name: str, /) -> Function | None:
        return self._over.get(name) or self._under.get(name)


def evaluate_text(value: str, functions: Functions) -> Any:
    """What a text of the template stands for."""
    if is_expression(value):
        return evaluate(parse_expression(value), functions)
    return value[1:] if value.startswith("[[") else value


def evaluate_value(value: Any, functions: Functions) -> Any:
    """A copy with every expression at any depth replaced by what it stands for."""
    if isinstance(value, str):
        return evaluate_text(value, functions)
    if isinstance(value, list):
        return [evaluate_value(one, functions) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {str(evaluate_text(name, functions)): evaluate_value(one, functions) for name, one in fields.items()}
    return value


def calls_in(value: Any) -> Iterator[Call]:
    """Every call in every expression of a template value."""
    if isinstance(value, str):
        if is_expression(value):
            yield from _calls(parse_expression(value))
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from calls_in(one)
    elif isinstance(value, dict):
        for one in cast("dict[str, Any]", value).values():
            yield from calls_in(one)


def _calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
        for argument in node.arguments:
            yield from _calls(argument)
    elif isinstance(node, Access):
        yield from _calls(node.target)
        yield from _calls(node.key)


def evaluate(node: Node, functions: Functions, bound: Mapping[str, Any] | None = None) -> Any:
    """The value of a tree. `bound` are the variables of enclosing lambdas."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Access):
        return _reach(evaluate(node.target, functions, bound), evaluate(node.key, functions, bound), node.safe)
    name = node.name.casefold()
    if name == "if":
        return _if(node, functions, bound)
    if name == "lambda":
        return Lambda(node, functions, bound or {})
    if name == "lambdavariables":
        wanted = evaluate(_argument(node, 0), functions, bound)
        if bound is None or wanted not in bound:
            raise TemplateInvalid(f"The lambda variable '{wanted}' is not found.")
        return bound[wanted]
    return _logical(node, functions, bound) if name in ("and", "or") else _called(node, functions, bound)


def _called(node: Call, functions: Functions, bound: Mapping[str, Any] | None) -> Any:
    function = functions.get(node.name.casefold())
    if function is None:
        if node.name.casefold().startswith("list"):
            raise TemplateInvalid(
                f"The template function '{node.name}' is not expected at this location. "
                "Please see https://aka.ms/arm-functions for usage details."
            )
        raise TemplateInvalid(
            f"The template function '{node.name}' is not valid. "
            "Please see https://aka.ms/arm-functions for usage details."
        )
    arguments = [evaluate(argument, functions, bound) for argument in node.arguments]
    try:
        return function(arguments)
    except WrongArgument as wrong:
        which = "parameter" if len(arguments) == 1 else f"{_ORDINALS[wrong.at]} parameter"
        raise TemplateInvalid(
            f"The template language function '{node.name}' expects its {which} to be of type '{wrong.wanted}'. The "
            f"provided value is of type '{wrong.found}'. Please see https://aka.ms/arm-functions#{node.name.casefold()}"
            " for usage details."
        ) from wrong
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError, ZeroDivisionError) as problem:
        raise TemplateInvalid(
            f"The template language function '{node.name}' was called with arguments it cannot take: {problem}. "
            "Please see https://aka.ms/arm-functions for usage details."
        ) from problem


def _if(node: Call, functions: Functions, bound: Mapping[str, Any] | None) -> Any:
    if len(node.arguments) != 3:
        raise wrong_count("if", 3)
    chosen = evaluate(node.arguments[0], functions, bound)
    if not isinstance(chosen, bool):
        raise TemplateInvalid(
            "The template language function 'if' expects its first parameter to be of type 'Boolean'. The provided "
            f"value is of type '{type_word(chosen)}'."
        )
    return evaluate(node.arguments[1 if chosen else 2], functions, bound)


def _logical(node: Call, functions: Functions, bound: Mapping[str, Any] | None) -> bool:
    name = node.name.casefold()
    if len(node.arguments) < 2:
        raise TemplateInvalid(f"The template language function '{name}' expects two or more parameters.")
    ends_at = name == "or"
    for argument in node.arguments:
        value = evaluate(argument, functions, bound)
        if not isinstance(value, bool):
            raise TemplateInvalid(
                f"The template language function '{name}' expects its parameters to be of type 'Boolean'. The provided "
                f"value is of type '{type_word(value)}'."
            )
        if value is ends_at:
            return ends_at
    return not ends_at


def _reach(target: Any, key: Any, safe: bool) -> Any:
    kind = type_word(target)
    if isinstance(target, dict) and isinstance(key, str):
        fields = object_of(cast("Any", target))
        if key in fields:
            return fields[key]
        for name, value in fields.items():
            if name.casefold() == key.casefold():
                return value
        if safe:
            return None
        raise TemplateInvalid(
            f"The language expression property '{key}' doesn't exist, available properties are '{', '.join(fields)}'."
        )
    if isinstance(target, list | str) and isinstance(key, int) and not isinstance(key, bool):
        items = cast("Sequence[Any]", target)
        if 0 <= key < len(items):
            return items[key]
        if safe:
            return None
        raise TemplateInvalid(
            f"The language expression property array index '{key}' is out of bounds."
            if items
            else f"The language expression property array index '{key}' is out of bounds: the array is empty."
        )
    if safe and target is None:
        return None
    raise TemplateInvalid(
        f"The language expression property '{key}' can't be evaluated, a value of type '{kind}' has none."
    )


def type_word(value: object) -> str:
    """The name ARM has for a JSON type."""
    if value is None:
        return "Null"
    return _TYPE_WORDS.get(type(cast("Any", value)).__name__, "Object")


_TYPE_WORDS = {"bool": "Boolean", "int": "Integer", "float": "Float", "str": "String", "list": "Array"}


def wrong_count(name: str, wanted: int | str) -> TemplateInvalid:
    """Refusal of a call with too few or too many arguments."""
    return TemplateInvalid(
        f"The template function '{name}' expects {wanted} parameter(s). "
        "Please see https://aka.ms/arm-functions for usage details."
    )


def _argument(node: Call, at: int) -> Node:
    if at >= len(node.arguments):
        raise wrong_count(node.name, at + 1)
    return node.arguments[at]


class Lambda:
    """`lambda('x', ..., body)` with the functions and variables it closes over; called with its values."""

    def __init__(self, node: Call, functions: Functions, bound: Mapping[str, Any]) -> None:
        if not node.arguments:
            raise wrong_count("lambda", "one or more")
        self._names = [str(evaluate(one, functions)) for one in node.arguments[:-1]]
        self._body, self._functions, self._bound = node.arguments[-1], functions, bound

    def __call__(self, *values: Any) -> Any:
        bound = {**self._bound, **dict(zip(self._names, values, strict=False))}
        return evaluate(self._body, self._functions, bound)
