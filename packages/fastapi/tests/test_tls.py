"""TLS: what the server speaks, renews and tells, and what the client trusts."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import httpx
import pytest
from packages.fastapi.tests.certificates import Authority
from packages.fastapi.tests.doubles import Runtime, attached
from packages.fastapi.tests.peer import peer, said

from cordio_core import Duration, Request
from cordio_core.tls import Tls, TlsError, TlsSettings
from cordio_fastapi import HttpEntrypoint, HttpSettings, get
from cordio_fastapi.client import CertificateRefused, HttpClient

SETTINGS = HttpSettings(port=0)


async def seen(request: Request) -> object:
    found = request.certificate
    return None if found is None else {"subject": found["subject"], "print": found["fingerprint"]}


async def asked(entrypoint: HttpEntrypoint, context: ssl.SSLContext) -> object:
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        return (await client.get(f"{entrypoint.addresses[0]}/")).json()


def test_a_service_with_a_certificate_speaks_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = TlsSettings(certificate=str(authority.server()))

    async def main() -> None:
        entrypoint = attached((get("/"), seen))
        await entrypoint.start(Runtime(SETTINGS, tls=tls))
        assert entrypoint.addresses[0].startswith("https://127.0.0.1:")
        assert await asked(entrypoint, authority.trusting()) is None
        await entrypoint.checks["tls"]()
        await entrypoint.stop(5)
        assert entrypoint.checks == {}

    asyncio.run(main())


def test_the_certificate_of_a_client_reaches_the_request(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = TlsSettings(certificate=str(authority.server()), authorities=str(authority.file), clients="optional")

    async def main() -> None:
        entrypoint = attached((get("/"), seen))
        await entrypoint.start(Runtime(SETTINGS, tls=tls))
        try:
            assert await asked(entrypoint, authority.trusting()) is None
            found = await asked(entrypoint, authority.trusting(authority.client("till")))
            assert isinstance(found, dict) and len(found["print"]) == 64
            assert [["commonName", "till"]] in found["subject"]
        finally:
            await entrypoint.stop(5)

    asyncio.run(main())


def test_a_client_without_a_certificate_is_turned_away_where_one_is_required(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = TlsSettings(certificate=str(authority.server()), authorities=str(authority.file), clients="required")

    async def main() -> None:
        entrypoint = attached((get("/"), seen))
        await entrypoint.start(Runtime(SETTINGS, tls=tls))
        try:
            with pytest.raises(httpx.TransportError):
                await asked(entrypoint, authority.trusting())
            assert await asked(entrypoint, authority.trusting(authority.client("till"))) is not None
        finally:
            await entrypoint.stop(5)

    asyncio.run(main())


def test_a_renewed_certificate_is_in_use_without_a_restart(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = TlsSettings(certificate=str(authority.server()), recheck=Duration("20ms"))

    async def main() -> None:
        entrypoint = attached((get("/"), seen))
        await entrypoint.start(Runtime(SETTINGS, tls=tls))
        try:
            port = int(entrypoint.addresses[0].rpartition(":")[2])
            before = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))
            authority.server()
            async with asyncio.timeout(20):
                while await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port)) == before:
                    await asyncio.sleep(0.01)
            assert await asked(entrypoint, authority.trusting()) is None
        finally:
            await entrypoint.stop(5)

    asyncio.run(main())


def test_tls_without_a_certificate_is_an_error_of_the_start() -> None:
    async def main() -> None:
        entrypoint = attached((get("/"), seen))
        with pytest.raises(TlsError, match="tls.certificate"):
            await entrypoint.start(Runtime(HttpSettings(port=0, tls=True)))
        await entrypoint.stop(0)

    asyncio.run(main())


def test_tls_can_be_off_though_there_is_a_certificate_for_clients(tmp_path: Path) -> None:
    tls = TlsSettings(certificate=str(Authority(tmp_path).server()))

    async def main() -> None:
        entrypoint = attached((get("/"), seen))
        await entrypoint.start(Runtime(HttpSettings(port=0, tls=False), tls=tls))
        assert entrypoint.addresses[0].startswith("http://") and entrypoint.checks == {}
        await entrypoint.stop(5)

    asyncio.run(main())


def test_the_client_trusts_the_authorities_of_the_section_alone(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server())
    trusting = Tls(TlsSettings(authorities=str(authority.file)))

    async def main() -> None:
        async with peer(lambda asked: said(), context) as service:
            async with HttpClient(tls=trusting) as http:
                assert (await http.get(service.url)).status == 200
            async with HttpClient() as http:
                with pytest.raises(CertificateRefused, match="self.signed|unable to get") as told:
                    await http.get(service.url)
                assert not told.value.passing and http.state().repeats == 0

    asyncio.run(main())
