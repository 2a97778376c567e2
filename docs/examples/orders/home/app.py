"""The smallest service: orders in PostgreSQL, and a health check that says how they are."""

import time
from typing import Annotated

import click
from pydantic import BaseModel, Field

from cordio import App
from cordio_config import Config
from cordio_core import Response, get, post
from cordio_errors import answer, to
from cordio_monitor import Log
from cordio_pg import DeadlineExceeded, PgError, Postgres, Unavailable

app = App()

SCHEMA = (
    "create table if not exists orders (id bigserial primary key, sku text not null, amount integer not null)",
)

OrderId = Annotated[int, Field(ge=1, lt=2**63)]  # what a column of the type bigint can hold


class NoSuchOrder(LookupError):
    """There is no order with this number."""

    def __init__(self, order_id: int) -> None:
        super().__init__(order_id)
        self.order_id = order_id


class NewOrder(BaseModel):
    """What a customer asks for."""

    sku: str = Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")
    amount: int = Field(default=1, ge=1, le=1_000_000)


class Order(NewOrder):
    """An order that was taken."""

    id: int


@app.main
@click.option("--greeting", default="Hello", help="What the service says of itself.")
async def main(config: Config, log: Log) -> None:
    """Say that the service is up."""
    log.info("up", greeting=config["greeting"])


@app.service
class DbModel:
    """The tables of this service; the steps that make them are its schema, their number its version."""

    def __init__(self, pg: Postgres) -> None:
        self.pg = pg
        self._made = False

    async def made(self) -> None:
        """Make the tables at the first use: later than the start, so that the service starts without them."""
        if not self._made:
            async with self.pg.transaction() as tx:
                await tx.execute("select pg_advisory_xact_lock(8000)")
                await tx.execute("create table if not exists schema_version (version integer primary key)")
                for version, step in enumerate(SCHEMA, 1):
                    if not await tx.fetchval("select true from schema_version where version = $1", version):
                        await tx.execute(step)
                        await tx.execute("insert into schema_version values ($1)", version)
            self._made = True

    async def version(self) -> object:
        """Return the version that the tables stand at."""
        await self.made()
        return await self.pg.fetchval("select max(version) from schema_version")


@app.service
class Orders:
    """Orders, as they stand in the database."""

    def __init__(self, db_model: DbModel, pg: Postgres) -> None:
        self.db_model, self.pg = db_model, pg

    async def place(self, new: NewOrder) -> Order:
        """Take an order."""
        await self.db_model.made()
        insert = "insert into orders (sku, amount) values ($1, $2) returning id"
        number = await self.pg.fetchval(insert, new.sku, new.amount)
        return Order.model_validate({"id": number, **new.model_dump()})

    async def get(self, order_id: int) -> Order:
        """Return an order."""
        await self.db_model.made()
        row = await self.pg.fetchrow("select * from orders where id = $1", order_id)
        if row is None:
            raise NoSuchOrder(order_id)
        return Order.model_validate(dict(row.items()))


@app.on(get("/healthcheck"))
async def healthcheck(db_model: DbModel, config: Config, log: Log) -> Response:
    """Tell how the service and its tables are: 200 if well, else 503 with what fails."""
    began = time.perf_counter()
    try:
        state: dict[str, object] = {"status": "up", "schema": await db_model.version()}
    except PgError as error:
        log.warning("the database is down", reason=str(error))  # the answer names only the kind
        state = {"status": "down", "service": "pg", "error": type(error).__name__}
    state["took_ms"] = round((time.perf_counter() - began) * 1000, 1)
    up = state["status"] == "up"
    body = {"status": state["status"], "greeting": config["greeting"], "db_model": state}
    return Response(body, status=200 if up else 503)


@app.on(post("/orders"))
async def place_order(order: NewOrder, orders: Orders) -> Order:
    """Take an order."""
    return await orders.place(order)


@app.on(get("/orders/{order_id}"))
async def read_order(order_id: OrderId, orders: Orders) -> Order:
    """Return an order."""
    return await orders.get(order_id)


app.errors.catalogue(
    {
        "no_such_order": {
            "http": {"status": 404, "title": "No such order", "detail": "No order has number {order_id}."}
        }
    }
)
app.errors.on(NoSuchOrder, answer=answer("no_such_order"))
for outage in (Unavailable, DeadlineExceeded):
    app.errors.on(outage, answer=answer("unavailable"), commit=[to.log("error")])
