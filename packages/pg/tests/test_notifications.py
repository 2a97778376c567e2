"""Handlers of an application hear the channels of a database, through its restarts, until the stop."""

from __future__ import annotations

import asyncio
import datetime
import uuid

import pytest
from packages.pg.tests.publishing import LIMIT
from pydantic import BaseModel

from cordio_pg import PgSettings, Postgres, Unavailable
from cordio_pg.embedded import Server

pytest.importorskip("cordio_core")

from packages.pg.tests.notifying import application, played, state_of, told  # noqa: E402  # the same

from cordio_core import (  # noqa: E402  # only where it is there
    App,
    EntrypointError,
    Request,
    StartError,
    every,
)
from cordio_pg.events import ChannelState, PgEntrypoint, missed, notify  # noqa: E402  # the same


class Price(BaseModel):
    sku: str
    cents: int


@pytest.fixture
def channel() -> str:
    """A channel of one's own, whose name needs quotes."""
    return f"Prices {uuid.uuid4().hex}"


def test_a_notification_comes_to_its_handler_as_the_model_and_the_request_that_it_wants(
    settings: PgSettings, channel: str
) -> None:
    app, came = application(settings), asyncio.Queue[tuple[Price, Request]]()

    @app.on(notify(channel))
    async def changed(price: Price, request: Request) -> None:
        await came.put((price, request))

    async def scene(pg: Postgres) -> None:
        await told(pg, channel, '{"sku": "pen", "cents": 250}')
        price, request = await came.get()
        assert price == Price(sku="pen", cents=250)
        assert (request.kind, request.headers, request.body) == (
            "pg",
            {"channel": channel},
            b'{"sku": "pen", "cents": 250}',
        )

    played(app, settings, scene)


@pytest.mark.parametrize(
    ("payload", "kind", "value"),
    [
        ("5", str, "5"),
        ("pen, blue", str, "pen, blue"),
        ("", str, ""),
        ("5", int, 5),
        ('["a", "b"]', list[str], ["a", "b"]),
        ("2026-01-31", datetime.date, datetime.date(2026, 1, 31)),
    ],
)
def test_a_payload_is_text_for_who_wants_text_and_json_otherwise(
    settings: PgSettings, channel: str, payload: str, kind: type, value: object
) -> None:
    app, came = application(settings), asyncio.Queue[object]()

    async def changed(what: object) -> None:
        await came.put(what)

    changed.__annotations__["what"] = kind
    app.on(notify(channel))(changed)

    async def scene(pg: Postgres) -> None:
        await told(pg, channel, payload)
        assert await came.get() == value

    played(app, settings, scene)


def test_one_that_does_not_fit_is_told_without_its_values_and_the_next_one_is_handled(
    settings: PgSettings, channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, came = application(settings), asyncio.Queue[Price]()

    @app.on(notify(channel))
    async def changed(price: Price) -> None:
        await came.put(price)

    async def scene(pg: Postgres) -> None:
        for payload in ("", "secret", '{"sku": "secret"}', '{"sku": "pen", "cents": 1}'):
            await told(pg, channel, payload)
        assert (await came.get()).sku == "pen"

    with caplog.at_level("INFO"):
        played(app, settings, scene)
    assert caplog.text.count("a notification cannot be read") == 3
    assert "cents: Field required" in caplog.text and "secret" not in caplog.text


def test_a_model_whose_own_code_fails_is_told_without_its_values_and_the_next_one_is_handled(
    settings: PgSettings, channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, came = application(settings), asyncio.Queue[int]()

    class Share(BaseModel):
        of: int

        def model_post_init(self, context: object, /) -> None:
            if self.of == 4711:
                raise RuntimeError(f"of {self.of}")

    async def changed(share: object) -> None:
        assert isinstance(share, Share)
        await came.put(share.of)

    changed.__annotations__["share"] = Share
    app.on(notify(channel))(changed)

    async def scene(pg: Postgres) -> None:
        for number in (4711, 2):
            await told(pg, channel, f'{{"of": {number}}}')
        assert await came.get() == 2

    played(app, settings, scene)
    assert "its model failed: RuntimeError" in caplog.text and "4711" not in caplog.text


def test_a_handler_that_fails_is_answered_by_its_rules_and_the_next_notification_is_handled(
    settings: PgSettings, channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, came = application(settings), asyncio.Queue[str]()

    @app.on(notify(channel))
    async def changed(text: str) -> None:
        await came.put(text)
        if text == "cancels":
            raise asyncio.CancelledError
        raise ZeroDivisionError("of the handler")

    async def scene(pg: Postgres) -> None:
        for text in ("cancels", "fails", "last"):
            await told(pg, channel, text)
        assert [await came.get() for _ in range(3)] == ["cancels", "fails", "last"]

    with caplog.at_level("INFO"):
        played(app, settings, scene)
    assert "of the handler" in caplog.text
    tally = next(source for source in app.state().sources if source.kind == "pg")
    assert (tally.accepted, tally.finished, tally.cancelled) == (3, 3, 0)


def test_every_handler_gets_all_notifications_in_their_order_whatever_the_others_do(
    settings: PgSettings, channel: str
) -> None:
    app, quick = application(settings), list[int]()
    slow, go, done = list[int](), asyncio.Event(), asyncio.Event()

    @app.on(notify(channel))
    async def first(number: int) -> None:
        await go.wait()
        slow.append(number)
        if number == 49:
            done.set()

    @app.on(notify(channel))
    async def second(number: int) -> None:
        quick.append(number)
        if number == 49:
            go.set()  # the first one has not had its first yet

    async def scene(pg: Postgres) -> None:
        for number in range(50):
            await told(pg, channel, f"{number}")
        await done.wait()

    played(app, settings, scene)
    assert slow == quick == list(range(50))


def test_after_a_restart_it_is_told_that_some_may_be_missed_and_notifications_are_heard_again(
    settings: PgSettings, server: Server, channel: str
) -> None:
    source = PgEntrypoint()
    app, came = application(settings, source), asyncio.Queue[str]()

    @app.on(notify(channel))
    async def changed(text: str) -> None:
        await came.put(text)

    @app.on(missed(channel))
    async def refresh() -> None:
        await came.put("missed")

    async def scene(pg: Postgres) -> None:
        await told(pg, channel, "first")
        assert await came.get() == "first" and state_of(app) == ChannelState(channel, "pg", True, 1)
        await source.checks["notifications"]()
        await asyncio.to_thread(server.stop)
        while (down := state_of(app)).hears or not down.error:
            await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="not heard"):
            await source.checks["notifications"]()
        await asyncio.to_thread(server.start)
        assert await came.get() == "missed"
        await told(pg, channel, "second")
        assert await came.get() == "second"
        assert state_of(app) == ChannelState(channel, "pg", True, 2, gaps=1)

    played(app, settings, scene)
    assert not source.checks and state_of(app) == ChannelState(channel, "pg")


def test_an_application_comes_up_without_its_server_and_what_was_sent_until_it_hears_counts_as_missed(
    settings: PgSettings, server: Server, channel: str
) -> None:
    app, came = application(settings), asyncio.Queue[str]()

    @app.on(missed(channel))
    async def refresh(text: str | None = None) -> None:
        await came.put("missed")

    async def scene(pg: Postgres) -> None:
        assert app.state().phase == "up"
        await asyncio.to_thread(server.start)
        assert await came.get() == "missed"

    server.stop()
    played(app, settings, scene)


def test_more_than_may_wait_are_lost_told_once_and_looked_up_by_who_hears_of_it(
    settings: PgSettings, channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, go, done = application(settings), asyncio.Event(), asyncio.Event()
    handled = list[int]()

    @app.on(notify(channel, waiting=5))
    async def changed(number: int) -> None:
        await go.wait()
        handled.append(number)

    @app.on(missed(channel))
    async def refresh() -> None:
        done.set()

    async def scene(pg: Postgres) -> None:
        async with pg.transaction() as tx:
            for number in range(20):
                await tx.execute("select pg_notify($1, $2)", channel, f"{number}")
        await done.wait()
        while (state := state_of(app)).heard < 20:
            await asyncio.sleep(0)
        assert state.dropped in (14, 15) and state.waiting in (
            4,
            5,
        )  # one more may be with the handler already
        go.set()

    played(app, settings, scene)
    assert handled == list(range(len(handled))) and len(handled) in (5, 6)
    assert caplog.text.count("notifications are lost") == 1


def test_a_stop_lets_handlers_finish_what_has_come_and_cancels_what_takes_too_long(
    settings: PgSettings, channel: str
) -> None:
    source, handled, begun = PgEntrypoint(), list[str](), asyncio.Event()
    app = application(settings, source)

    @app.on(notify(channel))
    async def changed(text: str) -> None:
        begun.set()
        if text == "never":
            await asyncio.Event().wait()
        await app.stopping.wait()
        handled.append(text)

    async def main() -> None:
        async with asyncio.timeout(LIMIT), Postgres(settings) as pg:
            async with app.running():
                async with pg.transaction() as tx:
                    for text in ("a", "b", "c"):
                        await tx.execute("select pg_notify($1, $2)", channel, text)
                await begun.wait()
            assert handled == ["a", "b", "c"]
            begun.clear()
            async with app.running():
                for text in ("never", "behind"):
                    await told(pg, channel, text)
                await begun.wait()
                while state_of(app).heard < 2:
                    await asyncio.sleep(0)
                await source.stop(0.05)
            tally = next(found for found in app.state().sources if found.kind == "pg")
            assert (tally.accepted, tally.finished, tally.cancelled) == (2, 0, 2)

    asyncio.run(main())


def test_channels_of_several_databases_are_heard(settings: PgSettings, channel: str) -> None:
    other = settings.model_copy(update={"database": "template1"})
    app, came = application(settings, pg_reports=other), asyncio.Queue[str]()

    @app.on(notify(channel, database="pg_reports"))
    async def changed(text: str) -> None:
        await came.put(text)

    async def scene(pg: Postgres) -> None:
        await told(pg, channel, "of pg")
        async with Postgres(other) as reports:
            await told(reports, channel, "of pg_reports")
        assert await came.get() == "of pg_reports"

    played(app, settings, scene)


def test_behind_pgbouncer_it_is_said_at_the_start_that_nothing_can_be_heard(
    settings: PgSettings, channel: str
) -> None:
    app = application(settings.model_copy(update={"pgbouncer": True}))

    @app.on(notify(channel))
    async def changed(text: str) -> None: ...

    async def scene(pg: Postgres) -> None: ...

    with pytest.raises(EntrypointError, match="behind pgbouncer in transaction mode no session stays"):
        played(app, settings, scene)


def test_handlers_that_cannot_be_run_are_told_before_the_start_all_in_one(settings: PgSettings) -> None:
    app = application(settings)

    @app.on(missed("prices"))
    async def refresh(price: Price) -> None: ...

    @app.on(missed("stocks"))
    async def count(numbers: list[int], price: Price | None = None) -> None: ...

    with pytest.raises(StartError) as refused:
        app.check()
    assert "wants price, but 'missed prices' brings no data" in str(refused.value)
    assert "wants numbers, but 'missed stocks' brings no data" in str(refused.value)


def test_an_event_of_another_kind_is_refused() -> None:
    app = App("shop")

    @app.on(every("5m"))
    async def strike() -> None: ...

    app.check()
    (plan,) = app._assembled().plans
    with pytest.raises(StartError, match="which no database tells: use notify or missed"):
        PgEntrypoint().attach([plan])


@pytest.mark.parametrize(
    ("channel", "why"),
    [("", "no name of a channel"), ("a\0b", "no name of a channel"), ("é" * 32, "PostgreSQL takes 63 bytes")],
)
def test_what_is_no_channel_is_refused_where_it_is_written(channel: str, why: str) -> None:
    for event in (notify, missed):
        with pytest.raises(ValueError, match=why):
            event(channel)
    with pytest.raises(ValueError, match="let one notification wait at least"):
        notify("prices", waiting=0)
