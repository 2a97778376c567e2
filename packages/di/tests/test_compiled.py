"""The generated call does what the plain one does, for every signature."""

import asyncio
import gc
import inspect
import linecache
import sys
import traceback
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cordio_di import Container
from cordio_di._call import Call
from cordio_di._compile import compiled, source

KINDS = ["positional-only", "plain", "service", "star", "keyword", "keyword service", "more"]


@st.composite
def signatures(draw: st.DrawFn) -> str:
    """A parameter list, in the order that Python wants."""
    only = [f"o{n}" for n in range(draw(st.integers(0, 2)))]
    plain = draw(st.lists(st.sampled_from(["plain", "default", "service"]), max_size=4))
    behind = False
    parts = [*only, "/"] if only else []
    for number, kind in enumerate(plain):
        behind = behind or kind == "default"
        mark = "=7" if behind else ""
        parts.append(f"s{number}{mark}" if kind == "service" else f"p{number}{mark}")
    star = draw(st.sampled_from(["", "*", "*args"]))
    keywords = draw(st.lists(st.sampled_from(["k", "k=8", "s"]), min_size=star == "*", max_size=3))
    named = [f"{'s' if kind == 's' else 'k'}{number + 5}{kind[1:]}" for number, kind in enumerate(keywords)]
    parts += [star or "*", *named] if named else [star] * (star == "*args")
    return ", ".join([*parts, "**kwargs"] if draw(st.booleans()) else parts)


async def outcome(function: Any, args: list[int], kwargs: dict[str, int]) -> object:
    try:
        return await function(*args, **kwargs)
    except TypeError:
        return TypeError


@given(
    signatures(),
    st.lists(st.integers(0, 9), max_size=5),
    st.dictionaries(st.sampled_from(["p0", "p1", "s1", "s2", "k5", "s6", "other"]), st.integers(0, 9)),
)
def test_the_compiled_call_equals_the_plain_one(text: str, args: list[int], kwargs: dict[str, int]) -> None:
    names: dict[str, Any] = {}
    exec(f"async def handler({text}): return dict(sorted(locals().items()))", names)
    handler = names["handler"]
    container = Container(discover=False)
    for number in range(9):
        container.value(f"s{number}", f"service {number}")

    async def plain(*args: int, **kwargs: int) -> object:
        bound = inspect.signature(handler).bind_partial(*args, **kwargs)
        return await Call(handler, container._app).run(bound.arguments)

    async def main() -> None:
        async with container:
            injected = container.inject(handler)
            first = await outcome(injected, args, kwargs)
            assert first == await outcome(plain, args, kwargs)
            assert first == await outcome(injected, args, kwargs), "also when all services are up"

    asyncio.run(main())


def test_the_source_can_be_read_and_tracebacks_show_it() -> None:
    container = Container(discover=False)
    container.value("pool", 1)

    async def handler(MISSING: int, pool: Any, run: int = 1) -> None:
        raise ValueError

    text, _ = source(Call(handler, container._app))
    assert text == (
        "async def injected(MISSING, pool=MISSING_, run=run_default):\n"
        "    if get_ident() != app.home._thread_id:\n"
        "        return await run_({'MISSING': MISSING, 'pool': pool, 'run': run})\n"
        "    if pool is MISSING_:\n"
        "        pool = pool_slot.value\n"
        "    if pool is MISSING_:\n"
        "        return await run_({'MISSING': MISSING, 'pool': pool, 'run': run})\n"
        "    return await handler(MISSING, pool, run)\n"
    )

    async def main() -> str:
        async with container:
            injected = container.inject(handler)
            try:
                await injected(1, pool=2)
            except ValueError:
                return traceback.format_exc()
        return ""

    shown = asyncio.run(main())
    assert "<cordio_di test_the_source_can_be_read_and_tracebacks_show_it.<locals>.handler" in shown
    assert "return await handler(MISSING, pool, run)" in shown


def test_two_handlers_of_one_name_keep_their_own_source() -> None:
    container = Container(discover=False)

    async def first() -> None: ...

    async def second() -> None: ...

    second.__qualname__ = first.__qualname__
    made = [compiled(Call(handler, container._app)) for handler in (first, second)]
    files = {function.__code__.co_filename for function in made}
    assert len(files) == 2 and files < linecache.cache.keys()


