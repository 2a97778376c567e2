"""Real servers of our own, on free ports of this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordio_pg import PgSettings
from cordio_pg.embedded import Server

PASSWORD = "p@ss/w:rd#1?'\\"
QUICK = {"fsync": "off"}


@pytest.fixture(scope="session")
def free_port() -> int:
    """A port that nobody listens on."""
    return _free_port()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Server]:
    """One server with a port and a password for all tests."""
    folder = _open_folder()
    with Server(folder / "pg", port=_free_port(), password=PASSWORD, options=QUICK) as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture
def server(shared_server: Server) -> Iterator[Server]:
    """The server, running; a test may stop, kill or freeze it."""
    if not shared_server.running:
        shared_server.start()
    yield shared_server
    if shared_server.running:
        shared_server.resume()


@pytest.fixture
def settings(server: Server) -> PgSettings:
    """Settings for the server, with a small pool."""
    return PgSettings.model_validate({"port": server.port, "password": PASSWORD, "max_size": 3})


@pytest.fixture
def data() -> Iterator[Path]:
    """A place, for the data of a server that does not exist yet, where every account may go."""
    folder = _open_folder()
    yield folder / "pg"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """The data of a server that has run."""
    folder = _open_folder()
    with Server(folder / "pg", options=QUICK):
        pass
    yield folder / "pg"
    shutil.rmtree(folder)


@pytest.fixture
def made(data: Path, template: Path) -> Path:
    """The place, with data in it: a start is quick."""
    subprocess.run(["cp", "-a", template, data], check=True)
    return data


def _open_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="cordio-pg-tests-")).resolve()
    os.chmod(folder, 0o755)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
