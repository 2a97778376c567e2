"""An application and its database: migrations as a command, statements in the trace, records in a table."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import uuid
from pathlib import Path

import pytest
from service import LIMIT, Service, said

from cordio_core.protocols import Entrypoint, EquippedEntrypoint, TellingEntrypoint
from cordio_monitor import Monitor
from cordio_pg import Following, Observer, PgSettings, Postgres
from cordio_pg.events import PgEntrypoint
from cordio_pg.migrations import Migrations
from tools.servers import PostgreSQL

APP = """
from cordio import App
from cordio_core import get
from cordio_pg import Postgres

app = App("orders")


@app.service
class Book:
    def __init__(self, pg: Postgres) -> None:
        self.pg = pg

    async def add(self, sku: str) -> int:
        async with self.pg.transaction() as tx:
            await tx.execute("insert into orders (sku) values ('secret')")
            return await tx.value(int, "select count(*) from orders where sku <> $1", sku)


@app.on(get("/orders/{sku}"))
async def order(sku: str, book: Book) -> int:
    return await book.add(sku)
"""


@pytest.fixture
def root(tmp_path: Path, postgres: PostgreSQL) -> Path:
    """A project whose settings name the server, and a database of its own there."""
    name = f"db_{uuid.uuid4().hex}"
    asyncio.run(_made(postgres.url, name))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "app.py").write_text(APP)
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "main.json").write_text(
        json.dumps(
            {
                "pg": {"dsn": postgres.url.rpartition("/")[0] + f"/{name}"},
                "log": {"file": "var/log/main.log", "console": False},
            }
        )
    )
    return tmp_path


async def _made(dsn: str, name: str) -> None:
    async with Postgres(PgSettings.model_validate({"dsn": dsn})) as pg:
        await pg.execute(f"create database {name}")


def migrated(root: Path, **files: str) -> None:
    """Lay down migrations, and apply them."""
    folder = root / "home" / "migrations"
    folder.mkdir()
    table = "create table orders (id serial primary key, sku text);\n"
    for number, (name, text) in enumerate({"orders": table, **files}.items(), 1):
        (folder / f"{number:04}_{name}.sql").write_text(text)

    async def main() -> None:
        async with Postgres(_settings(root)) as pg:
            await Migrations(pg, folder).up()

    asyncio.run(main())


def _settings(root: Path) -> PgSettings:
    dsn = json.loads((root / "etc" / "main.json").read_text())["pg"]["dsn"]
    return PgSettings.model_validate({"dsn": dsn, "migrations": ""})


def rows(root: Path, query: str) -> list[tuple[object, ...]]:
    async def main() -> list[tuple[object, ...]]:
        async with Postgres(_settings(root)) as pg:
            return [tuple(row) for row in await pg.fetch(query)]

    return asyncio.run(main())


def test_an_application_migrates_its_database_by_a_command(root: Path) -> None:
    assert said(root, "migrate", "status") == "there are no migrations\n"
    said(root, "migrate", "new", "orders")
    file = root / "home" / "migrations" / "0001_orders.sql"
    file.write_text("create table orders (id serial primary key, sku text);\n")
    assert said(root, "migrate", "--dry-run") == "would be applied: 0001_orders\n"
    told = said(root, "once", "order", '{"sku": "pen"}', code=78)
    assert "older than this code (1 wait: 0001_orders.sql): run `python up.py migrate`" in told
    assert said(root, "migrate") == "applied: 0001_orders\n"
    assert said(root, "once", "order", '{"sku": "pen"}').splitlines()[-1] == "1"
    file.write_text("select 1")
    told = said(root, "migrate", code=78)
    assert "0001_orders.sql: it was changed after it was applied" in told and "Traceback" not in told


def test_a_setting_applies_them_at_the_start(root: Path) -> None:
    migrated(root)
    (root / "home" / "migrations" / "0002_at.sql").write_text("alter table orders add at timestamptz")
    (root / "etc" / "data_version").write_text("2\n")
    assert said(root, "--pg-migrate", "apply", "once", "order", '{"sku": "pen"}').splitlines()[-1] == "1"
    assert [row[0] for row in rows(root, "select number from cordio_migrations")] == [1, 2]


def test_each_statement_of_an_event_is_in_its_trace_without_its_values(root: Path) -> None:
    migrated(root)
    said(root, "once", "order", '{"sku": "hidden"}')
    text = (root / "var" / "log" / "main.log").read_text()
    records = [json.loads(line) for line in text.splitlines()]
    (event,) = (record for record in records if record["kind"] == "event")
    spans = [r for r in records if r["kind"] == "span" and r.get("point") == "queries" and "event" in r]
    assert [(span["message"], span["statement"], span.get("rows")) for span in spans] == [
        ("pg.begin", "begin", None),
        ("pg.insert", "insert into orders (sku) values (…)", 1),
        ("pg.select", "select count(*) from orders where sku <> $1", 1),
        ("pg.commit", "commit", None),
    ]
    assert {span["trace_id"] for span in spans} == {event["trace_id"]}
    assert all(span["took_ms"] > 0 for span in spans)
    assert "secret" not in text and "hidden" not in text


def test_the_statements_of_each_of_several_databases_are_in_the_trace(root: Path) -> None:
    migrated(root)
    settings = json.loads((root / "etc" / "main.json").read_text())
    settings["pg_reports"] = {**settings["pg"], "application_name": "reports", "migrations": ""}
    (root / "etc" / "main.json").write_text(json.dumps(settings))
    (root / "home" / "app.py").write_text(
        APP.replace("import Postgres", "import Postgres, postgres")
        + 'app.service(name="pg_reports")(postgres)\n'
        + '@app.on(get("/reports"))\n'
        + "async def report(pg: Postgres, pg_reports: Postgres) -> str:\n"
        + "    await pg.fetchval('select 1')\n"
        + "    return await pg_reports.value(str, 'show application_name')\n"
    )
    assert said(root, "once", "report").splitlines()[-1] == '"reports"'
    records = [json.loads(line) for line in (root / "var" / "log" / "main.log").read_text().splitlines()]
    spans = [r["statement"] for r in records if r["kind"] == "span" and r.get("event") == "GET /reports"]
    assert spans == ["select …", "show application_name"]


def test_a_monitor_follows_databases_and_their_entrypoint_is_one_of_the_core_s() -> None:
    monitor, source = Monitor("orders", sinks=[]), PgEntrypoint()
    observer: Observer = monitor
    following: Following = monitor
    entrypoint: Entrypoint = source
    assert isinstance(observer, Observer) and isinstance(following, Following)
    for protocol in (Entrypoint, EquippedEntrypoint, TellingEntrypoint):
        assert isinstance(entrypoint, protocol)


def test_the_spans_of_statements_can_be_switched_off(root: Path) -> None:
    migrated(root)
    said(root, "--log-off", "queries", "once", "order", '{"sku": "pen"}')
    assert "pg.insert" not in (root / "var" / "log" / "main.log").read_text()


def test_records_go_to_a_table_that_a_migration_makes_and_are_not_followed_themselves(root: Path) -> None:
    migrated(root)
    said(root, "--log-table", "records", "once", "order", '{"sku": "pen"}')
    found = rows(root, "select kind, message from records")
    assert ("event", "GET /orders/{sku}") in found and ("span", "pg.insert") in found
    assert not [message for _, message in found if "records" in str(message)]
    assert rows(root, "select series from cordio_migrations where series <> 'app'") == [("cordio records",)]
    said(root, "--log-table", "records", "once", "order", '{"sku": "pen"}')
    assert len(rows(root, "select kind from records")) > len(found)


def test_records_of_a_transaction_that_is_undone_stay(root: Path) -> None:
    migrated(root, strict="alter table orders add check (sku = 'no')")
    said(root, "--log-table", "records", "once", "order", '{"sku": "pen"}', code=70)
    assert rows(root, "select count(*) from orders") == [(0,)]
    (insert,) = rows(root, "select error from records where message = 'pg.insert'")
    assert "ConstraintViolated" in str(insert[0])


NOTIFIED = """
from cordio import App
from cordio_core import Request
from cordio_pg import Postgres
from cordio_pg.events import missed, notify
from pydantic import BaseModel

