"""Each statement is a call of the service layer: an observer sees what was done, and no value of a client."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

import pytest
from packages.pg.tests.migrating import apart, play

from cordio_pg import PgSettings, Postgres, QueryError

Spans = list[tuple[str, dict[str, object]]]
TABLE = "create table item (id int primary key, sku text)"


class Kept:
    """A span whose end is written down."""

    def __init__(self, follows: "Follows", name: str) -> None:
        self._follows, self._name = follows, name
        self.point = ""
        self.fields: Mapping[str, object] | None = {"step": 7} if follows.annotates else None
        self.headers = {"traceparent": f"of {name}"}

    def __enter__(self) -> None:
        self._follows.points.append(self.point)
        self._follows.begun.append(self._name)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        failed = {} if kind is None else {"error": kind.__name__}
        self._follows.spans.append((self._name, {**(self.fields or {}), **failed}))


class Follows:
    """Keeps the spans with their fields, and counts."""

    annotates = False

    def __init__(self) -> None:
        self.spans: Spans = []
        self.begun: list[str] = []
        self.counts: list[str] = []
        self.points: list[str] = []

    def outgoing(self, name: str, /) -> Kept:
        return Kept(self, name)

    def count(self, name: str, n: int = 1) -> None:
        self.counts.append(name)

    def timing(self, name: str, ms: float) -> None: ...


def seen(
    settings: PgSettings, scene: Callable[[Postgres], Awaitable[object]], follows: Follows | None = None
) -> Follows:
    """Play a scene on a table, and return what an observer saw of it."""
    follows = follows or Follows()

    async def main() -> None:
        async with asyncio.timeout(60), Postgres(settings, observer=follows) as pg:
            await pg.execute(f'create schema "{settings.search_path}"; {TABLE}')
            await pg.execute("insert into item values (1, 'pen'), (2, 'ink')")
            follows.spans.clear()
            await scene(pg)

    asyncio.run(main())
    return follows


def test_every_way_to_ask_is_a_span_with_its_statement_and_rows(settings: PgSettings) -> None:
    select = "select id, sku from item where id > $1"

    async def scene(pg: Postgres) -> None:
        await pg.fetch(select, 0)
        await pg.fetchrow(select, 0)
        await pg.fetchval(select, 0)
        await pg.all(int, "select id from item")
        await pg.execute("update item set sku = 'secret' where id < 9")
        await pg.executemany("delete from item where id = $1", [(7,), (8,)])
        await pg.copy_in("item", [(3, "cap")])
        async for _ in pg.cursor("select 1", batch=5):
            pass

    follows = seen(apart(settings), scene)
    assert follows.spans == [
        ("pg.select", {"statement": select, "rows": 2}),
        ("pg.select", {"statement": select}),
        ("pg.select", {"statement": select}),
        ("pg.select", {"statement": "select id from item", "rows": 2}),
        ("pg.update", {"statement": "update item set sku = … where id < …", "rows": 2}),
        ("pg.delete", {"statement": "delete from item where id = $1"}),
        ("pg.copy", {"statement": "copy item from stdin", "rows": 1}),
        ("pg.begin", {"statement": "begin"}),
        ("pg.select", {"statement": "select …"}),
        ("pg.select", {"statement": "select …", "rows": 1}),
        ("pg.commit", {"statement": "commit"}),
    ]
    assert set(follows.points) == {"queries"}


class Selects(Follows):
    """Wants no spans of statements."""

    def sees(self, point: str, /) -> bool:
        return point != "queries"


def test_who_wants_no_spans_of_statements_is_not_troubled_with_them(settings: PgSettings) -> None:
    follows = seen(apart(settings), lambda pg: pg.fetch("select 1"), Selects())
    assert (follows.begun, follows.spans) == ([], [])


def test_what_is_known_of_a_span_already_stays(settings: PgSettings) -> None:
    class Annotates(Follows):
        annotates = True

    follows = seen(apart(settings), lambda pg: pg.execute("select 1"), Annotates())
    assert follows.spans == [("pg.select", {"step": 7, "statement": "select …", "rows": 1})]


def test_a_transaction_shows_what_is_done_in_it(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError):
            async with pg.transaction() as tx:
                await tx.fetchval("select 1")
                await tx.execute("insert into item values (1, 'again')")

    follows = seen(apart(settings), scene)
    assert [name for name, _ in follows.spans] == ["pg.begin", "pg.select", "pg.insert"]
    assert follows.spans[-1][1] == {
        "statement": "insert into item values (…, …)",
        "error": "ConstraintViolated",
    }


def test_an_observer_that_fails_hurts_no_statement(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaks(Kept):
        def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
            raise RuntimeError("no")

    class Fails(Follows):
        def outgoing(self, name: str, /) -> Kept:
            return Breaks(self, name)

    async def main() -> None:
        async with Postgres(settings, observer=Fails()) as pg:
            assert await pg.fetchval("select 1") == await pg.fetchval("select 1") == 1
            with pytest.raises(QueryError):
                await pg.fetchval("select nothing")

    asyncio.run(main())
    assert caplog.text.count("follows no statement any more") == 1


def test_what_takes_long_is_told_without_its_values(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(pg: Postgres) -> None:
        await pg.fetchval("select 'secret', pg_sleep(0.02)")

    follows = seen(apart(settings, slow=0.01, slow_plan=True), scene)
    told = [record for record in caplog.records if "pg_sleep" in record.getMessage()]
    assert [record.levelno for record in told] == [logging.WARNING] and "secret" not in caplog.text
    assert told[0].getMessage().endswith("s: select …, pg_sleep(…)")
    assert "pg.slow" in follows.counts


def test_waiting_for_a_connection_is_not_slow(settings: PgSettings, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.connection():
            waiting = asyncio.create_task(pg.fetchval("select 7"))
            async with asyncio.timeout(20):
                while not pg.state().waiting:
                    await asyncio.sleep(0)
            await asyncio.sleep(0.3)  # longer than what is slow
        assert await waiting == 7

    play(apart(settings, slow=0.2, max_size=1), scene)
    assert "took" not in caplog.text


def test_nothing_is_slow_where_nothing_is_to_be(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(pg: Postgres) -> None:
        await pg.fetchval("select pg_sleep(0.01)")

    play(apart(settings, slow=0.0), scene)
    assert "took" not in caplog.text


async def _marked(pg: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    """Wait for the plan of one more statement: with one connection they come in their order."""
    await pg.fetch("select sku from item as mark")
    async with asyncio.timeout(20):
        while "item as mark\nSeq Scan on item" not in caplog.text:
            await asyncio.sleep(0.01)


def test_the_plan_of_what_is_slow_is_told_once_and_without_values(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(pg: Postgres) -> None:
        for _ in range(3):
            await pg.fetch("select * from item where sku = 'secret' and id = $1", 4711)
        await _marked(pg, caplog)

    seen(apart(settings, slow=1e-9, slow_plan=True, max_size=1), scene)
    plans = [r.getMessage() for r in caplog.records if "the plan of" in r.getMessage()]
    assert len(plans) == 2 and " on item (cost " in plans[0] and "id = …" in plans[0]
    assert "secret" not in caplog.text and "4711" not in caplog.text


@pytest.mark.parametrize(
    "statement",
    [
        "insert into item values (7, 'cap')",
        "with gone as (delete from item returning 1) select * from gone",
        "select nextval('s')",
        "select pg_advisory_lock(1)",
        "select * from item for update; select 1",
        "explain select 1",
        "show work_mem",
    ],
)
def test_what_could_do_something_is_never_explained(
    settings: PgSettings, caplog: pytest.LogCaptureFixture, statement: str
) -> None:
    async def scene(pg: Postgres) -> None:
        await pg.execute("create sequence s")
        await pg.execute(statement)
        await _marked(pg, caplog)

    seen(apart(settings, slow=1e-9, slow_plan=True, max_size=1), scene)
    assert caplog.text.count("the plan of") == 1
