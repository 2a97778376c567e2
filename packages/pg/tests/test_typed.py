"""Rows become what they mean, and say what is wrong when they cannot."""

import asyncio
import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeVar
from uuid import UUID

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from cordio_pg import NotFound, PgSettings, Postgres, RowMismatch, TooMany
from cordio_pg._plan import shape

T = TypeVar("T")


class Order(BaseModel):
    id: int
    sku: str
    amount: int = 1


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Pen:
    id: UUID
    colour: Colour
    price: Decimal
    tags: list[str]


def _play(settings: PgSettings, scene: Callable[[Postgres], Awaitable[T]]) -> T:
    async def main() -> T:
        async with asyncio.timeout(30), Postgres(settings) as pg:
            return await scene(pg)

    return asyncio.run(main())


def test_rows_become_models(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        two = "select n as id, 'pen' || n as sku from generate_series(1, $1::int) n"
        assert await pg.all(Order, two, 2) == [Order(id=1, sku="pen1"), Order(id=2, sku="pen2")]
        assert await pg.one(Order, two, 1) == Order(id=1, sku="pen1")
        assert await pg.maybe(Order, two, 1) == Order(id=1, sku="pen1")
        assert await pg.maybe(Order, two, 0) is None
        assert await pg.all(Order, two, 0) == []

    _play(settings, scene)


def test_the_same_calls_serve_inside_a_transaction(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction() as tx:
            await tx.execute("create temp table orders (id serial, sku text)")
            made = await tx.one(Order, "insert into orders (sku) values ($1) returning *", "pen")
            assert made == Order(id=1, sku="pen")
            assert await tx.value(int, "select count(*) from orders") == 1
            assert [order async for order in tx.rows(Order, "select * from orders")] == [made]

    _play(settings, scene)


def test_rows_become_dataclasses_with_their_fields_types(settings: PgSettings) -> None:
    key = "c56a4180-65aa-42ec-a945-5fd21dec0538"

    async def scene(pg: Postgres) -> Pen:
        query = "select $1::uuid as id, 'red' as colour, 1.50 as price, array['a', 'b'] as tags"
        return await pg.one(Pen, query, key)

    assert _play(settings, scene) == Pen(UUID(key), Colour.RED, Decimal("1.50"), ["a", "b"])


def test_one_column_becomes_a_scalar(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        assert await pg.value(int, "select count(*) from generate_series(1, 7)") == 7
        assert await pg.all(str, "select 'pen' || n from generate_series(1, 2) n") == ["pen1", "pen2"]
        assert await pg.one(Colour, "select 'red'") is Colour.RED
        assert await pg.value(dict[str, int], """select '{"a": 1}'::jsonb""") == {"a": 1}
        assert await pg.value(Order, """select '{"id": 1, "sku": "pen"}'::json""") == Order(id=1, sku="pen")

    _play(settings, scene)


def test_no_row_is_a_lookup_error(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(LookupError, match="there is no row for Order") as told:
            await pg.one(Order, "select 1 as id, 'pen' as sku where false")
        assert isinstance(told.value, NotFound)
        with pytest.raises(NotFound):
            await pg.value(int, "select 1 where false")

    _play(settings, scene)


def test_several_rows_are_not_one(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        for call in (pg.one, pg.maybe, pg.value):
            with pytest.raises(TooMany, match="there are 3 rows for one int"):
                await call(int, "select generate_series(1, 3)")

    _play(settings, scene)


@pytest.mark.parametrize("call", ["one", "all", "maybe"])
def test_a_missing_and_an_extra_column_are_named(settings: PgSettings, call: str) -> None:
    async def scene(pg: Postgres) -> None:
        await getattr(pg, call)(Order, "select 1 as id, 'pen' as skew")

    with pytest.raises(RowMismatch) as told:
        _play(settings, scene)
    assert str(told.value) == (
        "the rows do not fit Order: no column for the field sku; no field for the column skew; "
        "their columns are: id, skew"
    )


@pytest.mark.parametrize("call", ["one", "all", "maybe", "value"])
def test_a_statement_that_does_not_fit_is_told_though_it_gives_no_row(settings: PgSettings, call: str) -> None:
    async def scene(pg: Postgres) -> None:
        for _ in range(2):
            with pytest.raises(RowMismatch, match="their columns are: id, skew"):
                await getattr(pg, call)(Order, "select 1 as id, 'pen' as skew where false")
        async with pg.transaction() as tx:
            with pytest.raises(RowMismatch):
                await getattr(tx, call)(Order, "select 1 as id, 'pen' as skew where false")
            assert await tx.value(int, "select 1") == 1

    _play(settings, scene)


def test_a_column_that_comes_twice_is_told(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        await pg.all(Order, "select a.*, b.* from (select 1 as id, 'x' as sku) a, (select 2 as id) b")

    with pytest.raises(RowMismatch, match="there are several columns id"):
        _play(settings, scene)


def test_a_scalar_takes_one_column(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(
            RowMismatch, match="int takes one column, and there are 2; their columns are: id, sku"
        ):
            await pg.value(int, "select 1 as id, 2 as sku")

    _play(settings, scene)


def test_a_value_that_does_not_fit_is_told_by_row_and_column_and_never_shown(settings: PgSettings) -> None:
    class Strict(BaseModel):
        id: int
        code: Annotated[int, Field(gt=0)]

        @model_validator(mode="after")
        def _known(self) -> "Strict":
            if self.code == 4711:
                raise ValueError(f"{self.code} is known")
            return self

    async def scene(pg: Postgres) -> None:
        with pytest.raises(RowMismatch, match="row 2: code: Input should be greater than 0") as told:
            await pg.all(Strict, "select * from (values (1, 5), (2, -4711)) v (id, code)")
        assert told.value.__cause__ is None
        assert "4711" not in str(told.value)
        with pytest.raises(RowMismatch, match="row 1: value_error") as told:
            await pg.all(Strict, "select 1 as id, 4711 as code")
        assert "4711" not in str(told.value)

    _play(settings, scene)


def test_aliases_and_the_models_own_wish_for_extra_columns_hold(settings: PgSettings) -> None:
    class Aliased(BaseModel):
        model_config = ConfigDict(extra="ignore")
        key: int = Field(alias="id")
        name: str = Field(validation_alias=AliasChoices("sku", "label"))

    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        id: int

    class Reshaped(BaseModel):
        whole: str

        @model_validator(mode="before")
        @classmethod
        def _joined(cls, row: dict[str, str]) -> dict[str, str]:
            return {"whole": row["first"] + row["last"]}

    async def scene(pg: Postgres) -> None:
        assert await pg.one(Aliased, "select 1 as id, 'pen' as label, 2 as more") == Aliased.model_validate(
            {"id": 1, "sku": "pen"}
        )
        assert (await pg.one(Open, "select 1 as id, 2 as more")).model_extra == {"more": 2}
        assert (await pg.one(Reshaped, "select 'a' as first, 'b' as last")).whole == "ab"
        with pytest.raises(RowMismatch, match="no column for the field key"):
            await pg.one(Aliased, "select 1 as key, 'pen' as sku")

    _play(settings, scene)


def test_a_statement_whose_columns_change_gets_a_new_plan(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.connection() as connection:
            await connection.execute(
                "create temp table item (id int, sku text); insert into item values (1, 'a')"
            )
            assert (await connection.one(Order, "select * from item")).amount == 1
            await connection.execute("alter table item add column amount int not null default 7")
            assert (await connection.one(Order, "select * from item")).amount == 7
            await connection.execute("alter table item drop column sku")
            with pytest.raises(RowMismatch, match="no column for the field sku"):
                await connection.one(Order, "select * from item")

    _play(settings, scene)


def test_the_plan_is_made_once_for_a_kind_and_its_columns(settings: PgSettings) -> None:
    made = shape(Order)
    assert shape(Order) is made

    async def scene(pg: Postgres) -> None:
        query = "select n as id, 'pen' as sku, n as amount from generate_series(1, 3) n"
        before = len(made._plans)
        for _ in range(3):
            await pg.all(Order, query)
        assert len(made._plans) <= before + 1

    _play(settings, scene)