app = App("orders")


class Order(BaseModel):
    sku: str


@app.on(notify("orders"))
async def placed(order: Order, pg: Postgres) -> None:
    await pg.execute("insert into orders (sku) values ($1)", order.sku)


@app.on(missed("orders"))
async def look(pg: Postgres) -> None:
    await pg.execute("insert into orders (sku) values ('looked up')")
"""


def test_an_application_hears_notifications_through_a_restart_of_the_server(
    root: Path, own_postgres: PostgreSQL
) -> None:
    settings = {"pg": {"dsn": own_postgres.url}, "http": {"port": 0}}
    (root / "etc" / "main.json").write_text(json.dumps(settings))
    (root / "home" / "app.py").write_text(NOTIFIED)
    rows(root, "create table orders (sku text)")
    with Service(root, "--http-port", "0") as service:
        service.address()
        rows(root, """select pg_notify('orders', '{"sku": "pen"}')""")
        _until(root, ["pen"], service)
        own_postgres.stop()
        own_postgres.start()
        _until(root, ["pen", "looked up"], service)
        rows(root, """select pg_notify('orders', '{"sku": "ink"}')""")
        _until(root, ["pen", "looked up", "ink"], service)
        service.tell(signal.SIGTERM)
        assert service.ended() == 0, service.output


def _until(root: Path, wanted: list[str], service: Service) -> None:
    end = time.monotonic() + LIMIT
    while (found := [row[0] for row in rows(root, "select sku from orders order by ctid")]) != wanted:
        assert time.monotonic() < end, (found, service.output)


def test_a_private_server_is_refused_in_production(root: Path) -> None:
    (root / "etc" / "main.json").write_text(json.dumps({"pg": {"dsn": "embedded"}}))
    for production in ({"CORDIO_PRESET": "production"}, {"ORDERS_PG_ENVIRONMENT": "production"}):
        told = said(root, "once", "order", '{"sku": "pen"}', code=78, **production)
        assert "is for development and tests, not for the environment 'production': set pg.host" in told
    assert not (root / "var" / "pg").exists()
