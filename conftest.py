"""Real servers for all tests: ``rabbitmq`` and ``postgres`` are shared, ``own_…`` may be broken."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import pytest

from tools.servers import MissingServer, PostgreSQL, RabbitMQ

Server = TypeVar("Server", PostgreSQL, RabbitMQ)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for machines that lack a server."""
    parser.addoption(
        "--allow-missing",
        action="store_true",
        help="Skip the tests whose server is not on this machine, instead of failing them.",
    )


@pytest.fixture(scope="session")
def rabbitmq(request: pytest.FixtureRequest) -> Iterator[RabbitMQ]:
    """A private RabbitMQ for all tests that leave it as it is."""
    with _started(RabbitMQ, request.config) as server:
        yield server


@pytest.fixture
def own_rabbitmq(request: pytest.FixtureRequest) -> Iterator[RabbitMQ]:
    """A private RabbitMQ for one test, which may stop, kill or freeze it."""
    with _started(RabbitMQ, request.config) as server:
        yield server


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """A private PostgreSQL for all tests that leave it as it is."""
    with _started(PostgreSQL, request.config) as server:
        yield server


@pytest.fixture
def own_postgres(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """A private PostgreSQL for one test, which may stop, kill or freeze it."""
    with _started(PostgreSQL, request.config) as server:
        yield server


@contextmanager
def _started(kind: Callable[[], Server], config: pytest.Config) -> Iterator[Server]:
    with ExitStack() as running:
        try:
            server = running.enter_context(kind())
        except MissingServer as missing:
            if config.getoption("--allow-missing"):
                pytest.skip(str(missing))
            pytest.fail(str(missing), pytrace=False)
        yield server
