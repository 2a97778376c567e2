"""A disk that is full is told as a refusal, keeps nobody waiting, and is over when there is room again."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordio_pg import PgSettings, Postgres, QueryError
from cordio_pg.embedded import Server

FILL = "insert into full_orders (note) select repeat('x', 1000) from generate_series(1, $1::int)"
ORDERS = "create table full_orders (id serial primary key, note text)"


@pytest.fixture
def disk(server: Server) -> Iterator[Path]:
    """A disk of 4 MB in memory that the server may write to; most of it is taken by another file."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted as root, and these tests do not run as root")
    folder = Path(tempfile.mkdtemp(prefix="cordio-pg-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        folder.rmdir()
        pytest.skip("a small disk cannot be mounted here: a container that may not mount")
    owner = Path(f"/proc/{server.pid}").stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    (folder / "tablespace").mkdir(mode=0o700)
    os.chown(folder / "tablespace", owner.st_uid, owner.st_gid)
    (folder / "filler").write_bytes(bytes(3 * 2**20))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_full_disk_refuses_writes_at_once_and_they_go_on_when_there_is_room(
    settings: PgSettings, disk: Path
) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), Postgres(settings) as pg:
            await pg.execute(f"create tablespace full_disk location '{disk}/tablespace'")
            await pg.execute(f"{ORDERS} tablespace full_disk")
            await pg.execute(FILL, 10)
            calls = [asyncio.create_task(pg.execute(FILL, 5_000)) for _ in range(20)]
            async with asyncio.timeout(20):
                told = await asyncio.gather(*calls, return_exceptions=True)
            for error in told:
                assert isinstance(error, QueryError) and error.sqlstate == "53100", error
                assert error.outcome == "refused" and "No space left on device" in str(error)
            assert await pg.value(int, "select count(*) from full_orders") == 10, "none of them was half done"
            assert pg.state().waiting == pg.state().lost == 0
            (disk / "filler").unlink()
            assert await pg.execute(FILL, 500) == "INSERT 0 500"
            await pg.execute("drop table full_orders")
            await pg.execute("checkpoint")
            await pg.execute("drop tablespace full_disk")

    asyncio.run(main())


def test_a_transaction_that_meets_a_full_disk_is_undone_whole(settings: PgSettings, disk: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), Postgres(settings) as pg:
            await pg.execute(f"create tablespace full_disk location '{disk}/tablespace'")
            await pg.execute(f"{ORDERS} tablespace full_disk")
            with pytest.raises(QueryError, match="53100"):
                async with pg.transaction() as tx:
                    await tx.execute(FILL, 1)
                    await tx.execute(FILL, 5_000)
            assert await pg.value(int, "select count(*) from full_orders") == 0
            await pg.execute("drop table full_orders")
            await pg.execute("checkpoint")
            await pg.execute("drop tablespace full_disk")

    asyncio.run(main())
