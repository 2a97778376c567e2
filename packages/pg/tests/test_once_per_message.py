"""A handler of messages has its effects once for each message, in the transaction that it is given."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from packages.pg.tests.publishing import opened, schemed

from cordio_pg import Connection, PgSettings, Postgres
from cordio_pg.events import made

pytest.importorskip("cordio_core")

from cordio_core import Request, Response, queue  # noqa: E402  # only where it is there
from cordio_pg.events import once_per_message  # noqa: E402  # the same


class Refused(Exception):
    pass


@once_per_message
async def placed(sku: str, tx: Connection, how: str = "") -> object:
    await tx.execute("insert into taken values ($1)", sku)
    if how == "raises":
        raise Refused
    return Response(status=503) if how == "answers" else "taken"


@once_per_message
async def told(request: Request, pg: Postgres, tx: Connection) -> str:
    await tx.execute("insert into taken values ($1)", request.headers["message-id"])
    return await pg.value(str, "select 'with its own'")


def message(message_id: str) -> Request:
    return Request(queue("orders"), headers={"message-id": message_id} if message_id else {})


def played(settings: PgSettings, *calls: tuple[str, str]) -> tuple[list[object], int]:
    """Handle messages, and return what became of each, and how many were taken."""

    async def main() -> tuple[list[object], int]:
        async with opened(schemed(settings)) as pg:
            await made(pg)
            await pg.execute("create table taken (sku text)")
            work = [placed(sku="pen", how=how, request=message(own), pg=pg) for own, how in calls]
            found = [(await asyncio.gather(each, return_exceptions=True))[0] for each in work]
            return list(found), await pg.value(int, "select count(*) from taken")

    return asyncio.run(main())


def test_a_message_that_comes_again_has_no_more_effects(settings: PgSettings) -> None:
    assert played(settings, ("1", ""), ("1", ""), ("2", "")) == (["taken", None, "taken"], 2)


def test_a_handler_that_fails_leaves_nothing_behind_and_the_message_is_new_again(settings: PgSettings) -> None:
    found, count = played(settings, ("1", "raises"), ("1", ""))
    assert isinstance(found[0], Refused) and (found[1], count) == ("taken", 1)


def test_an_answer_that_is_a_failure_undoes_too_and_goes_its_way(settings: PgSettings) -> None:
    found, count = played(settings, ("1", "answers"), ("1", ""))
    assert isinstance(found[0], Response) and found[0].status == 503 and (found[1], count) == ("taken", 1)


def test_a_message_without_an_id_is_refused(settings: PgSettings) -> None:
    found, count = played(settings, ("", ""))
    assert "publish it with a message_id" in str(found[0]) and count == 0


def test_the_handler_may_take_the_request_and_the_database_itself(settings: PgSettings) -> None:
    async def main() -> None:
        async with opened(schemed(settings).model_copy(update={"nested": "allow"})) as pg:
            await made(pg)
            await pg.execute("create table taken (sku text)")
            assert await told(request=message("7d0f"), pg=pg) == "with its own"
            assert await pg.all(str, "select sku from taken") == ["7d0f"]

    asyncio.run(main())
    taken = inspect.signature(told).parameters.values()
    assert [(each.name, each.kind.name) for each in taken] == [
        ("request", "KEYWORD_ONLY"),
        ("pg", "KEYWORD_ONLY"),
    ]


def test_what_cannot_have_a_transaction_is_refused_where_it_is_written() -> None:
    async def bare(sku: str) -> None: ...

    def plain(tx: Connection) -> None: ...

    for handler in (bare, plain):
        with pytest.raises(TypeError, match="write `async def` with a parameter `tx: Connection`"):
            once_per_message(handler)  # type: ignore[arg-type]  # that is what is tested
