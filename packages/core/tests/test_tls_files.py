"""Certificates whose files are broken, at the start and while they are in use."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cordio_core.tls import Tls, TlsError, TlsSettings, client_context, server_context

trustme = pytest.importorskip("trustme")


def _issued(folder: Path) -> TlsSettings:
    found = trustme.CA().issue_cert("localhost")
    certificate, key = folder / "service.pem", folder / "service.key"
    certificate.write_bytes(b"".join(pem.bytes() for pem in found.cert_chain_pems))
    found.private_key_pem.write_to_path(key)
    return TlsSettings(certificate=str(certificate), key=str(key))


@pytest.mark.parametrize("field", ["certificate", "key"])
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path, field: str) -> None:
    settings = _issued(tmp_path)
    folder = str(tmp_path)
    settings = (
        replace(settings, certificate=folder) if field == "certificate" else replace(settings, key=folder)
    )
    for make in (server_context, client_context, Tls):
        with pytest.raises(TlsError) as told:
            make(settings)
        assert str(told.value) == f"{tmp_path}: it is a folder: write the path of a PEM file"


def _garbage(file: Path) -> None:
    file.write_bytes(b"-----BEGIN CERTIFICATE-----\nnonsense\n")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _gone(file: Path) -> None:
    file.unlink()


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("field", ["certificate", "key"])
@pytest.mark.parametrize("spoil", [_garbage, _empty, _gone, _folder])
def test_a_certificate_goes_on_while_its_files_are_broken_and_health_says_so(
    tmp_path: Path, field: str, spoil: object
) -> None:
    settings = _issued(tmp_path)
    tls = Tls(settings)
    before, server = tls.certificate, tls.server
    file = Path(getattr(settings, field))
    content, stamp = file.read_bytes(), file.stat()
    spoil(file)  # type: ignore[operator]  # one of the four above
    for _ in range(2):
        assert not tls.renew()
        with pytest.raises(TlsError, match=tmp_path.name):
            asyncio.run(tls.health())
    assert (tls.certificate, tls.server) == (before, server)
    if file.is_dir():
        file.rmdir()
    file.write_bytes(content)
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    assert tls.renew()
    asyncio.run(tls.health())


def test_a_file_that_is_moved_away_and_back_is_no_trouble_any_more(tmp_path: Path) -> None:
    settings = _issued(tmp_path)
    tls = Tls(settings)
    file, aside = Path(settings.key or ""), tmp_path / "aside"
    file.rename(aside)
    assert not tls.renew()
    with pytest.raises(TlsError, match="it does not exist"):
        asyncio.run(tls.health())
    aside.rename(file)
    assert not tls.renew()
    asyncio.run(tls.health())
