"""Groups of exceptions, as a TaskGroup raises them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cordio_errors import Errors, Incident, Outcome, Retry, answer, to


def together(*failures: Exception) -> Callable[[], Awaitable[None]]:
    """A handler whose tasks fail, all of them before the first is seen."""

    async def fail(error: Exception) -> None:
        raise error

    async def handle() -> None:
        async with asyncio.TaskGroup() as group:
            for error in failures:
                group.create_task(fail(error))

    return handle


def code(errors: Errors, *failures: Exception) -> str | None:
    outcome: Outcome = asyncio.run(errors.run(together(*failures)))
    return outcome.answer.code if outcome.answer else None


def test_a_group_of_one_is_judged_as_its_member(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))
    error = KeyError("A-1")
    assert code(errors, error) == "not_found"
    assert [incident.error for incident in seen] == [error]


def test_the_gravest_member_is_answered_and_every_fact_is_committed_under_one_id(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"))
    errors.on(IndexError, ignore=True)
    assert code(errors, KeyError("a"), OSError("b"), IndexError("c")) == "unavailable"
    assert [(incident.destination.name, incident.code) for incident in seen] == [
        ("info", "not_found"),
        ("error", "unavailable"),
    ]
    assert len({incident.id for incident in seen}) == 1 and {incident.status for incident in seen} == {503}
    seen.clear()
    assert code(errors, OSError("a"), ZeroDivisionError("b")) == "internal"
    assert [incident.unexpected for incident in seen] == [False, True]


def test_a_group_of_ignored_members_is_ignored(errors: Errors, seen: list[Incident]) -> None:
    errors.on(LookupError, ignore=True)
    assert code(errors, KeyError(), IndexError()) is None
    assert seen == []


def test_members_of_members_are_judged(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    assert code(errors, ExceptionGroup("inner", [ExceptionGroup("innermost", [KeyError()])])) == "not_found"


def test_a_rule_for_the_group_itself_comes_first_and_one_for_exception_does_not(errors: Errors) -> None:
    class Batch(ExceptionGroup[Exception]):
        pass

    errors.on(Exception, answer=answer("unavailable"))
    errors.on(KeyError, answer=answer("not_found"))
    assert code(errors, KeyError()) == "not_found"
    assert code(errors, Batch("batch", [KeyError()])) == "not_found"
    errors.on(Batch, answer=answer("invalid"))
    assert code(errors, Batch("batch", [KeyError()])) == "invalid"
    errors.on(ExceptionGroup, answer=answer("internal"))
    assert code(errors, KeyError()) == "internal"


def test_a_member_recorded_in_a_layer_below_is_not_recorded_again(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))

    @errors.handler
    async def find() -> None:
        raise KeyError

    async def handle() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(find())

    outcome = asyncio.run(errors.run(handle))
    assert outcome.answer is not None and [incident.id for incident in seen] == [outcome.answer.incident]


def test_a_service_repeats_a_group_only_if_all_its_members_may_be(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0), answer=answer("unavailable"))
    errors.on(IndexError, ignore=True)
    errors.on(KeyError, answer=answer("not_found"))

    def attempts(*failures: Exception) -> int:
        calls = 0

        @errors.service
        async def fetch() -> None:
            nonlocal calls
            calls += 1
            await together(*failures)()

        asyncio.run(errors.run(fetch))
        return calls

    assert attempts(OSError(), ConnectionError()) == 3
    assert attempts(OSError(), IndexError()) == 3
    assert attempts(OSError(), KeyError()) == 1
    assert attempts(OSError(), ZeroDivisionError()) == 1
    assert attempts(IndexError()) == 1


def test_a_halt_beside_a_break_to_a_layer_is_graver(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, goto="checkout")
    errors.on(ValueError, halt=True, commit=to.log("critical"))

    @errors.service
    async def leave() -> None:
        raise KeyError("A-1")

    async def fail() -> None:
        raise ValueError("corrupt")

    @errors.layer("checkout", landing=lambda error: "landed")
    async def checkout() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(leave())
            group.create_task(fail())

    async def place() -> None:
        await checkout()

    outcome = asyncio.run(errors.run(place))
    assert (outcome.ended, outcome.value) == ("halt", None)
    assert isinstance(outcome.error, ValueError)
    assert [incident.destination.name for incident in seen] == ["critical"]
    assert any("KeyError" in note for note in outcome.error.__notes__)


def test_a_stop_beside_a_break_ends_a_plain_call_and_the_event(errors: Errors) -> None:
    errors.on(KeyError, goto="checkout")
    errors.on(ValueError, stop=True)

    @errors.service
    async def leave() -> None:
        raise KeyError("A-1")

    async def fail() -> None:
        raise ValueError("a duplicate")

    async def both() -> str:
        async with asyncio.TaskGroup() as group:
            group.create_task(leave())
            group.create_task(fail())
        return "went on"

    @errors.layer("checkout", landing=lambda error: "landed")
    async def checkout() -> str:
        return await both()

    assert asyncio.run(checkout()) is None
    assert asyncio.run(errors.run(checkout)).ended == "stop"
