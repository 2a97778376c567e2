"""Rules of a handler, of a layer and of a service of its own."""

from __future__ import annotations

import asyncio
import gc

import pytest

from cordio_errors import (
    Breaker,
    ControlFlowError,
    Errors,
    Incident,
    LayerError,
    Limit,
    LimitExceeded,
    Retry,
    RuleError,
    RulesError,
    answer,
    rule,
    sleeping,
    to,
)


class Trouble(Exception):
    pass


async def fail() -> None:
    raise Trouble("x")


def code(errors: Errors, handler: object) -> str | None:
    given = asyncio.run(errors.run(handler)).answer  # type: ignore[arg-type]  # any handler
    return None if given is None else given.code


def test_a_rule_of_a_handler_counts_there_and_nowhere_else(errors: Errors) -> None:
    errors.on(Trouble, answer=answer("invalid"))
    here = errors.handler(rules=[rule(Exception, answer=answer("not_found"))])(fail)
    assert (code(errors, here), code(errors, errors.handler(fail))) == ("not_found", "invalid")
    assert code(errors, fail) == "invalid"


def test_what_a_service_hands_up_is_answered_and_recorded_by_the_services_own_rule(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(Trouble, answer=answer("invalid"))
    call = errors.service(rules=[rule(Trouble, answer=answer("unavailable"), commit=to.log("info"))])(fail)

    @errors.handler(rules=[rule(Trouble, answer=answer("not_found"))])
    async def place() -> None:
        async with errors.layer("between"):
            await call()

    assert code(errors, place) == "unavailable"
    [incident] = seen
    assert incident.rule is not None and incident.rule.file == __file__


def test_a_handlers_retry_acts_in_the_services_below_and_a_services_own_comes_first(errors: Errors) -> None:
    calls = 0

    async def count() -> None:
        nonlocal calls
        calls += 1
        raise Trouble

    plain = errors.service(count)
    own = errors.service(rules=[rule(Trouble, retry=Retry(attempts=2, wait=0))])(count)
    patient = errors.handler(idempotent=True, rules=[rule(Trouble, retry=Retry(attempts=4, wait=0))])
    for service, attempts in ((plain, 4), (own, 2)):
        calls = 0
        asyncio.run(errors.run(patient(service)))
        assert calls == attempts
    calls = 0
    asyncio.run(errors.run(plain))
    assert calls == 1


def test_a_retry_is_refused_where_nothing_could_be_repeated(errors: Errors) -> None:
    again = rule(Trouble, retry=Retry(attempts=3, wait=0))

    class Orders:
        async def place(self) -> None: ...

    for target in (fail, Orders):
        with pytest.raises(
            LayerError, match=r"repeats by the rule at .*test_layer_rules\.py.*idempotent=True"
        ):
            errors.handler(rules=[again])(target)

    async def block() -> None:
        async with errors.layer("sending", rules=[again]):
            await fail()

    async def main() -> None:
        with pytest.raises(LayerError, match=r"'sending'.*cannot be repeated: write `async for attempt in"):
            await block()
        with pytest.raises(LayerError, match="cannot be repeated"):
            with errors.layer("sending", rules=[again]):
                pass

    asyncio.run(main())


def test_code_that_is_not_async_has_rules_of_its_own_too(errors: Errors) -> None:
    calls = 0

    @errors.service(rules=[rule(Trouble, retry=Retry(attempts=3, wait=0))])
    def send() -> None:
        nonlocal calls
        calls += 1
        raise Trouble

    @errors.handler(rules=[rule(KeyError, ignore=True)])
    def look() -> str | None:
        with errors.layer("looking", rules=[rule(LookupError, answer=answer("not_found"))]):
            return {"A-1": "found"}["B-2"]
        return None

    with pytest.raises(Trouble):
        send()
    assert calls == 3
    with pytest.raises(KeyError):
        look()


def test_a_block_has_rules_of_its_own(errors: Errors) -> None:
    async def place() -> object:
        async with errors.layer("first", rules=[rule(Trouble, ignore=True)]):
            await fail()
        with errors.layer(
            "second", landing=lambda error: "landed", rules=[rule(KeyError, goto="second")]
        ) as block:
            raise KeyError
        return block.value

    assert asyncio.run(errors.run(place)).value == "landed"


def test_a_repeated_block_has_rules_of_its_own(errors: Errors) -> None:
    line = [Trouble(), Trouble()]
    again = rule(Trouble, retry=Retry(attempts=3, wait=0, within="1h"))

    async def place() -> str:
        async for attempt in errors.layer("sending", rules=[again]).attempts():
            with attempt:
                if line:
                    raise line.pop()
        return "sent"

    assert asyncio.run(errors.run(place)).value == "sent" and not line


def test_rules_of_a_class_and_of_an_object_count_for_all_their_methods(errors: Errors) -> None:
    class Shop:
        calls = 0

        async def reserve(self) -> None:
            self.calls += 1
            raise Trouble

        def count(self) -> None:
            self.calls += 1
            raise Trouble

    rules = [rule(Trouble, retry=Retry(attempts=2, wait=0), answer=answer("not_found"))]
    inner = Shop()
    wrapped = errors.service(rules=rules)(inner)
    assert code(errors, wrapped.reserve) == "not_found"
    with pytest.raises(Trouble):
        wrapped.count()
    assert inner.calls == 4
    shop = errors.service(rules=rules)(Shop)()
    assert code(errors, shop.reserve) == "not_found" and shop.calls == 2


def test_limits_and_breakers_of_a_layer_act_there_alone(errors: Errors) -> None:
    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    brief = errors.service(
        rules=[rule(TimeoutError, limit=Limit("1ms"), ignore=False, answer=answer("invalid"))]
    )
    slow = errors.service(rules=[rule(TimeoutError, retry=Retry(attempts=1, within="1ms"))])
    breaking = errors.service(rules=[rule(Trouble, breaker=Breaker(failures=1), answer=answer("not_found"))])

    async def main() -> None:
        with pytest.raises(LimitExceeded):
            await brief(hang)()
        with pytest.raises(TimeoutError, match="for all attempts"):
            await slow(hang)()
        call = breaking(fail)
        for expected in ("not_found", "not_found"):
            given = (await errors.run(call)).answer
            assert given is not None and given.code == expected
        assert "is not called" in str((await asyncio.gather(call(), return_exceptions=True))[0])
        await errors.service(asyncio.sleep)(0.005)

    asyncio.run(main())


def test_the_limit_of_the_innermost_layer_that_has_one_counts(errors: Errors) -> None:
    errors.on(TimeoutError, retry=Retry(attempts=1, within="1h"), limit=Limit("1h"))

    @errors.service(rules=[rule(TimeoutError, limit=Limit("1ms"))])
    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(LimitExceeded):
        asyncio.run(hang())


def test_settings_change_the_rules_of_layers_now_and_while_running(errors: Errors) -> None:
    here = errors.handler(rules=[rule(Trouble, answer=answer("not_found"))])(fail)
    errors.configure({"rules": {"not_found": {"answer": "invalid"}}})
    later = errors.handler(rules=[rule(Trouble, answer=answer("not_found"))])(fail)
    assert (code(errors, here), code(errors, later)) == ("invalid", "invalid")
    with errors.override({"rules": {"Trouble": {"answer": "unavailable"}}}):
        assert code(errors, here) == "unavailable"
    errors.configure({})
    assert code(errors, here) == "not_found"


def test_rules_of_layers_are_checked_explained_and_listed(errors: Errors) -> None:
    errors.on(Trouble, answer=answer("invalid"))
    here = errors.handler(rules=[rule(Exception, goto="nowhere")])(fail)
    call = errors.service(rules=[rule(Trouble, answer=answer("not_fond"))])(fail)
    with pytest.raises(RulesError) as caught:
        errors.check()
    assert len(caught.value.problems) == 2
    assert errors.explain(Trouble, here).splitlines()[1].startswith("  acts: goto nowhere, for Exception, at ")
    assert "passed over: answer invalid" in errors.explain(Trouble, here)
    assert "acts: answer not_fond" in errors.explain(Trouble, call)
    assert "acts: answer invalid" in errors.explain(Trouble)
    first, second, third = errors.table().splitlines()
    assert first.startswith("Trouble ") and second.startswith("fail: Exception ") and "not_fond" in third


def test_what_is_no_rule_is_refused_where_it_stands(errors: Errors) -> None:
    with pytest.raises(LayerError, match="write rules="):
        errors.handler(rules=["Trouble"])(fail)  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(LayerError, match="'checkout'.*write rules="):
        errors.layer("checkout", rules=[Trouble])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(RuleError, match=r"test_layer_rules\.py:\d+ .*says nothing"):
        rule(Trouble)
    with pytest.raises(ControlFlowError):
        rule(asyncio.CancelledError, ignore=True)  # type: ignore[type-var]  # the mistake under test


def test_the_rules_of_another_application_are_its_own(errors: Errors) -> None:
    other = Errors()
    call = other.service(rules=[rule(Trouble, answer=answer("not_found"))])(fail)
    errors.on(Trouble, answer=answer("invalid"))
    assert code(errors, call) == "invalid"
    assert code(other, errors.handler(rules=[rule(KeyError, ignore=True)])(call)) == "not_found"

    async def within() -> None:
        async with other.layer("around", rules=[rule(Trouble, answer=answer("not_found"))]):
            await errors.service(rules=[rule(KeyError, ignore=True)])(fail)()

    assert code(errors, within) == "invalid"


def test_layers_that_are_made_for_each_call_leave_nothing_behind(errors: Errors) -> None:
    async def place() -> None:
        async with errors.layer("first", rules=[rule(Trouble, ignore=True)]):
            await fail()

    async def main() -> None:
        errors.configure({"handlers": {}})
        for _ in range(600):
            await errors.run(place)

    asyncio.run(main())
    gc.collect()
    errors.configure({})
    assert len(list(errors._tables)) == 1 and len(errors._tables._made) <= 1


def test_a_wait_of_a_layers_own_rule_is_replaced_in_tests(errors: Errors) -> None:
    calls = 0

    @errors.service(rules=[rule(Trouble, retry=Retry(attempts=3, wait="1h"))])
    async def send() -> None:
        nonlocal calls
        calls += 1
        raise Trouble

    with sleeping() as clock, pytest.raises(Trouble):
        asyncio.run(send())
    assert calls == 3 and clock is not None
