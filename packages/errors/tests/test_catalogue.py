"""What is told to each destination, in which language, and where it is read from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_errors import Answer, CatalogueError, Errors, SettingsError, answer, speaking
from cordio_errors._language import chosen


class SoldOut(Exception):
    left = 3


def told(errors: Errors, entry: Mapping[str, object], error: Exception | None = None) -> Answer:
    """The answer to an exception for whose code the catalogue has this entry."""
    errors.on(type(error or SoldOut()), answer=answer("sold_out"))
    errors.catalogue({"sold_out": entry})

    async def fail() -> None:
        raise error or SoldOut()

    found = asyncio.run(errors.run(fail)).answer
    assert found is not None
    return found


def test_a_message_is_told_its_action_and_the_code(errors: Errors) -> None:
    given = told(errors, {"amqp": {"action": "reject", "detail": "{left} left"}})
    page = given.render("amqp")
    assert page.headers == {"content-type": "application/json", "x-action": "reject"}
    assert json.loads(page.body) == {
        "code": "sold_out",
        "incident": given.incident,
        "title": "Internal error",
        "detail": "3 left",
    }
    assert "x-action" not in given.render("http").headers


def test_a_message_that_comes_again_says_how_often_and_when(errors: Errors) -> None:
    page = told(errors, {"amqp": {"action": "requeue", "limit": 5, "delay": "1500ms"}}).render("amqp")
    assert (page.headers["x-action"], page.headers["x-limit"], page.headers["x-delay-ms"]) == (
        "requeue",
        "5",
        "1500",
    )


def test_an_internal_caller_is_told_its_own_text(errors: Errors) -> None:
    given = told(errors, {"internal": {"title": "Stock", "detail": "{left} left"}, "http": {"status": 409}})
    assert json.loads(given.render("internal").body) == {
        "code": "sold_out",
        "incident": given.incident,
        "title": "Stock",
        "detail": "3 left",
    }
    assert "detail" not in json.loads(given.render("http").body)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"amqp": {"action": "requeue"}}, "amqp.limit: None is no limit"),
        ({"amqp": {"action": "requeue", "limit": 0}}, "amqp.limit: 0 is no limit"),
        ({"amqp": {"action": "requeue", "limit": 1, "delay": "soon"}}, "amqp.delay: 'soon' is no duration"),
        ({"amqp": {"action": "drop"}}, "amqp.action: 'drop' is none: write one of ack, reject, requeue"),
        ({"amqp": {"action": "ack", "limit": 3}}, "amqp: only 'requeue' has limit"),
        ({"amqp": {"action": "ack", "titel": "x"}}, "titel: there is no such key: did you mean 'title'?"),
        ({"amqp": 5}, "amqp: 5 is no mapping"),
        ({"internal": {"action": "ack"}}, "internal.action: there is no such key"),
        ({"http": {"status": 400, "detail": {"e n": "x"}}}, "detail.e n: is no language"),
        ({"http": {"status": 400, "title": {"en": 5}}}, "title.en: 5 is no text"),
        ({"http": {"status": 400, "fields": "yes"}}, "fields: 'yes' is neither true nor false"),
        ({"http": {"status": 400, "type": 5}}, "type: 5 is no URI (RFC 3986)"),
        ({"http": {"status": 400, "type": "sold out"}}, "type: 'sold out' is no URI (RFC 3986)"),
        (
            {"http": {"status": 400, "title": {"en": "x", False: "y"}}},
            "title.False: is no text: put the name in",
        ),
        ({"http": {"status": 400, "title": {"de": "x", "DE": "y"}}}, "title.DE: is there twice"),
        ({"http": {"status": "409"}}, "status: '409' is no status of HTTP"),
        ({"http": {"status": 409.0}}, "status: 409.0 is no status of HTTP"),
        ({"http": {"status": 600}}, "status: 600 is no status of HTTP"),
        ({"http": {}}, "status: None is no status of HTTP"),
        ({"http": {"status": 400, "headers": ["a"]}}, "headers: ['a'] is no mapping"),
        ({"http": {"status": 400, "headers": {"Content-Language": "de"}}}, "is set by the renderer"),
        ({"amqp": {"action": "requeue", "limit": True}}, "amqp.limit: True is no limit"),
        ({"amqp": {"action": "requeue", "limit": 1, "delay": -1}}, "amqp.delay: -1 is no duration"),
        ({"amqp": {"action": "requeue", "limit": 1, "delay": float("inf")}}, "amqp.delay: inf is no duration"),
        ({"amqp": {"action": "reject", "delay": "1s"}}, "amqp: only 'requeue' has delay"),
        ({"log": ["x"]}, "log: ['x'] is no text"),
        ({1: {"status": 400}}, "1: is no text: put the name in quotes"),
    ],
)
def test_a_mistake_is_told_with_its_place(errors: Errors, entry: Mapping[str, object], complaint: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        errors.catalogue({"sold_out": entry})
    assert complaint in str(caught.value)


def test_the_texts_are_in_the_language_that_the_request_accepts(errors: Errors) -> None:
    page = {
        "status": 409,
        "title": {"en": "Sold out", "de": "Ausverkauft"},
        "detail": {"en": "{left} left", "de": "noch {left}", "fr": "encore {left}"},
    }
    given = told(errors, {"http": page})

    def read(accepted: str | None) -> tuple[str, str, str]:
        rendered = given.render("http", accept_language=accepted)
        document = json.loads(rendered.body)
        return rendered.headers["content-language"], document["title"], document["detail"]

    english = ("en", "Sold out", "3 left")
    assert read(None) == read("ru") == read("*") == english
    assert read("de-AT, en;q=0.5") == ("de", "Ausverkauft", "noch 3")
    assert read("de;q=0, EN") == english
    assert read("fr") == ("fr", "Sold out", "encore 3")
    with speaking("de"):
        assert read(None)[0] == "de"
    assert read(None) == english


def test_one_language_needs_no_header(errors: Errors) -> None:
    page = told(errors, {"http": {"status": 409, "title": "Sold out"}}).render("http", "de")
    assert "content-language" not in page.headers


@given(st.text(max_size=60))
def test_any_header_chooses_one_of_the_languages(header: str) -> None:
    assert chosen(["en", "de-AT"], header) in ("en", "de-AT")


def test_the_type_can_be_an_address(errors: Errors) -> None:
    given = told(errors, {"http": {"status": 409, "type": "https://example.org/sold-out"}})
    assert json.loads(given.render("http").body)["type"] == "https://example.org/sold-out"


def test_the_wrong_fields_of_a_validation_error_are_listed_without_what_was_sent(errors: Errors) -> None:
    class Invalid(Exception):
        fields = {"amount": "must be positive"}

    class Library(ValueError):
        def errors(self) -> list[dict[str, object]]:
            return [{"loc": ("body", "sku"), "msg": "Field required", "input": "hunter2", "type": "missing"}]

    class Broken(ValueError):
        def errors(self) -> list[object]:
            raise RuntimeError

    documents = []
    for error in (Invalid(), Library(), Broken()):
        errors.on(type(error), answer=answer("invalid"))

        async def fail(error: Exception = error) -> None:
            raise error

        found = asyncio.run(errors.run(fail)).answer
        assert found is not None
        documents.append(json.loads(found.render("http").body))
    assert documents[0]["errors"] == [{"field": "amount", "detail": "must be positive"}]
    assert documents[1]["errors"] == [{"field": "body.sku", "detail": "Field required"}]
    assert "errors" not in documents[2] and "hunter2" not in str(documents)


def test_the_list_of_wrong_fields_is_bounded(errors: Errors) -> None:
    class Invalid(Exception):
        fields = {f"field{number}": "x" * 10_000 for number in range(10_000)}

    given = told(errors, {"http": {"status": 422, "fields": True}}, Invalid())
    assert len(given.render("http").body) < 100_000


def test_a_catalogue_is_read_from_a_source(errors: Errors) -> None:
    class File:
        def read(self) -> Mapping[str, Mapping[str, object]]:
            return {"sold_out": {"http": {"status": 409}}}

    errors.catalogue(File())
    errors.on(KeyError, answer=answer("sold_out"))
    errors.check()


def test_a_source_that_cannot_be_read_says_so_and_changes_nothing(errors: Errors) -> None:
    class Missing:
        def read(self) -> Mapping[str, Mapping[str, object]]:
            raise FileNotFoundError(2, "No such file", "catalogue.yaml")

    class Empty:
        def read(self) -> Mapping[str, Mapping[str, object]]:
            return None  # type: ignore[return-value]  # as an empty file of YAML reads

    before = errors.documentation()
    with pytest.raises(FileNotFoundError, match=r"catalogue\.yaml"):
        errors.catalogue(Missing())
    with pytest.raises(CatalogueError, match="the catalogue: None is no mapping"):
        errors.catalogue(Empty())
    assert errors.documentation() == before


def test_a_requeue_without_a_limit_is_refused_in_settings_too(errors: Errors) -> None:
    changed = {"catalogue": {"sold_out": {"amqp": {"action": "requeue"}}}}
    with pytest.raises(SettingsError, match=r"sold_out\.amqp\.limit: None is no limit: write how often"):
        errors.configure(changed)
    with pytest.raises(SettingsError, match="is no limit"), errors.override(changed):
        raise AssertionError


def test_the_catalogue_prints_as_a_table(errors: Errors) -> None:
    errors.catalogue(
        {
            "sold_out": {
                "http": {
                    "status": 409,
                    "title": {"en": "Sold *out*", "de": "Weg"},
                    "detail": "Only {left} left.",
                },
                "amqp": {"action": "requeue", "limit": 2, "delay": 5},
                "log": "gone",
            }
        }
    )
    table = errors.documentation()
    row = table[table.index("``sold_out``") :].splitlines()[:6]
    assert [line.strip(" -") for line in row] == [
        "``sold_out``",
        "409",
        "Sold \\*out\\* / Weg",
        "Only {left} left. / Only {left} left.",
        "requeue, at most 2 times after 5 s",
        "gone",
    ]
    assert table.index("``internal``") < table.index("``not_found``") < table.index("``sold_out``")


@given(st.text(), st.text())
def test_a_problem_document_is_json_whatever_the_texts_are(title: str, left: str) -> None:
    errors = Errors()

    class Gone(Exception):
        pass

    error = Gone()
    error.__dict__["left"] = left
    text = title.replace("{", "{{").replace("}", "}}")
    given = told(errors, {"http": {"status": 409, "title": title or "x", "detail": text + "{left}"}}, error)
    document = json.loads(given.render("http").body)
    assert document["title"] == (title or "x").encode("utf-8", "replace").decode()
    assert document["detail"] == (title + left).encode("utf-8", "replace").decode()
