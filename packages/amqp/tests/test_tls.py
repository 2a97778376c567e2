"""TLS to the broker: by the section ``tls`` of the application, verified unless nothing else is asked for."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
from pydantic import SecretStr

from cordio_amqp import Amqp, AmqpEntrypoint, AmqpSettings, NotSent, queue
from cordio_amqp._providing import amqp as provided
from cordio_core import App, Duration
from cordio_core.tls import Tls, TlsSettings
from tools.ports import free_ports
from tools.servers import RabbitMQ

from .conftest import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

trustme = pytest.importorskip("trustme")
T = TypeVar("T")


@dataclass
class Secured:
    """A broker that speaks TLS on a second port, and asks clients for a certificate."""

    folder: Path
    port: int

    def url(self, query: str = "") -> SecretStr:
        """The address of its port for TLS."""
        return SecretStr(f"amqps://guest:guest@127.0.0.1:{self.port}/{query}")

    def section(self, authorities: str = "ca.pem") -> TlsSettings:
        """The section ``tls`` of a client."""
        return TlsSettings(
            authorities=str(self.folder / authorities), certificate=str(self.folder / "client.pem")
        )


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    """Starts the broker."""
    with RabbitMQ() as broker:
        broker.stop()
        files = broker.folder / "tls"
        _issue(files)
        port = free_ports(1)[0]
        with (broker.folder / "rabbitmq.conf").open("a") as conf:
            conf.write(f"listeners.ssl.1 = 127.0.0.1:{port}\nssl_options.verify = verify_peer\n")
            conf.write("ssl_options.fail_if_no_peer_cert = true\n")
            for name, file in {
                "cacertfile": "ca.pem",
                "certfile": "server.pem",
                "keyfile": "server.pem",
            }.items():
                conf.write(f"ssl_options.{name} = {files / file}\n")
        broker.start()
        yield Secured(files, port)


def _issue(folder: Path) -> None:
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "stranger.pem"))
    for name, whom in {"server.pem": "127.0.0.1", "client.pem": "shop.local"}.items():
        authority.issue_cert(whom).private_key_and_cert_chain_pem.write_to_path(str(folder / name))
    owner = folder.parent.stat()
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner.st_uid, owner.st_gid)


@dataclass
class Configured:
    """The sections of an application."""

    sections: Mapping[str, object] = field(default_factory=dict)

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configured:
        """Return itself."""
        return self

    def slice(self, section: str, model: type[T], /) -> T:
        """Return a section."""
        return cast("T", self.sections.get(section) or model())

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)


def test_an_application_consumes_and_publishes_by_its_section_tls(secured: Secured, name: str) -> None:
    settings, packed = AmqpSettings(url=secured.url()), asyncio.Event()
    sections = {"amqp": settings, "tls": secured.section()}
    source = AmqpEntrypoint()
    app = App("shop", entrypoints=[source], configuring=Configured(sections))

    @app.on(queue(name))
    async def pack(sku: str) -> None:
        packed.set()

    async def main() -> None:
        async with asyncio.timeout(LIMIT), app.running():
            async for amqp in provided(settings, None, Tls(secured.section())):
                await amqp.publish("", name, {"sku": "A-1"})
            await packed.wait()
            assert list(source.checks) == ["tls"]
            await source.checks["tls"]()

    asyncio.run(main())


@pytest.mark.parametrize("section", [TlsSettings(), "stranger.pem"])
def test_a_broker_whose_certificate_nobody_vouches_for_gets_no_password(
    secured: Secured, section: TlsSettings | str
) -> None:
    settings = AmqpSettings(url=secured.url(), timeout=Duration("2s"))

    async def main() -> None:
        found = secured.section(section) if isinstance(section, str) else section
        async for amqp in provided(settings, None, Tls(found)):
            with pytest.raises(NotSent, match="certificate verify failed"):
                await amqp.publish("", "orders", "hush")

    asyncio.run(main())


def test_an_address_may_name_files_of_its_own(secured: Secured, name: str) -> None:
    own = f"?cafile={secured.folder / 'ca.pem'}&certfile={secured.folder / 'client.pem'}"
    settings = AmqpSettings(url=secured.url(f"{own}&keyfile={secured.folder / 'client.pem'}"))

    async def main() -> None:
        async with asyncio.timeout(LIMIT):
            async for amqp in provided(settings, None, Tls(secured.section("stranger.pem"))):
                await amqp.health()

    asyncio.run(main())


def test_a_context_can_be_given(secured: Secured) -> None:
    from cordio_core.tls import client_context

    async def main() -> None:
        context = client_context(secured.section())
        async with asyncio.timeout(LIMIT), Amqp(AmqpSettings(url=secured.url()), tls=context) as amqp:
            await amqp.health()

    asyncio.run(main())
