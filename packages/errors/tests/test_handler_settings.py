"""Settings that count for one handler alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cordio_errors import (
    Errors,
    ErrorsSettings,
    Incident,
    Retry,
    RulesError,
    SettingsError,
    answer,
    rule,
    sleeping,
    to,
)


async def place() -> None:
    raise KeyError("A-1")


async def cancel() -> None:
    raise KeyError("A-1")


def code(errors: Errors, handler: Callable[[], Awaitable[object]]) -> str | None:
    given = asyncio.run(errors.run(handler)).answer
    return None if given is None else given.code


def test_settings_of_a_handler_change_a_rule_there_alone_and_again_while_running(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("error"))
    here, there = errors.handler(place), errors.handler(cancel)
    errors.configure({"handlers": {"place": {"KeyError": {"answer": "invalid", "level": "info"}}}})
    assert (code(errors, here), code(errors, there)) == ("invalid", "not_found")
    assert [incident.destination for incident in seen] == [to.log("info"), to.log("error")]
    assert code(errors, place) == "invalid"
    errors.configure(ErrorsSettings(handlers={f"{__name__}.cancel": {"not_found": {"enabled": False}}}))
    assert (code(errors, here), code(errors, there)) == ("not_found", "internal")
    errors.configure({})
    assert (code(errors, here), code(errors, there)) == ("not_found", "not_found")


def test_they_count_over_those_for_all_and_for_types_that_no_rule_speaks_of(errors: Errors) -> None:
    here, there = errors.handler(place), errors.handler(cancel)
    general = {"KeyError": {"answer": "invalid"}}
    errors.configure({"rules": general, "handlers": {"place": {"KeyError": {"ignore": True}}}})
    assert (code(errors, here), code(errors, there)) == (None, "invalid")
    errors.configure({"handlers": {"place": {"LookupError": {"answer": "unavailable"}}}})
    assert (code(errors, here), code(errors, there)) == ("unavailable", "internal")


def test_they_change_the_handlers_own_rules_and_those_of_the_services_within(errors: Errors) -> None:
    calls = 0

    @errors.service(rules=[rule(OSError, retry=Retry(attempts=2, wait="1s"), answer=answer("invalid"))])
    async def send() -> None:
        nonlocal calls
        calls += 1
        raise OSError

    async def both() -> None:
        await send()

    here = errors.handler(rules=[rule(ValueError, answer=answer("not_found"))])(both)
    name = both.__qualname__
    errors.configure(
        {"handlers": {name: {"OSError": {"retry": {"attempts": 5}}, "ValueError": {"stop": True}}}}
    )
    with sleeping():
        assert code(errors, here) == "invalid" and calls == 5
        calls = 0
        assert code(errors, send) == "invalid" and calls == 2
    assert "stop" in errors.explain(ValueError, here)


def test_a_limit_that_a_handlers_settings_set_cuts_the_calls_in_it(errors: Errors) -> None:
    @errors.service
    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    async def wait() -> None:
        await hang()

    here = errors.handler(wait)
    errors.configure({"handlers": {wait.__qualname__: {"TimeoutError": {"retry": {"within": "1ms"}}}}})
    given = asyncio.run(errors.run(here)).answer
    assert given is not None and given.code == "unavailable"


def test_an_override_may_be_for_one_handler(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    here, there = errors.handler(place), errors.handler(cancel)
    with errors.override({"handlers": {"place": {"KeyError": {"answer": "invalid"}}}}):
        assert (code(errors, here), code(errors, there)) == ("invalid", "not_found")
    assert code(errors, here) == "not_found"


def test_code_that_is_not_async_and_methods_are_handlers_with_settings_too(errors: Errors) -> None:
    class Orders:
        @errors.handler
        def place(self) -> None:
            raise KeyError

    name = Orders.place.__qualname__
    errors.configure({"handlers": {name: {"KeyError": {"ignore": True}}}})
    Orders().place()


def test_what_they_make_of_the_rules_is_listed_and_checked(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    errors.handler(place)
    errors.configure({"handlers": {"place": {"KeyError": {"goto": "nowhere"}}}})
    general, own = errors.table().splitlines()
    assert general.startswith("KeyError ") and "answer not_found" in general
    assert own.startswith(f"{__name__}.place: KeyError ") and "goto nowhere" in own
    with pytest.raises(RulesError, match="goes to 'nowhere'"):
        errors.check()


def test_every_mistake_in_them_is_told_at_the_start_with_suggestions(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    errors.handler(place)
    with pytest.raises(SettingsError) as caught:
        errors.configure(
            {
                "handlers": {
                    "plaec": {},
                    "place": {"KeyErorr": {}, "KeyError": {"anser": "invalid"}},
                    f"{__name__}.place": 5,
                }
            }
        )
    first, second, third, fourth = caught.value.problems
    assert first == "errors.handlers.plaec: there is no such handler: did you mean 'place'?"
    assert second.startswith("errors.handlers.place.KeyErorr: ") and "did you mean 'KeyError'?" in second
    assert third == "errors.handlers.place.KeyError.anser: there is no such key: did you mean 'answer'?"
    assert fourth == f"errors.handlers.{__name__}.place: 5 is no mapping"
    with pytest.raises(SettingsError, match="errors.handlers: 5 is no mapping: write the names of handlers"):
        errors.configure({"handlers": 5})
    with pytest.raises(SettingsError, match="errors.rules: 'all' is no mapping"):
        errors.configure({"rules": "all"})
    assert code(errors, place) == "not_found"
