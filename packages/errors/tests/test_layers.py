"""Layers inside layers: who catches, where a break goes, and what ends the flow."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable, Coroutine

import pytest

from cordio_errors import (
    Errors,
    Incident,
    LayerError,
    NoSuchLayer,
    Outcome,
    Retry,
    RuleError,
    RulesError,
    answer,
    to,
)


class PaymentRefused(Exception):
    pass


class Duplicate(Exception):
    pass


class CorruptState(Exception):
    pass


def failing(errors: Errors, error: Exception) -> Callable[[], Coroutine[object, object, None]]:
    """A service that fails."""

    @errors.service
    async def pay() -> None:
        raise error

    return pay


def test_a_jump_lands_at_the_layer_it_names_with_the_exception_and_the_arguments(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout")
    refused, met = PaymentRefused("card"), list[object]()
    pay = failing(errors, refused)

    async def offer_alternative(error: PaymentRefused, order: str, *, amount: int) -> str:
        met.append(error)
        return f"{amount} of {order} on account"

    @errors.layer("checkout", landing=offer_alternative)
    async def checkout(order: str, *, amount: int) -> str:
        await pay()
        return "paid"

    @errors.handler
    async def place(order: str) -> str:
        return "placed: " + await checkout(order, amount=2)

    outcome = asyncio.run(errors.run(place, "A-1"))
    assert outcome == Outcome("placed: 2 of A-1 on account") and met == [refused]


def test_nothing_of_the_user_stops_a_jump_and_all_that_cleans_up_runs(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout", commit=to.log("info"))
    pay, ran = failing(errors, PaymentRefused()), list[str]()

    class Lock:
        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *details: object) -> None:
            ran.append("unlocked")

    @errors.service
    async def till() -> str:
        try:
            async with Lock(), asyncio.TaskGroup() as group:
                group.create_task(pay())
        except Exception:
            ran.append("stopped")
        finally:
            ran.append("finally")
        return "not reached"

    @errors.layer("checkout", landing=lambda error: "landed")
    async def checkout() -> str:
        return await till()

    assert asyncio.run(errors.run(checkout)).value == "landed"
    assert ran == ["unlocked", "finally"]


def test_what_fails_beside_a_jump_is_committed_and_told(errors: Errors, seen: list[Incident]) -> None:
    errors.on(PaymentRefused, goto="checkout")
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"))
    met = list[Exception]()

    async def beside() -> None:
        raise OSError("disk")

    @errors.layer("checkout", landing=met.append)
    async def checkout() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing(errors, PaymentRefused())())
            group.create_task(beside())

    assert asyncio.run(errors.run(checkout)) == Outcome(None)
    assert [incident.code for incident in seen] == ["unavailable"]
    assert met[0].__notes__ == ["beside it failed: OSError: disk"]


def test_the_nearest_layer_of_the_name_is_gone_to(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="step")
    pay = failing(errors, PaymentRefused())

    @errors.layer("step", landing=lambda error: "inner")
    async def inner() -> str:
        await pay()
        return "paid"

    @errors.layer("step", landing=lambda error: "outer")
    async def outer() -> str:
        return await inner() + ", and on"

    assert asyncio.run(errors.run(outer)).value == "inner, and on"


def test_a_landing_that_fails_is_judged_by_the_layers_around(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout")
    errors.on(KeyError, answer=answer("not_found"))

    def land(error: PaymentRefused) -> None:
        raise KeyError("no other way") from error

    checkout = errors.layer("checkout", landing=land)(failing(errors, PaymentRefused()))
    outcome = asyncio.run(errors.run(checkout))
    assert outcome.answer is not None and outcome.answer.code == "not_found"


def test_without_a_landing_the_layer_judges_by_the_other_rules(errors: Errors, seen: list[Incident]) -> None:
    errors.on(PaymentRefused, goto="checkout")
    checkout = errors.layer("checkout")(failing(errors, PaymentRefused("card")))
    outcome = asyncio.run(errors.run(checkout))
    assert outcome.answer is not None and outcome.answer.code == "internal"
    assert [type(incident.error) for incident in seen] == [PaymentRefused]
    errors.on(Exception, answer=answer("invalid"))
    outcome = asyncio.run(errors.run(checkout))
    assert outcome.answer is not None and outcome.answer.code == "invalid"


def test_a_layer_that_is_not_around_is_an_error_that_names_both_places(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(PaymentRefused, goto="checkout")
    errors.on(Exception, goto="checkout")
    refused = PaymentRefused()

    @errors.layer("checkout")
    async def checkout() -> None: ...

    pay = failing(errors, refused)
    with pytest.raises(NoSuchLayer) as caught:
        asyncio.run(pay())
    assert caught.value.__cause__ is refused and caught.value.goto == "checkout"
    assert str(caught.value).count("test_layers.py:") == 2
    seen.clear()
    outcome = asyncio.run(errors.run(pay))
    assert outcome.answer is not None and outcome.answer.status == 500
    assert [type(incident.error) for incident in seen] == [NoSuchLayer]
    asyncio.run(checkout())


def test_a_layer_that_has_ended_is_no_place_to_go_to(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout")
    pay = failing(errors, PaymentRefused())

    async def main() -> None:
        gone = asyncio.Event()

        async def late() -> None:
            await gone.wait()
            await pay()

        @errors.layer("checkout")
        async def checkout() -> asyncio.Task[None]:
            return asyncio.create_task(late())

        task = await checkout()
        gone.set()
        with pytest.raises(NoSuchLayer):
            await task

    asyncio.run(main())


def test_a_goto_to_a_layer_that_nobody_declares_is_an_error_at_the_start(errors: Errors) -> None:
    @errors.layer("checkout")
    def checkout() -> None: ...

    errors.on(PaymentRefused, goto="chekout")
    errors.on(Duplicate, goto="nowhere", commit=to.log("info"))
    errors.on(KeyError, answer=answer("not_fond"))
    with pytest.raises(RulesError) as caught:
        errors.check()
    first, second, third = caught.value.problems
    assert "test_layers.py:" in first and "goes to 'chekout'" in first and "did you mean 'checkout'?" in first
    assert "goes to 'nowhere'" in second and "'not_fond' is in no catalogue" in third
    checkout()


def test_stop_ends_the_flow_whatever_catches_on_the_way(errors: Errors, seen: list[Incident]) -> None:
    errors.on(Duplicate, stop=True, commit=to.metric("duplicates"))
    ran = list[str]()
    pay = failing(errors, Duplicate())

    @errors.handler
    async def place() -> str:
        try:
            await pay()
        except Exception:
            ran.append("caught")
        ran.append("went on")
        return "placed"

    outcome = asyncio.run(errors.run(place))
    assert (outcome.value, outcome.answer, outcome.ended) == (None, None, "stop")
    assert ran == [] and [incident.destination.kind for incident in seen] == ["metric"]
    assert asyncio.run(place()) is None
    errors.on(Duplicate, stop=True, answer=answer("invalid"))
    outcome = asyncio.run(errors.run(place))
    assert outcome.ended == "stop" and outcome.answer is not None and outcome.answer.status == 422


def test_halt_tells_the_caller_why_and_is_never_unseen(errors: Errors, seen: list[Incident]) -> None:
    errors.on(CorruptState, halt=True)
    corrupt = CorruptState()

    @errors.handler
    async def place() -> None:
        await failing(errors, corrupt)()

    for handler in (place, failing(errors, corrupt)):
        seen.clear()
        outcome = asyncio.run(errors.run(handler))
        assert outcome.ended == "halt" and outcome.error is corrupt
        assert outcome.answer is not None and outcome.answer.status == 500
        assert [incident.destination.kind for incident in seen] == ["exceptions"]
    with pytest.raises(CorruptState):
        asyncio.run(place())


def test_of_a_group_the_gravest_break_acts(errors: Errors) -> None:
    errors.on(Duplicate, stop=True)
    errors.on(CorruptState, halt=True)
    errors.on(PaymentRefused, goto="checkout")
    errors.on(KeyError, ignore=True)

    def ended(*failures: Exception) -> Outcome:
        @errors.layer("checkout", landing=lambda error: "landed")
        async def checkout() -> None:
            raise ExceptionGroup("all", failures)

        return asyncio.run(errors.run(checkout))

    assert ended(Duplicate(), CorruptState(), PaymentRefused()).ended == "halt"
    assert ended(PaymentRefused(), Duplicate(), KeyError()).ended == "stop"
    assert ended(ValueError(), PaymentRefused(), KeyError()).value == "landed"
    assert ended(KeyError()) == Outcome(None)


def test_a_service_hands_up_and_what_the_user_catches_is_handled(errors: Errors, seen: list[Incident]) -> None:
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"))
    errors.on(LookupError, ignore=True)

    @errors.handler
    async def place(error: Exception) -> str:
        try:
            await failing(errors, error)()
        except OSError:
            return "handled"
        return "went on"

    assert asyncio.run(errors.run(place, OSError())).value == "handled"
    assert asyncio.run(errors.run(place, KeyError())) == Outcome(None) and seen == []


def test_a_service_that_does_not_pass_judges_alone(errors: Errors, seen: list[Incident]) -> None:
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"))
    errors.on(LookupError, ignore=True)

    @errors.service(passes=False, default=7)
    async def price(error: Exception) -> int:
        raise error

    @errors.service(passes=False, idempotent=False)
    def price_now(error: Exception) -> int:
        raise error

    @errors.handler
    async def place(error: Exception) -> object:
        try:
            return [await price(error), price_now(error)]
        except Exception:
            return "caught"

    assert asyncio.run(errors.run(place, KeyError())).value == [7, None]
    outcome = asyncio.run(errors.run(place, OSError()))
    assert outcome.answer is not None and outcome.answer.code == "unavailable" and len(seen) == 1
    outcome = asyncio.run(errors.run(place, ZeroDivisionError()))
    assert outcome.answer is not None and outcome.answer.code == "internal"


def test_a_service_with_nothing_around_it_is_the_top(errors: Errors, seen: list[Incident]) -> None:
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"))
    errors.on(LookupError, ignore=True)

    @errors.service
    def read(error: Exception) -> str:
        raise error

    with pytest.raises(OSError):
        read(OSError())
    assert len(seen) == 1 and read(KeyError()) is None


def test_what_is_not_idempotent_is_not_repeated(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0))
    calls = list[str]()

    @errors.service(idempotent=False)
    async def charge() -> None:
        calls.append("charge")
        raise OSError

    with pytest.raises(OSError):
        asyncio.run(charge())
    assert calls == ["charge"]


def test_an_ignored_exception_ends_at_the_nearest_free_layer(errors: Errors) -> None:
    errors.on(LookupError, ignore=True)

    async def place() -> str:
        async with errors.layer("price") as block:
            raise KeyError
        return f"went on with {block.value}"

    assert asyncio.run(errors.run(place)).value == "went on with None"


def test_blocks_catch_jumps_and_let_the_rest_pass(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout")
    pay = failing(errors, PaymentRefused())

    async def land(error: Exception) -> str:
        return "landed"

    async def place() -> str | None:
        async with errors.layer("checkout", landing=land) as block:
            with errors.layer("inner"):
                await pay()
        with pytest.raises(ValueError), errors.layer("inner"):
            raise ValueError
        with pytest.raises(KeyboardInterrupt), errors.layer("inner"):
            raise KeyboardInterrupt
        return str(block.value)

    assert asyncio.run(errors.run(place)).value == "landed"


def test_code_that_is_not_async_jumps_and_stops_alike(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout")
    errors.on(Duplicate, stop=True)

    @errors.service
    def pay(error: Exception) -> str:
        raise error

    @errors.layer("checkout", landing=lambda error, why: "landed")
    def checkout(why: Exception) -> str:
        try:
            return pay(why)
        except Exception:
            return "caught"

    @errors.handler
    def place(why: Exception) -> str:
        return checkout(why) + "!"

    assert place(PaymentRefused()) == "landed!"
    assert place(Duplicate()) is None


def test_tasks_and_threads_inherit_the_layer_of_where_they_were_started(errors: Errors) -> None:
    errors.on(PaymentRefused, goto="checkout")
    pay = failing(errors, PaymentRefused())
    here = list[bool]()

    @errors.service
    def pay_now() -> None:
        here.append(threading.current_thread() is threading.main_thread())
        raise PaymentRefused

    @errors.layer("checkout", landing=lambda error, thread: "landed")
    async def checkout(thread: bool) -> str:
        await (asyncio.to_thread(pay_now) if thread else asyncio.create_task(pay()))
        return "paid"

    async def both() -> list[object]:
        return [await checkout(False), await checkout(True)]

    assert asyncio.run(errors.run(both)).value == ["landed", "landed"] and here == [False]


def test_an_event_inside_an_event_ends_at_its_own_run(errors: Errors) -> None:
    errors.on(Duplicate, stop=True)

    async def outer() -> object:
        inner = await errors.run(failing(errors, Duplicate()))
        return inner.ended

    assert asyncio.run(errors.run(outer)).value == "stop"


def test_a_traceback_shows_the_frames_of_the_user_alone(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=2, wait=0))

    @errors.service
    async def connect() -> None:
        raise OSError("refused")

    @errors.handler
    async def place() -> None:
        await connect()

    async def main() -> None:
        await place()

    with pytest.raises(OSError) as caught:
        asyncio.run(main())
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-3:] == ["main", "place", "connect"]


def test_a_rule_looks_through_wrappers_to_the_cause(errors: Errors, seen: list[Incident]) -> None:
    class ToolError(Exception):
        pass

    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"), through_causes=True)
    errors.on(KeyError, answer=answer("not_found"))

    def code(error: Exception, cause: Exception) -> str | None:
        async def fail() -> None:
            raise error from cause

        outcome = asyncio.run(errors.run(fail))
        return outcome.answer.code if outcome.answer else None

    assert code(ToolError(), ConnectionError("refused")) == "unavailable"
    assert str(seen[0].error) == "refused"
    assert code(ToolError(), KeyError()) == "internal"
    errors.on(Exception, answer=answer("internal"))
    assert code(ToolError(), OSError()) == "unavailable"
    errors.on(ToolError, answer=answer("invalid"))
    assert code(ToolError(), OSError()) == "invalid"


def test_a_break_that_cannot_be_meant_is_refused(errors: Errors) -> None:
    with pytest.raises(RuleError, match="breaks in 2 ways"):
        errors.on(ValueError, stop=True, halt=True)
    with pytest.raises(RuleError, match="goes to a layer and answers"):
        errors.on(ValueError, goto="checkout", answer=answer("invalid"))
    with pytest.raises(RuleError, match="ignores and reacts"):
        errors.on(ValueError, goto="checkout", ignore=True)
    with pytest.raises(RuleError, match="name of a layer"):
        errors.on(ValueError, goto=" ")
    with pytest.raises(LayerError, match="has no name"):
        errors.layer("")
    with pytest.raises(LayerError, match="cannot be called"):
        errors.layer("checkout", landing=5)  # type: ignore[arg-type]  # the mistake under test


def test_a_test_sees_what_was_decided_and_waits_for_nothing(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait="1h"), answer=answer("unavailable"))
    errors.on(PaymentRefused, goto="checkout")
    errors.on(Duplicate, stop=True)
    errors.on(KeyError, ignore=True)

    def reaction(error: Exception) -> str:
        checkout = errors.layer("checkout", landing=lambda error: None)(failing(errors, error))
        with errors.testing() as seen:
            asyncio.run(asyncio.wait_for(errors.run(checkout), 30))
        [decision] = seen
        assert decision.error is error and (decision.rule is None) == isinstance(error, ValueError | KeyError)
        return decision.reaction

    failures = (OSError(), PaymentRefused(), Duplicate(), KeyError(), ValueError())
    assert [reaction(error) for error in failures] == ["answer", "goto", "stop", "ignore", "answer"]
    with errors.testing() as seen:
        pass
    asyncio.run(errors.run(failing(errors, KeyError())))
    assert seen == []


def test_a_class_is_decorated_whole(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=2, wait=0))
    calls = list[str]()

    @errors.service
    class Shop:
        kinds = ("A", "B")

        async def reserve(self) -> None:
            self._fail("reserve")

        @staticmethod
        def ping() -> None:
            Shop._fail("ping")

        @classmethod
        def open(cls) -> None:
            cls._fail("open")

        @staticmethod
        def _fail(name: str) -> None:
            calls.append(name)
            raise OSError

    with pytest.raises(OSError):
        asyncio.run(Shop().reserve())
    for function in (Shop.ping, Shop.open):
        with pytest.raises(OSError):
            function()
    assert calls == ["reserve", "reserve", "ping", "ping", "open", "open"] and Shop.kinds == ("A", "B")

    class Rows:
        def all(self) -> object:
            yield 1

        def one(self) -> int:
            return 1

    before = Rows.one
    with pytest.raises(LayerError, match="is a generator"):
        errors.handler(Rows)
    assert Rows.one is before
