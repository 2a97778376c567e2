"""Certificates: what is trusted, what is refused, and what is renewed while the service runs."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from cordio_core import Duration
from cordio_core.tls import Certificate, Tls, TlsError, TlsSettings, TlsWarning, client_context, server_context

Peer: TypeAlias = dict[str, object]
SHORT = Duration("10ms")


def issue(ca: trustme.CA, folder: Path, name: str = "localhost", **more: object) -> TlsSettings:
    """Write a certificate, its key and its authority; return the section that names them."""
    leaf = ca.issue_cert(name, **more)  # type: ignore[arg-type]
    files = [folder / part for part in ("service.pem", "service.key", "ca.pem")]
    leaf.cert_chain_pems[0].write_to_path(files[0])
    leaf.private_key_pem.write_to_path(files[1])
    ca.cert_pem.write_to_path(files[2])
    return TlsSettings(certificate=str(files[0]), key=str(files[1]), authorities=str(files[2]))


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncIterator[int]:
    """Greet each client with one line."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def connected(port: int, context: ssl.SSLContext, name: str = "localhost") -> int:
    """Read the greeting; return the serial number of the server's certificate."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    try:
        assert await asyncio.wait_for(reader.readline(), 5) == b"hello\n"
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(der).serial_number
    finally:
        writer.close()


def meet(server: ssl.SSLContext, client: ssl.SSLContext, name: str = "localhost") -> int:
    """Connect once."""

    async def main() -> int:
        async with listening(server) as port:
            return await connected(port, client, name)

    return asyncio.run(main())


def test_a_client_speaks_to_the_server_that_it_trusts(tmp_path: Path) -> None:
    settings = issue(trustme.CA(), tmp_path)
    assert meet(server_context(settings), client_context(settings))


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1"])
def test_a_server_with_another_name_is_refused(tmp_path: Path, name: str) -> None:
    settings = issue(trustme.CA(), tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(server_context(settings), client_context(settings), name)


def test_a_server_of_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    settings = issue(trustme.CA(), tmp_path)
    for strange in (
        client_context(TlsSettings()),
        client_context(replace(settings, authorities=_other(tmp_path))),
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            meet(server_context(settings), strange)


def test_a_folder_of_authorities_is_trusted(tmp_path: Path) -> None:
    ca = trustme.CA()
    settings = issue(ca, tmp_path)
    folder = tmp_path / "trusted"
    folder.mkdir()
    nobody = replace(settings, authorities=str(folder))
    with pytest.raises(TlsError, match="there is no certificate in it"):
        client_context(nobody)
    for file, one in (("ours.pem", ca), ("other.pem", trustme.CA())):
        one.cert_pem.write_to_path(folder / file)
    assert meet(server_context(settings), client_context(replace(settings, authorities=str(folder))))


def test_a_server_that_requires_certificates_lets_in_only_who_shows_one(tmp_path: Path) -> None:
    settings = issue(trustme.CA(), tmp_path)
    strict = server_context(replace(settings, clients="required"))
    assert meet(strict, client_context(settings))
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        meet(strict, client_context(TlsSettings(authorities=settings.authorities)))
    assert meet(
        server_context(replace(settings, clients="optional")),
        client_context(TlsSettings(authorities=settings.authorities)),
    )


def test_an_older_version_than_allowed_is_not_spoken(tmp_path: Path) -> None:
    settings = issue(trustme.CA(), tmp_path)
    old = client_context(settings)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert meet(server_context(settings), old)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        meet(server_context(replace(settings, oldest="1.3")), old)


def test_a_renewed_certificate_serves_the_next_connection(tmp_path: Path) -> None:
    ca = trustme.CA()
    settings = replace(issue(ca, tmp_path), recheck=SHORT)

    async def main() -> None:
        async with Tls(settings) as tls, listening(tls.server) as port:
            first = await connected(port, tls.client)
            issue(ca, tmp_path)
            async with asyncio.timeout(10):
                while await connected(port, tls.client) == first:
                    await asyncio.sleep(0)

    asyncio.run(main())


def test_a_renewal_that_does_not_fit_is_left_out_and_told(tmp_path: Path) -> None:
    ca = trustme.CA()
    settings = issue(ca, tmp_path)
    tls = Tls(settings)
    key = Path(settings.key or "")
    fitting = key.read_bytes()
    ca.issue_cert("localhost").private_key_pem.write_to_path(key)
    assert not tls.renew()
    with pytest.raises(TlsError, match="the key is not the certificate's"):
        asyncio.run(tls.health())
    assert meet(tls.server, tls.client)
    key.write_bytes(fitting)
    assert tls.renew()
    asyncio.run(tls.health())


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    tls = Tls(issue(trustme.CA(), tmp_path))
    assert not tls.renew()
    assert not Tls(TlsSettings()).renew()


@pytest.mark.parametrize(("left", "said"), [(-1, "ran out on"), (13, "runs out on"), (15, None)])
def test_health_tells_a_certificate_that_ends(tmp_path: Path, left: int, said: str | None) -> None:
    end = datetime.now(UTC) + timedelta(days=left)
    settings = issue(trustme.CA(), tmp_path, not_before=end - timedelta(days=90), not_after=end)
    tls = Tls(settings)
    if said is None:
        return asyncio.run(tls.health())
    with pytest.raises(TlsError, match=f"{settings.certificate}: it {said} {end:%Y-%m-%d}: renew it") as told:
        asyncio.run(tls.health())
    assert isinstance(told.value, TlsWarning) == (left > 0)  # a certificate that still holds serves on


@pytest.mark.parametrize("year", [1951, 1999, 2049, 2050, 2999])
def test_a_validity_is_read_as_the_reference_reads_it(tmp_path: Path, year: int) -> None:
    end = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    settings = issue(trustme.CA(), tmp_path, not_before=end - timedelta(days=1), not_after=end)
    file = Path(settings.certificate or "")
    known = x509.load_pem_x509_certificate(file.read_bytes())
    assert Certificate.read(file) == Certificate(known.not_valid_before_utc, known.not_valid_after_utc)


def test_an_encrypted_key_needs_its_password_and_asks_nobody(tmp_path: Path) -> None:
    settings = issue(trustme.CA(), tmp_path)
    key = Path(settings.key or "")
    loaded = load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    )
    assert meet(
        server_context(replace(settings, password="open sesame")),
        client_context(TlsSettings(authorities=settings.authorities)),
    )
    for wrong in (None, "open, please"):
        with pytest.raises(TlsError, match=r"tls\.password") as told:
            server_context(replace(settings, password=wrong))
        assert "open" not in str(told.value)


@pytest.mark.parametrize("field", ["certificate", "key", "authorities"])
@pytest.mark.parametrize(
    "content", [None, b"", b"\x00\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, field: str, content: bytes | None) -> None:
    settings = issue(trustme.CA(), tmp_path)
    file = tmp_path / "wrong"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(TlsError, match="PEM") as told:
        server_context(replace(settings, **{field: str(file)}))  # type: ignore[arg-type]
    assert str(file) in str(told.value) or field == "certificate"
    assert told.value.exit_code == 78


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "service.key"}, "set tls.certificate"),
        ({"recheck": Duration(0)}, "longer than 0"),
        ({"clients": "required"}, "needs tls.authorities"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TlsSettings(**wrong)  # type: ignore[arg-type]


def test_the_password_is_in_no_text() -> None:
    assert "sesame" not in repr(TlsSettings(certificate="a.pem", password="sesame"))


def test_leaving_ends_the_watch(tmp_path: Path) -> None:
    async def main() -> None:
        async with Tls(issue(trustme.CA(), tmp_path)):
            assert any("tls" in task.get_name() for task in asyncio.all_tasks())
        assert not any("tls" in task.get_name() for task in asyncio.all_tasks())

    asyncio.run(main())


def _other(folder: Path) -> str:
    other = folder / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    return str(other)
