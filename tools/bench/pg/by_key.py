"""Reading a row by its key through the pool, by ten tasks."""

from tools.bench.comparison import Comparison, Ratio
from tools.bench.pg import _peers

COMPARISONS = (
    Comparison(
        "fetchrow by key, 10 tasks, over asyncpg's own pool (at least 1.5 times as much for the CPU)",
        lambda: _peers.tasks(_peers.ours),
        lambda: _peers.tasks(_peers.asyncpg_pool),
        Ratio(1 / 1.5),
        number=3_000,
        turns=7,
        peers={
            "asyncpg, no pool": lambda: _peers.tasks(_peers.asyncpg_held),
            "psycopg's pool": _peers.psycopg,
            "SQLAlchemy": _peers.sqlalchemy,
        },
    ),
)
