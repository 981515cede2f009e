"""The functions of the template language that are understood, each with its signature.

The one list of them: the evaluator takes the number of arguments from it, `docs/reference/template-functions.md` is
made of it, and a test holds it against what is implemented. An argument in square brackets may be left out, `...`
stands for any number more. Groups and signatures as in Microsoft's reference "ARM template functions".
"""

from __future__ import annotations

import re
from functools import cache

SIGNATURES: dict[str, tuple[str, ...]] = {
    "Array": (
        "array(value)",
        "concat(first, ...)",
        "contains(container, item)",
        "createArray(...)",
        "empty(item)",
        "first(value)",
        "indexFromEnd(array, reverseIndex)",
        "indexOf(value, item)",
        "intersection(first, second, ...)",
        "last(value)",
        "lastIndexOf(value, item)",
        "length(value)",
        "max(first, ...)",
        "min(first, ...)",
        "range(start, count)",
        "skip(value, count)",
        "take(value, count)",
        "tryGet(value, key, ...)",
        "tryIndexFromEnd(array, reverseIndex, ...)",
        "union(first, second, ...)",
        "flatten(array)",
    ),
    "CIDR": ("cidrHost(network, index)", "cidrSubnet(network, prefixLength, index)", "parseCidr(network)"),
    "Comparison": (
        "coalesce(first, ...)",
        "equals(first, second)",
        "greater(first, second)",
        "greaterOrEquals(first, second)",
        "less(first, second)",
        "lessOrEquals(first, second)",
    ),
    "Date": (
        "dateTimeAdd(base, duration, [format])",
        "dateTimeFromEpoch(seconds)",
        "dateTimeToEpoch(dateTime)",
        "utcNow([format])",
    ),
    "Deployment": (
        "deployer()",
        "deployment()",
        "environment()",
        "fail(message)",
        "parameters(name)",
        "variables(name)",
    ),
    "Lambda": (
        "filter(array, lambda)",
        "groupBy(array, keyLambda)",
        "lambda(...)",
        "lambdaVariables(name)",
        "map(array, lambda)",
        "mapValues(object, lambda)",
        "reduce(array, initial, lambda)",
        "sort(array, lambda)",
        "toObject(array, keyLambda, [valueLambda])",
    ),
    "Logical": (
        "and(first, second, ...)",
        "bool(value)",
        "false()",
        "if(condition, whenTrue, whenFalse)",
        "not(value)",
        "or(first, second, ...)",
        "true()",
    ),
    "Numeric": (
        "add(first, second)",
        "copyIndex([loop], [offset])",
        "div(first, second)",
        "float(value)",
        "int(value)",
        "mod(first, second)",
        "mul(first, second)",
        "sub(first, second)",
    ),
    "Object": (
        "createObject(...)",
        "items(object)",
        "json(text)",
        "null()",
        "objectKeys(object)",
        "shallowMerge(objects)",
    ),
    "Resource": (
        "extensionResourceId(resourceId, resourceType, name, ...)",
        "list*(resource, apiVersion, [body], [mode])",
        "managementGroupResourceId([managementGroup], resourceType, name, ...)",
        "pickZones(namespace, resourceType, location, [zones], [offset])",
        "providers(namespace, [resourceType])",
        "reference(resource, [apiVersion], ['Full'])",
        "references(loop, [apiVersion], ['Full'])",
        "resourceId([subscription], [resourceGroup], resourceType, name, ...)",
        "subscriptionResourceId([subscription], resourceType, name, ...)",
        "tenantResourceId(resourceType, name, ...)",
    ),
    "Scope": ("managementGroup()", "resourceGroup()", "subscription()", "tenant()"),
    "String": (
        "base64(text)",
        "base64ToJson(text)",
        "base64ToString(text)",
        "dataUri(text)",
        "dataUriToString(uri)",
        "endsWith(text, end)",
        "format(text, ...)",
        "guid(text, ...)",
        "join(array, delimiter)",
        "newGuid()",
        "padLeft(value, length, [filler])",
        "replace(text, old, new)",
        "split(text, delimiter)",
        "startsWith(text, start)",
        "string(value)",
        "substring(text, start, [length])",
        "toLower(text)",
        "toUpper(text)",
        "trim(text)",
        "uniqueString(text, ...)",
        "uri(base, relative)",
        "uriComponent(text)",
        "uriComponentToString(text)",
    ),
}
"""By the group of the reference; a function that stands in several groups is listed once."""

_SIGNATURE = re.compile(r"([\w*]+)\((.*)\)")
_COUNTED_ELSEWHERE = frozenset(
    (
        "copyindex",
        "extensionresourceid",
        "lambda",
        "list*",
        "managementgroupresourceid",
        "resourceid",
        "subscriptionresourceid",
        "tenantresourceid",
    )
)
MANY = 1 << 30


@cache
def argument_counts() -> dict[str, tuple[int, int]]:
    """The least and the greatest number of arguments, by casefolded name; `MANY` is no limit."""
    counts: dict[str, tuple[int, int]] = {}
    for signature in (one for group in SIGNATURES.values() for one in group):
        found = _SIGNATURE.fullmatch(signature)
        if found is None or found[1].casefold() in _COUNTED_ELSEWHERE:
            continue
        arguments = [one.strip() for one in found[2].split(",") if one.strip()]
        least = sum(1 for one in arguments if not one.startswith("[") and one != "...")
        counts[found[1].casefold()] = (least, MANY if "..." in arguments else len(arguments))
    return counts


@cache
def names() -> tuple[str, ...]:
    """Every function, as it is spelled."""
    return tuple(one.partition("(")[0] for group in SIGNATURES.values() for one in group)