def test_the_source_of_an_event_can_be_read() -> None:
    container = Container(discover=False)
    container.value("pool", 1)

    @container.service(scope="event")
    async def transaction(pool: int) -> AsyncIterator[str]:
        yield "transaction"

    async def handler(number: int, transaction: str) -> None: ...

    text, _ = source(Call(handler, container._app))
    assert text == (
        "async def injected(number, transaction=MISSING):\n"
        "    if transaction is not MISSING:\n"
        "        return await run({'number': number, 'transaction': transaction})\n"
        "    outer = around()\n"
        "    if outer is not None and is_around(outer):\n"
        "        return await run({'number': number, 'transaction': transaction})\n"
        "    pool = pool_slot.value\n"
        "    if pool is MISSING or get_ident() != app.home._thread_id:\n"
        "        return await run({'number': number, 'transaction': transaction})\n"
        "    record = new_record()\n"
        "    token = enter(record)\n"
        "    try:\n"
        "        transaction_generator = make_transaction(pool)\n"
        "        transaction_ = record[2] = await anext(transaction_generator)\n"
        "        record[3] = transaction_generator\n"
        "        result = await handler(number, transaction_)\n"
        "    except BaseException as error:\n"
        "        leave(token)\n"
        "        await abort(record, error)\n"
        "        raise\n"
        "    leave(token)\n"
        "    if record[0] is not None:\n"
        "        await finish(record)\n"
        "        return result\n"
        "    record[1] = None\n"
        "    token = enter((plan, record))\n"
        "    try:\n"
        "        record[0] = 0\n"
        "        async for extra in transaction_generator:\n"
        "            await again(transaction_generator)\n"
        "    except BaseException as error:\n"
        "        await rest(plan, record, error)\n"
        "    finally:\n"
        "        leave(token)\n"
        "    return result\n"
    )


def test_a_sync_handler_is_compiled_too_and_may_return_an_awaitable() -> None:
    container = Container(discover=False)
    container.value("pool", 1)

    @container.service(scope="event")
    def unit(pool: int) -> tuple[str, int]:
        return "unit", pool

    def plain(number: int, pool: int) -> object:
        return number, pool

    def promising(number: int, unit: Any) -> object:
        return asyncio.sleep(0, (number, unit))

    async def main() -> list[object]:
        async with container:
            handlers = container.inject(plain), container.inject(promising)
            return [await handler(number) for number in range(2) for handler in handlers]

    unit_ = ("unit", 1)
    assert asyncio.run(main()) == [(0, 1), (0, unit_), (1, 1), (1, unit_)]


def test_nothing_is_kept_of_code_that_nobody_runs_any_more() -> None:
    container = Container(discover=False)
    container.value("pool", 1)

    @container.service(scope="event")
    async def transaction(pool: int) -> AsyncIterator[str]:
        yield "transaction"

    async def forgetful_(transaction: Any, gate: Any = None) -> object:
        if gate is not None:
            await gate.wait()
        return transaction

    forgetful: Any = container.inject(forgetful_)

    def sources() -> int:
        gc.collect()
        return sum("forgetful" in file for file in linecache.cache)

    async def main() -> None:
        gate = asyncio.Event()
        async with asyncio.timeout(5), container:
            await forgetful()
            await forgetful()
            known, call = len(forgetful.__globals__), asyncio.create_task(forgetful(gate=gate))
            await asyncio.sleep(0)
            for number in range(20):
                container.value(f"other{number}", number)
                assert await forgetful() == "transaction"
            assert sources() == 2 and len(forgetful.__globals__) < 3 * known
            gate.set()
            assert await call == "transaction", "a call that is under way keeps its own names"
            del call
            await asyncio.sleep(0)
            assert sources() == 1 and len(forgetful.__globals__) <= known + 1

    asyncio.run(main())


def test_a_handler_that_is_gone_leaves_no_source() -> None:
    container = Container(discover=False)
    container.value("pool", 1)

    async def passing(pool: Any) -> None: ...

    async def main() -> None:
        async with container:
            for _ in range(5):
                await container.inject(passing)()
        gc.collect()
        assert not any("passing" in file for file in linecache.cache)

    asyncio.run(main())


def steps_of_writing(count: int) -> int:
    """Count the calls that it takes to write the function of a handler with so many parameters."""
    names: dict[str, Any] = {}
    services = ", ".join(f"s{number}" for number in range(count))
    exec(f"async def handler({services}, {services.replace('s', 'p')}): ...", names)
    container = Container(discover=False)
    for number in range(count):
        container.value(f"s{number}", number)
    call = Call(names["handler"], container._app)
    steps = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        source(call)
    finally:
        sys.setprofile(before)
    return steps


def test_the_work_of_writing_grows_with_the_parameters_and_not_with_their_square() -> None:
    assert steps_of_writing(400) < 4.4 * steps_of_writing(100)
