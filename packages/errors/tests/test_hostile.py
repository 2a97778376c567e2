"""Fields, fields of validation errors, texts and ids of exceptions that mean harm."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_errors import Answer, CatalogueError, Errors, Incident, Rendered, Retry, answer, to

SECRET = "hunter2"


class Refused(Exception):
    value: object = "x"


class Raising:
    def __str__(self) -> str:
        raise RuntimeError(SECRET)


class Lying:
    def __format__(self, spec: str) -> str:
        return 5  # type: ignore[return-value]  # the hostility under test


def answered(errors: Errors, error: Exception) -> Answer:
    async def fail() -> None:
        raise error

    found = asyncio.run(errors.run(fail)).answer
    assert found is not None
    return found


def shown(value: object, template: str = "<{value}>") -> tuple[Rendered, dict[str, object]]:
    """What HTTP is told of a value by a detail and a header."""
    errors = Errors()
    errors.on(Refused, answer=answer("refused"))
    page = {"status": 409, "detail": template, "headers": {"X-Value": template}}
    errors.catalogue({"refused": {"http": page, "amqp": {"action": "reject", "detail": template}}})
    error = Refused()
    error.value = value
    found = answered(errors, error)
    page_of_http = found.render("http")
    assert json.loads(found.render("amqp").body)["detail"] == json.loads(page_of_http.body)["detail"]
    return page_of_http, json.loads(page_of_http.body)


@pytest.mark.parametrize("value", [Raising(), Lying(), 10**5_000], ids=["raising", "lying", "huge number"])
def test_a_value_that_cannot_be_shown_is_a_question_mark_and_the_rest_is_told(value: object) -> None:
    page, document = shown(value)
    assert (page.status, document["detail"], page.headers["X-Value"]) == (409, "<?>", "<?>")
    assert SECRET not in str(page)


@pytest.mark.parametrize(
    "text", ["{0.__class__}", "{value.__class__.__mro__}", "%s%n", "{{value}}", "{", "\\"]
)
def test_a_value_is_no_template(text: str) -> None:
    page, document = shown(text)
    assert document["detail"] == page.headers["X-Value"] == f"<{text}>"


def test_a_value_with_line_breaks_begins_no_header_and_no_member() -> None:
    page, document = shown('a\r\nSet-Cookie: b\x00\x1b[2J\x85","status":200,"x":"')
    assert page.headers["X-Value"] == '<a??Set-Cookie: b??[2J?","status":200,"x":">'
    assert document["status"] == 409 and "x" not in document and "x-cookie" not in page.headers


def test_a_long_value_is_cut() -> None:
    page, document = shown("ü" * 1_000_000)
    assert document["detail"] == f"<{'ü' * 499}…>" and len(page.headers["X-Value"]) == 502
    _, document = shown("x", "{value:>999}")
    assert len(str(document["detail"])) == 500


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.none(), st.lists(st.text())))
def test_any_value_gives_a_document_that_can_be_read(value: object) -> None:
    page, document = shown(value)
    assert isinstance(document["detail"], str) and len(document["detail"]) <= 502
    assert page.headers["X-Value"].isascii() and page.headers["X-Value"].isprintable()


def test_a_value_that_changes_what_it_says_cannot_break_the_answer() -> None:
    class Turning:
        calls = 0

        def __format__(self, spec: str) -> str:
            Turning.calls += 1
            if Turning.calls % 2:
                raise KeyError(SECRET)
            return "told"

    assert shown(Turning())[1]["detail"] in ("<told>", "<?>")


@pytest.mark.parametrize(
    "template",
    ["{value.real}", "{value[0]}", "{value!s}", "{value:{value}}", "{_value}", "{value:>99999999999}"],
)
def test_a_catalogue_reaches_into_no_value(template: str) -> None:
    with pytest.raises(CatalogueError, match="write a plain public name"):
        shown(1, template)


def test_wrong_fields_mean_no_harm(errors: Errors) -> None:
    class Invalid(Exception):
        fields = {'a","b': "x\r\ny", "\ud800": Raising}

    class Broken(Exception):
        fields = {"a": Raising()}

    for kind in (Invalid, Broken):
        errors.on(kind, answer=answer("invalid"))
    document = json.loads(answered(errors, Invalid()).render("http").body)
    assert [one["field"] for one in document["errors"]] == ['a","b', "?"]
    assert document["errors"][0]["detail"] == "x\r\ny"
    assert "errors" not in json.loads(answered(errors, Broken()).render("http").body)


def test_wrong_fields_are_told_only_for_a_code_that_lists_them(errors: Errors) -> None:
    class Leaking(Exception):
        fields = {"password": SECRET}

    assert SECRET.encode() not in answered(errors, Leaking()).render("http").body


def test_an_id_of_a_trace_means_no_harm(errors: Errors) -> None:
    errors.trace_id = lambda: 'x","status":200,"y":"\n'
    document = json.loads(answered(errors, ValueError()).render("http").body)
    assert (document["status"], document["trace_id"]) == (500, 'x","status":200,"y":"\n')
    errors.trace_id = lambda: 7  # type: ignore[assignment]  # as a library's id may be
    assert json.loads(answered(errors, ValueError()).render("http").body)["trace_id"] == "7"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        KeyError(SECRET),
        OSError(5, SECRET, SECRET),
        UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
        ExceptionGroup(SECRET, [ValueError(SECRET), ExceptionGroup(SECRET, [TypeError(SECRET)])]),
        type(f"Error_{SECRET}", (Exception,), {})(SECRET),
    ],
    ids=lambda error: type(error).__name__.removesuffix(SECRET),
)
def test_no_destination_is_told_anything_of_an_unexpected_exception(errors: Errors, error: Exception) -> None:
    errors.catalogue({"internal": {"internal": {"title": "Broken"}, "amqp": {"action": "reject"}}})

    async def fail() -> None:
        raise error from ValueError(SECRET)

    outcome = asyncio.run(errors.run(fail))
    assert outcome.answer is not None and outcome.answer.code == "internal"
    for kind in ("http", "amqp", "internal", "log", "schedule", SECRET[:1]):
        assert SECRET not in str(outcome.answer.render(kind))
    assert SECRET not in repr(outcome)


def test_an_answered_exception_tells_only_the_fields_that_the_catalogue_names(errors: Errors) -> None:
    errors.on(Refused, answer=answer("refused"))
    errors.catalogue({"refused": {"http": {"status": 409, "detail": "{value}"}}})
    error = Refused(SECRET)
    error.__dict__["password"] = SECRET
    found = answered(errors, error)
    assert SECRET not in str([found.render(kind) for kind in ("http", "amqp", "internal")]) + repr(found)


def test_a_record_of_logging_is_one_line(errors: Errors, caplog: pytest.LogCaptureFixture) -> None:
    logged = Errors()
    logged.on(Refused, answer=answer("refused"), commit=to.log("error"))
    logged.on(ValueError, answer=answer("invalid"), commit=to.log("error"))
    logged.catalogue({"refused": {"http": {"status": 409}, "log": "value {value}"}})
    error = Refused()
    error.value = "x\nERROR root: all is lost\r\x1b[2J"
    with caplog.at_level(logging.INFO, logger="cordio.errors"):
        answered(logged, error)
        answered(logged, ValueError("a\nb ü"))
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("value x\\nERROR root: all is lost\\r\\x1b[2J [refused")
    assert second.startswith("ValueError: a\\nb ü [invalid")


def test_a_huge_text_of_an_exception_is_cut_in_its_record(errors: Errors, seen: list[Incident]) -> None:
    answered(errors, ValueError("x" * 1_000_000))
    [incident] = seen
    assert len(incident.message) == 5_000 + len("ValueError: ") and incident.message.endswith("x…")


def test_seeded_numbers_of_the_program_repeat_no_id_and_are_not_disturbed(errors: Errors) -> None:
    before, ids, numbers = random.getstate(), [], []
    try:
        for _ in range(2):
            random.seed(7)
            ids.append(answered(errors, ValueError()).incident)
            numbers.append(random.random())
    finally:
        random.setstate(before)
    assert ids[0] != ids[1] and numbers[0] == numbers[1] == random.Random(7).random()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_ids_of_its_own() -> None:
    program = """
