"""A pgbouncer in transaction mode in between: works by the setting, and is hinted at without it."""

import asyncio
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordio_pg import PgError, PgSettings, Postgres
from cordio_pg.embedded import Server
from cordio_pg.embedded._account import Account

PASSWORD = "p@ss/w:rd#1?'\\"
PROGRAM = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="pgbouncer is not installed (apt-get install pgbouncer)"
)


@pytest.fixture
def pooled(server: Server, data: Path) -> Iterator[PgSettings]:
    """Settings for a pgbouncer of our own that lends two sessions of the server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = data.parent
    secret = PASSWORD.replace("'", "''")
    (folder / "bouncer.ini").write_text(
        f"[databases]\npostgres = host=127.0.0.1 port={server.port} user=postgres password='{secret}'\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nunix_socket_dir =\n"
        "pool_mode = transaction\ndefault_pool_size = 2\nignore_startup_parameters = extra_float_digits\n"
    )
    assert PROGRAM is not None
    child = Account.fitting().popen(
        [PROGRAM, str(folder / "bouncer.ini")], stdin=subprocess.DEVNULL, output=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield PgSettings(port=port, max_size=10)
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def test_with_the_setting_every_call_works(pooled: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(pooled.model_copy(update={"pgbouncer": True})) as pg:

            async def caller(number: int) -> None:
                for count in range(30):
                    assert await pg.fetchval(f"select $1::int + {count % 7}", number) == number + count % 7
                async with pg.transaction() as tx:
                    assert await tx.fetchval("select $1::text", "a") == "a"

            await asyncio.gather(*(caller(number) for number in range(10)))
            assert pg.state().resets == 0

    asyncio.run(main())


def test_without_it_the_failure_names_the_setting(pooled: PgSettings) -> None:
    async def main() -> set[str]:
        told = set()
        async with Postgres(pooled) as pg:

            async def caller(number: int) -> None:
                for count in range(30):
                    try:
                        await pg.fetchval(f"select $1::int + {count % 7}", number)
                    except PgError as error:
                        told.add(str(error).rpartition("hint: ")[2])

            await asyncio.gather(*(caller(number) for number in range(10)))
        return told

    hint = "a pgbouncer in transaction mode seems to be in between: set pgbouncer = true"
    assert hint in asyncio.run(main())


def _await(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until, "pgbouncer does not listen"
        time.sleep(0.02)
