"""The server of the benchmarks, with a table of 10,000 rows; started when it is first needed."""

import asyncio
from functools import cache

from cordio_pg import PgSettings, Postgres
from tools.postgresql import PostgreSQL

POOL = 10
MAKE = """
create table item (id int primary key, sku text not null, amount int not null, at timestamptz not null);
insert into item select n, 'sku' || n, n % 7, now() from generate_series(1, 10000) n;
analyze item
"""


@cache
def server() -> PostgreSQL:
    """
    Return the server.

    Returns
    -------
    PostgreSQL
        It ends with this process.
    """
    made = PostgreSQL()
    made.start()
    asyncio.run(_filled(settings(made)))
    return made


def settings(made: PostgreSQL) -> PgSettings:
    """
    Return settings for a server.

    Parameters
    ----------
    made : PostgreSQL
        The server.

    Returns
    -------
    PgSettings
        With a pool of ten.
    """
    login = {"user": made.user, "password": made.password, "database": made.database}
    return PgSettings.model_validate({"host": made.host, "port": made.port, "max_size": POOL, **login})


async def _filled(given: PgSettings) -> None:
    async with Postgres(given) as pg:
        await pg.execute(MAKE)
