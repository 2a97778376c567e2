"""Rules and texts that settings change without touching code."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest

from cordio_errors import (
    Answer,
    Breaker,
    Errors,
    ErrorsSettings,
    Incident,
    Limit,
    Retry,
    RuleError,
    SettingsError,
    answer,
    sleeping,
    to,
)


class SoldOut(Exception):
    left = 3


def judged(errors: Errors, error: Exception) -> Answer | None:
    async def fail() -> None:
        raise error

    return asyncio.run(errors.run(fail)).answer


def code(errors: Errors, error: Exception) -> str | None:
    found = judged(errors, error)
    return found.code if found else None


def attempts(errors: Errors, error: type[Exception]) -> int:
    calls = 0

    @errors.service
    def fail() -> None:
        nonlocal calls
        calls += 1
        raise error

    with sleeping(), pytest.raises(error):
        fail()
    return calls


def test_settings_change_every_part_of_a_rule_and_leave_the_rest(errors: Errors, seen: list[Incident]) -> None:
    errors.on(
        ConnectionError,
        TimeoutError,
        retry=Retry(attempts=2, wait=0),
        answer=answer("unavailable"),
        commit=[to.log("error"), to.metric("down")],
    )
    name = f"{ConnectionError.__module__}.ConnectionError"
    settings = {"answer": "invalid", "level": "warning", "retry": {"attempts": 4, "wait": "1s..2s"}}
    errors.configure(ErrorsSettings(rules={name: settings}))
    assert code(errors, ConnectionError()) == "invalid" and code(errors, TimeoutError()) == "unavailable"
    assert [one.destination for one in seen] == [
        to.log("warning"),
        to.metric("down"),
        to.log("error"),
        to.metric("down"),
    ]
    assert (attempts(errors, ConnectionError), attempts(errors, TimeoutError)) == (4, 2)


def test_settings_come_again_while_running_and_take_the_place_of_earlier_ones(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    for rules, expected in (
        ({"KeyError": {"answer": "invalid"}}, "invalid"),
        ({"KeyError": {"enabled": False}}, "internal"),
        ({"KeyError": {"ignore": True}}, None),
        ({}, "not_found"),
    ):
        errors.configure({"rules": rules})
        assert code(errors, KeyError()) == expected
    errors.configure({"rules": {"KeyError": {"answer": "invalid"}}})
    errors.on(IndexError, answer=answer("not_found"))
    assert (code(errors, KeyError()), code(errors, IndexError())) == ("invalid", "not_found")


def test_rules_are_named_by_the_code_that_they_answer(errors: Errors) -> None:
    errors.catalogue({"sold_out": {"http": {"status": 409}}})
    errors.on(SoldOut, answer=answer("sold_out"))
    errors.configure({"rules": {"sold_out": {"commit": ["log:info", "trace"], "answer": "invalid"}}})
    assert code(errors, SoldOut()) == "invalid"


def test_a_type_that_no_rule_speaks_of_gets_one(errors: Errors) -> None:
    errors.configure({"rules": {"json.JSONDecodeError": {"answer": "invalid"}, "OSError": {"ignore": True}}})
    import json

    assert code(errors, json.JSONDecodeError("x", "y", 0)) == "invalid"
    assert code(errors, OSError()) is None and code(errors, ValueError()) == "internal"


def test_breakers_and_limits_are_set_and_taken_away(errors: Errors) -> None:
    errors.on(TimeoutError, limit=Limit("5s"), breaker=Breaker(), answer=answer("unavailable"))
    assert errors._tables.application.guarded
    errors.configure({"rules": {"TimeoutError": {"limit": False, "breaker": False}}})
    assert not errors._tables.application.guarded
    errors.configure(
        {"rules": {"TimeoutError": {"breaker": {"failures": 2, "within": "1m", "open_for": "1m"}}}}
    )
    assert errors._tables.application.guarded and attempts(errors, TimeoutError) == 1
    errors.configure({"rules": {"TimeoutError": {"retry": {"within": "9s", "budget": {"tokens": 3}}}}})
    assert errors._tables.application.within == 9.0


def test_texts_are_changed_and_come_back(errors: Errors) -> None:
    errors.on(SoldOut, answer=answer("sold_out"))
    errors.catalogue({"sold_out": {"http": {"status": 409, "title": "Sold out"}}})
    errors.configure({"catalogue": {"sold_out": {"http": {"status": 410, "title": "Gone"}}}})
    given = judged(errors, SoldOut())
    assert given is not None and given.status == 410 and b"Gone" in given.render("http").body
    errors.configure({})
    given = judged(errors, SoldOut())
    assert given is not None and given.status == 409


def test_every_mistake_is_told_at_once_with_suggestions_and_nothing_changes(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    with pytest.raises(SettingsError) as caught:
        errors.configure(
            {
                "rules": {
                    "KeyErorr": {},
                    "KeyError": {
                        "answer": "invald",
                        "commit": ["lgo:info", "log:loud"],
                        "retry": {"atempts": 3},
                        "level": "loud",
                        "enabled": "yes",
                        "limt": "5s",
                        "limit": "soon",
                    },
                    "OSError": 5,
                    "no.such.module.Error": {},
                    "SystemExit": {"ignore": True},
                },
                "catalogue": {"not_found": {"htpp": {}}},
            }
        )
    text = str(caught.value)
    for part in (
        "errors.rules.KeyErorr: there is no such exception and no rule with such a code: did you mean 'KeyEr",
        "errors.rules.KeyError.answer: the code 'invald' is in no catalogue: did you mean 'invalid'?",
        "errors.rules.KeyError.commit: there is no destination 'lgo:info': did you mean 'log'?",
        "errors.rules.KeyError.retry: there is no such key 'atempts': did you mean 'attempts'?",
        "errors.rules.KeyError.level: to.log('loud')",
        "errors.rules.KeyError.enabled: 'yes' is neither true nor false",
        "errors.rules.KeyError.limt: there is no such key: did you mean 'limit'?",
        "errors.rules.KeyError.limit: Limit(each=...): 'soon' is no duration",
        "errors.rules.OSError: 5 is no mapping",
        "errors.rules.no.such.module.Error: there is no such exception",
        "errors.rules.SystemExit: there is no such exception",
        "errors.catalogue.not_found.htpp: there is no such key: did you mean 'http'?",
    ):
        assert part in text
    assert code(errors, KeyError()) == "not_found"
    with pytest.raises(SettingsError, match="errors.ruels: there is no such key: did you mean 'rules'?"):
        errors.configure({"ruels": {}})
    with pytest.raises(RuleError, match="says nothing"):
        errors.configure({"rules": {"KeyError": {"answer": False}}})
    assert code(errors, KeyError()) == "not_found"


def test_an_override_is_in_force_in_its_context_alone(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))

    async def fail() -> None:
        raise KeyError

    async def told(expected: str) -> None:
        for _ in range(3):
            given = (await errors.run(fail)).answer
            assert given is not None and given.code == expected
            await asyncio.sleep(0)

    async def overridden() -> None:
        texts = {"invalid": {"http": {"status": 418}}}
        with errors.override({"rules": {"KeyError": {"answer": "invalid"}}, "catalogue": texts}):
            async with asyncio.TaskGroup() as group:
                group.create_task(told("invalid"))
                await told("invalid")
            given = (await errors.run(fail)).answer
            assert given is not None and given.status == 418
        await told("not_found")

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(overridden())
            group.create_task(told("not_found"))

    asyncio.run(main())


def test_the_model_is_announced_for_its_section() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    announced = tomllib.loads(text)["project"]["entry-points"]["cordio.settings"]
    assert announced == {"errors": "cordio_errors:ErrorsSettings"}


def test_settings_change_what_the_flow_does(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))

    async def fail() -> None:
        raise KeyError

    errors.configure({"rules": {"KeyError": {"stop": True}}})
    [rule] = errors._tables.application
    assert rule.stop and rule.reply is None and rule.commit == (to.log("info"),)
    errors.configure({"rules": {"KeyError": {"goto": "checkout"}}})
    [rule] = errors._tables.application
    assert rule.goto == "checkout" and not rule.stop
    for wrong in (5, ""):
        with pytest.raises(SettingsError, match="is no name of a layer"):
            errors.configure({"rules": {"KeyError": {"goto": wrong}}})
    errors.configure({"rules": {"KeyError": {"ignore": True, "goto": False}}})
    assert asyncio.run(errors.run(fail)).answer is None
