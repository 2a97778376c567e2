"""No error quotes a value of a row or an argument, and each still says what a program needs."""

import asyncio
import traceback
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_pg import ConstraintViolated, PgSettings, Postgres, QueryError
from cordio_pg._mask import scrub

_SECRET = "s3cr3t"
_TABLE = """
create temp table client (
    email text constraint client_email unique, age int constraint adult check (age >= 18), card text not null
);
create type pg_temp.mood as enum ('glad');
insert into client values ('s3cr3t', 20, 'x')
"""


def _refused(settings: PgSettings, query: str, *args: object) -> QueryError:
    async def main() -> None:
        async with Postgres(settings) as pg, pg.transaction() as tx:
            await tx.execute(_TABLE)
            await tx.execute(query, *args)

    with pytest.raises(QueryError) as told:
        asyncio.run(main())
    return told.value


def _shown(error: BaseException) -> str:
    return "".join([*traceback.format_exception(error), repr(error), *map(str, error.args), repr(vars(error))])


@pytest.mark.parametrize(
    ("query", "args", "code", "message"),
    [
        (
            "select $1::int",
            (_SECRET,),
            "22000",
            "invalid input for query argument $1: it does not fit the type",
        ),
        (
            "select $1::timestamptz",
            (_SECRET,),
            "22000",
            "invalid input for query argument $1: "
            "expected a datetime.date or datetime.datetime instance, got 'str'",
        ),
        (
            "select $1::uuid",
            (_SECRET,),
            "22000",
            "invalid input for query argument $1: it does not fit the type",
        ),
        (
            "select $1::int2",
            (7_771_777,),
            "22000",
            "invalid input for query argument $1: value out of int16 range",
        ),
        ("select $1::text::int", (_SECRET,), "22P02", 'invalid input syntax for type integer: "…"'),
        ("select $1::text::int", (f'{_SECRET}"x',), "22P02", 'invalid input syntax for type integer: "…"'),
        ("select $1::text::json", (f'{{"a": {_SECRET}',), "22P02", "invalid input syntax for type json"),
        ("select $1::text::date", (_SECRET,), "22007", 'invalid input syntax for type date: "…"'),
        ("select $1::text::pg_temp.mood", (_SECRET,), "22P02", 'invalid input value for enum mood: "…"'),
        ("select $1::text::int2", ("7771777",), "22003", 'value "…" is out of range for type smallint'),
        (f"select 1 '{_SECRET} and the rest", (), "42601", 'unterminated quoted string at or near "…"'),
        (f"select 1 1'{_SECRET}'", (), "42601", 'syntax error at or near "1"'),
    ],
)
def test_the_value_is_masked_in_what_is_shown(
    settings: PgSettings, query: str, args: tuple[object, ...], code: str, message: str
) -> None:
    error = _refused(settings, query, *args)
    assert (error.sqlstate, error.message) == (code, message)
    told = _shown(error) + (_shown(error.__cause__) if error.__cause__ else "")
    for quoted in (_SECRET, "7771777"):
        assert quoted not in told.replace(query, "")


@pytest.mark.parametrize(
    ("query", "constraint", "columns", "detail"),
    [
        (
            f"insert into client values ('{_SECRET}', 30, 'y')",
            "client_email",
            ("email",),
            "Key (email)=(…) already exists.",
        ),
        (f"insert into client values ('{_SECRET}2', 3, 'y')", "adult", (), None),
        (f"insert into client values ('{_SECRET}3', 30, null)", None, ("card",), None),
    ],
)
def test_a_constraint_is_told_by_its_names_and_no_row(
    settings: PgSettings, query: str, constraint: str | None, columns: tuple[str, ...], detail: str | None
) -> None:
    error = _refused(settings, query)
    assert isinstance(error, ConstraintViolated)
    assert (error.constraint, error.table, error.columns) == (constraint, "client", columns)
    assert error.detail == detail
    assert error.__cause__ is not None
    assert _SECRET not in _shown(error) + _shown(error.__cause__)


def test_executemany_and_copy_quote_nothing_either(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg, pg.connection() as connection:
            await connection.execute(_TABLE)
            with pytest.raises(QueryError) as told:
                await connection.executemany("insert into client values ($1, $2)", [("a", 30), ("b", _SECRET)])
            assert _SECRET not in _shown(told.value)
            with pytest.raises(QueryError) as told:
                await connection.copy_in("client", [("a", 30, "x"), (_SECRET, 3, "y")])
            assert _SECRET not in _shown(told.value)

    asyncio.run(main())


def test_names_that_the_statement_says_are_kept(settings: PgSettings) -> None:
    error = _refused(settings, "select emial from client")
    assert error.message == 'column "emial" does not exist'
    assert error.hint == 'Perhaps you meant to reference the column "client.email".'


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_no_key_is_shown_whatever_is_in_it(value: str, other: str) -> None:
    import asyncpg

    key = UUID(int=7).hex + value
    error = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    error.detail = f"Key (email, name)=({key}, {other}) already exists."
    scrub(error)
    assert error.detail in ("Key (email, name)=(…) already exists.", None)


@given(st.text(min_size=12, max_size=40))
def test_no_quoted_value_is_shown_whatever_is_in_it(value: str) -> None:
    import asyncpg

    key = UUID(int=7).hex + value
    error = asyncpg.InvalidTextRepresentationError(f'invalid input syntax for type integer: "{key}"')
    scrub(error)
    assert str(error) == 'invalid input syntax for type integer: "…"'
