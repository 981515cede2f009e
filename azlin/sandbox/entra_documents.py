"""What the token service tells of itself and of a sign-in: openid configuration, device code, realm of a user.

Sources: OpenID Connect Discovery 1.0, RFC 8628, and Entra's own documents.
"""

from __future__ import annotations

import secrets
from typing import Any

from azlin.sandbox.directory import Tenant


def openid(tenant_id: str, asked: str, base: str) -> dict[str, Any]:
    at = f"{base}/{asked}"
    return {
        "issuer": f"{base}/{tenant_id}/v2.0",
        "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
        "token_endpoint": f"{at}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{at}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{at}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    }


def device_code(tenant: Tenant, base: str) -> dict[str, Any]:
    user_code = secrets.token_hex(4).upper()
    return {
        "user_code": user_code,
        "device_code": f"{tenant.id}.{secrets.token_urlsafe(16)}",
        "verification_uri": f"{base}/common/oauth2/deviceauth",
        "expires_in": 900,
        "interval": 1,
        "message": f"sandbox: signed in at once as {tenant.user}; nothing has to be typed (code {user_code}).",
    }


def realm(user: str) -> dict[str, Any]:
    domain = user.partition("@")[2] or "onmicrosoft.com"
    return {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": domain,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }
