"""Parents are right, whatever runs beside whatever."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator

from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import count, log, span
from cordio_monitor._scope import current
from cordio_monitor.sinks import Record


async def piece(name: str, barrier: asyncio.Barrier) -> None:
    with span(name):
        await barrier.wait()
        with span(f"{name}.inner"):
            await barrier.wait()
            log.info(f"{name}.log")
        await barrier.wait()


def assert_tree(sink: Collected, parent: Record, names: str) -> None:
    for name in names:
        outer, inner = sink[name], sink[f"{name}.inner"]
        assert outer.parent_id == parent.span_id and inner.parent_id == outer.span_id
        assert sink[f"{name}.log"].span_id == inner.span_id
        assert outer.trace_id == inner.trace_id == parent.trace_id
    assert len({record.span_id for record in sink.records if record.kind == "span"}) == 2 * len(names) + 1


def test_siblings_under_gather_have_one_parent() -> None:
    sink = Collected()

    async def main() -> None:
        barrier = asyncio.Barrier(3)
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /x"), span("all"):
                await asyncio.gather(*(piece(name, barrier) for name in "abc"))

    asyncio.run(main())
    assert_tree(sink, sink["all"], "abc")


def test_siblings_in_a_task_group_have_one_parent() -> None:
    sink = Collected()

    async def main() -> None:
        barrier = asyncio.Barrier(3)
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /x"), span("all"):
                async with asyncio.TaskGroup() as tasks:
                    for name in "abc":
                        tasks.create_task(piece(name, barrier))

    asyncio.run(main())
    assert_tree(sink, sink["all"], "abc")


def test_siblings_in_threads_have_one_parent() -> None:
    sink = Collected()

    async def main() -> None:
        barrier = threading.Barrier(2)

        def threaded(name: str) -> None:
            with span(name):
                barrier.wait()
                with span(f"{name}.inner"):
                    barrier.wait()
                    log.info(f"{name}.log")
                barrier.wait()

        async with monitored(sink) as monitor:
            with monitor.incoming("GET /x"), span("all"):
                await asyncio.gather(*(asyncio.to_thread(threaded, name) for name in "ab"))

    asyncio.run(main())
    assert_tree(sink, sink["all"], "ab")


def test_events_that_run_beside_each_other_do_not_mix() -> None:
    sink = Collected()

    async def main() -> None:
        barrier = asyncio.Barrier(3)

        async def event(name: str) -> None:
            with monitor.incoming(name):
                await piece(name + "1", barrier)

        async with monitored(sink) as monitor:
            await asyncio.gather(*(event(name) for name in "abc"))

    asyncio.run(main())
    for name in "abc":
        closing = sink[name]
        mine = [record for record in sink.records if record.trace_id == closing.trace_id]
        assert [record.message for record in mine] == [f"{name}1.log", f"{name}1.inner", f"{name}1", name]
        assert sink[f"{name}1"].parent_id == closing.span_id
        assert {record.event for record in mine} == {name}


def test_an_event_may_end_in_another_context_than_it_began_in() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            event = monitor.incoming("GET /x")
            contextvars.copy_context().run(event.__enter__)
            event.answered(200)
            event.__exit__(None, None, None)
            log.info("outside")

    asyncio.run(main())
    assert sink["GET /x"].fields["status"] == 200
    assert sink["outside"].trace_id == ""


def test_an_event_that_ends_in_a_copy_of_its_context_is_left_there_too() -> None:
    async def main() -> None:
        async with monitored() as monitor:
            event = monitor.incoming("GET /x").__enter__()
            copied = contextvars.copy_context()
            copied.run(event.__exit__, None, None, None)
            assert copied.run(current.get) is None

    asyncio.run(main())


def test_a_stream_that_is_closed_elsewhere_does_not_raise() -> None:
    sink = Collected()

    async def stream() -> AsyncIterator[int]:
        with span("stream"):
            yield 1
            yield 2

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /x"):
                chunks = stream()
                await asyncio.create_task(anext(chunks))  # type: ignore[arg-type]  # a coroutine, says asyncio
                await chunks.aclose()  # type: ignore[attr-defined]  # a generator
                log.info("after")

    asyncio.run(main())
    assert sink["stream"].parent_id == sink["after"].span_id == sink["GET /x"].span_id


def test_spans_outside_of_an_event_make_a_trace_of_their_own() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink):
            with span("start"):
                with span("connect"):
                    count("tries")
            with span("again"):
                log.info("here")

    asyncio.run(main())
    start, connect = sink["start"], sink["connect"]
    assert connect.parent_id == start.span_id and start.parent_id == "" and start.event == ""
    assert connect.trace_id == start.trace_id != sink["again"].trace_id
    assert sink["tries"].span_id == connect.span_id and sink["here"].span_id == sink["again"].span_id
