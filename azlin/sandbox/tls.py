"""The sandbox's own certificate authority, and one certificate for every host it answers for."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from azlin.sandbox.hosts import CERTIFICATE_NAMES


@dataclass(frozen=True, slots=True)
class Certificates:
    """`ca` is the public CA certificate to trust; `server` holds chain and key (0600)."""

    ca: Path
    server: Path

    def context(self) -> ssl.SSLContext:
        """A server-side TLS context."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        context.set_alpn_protocols(["http/1.1"])
        return context


def certificates(directory: Path) -> Certificates:
    """Those of the directory, made when there are none. The CA's key is thrown away, so nothing
    else can ever be signed by a CA that a user has put in a trust bundle."""
    found = Certificates(directory / "ca.pem", directory / "server.pem")
    if found.ca.exists() and found.server.exists():
        return found
    import trustme

    authority = trustme.CA(organization_name="azlin sandbox", organization_unit_name="loopback only")
    issued = authority.issue_cert(*CERTIFICATE_NAMES, organization_name="azlin sandbox")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    _write(found.server, issued.private_key_pem.bytes() + chain)
    _write(found.ca, authority.cert_pem.bytes())
    return found


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