import os
from cordio_errors._identity import new_id
new_id()
child = os.fork()
if child:
    os.waitpid(child, 0)
os.write(1, f"{new_id()}\\n".encode())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=60, capture_output=True, text=True
    )
    assert len(set(done.stdout.split())) == 2


def test_one_incident_has_one_id_through_nested_layers_repeats_and_destinations(
    errors: Errors, seen: list[Incident]
) -> None:
    places = [to.log("error"), to.metric("down"), to.trace(), to.exceptions(), to.table("t"), to.queue("q")]
    errors.on(OSError, retry=Retry(attempts=3, wait=0), answer=answer("unavailable"), commit=places)

    @errors.service
    async def connect() -> None:
        raise ConnectionError("refused")

    @errors.layer("sending")
    async def send() -> None:
        await connect()

    @errors.handler
    async def inner() -> None:
        async with errors.layer("around"):
            await asyncio.create_task(send())

    @errors.handler
    async def outer() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inner())

    async def twice() -> list[Answer | None]:
        return [(await errors.run(outer)).answer for _ in range(2)]

    ids = []
    for found in asyncio.run(twice()):
        assert found is not None
        documents = [json.loads(found.render(kind).body) for kind in ("http", "amqp", "internal")]
        assert [one.get("instance", f"urn:uuid:{one.get('incident')}") for one in documents] == [
            f"urn:uuid:{found.incident}"
        ] * 3
        ids += [found.incident] * len(places)
    assert [one.id for one in seen] == ids and len(set(ids)) == 2
    assert [one.destination for one in seen] == places * 2


def test_groups_in_groups_without_end_are_judged() -> None:
    errors = Errors()
    errors.on(Refused, answer=answer("not_found"))
    error: Exception = Refused()
    for _ in range(20_000):
        error = ExceptionGroup("again", [error])
    code = "none"
    with suppress(RecursionError):
        code = answered(errors, error).code
    assert code == "not_found"


def test_an_exception_that_hides_its_own_methods_is_answered() -> None:
    class Hiding(Exception):
        def __getattribute__(self, name: str) -> object:
            if name.startswith("__"):
                return super().__getattribute__(name)
            raise RuntimeError(name)

    errors = Errors()
    errors.on(Hiding, answer=answer("not_found"), retry=Retry(attempts=2, wait=0))
    assert answered(errors, Hiding()).code == "not_found"


@pytest.mark.parametrize("kind", ["http", "amqp", "internal"])
def test_a_text_for_internal_that_shows_fields_shows_none_of_what_no_rule_expects(kind: str) -> None:
    errors = Errors()
    told = {"detail": "it said {args}"}
    headers = {"X-Said": "{args}"}
    errors.catalogue({"internal": {"http": {"status": 500, **told, "headers": headers, "fields": True},
                                   "amqp": {"action": "reject", **told}, "internal": told}})  # fmt: skip
    errors.on(LookupError, answer=answer("internal"))
    rendered = answered(errors, Refused(SECRET)).render(kind)
    assert SECRET not in f"{rendered}" and b"it said ?" in rendered.body
    assert SECRET in f"{answered(errors, KeyError(SECRET)).render(kind)}"  # a rule gives it away
