"""Three brokers that keep each message on all of them, on ports of their own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tools.servers import MissingServer, RabbitMQ


class Member(RabbitMQ):
    """A broker that joins another one at its first start."""

    def __init__(self, cookie: str, first: Member | None = None) -> None:
        super().__init__()
        if first is not None:
            self._epmd, self._epmd_port = first._epmd, first._epmd_port
        self._write(".erlang.cookie", cookie, mode=0o400)
        if first is not None:
            known = (first.name, self.name)
            self._write("rabbitmq.conf", _joining(known) + (self.folder / "rabbitmq.conf").read_text())

    @property
    def name(self) -> str:
        """The node's name."""
        return self._environment()["RABBITMQ_NODENAME"]

    def leads(self, queue: str) -> str:
        """Return the name of the node that leads a quorum queue, as this one sees it."""
        listed = (line.split("\t") for line in self.control("list_queues", "name", "leader").splitlines())
        return next(leader for name, leader in listed if name == queue)

    def _write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)


class Cluster:
    """Three members; one that was ended is started again by `mend`."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members

    def ahead(self, first: Member) -> str:
        """Return all of them as settings name them, one before the others."""
        members = [first, *(each for each in self.members if each is not first)]
        return ",".join(f"{each.host}:{each.port}" for each in members)

    def mend(self) -> None:
        """Start again whoever was ended."""
        for member in self.members:
            member.start()


def _joining(names: tuple[str, ...]) -> str:
    listed = (
        f"cluster_formation.classic_config.nodes.{at} = {name}\n" for at, name in enumerate(names, start=1)
    )
    return "cluster_formation.peer_discovery_backend = classic_config\n" + "".join(listed)


@pytest.fixture(scope="session")
def one_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The cluster of all tests here: it takes a while to start."""
    cookie, members = secrets.token_hex(16), list[Member]()
    with ExitStack() as running:
        try:
            for _ in range(3):
                members.append(running.enter_context(Member(cookie, *members[:1])))
        except MissingServer as missing:
            if request.config.getoption("--allow-missing"):
                pytest.skip(str(missing))
            pytest.fail(str(missing), pytrace=False)
        yield Cluster(members)


@pytest.fixture
def cluster(one_cluster: Cluster) -> Iterator[Cluster]:
    """The cluster with all its members up; a test may end one of them."""
    one_cluster.mend()
    yield one_cluster
    one_cluster.mend()
