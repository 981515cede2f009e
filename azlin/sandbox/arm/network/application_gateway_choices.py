"""What can be chosen for an application gateway: TLS policies and cipher suites, headers and variables for rewriting.

They are those of the public documentation of Application Gateway ("TLS policy overview", "Rewrite HTTP headers"); the
shapes are those of the published definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry, RouteHandler
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal

_CIPHERS = [
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",
    "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",
    "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
    "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
]
_STRONG = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
]
_STRONG_CBC = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
]
_MIDDLE = [
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",
    "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",
    "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
    "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
]
_2017S = [
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
]
_TLS13 = ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"]
_PREDEFINED: Mapping[str, tuple[str, list[str]]] = {
    "AppGwSslPolicy20150501": ("TLSv1_0", [*_MIDDLE, *_CIPHERS[-2:]]),
    "AppGwSslPolicy20170401": ("TLSv1_1", _MIDDLE),
    "AppGwSslPolicy20170401S": ("TLSv1_2", _2017S),
    "AppGwSslPolicy20220101": ("TLSv1_2", [*_TLS13, *_STRONG, *_STRONG_CBC]),
    "AppGwSslPolicy20220101S": ("TLSv1_2", [*_TLS13, *_STRONG]),
}
_REQUEST_HEADERS = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-MD5",
    "Content-Type",
    "Cookie",
    "Date",
    "Expect",
    "Forwarded",
    "From",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "TE",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Via",
    "Warning",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
]
_RESPONSE_HEADERS = [
    "Accept-Patch",
    "Accept-Ranges",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Age",
    "Allow",
    "Alt-Svc",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Last-Modified",
    "Link",
    "Location",
    "P3P",
    "Pragma",
    "Proxy-Authenticate",
    "Public-Key-Pins",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Strict-Transport-Security",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "Warning",
    "X-Frame-Options",
]
_VARIABLES = [
    "add_x_forwarded_for_proxy",
    "ciphers_supported",
    "ciphers_used",
    "client_ip",
    "client_port",
    "client_tcp_rtt",
    "client_user",
    "cookie_NAME",
    "host",
    "http_method",
    "http_status",
    "http_version",
    "query_string",
    "received_bytes",
    "request_query",
    "request_scheme",
    "request_uri",
    "sent_bytes",
    "server_port",
    "ssl_connection_protocol",
    "ssl_enabled",
    "uri_path",
]


def _predefined(subscription: str, name: str) -> Body:
    lowest, ciphers = _PREDEFINED[name]
    path = f"{_options(subscription)}/applicationGatewaySslPredefinedPolicy/{name}"
    return {"name": name, "id": path, "properties": {"minProtocolVersion": lowest, "cipherSuites": ciphers}}


def _options(subscription: str) -> str:
    rest = "providers/Microsoft.Network/ApplicationGatewayAvailableSslOptions/default"
    return f"/subscriptions/{subscription}/resourceGroups//{rest}"


def _ssl_options(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    root = _options(groups["subscription"])
    policies = [{"id": f"{root}/ApplicationGatewaySslPredefinedPolicy/{name}"} for name in _PREDEFINED]
    body: Body = {
        "name": "default",
        "id": root,
        "type": "Microsoft.Network/ApplicationGatewayAvailableSslOptions",
        "properties": {
            "predefinedPolicies": policies,
            "defaultPolicy": "AppGwSslPolicy20220101",
            "availableCipherSuites": list(_CIPHERS),
            "availableProtocols": ["TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"],
        },
    }
    return Answer(200, body)


def _ssl_policies(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [_predefined(groups["subscription"], name) for name in _PREDEFINED]})


def _ssl_policy(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found = next((name for name in _PREDEFINED if name.casefold() == groups["name"].casefold()), None)
    if found is None:
        raise ArmRefusal(
            404,
            "NotFound",
            f"The predefined policy {groups['name']} is not one of {', '.join(_PREDEFINED)}.",
            details=[],
        )
    return Answer(200, _predefined(groups["subscription"], found))


def _listing(values: Sequence[str]) -> RouteHandler:
    def answer(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
        return Answer(200, list(values))

    return answer


def register(registry: Registry) -> None:
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Network/"
    options = under + "applicationGatewayAvailableSslOptions/default"
    for pattern, handler in (
        (options, _ssl_options),
        (options + "/predefinedPolicies", _ssl_policies),
        (options + "/predefinedPolicies/(?P<name>[^/]+)", _ssl_policy),
        (under + "applicationGatewayAvailableRequestHeaders", _listing(_REQUEST_HEADERS)),
        (under + "applicationGatewayAvailableResponseHeaders", _listing(_RESPONSE_HEADERS)),
        (under + "applicationGatewayAvailableServerVariables", _listing(_VARIABLES)),
    ):
        registry.route("GET", "Microsoft.Network", pattern, handler)
