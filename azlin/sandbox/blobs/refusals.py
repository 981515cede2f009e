"""What the Blob service says when it says no: XML with a code and a message, and the code in `x-ms-error-code`.

Source: "Blob service error codes" and "Common REST API error codes" of Azure Storage.
"""

from __future__ import annotations

from xml.sax.saxutils import escape


class BlobRefusal(Exception):
    """Raise it anywhere below the service: it becomes the HTTP answer."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def document(self, request_id: str, time: str) -> bytes:
        text = f"{self.message}\nRequestId:{request_id}\nTime:{time}"
        return (
            '\ufeff<?xml version="1.0" encoding="utf-8"?>'
            f"<Error><Code>{escape(self.code)}</Code><Message>{escape(text)}</Message></Error>"
        ).encode()


def authentication_failed(detail: str = "") -> BlobRefusal:
    why = f"\n{detail}" if detail else ""
    return BlobRefusal(
        403,
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
        f"including the signature.{why}",
    )


def no_authentication(tenant: str) -> BlobRefusal:
    challenge = (
        f"Bearer authorization_uri=https://login.microsoftonline.com/{tenant}/oauth2/authorize "
        "resource_id=https://storage.azure.com"
    )
    return BlobRefusal(
        401,
        "NoAuthenticationInformation",
        "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        {"WWW-Authenticate": challenge},
    )


def mismatched_permission() -> BlobRefusal:
    return BlobRefusal(
        403,
        "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission.",
    )


def key_access_off() -> BlobRefusal:
    return BlobRefusal(
        403,
        "KeyBasedAuthenticationNotPermitted",
        "Key based authentication is not permitted on this storage account.",
    )


def public_access_off() -> BlobRefusal:
    return BlobRefusal(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")


def container_not_found() -> BlobRefusal:
    return BlobRefusal(404, "ContainerNotFound", "The specified container does not exist.")


def blob_not_found() -> BlobRefusal:
    return BlobRefusal(404, "BlobNotFound", "The specified blob does not exist.")


def condition_not_met() -> BlobRefusal:
    return BlobRefusal(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.")


def invalid_header(name: str) -> BlobRefusal:
    return BlobRefusal(
        400, "InvalidHeaderValue", f"The value for one of the HTTP headers is not in the correct format. ({name})"
    )


def invalid_query(name: str) -> BlobRefusal:
    return BlobRefusal(
        400,
        "InvalidQueryParameterValue",
        f"Value for one of the query parameters specified in the request URI is invalid. ({name})",
    )


def unsupported(what: str) -> BlobRefusal:
    return BlobRefusal(501, "NotServedBySandbox", f"sandbox: {what} is not served.")
