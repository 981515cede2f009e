"""What ARM says when it says no, in its own shape and words.

Body: `{"error": {"code", "message", "target"?, "details"?: [...], "additionalInfo"?: [...]}}`.
The texts are those that Azure Resource Manager sends (seen in the recordings of its SDKs and CLI).
"""

from __future__ import annotations

from typing import Any


class ArmRefusal(Exception):
    """Raise it anywhere below the routes: it becomes the HTTP answer, or a failed operation.

    `delay_s` is how long the answer is held back (a latency fault). `page` is answered instead of ARM's error, because
    somebody on the way answered and not ARM.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        additional: list[dict[str, Any]] | None = None,
        page: str | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
        self.headers = headers or {}
        self.additional = additional
        self.page = page
        self.delay_s = 0.0

    def error(self) -> dict[str, Any]:
        """The inner object, as operations and deployments show it."""
        inner: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            inner["target"] = self.target
        if self.details is not None:
            inner["details"] = self.details
        if self.additional is not None:
            inner["additionalInfo"] = self.additional
        return inner


def resource_not_found(relative: str, group: str | None) -> ArmRefusal:
    """`relative` is `Namespace/type/name[/type/name]`."""
    where = f" under resource group '{group}'" if group else ""
    return ArmRefusal(
        404,
        "ResourceNotFound",
        f"The Resource '{relative}'{where} was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


def group_not_found(group: str) -> ArmRefusal:
    return ArmRefusal(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def parent_not_found(type_name: str, parent: str) -> ArmRefusal:
    return ArmRefusal(
        404,
        "ParentResourceNotFound",
        f"Failed to perform 'write' on resource(s) of type '{type_name.partition('/')[2]}', because"
        f" the parent resource '{parent}' could not be found.",
    )


def subscription_not_found(subscription: str) -> ArmRefusal:
    return ArmRefusal(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def subscription_malformed(subscription: str) -> ArmRefusal:
    return ArmRefusal(
        400,
        "InvalidSubscriptionId",
        f"The provided subscription identifier '{subscription}' is malformed or invalid.",
    )


def wrong_tenant(issuer: str, right: str) -> ArmRefusal:
    return ArmRefusal(
        401,
        "InvalidAuthenticationTokenTenant",
        f"The access token is from the wrong issuer 'https://sts.windows.net/{issuer}/'. It must "
        f"match the tenant 'https://sts.windows.net/{right}/' associated with this subscription. "
        f"Please use the authority (URL) 'https://login.windows.net/{right}' to get the token. "
        "Note, if the subscription is transferred to another tenant there is no impact to the "
        "services, but information about new tenant could take time to propagate (up to an hour). "
        "If you just transferred your subscription and see this error message, please try back "
        "later.",
        headers={"WWW-Authenticate": _challenge(right, "invalid_token")},
    )


def not_authenticated(tenant: str) -> ArmRefusal:
    return ArmRefusal(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        headers={"WWW-Authenticate": _challenge(tenant, "invalid_token")},
    )


def token_invalid(tenant: str, why: str) -> ArmRefusal:
    return ArmRefusal(
        401,
        "InvalidAuthenticationToken",
        why,
        headers={"WWW-Authenticate": _challenge(tenant, "invalid_token")},
    )


def token_expired(tenant: str) -> ArmRefusal:
    return ArmRefusal(
        401,
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time is earlier than current UTC time.",
        headers={"WWW-Authenticate": _challenge(tenant, "invalid_token")},
    )


def version_missing() -> ArmRefusal:
    return ArmRefusal(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def version_invalid(version: str, supported: list[str]) -> ArmRefusal:
    known = f" The supported versions are '{','.join(supported)}'." if supported else ""
    return ArmRefusal(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.{known}")


def version_not_registered(
    type_name: str, version: str, location: str | None, versions: list[str], locations: list[str]
) -> ArmRefusal:
    """The type is known, this api-version of it is not."""
    namespace, _, rest = type_name.partition("/")
    if location is None:
        return ArmRefusal(
            400,
            "InvalidResourceType",
            f"The resource type '{rest}' could not be found in the namespace '{namespace}' for api "
            f"version '{version}'. The supported api-versions are '{','.join(versions)}'.",
        )
    return ArmRefusal(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location}' and API version "
        f"'{version}' for type '{rest}'. The supported api-versions are '{', '.join(versions)}'. "
        f"The supported locations are '{', '.join(locations)}'.",
    )


def type_unknown(type_name: str, version: str) -> ArmRefusal:
    namespace, _, rest = type_name.partition("/")
    return ArmRefusal(
        404,
        "InvalidResourceType",
        f"The resource type '{rest}' could not be found in the namespace '{namespace}' for api version '{version}'.",
    )


def content_invalid(why: str) -> ArmRefusal:
    return ArmRefusal(
        400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{why}'."
    )


def location_required() -> ArmRefusal:
    return ArmRefusal(400, "LocationRequired", "The location property is required for this definition.")


def location_conflict(name: str, group: str, existing: str, asked: str) -> ArmRefusal:
    return ArmRefusal(
        409,
        "InvalidResourceLocation",
        f"The resource '{name}' already exists in location '{existing}' in resource group "
        f"'{group}'. A resource with the same name cannot be created in location '{asked}'. Please "
        "select a new resource name.",
    )


def group_location_conflict(name: str, existing: str, asked: str) -> ArmRefusal:
    return ArmRefusal(
        409,
        "InvalidResourceGroupLocation",
        f"Invalid resource group location '{asked}'. The Resource group already exists in location '{existing}'.",
        target=name,
    )


def method_not_allowed(method: str, path: str) -> ArmRefusal:
    return ArmRefusal(
        405,
        "MethodNotAllowed",
        f"The HTTP method '{method}' is not supported at scope '{path}'.",
    )


def not_done_here(path: str) -> ArmRefusal:
    """An action that Azure has and the sandbox has not: an answer that Azure itself never gives."""
    return ArmRefusal(
        409, "NotServedBySandbox", f"sandbox: '{path}' is an action that is not carried out here. Nothing was changed."
    )


def not_known_here(path: str) -> ArmRefusal:
    """A list of Azure's own that is not known here, and is not empty."""
    return ArmRefusal(409, "NotServedBySandbox", f"sandbox: what Azure has at '{path}' is not known here.")


def precondition_failed(what: str) -> ArmRefusal:
    return ArmRefusal(
        412,
        "PreconditionFailed",
        f"The condition '{what}' in the request is not satisfied by the current state of the resource.",
    )


def _challenge(tenant: str, error: str) -> str:
    return (
        f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="{error}", '
        "error_description=\"The authentication failed because of missing 'Authorization' header.\""
    )
