"""The certificate: one for every host, signed by a CA that can sign nothing else."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from azlin.sandbox.hosts import CERTIFICATE_NAMES
from azlin.sandbox.tls import Certificates, certificates


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"))


def test_it_is_made_once_and_private(made: Certificates):
    before = made.ca.read_bytes(), made.server.read_bytes()
    assert certificates(made.ca.parent) == made
    assert (made.ca.read_bytes(), made.server.read_bytes()) == before
    assert stat.S_IMODE(made.server.stat().st_mode) == 0o600


def test_half_of_a_pair_is_made_anew_as_a_whole(tmp_path: Path):
    first = certificates(tmp_path)
    held = first.ca.read_bytes()
    first.server.unlink()
    again = certificates(tmp_path)
    assert again.ca.read_bytes() != held
    issuer = x509.load_pem_x509_certificate(again.ca.read_bytes())
    x509.load_pem_x509_certificates(again.server.read_bytes())[0].verify_directly_issued_by(issuer)


def test_the_certificate_names_every_host_and_is_good_for_years(made: Certificates):
    leaf = x509.load_pem_x509_certificates(made.server.read_bytes())[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}
    assert found == set(CERTIFICATE_NAMES)
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days > 365


def test_the_key_of_the_ca_is_kept_nowhere(made: Certificates):
    assert b"PRIVATE KEY" not in made.ca.read_bytes()
    key = load_pem_private_key(made.server.read_bytes(), None)
    authority = x509.load_pem_x509_certificate(made.ca.read_bytes())
    assert key.public_key() != authority.public_key()
    assert {path.name for path in made.ca.parent.iterdir()} == {"ca.pem", "server.pem"}


@pytest.mark.parametrize("host", ["management.azure.com", "127.0.0.1", "x.blob.core.windows.net"])
def test_a_client_that_trusts_the_ca_shakes_hands(made: Certificates, host: str):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = made.context().wrap_bio(to_server, to_client, server_side=True)
    trusting = ssl.create_default_context(cafile=str(made.ca))
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host)
    open_ends = [client, server]
    for _ in range(10):
        for end in list(open_ends):
            try:
                end.do_handshake()
                open_ends.remove(end)
            except ssl.SSLWantReadError:
                continue
    assert open_ends == []
    assert client.version() in ("TLSv1.2", "TLSv1.3")
