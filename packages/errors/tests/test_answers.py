"""What leaves the process when something went wrong."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_errors import Answer, CatalogueError, Errors, Incident, RulesError, answer, to


class SoldOut(Exception):
    seller = "Ann"

    def __init__(self, left: object) -> None:
        super().__init__(left)
        self.left = left

    @property
    def broken(self) -> str:
        raise RuntimeError("no")


def judged(errors: Errors, error: Exception) -> Answer:
    async def fail() -> None:
        raise error

    outcome = asyncio.run(errors.run(fail))
    assert outcome.value is None and outcome.answer is not None
    return outcome.answer


def problem(given: Answer) -> dict[str, object]:
    document: dict[str, object] = json.loads(given.render("http").body)
    return document


def sold_out(errors: Errors, **http: object) -> None:
    errors.on(SoldOut, answer=answer("sold_out"))
    errors.catalogue({"sold_out": {"http": {"status": 409, **http}}})


def test_a_problem_document_has_every_member_of_rfc_9457(errors: Errors) -> None:
    sold_out(
        errors, title="Sold out", detail="Only {left:03d} left.", headers={"Retry-After": 2, "By": "{seller}"}
    )
    given = judged(errors, SoldOut(7))
    page = given.render("http")
    assert page.status == 409
    assert page.headers == {"content-type": "application/problem+json", "Retry-After": "2", "By": "Ann"}
    UUID(given.incident)
    assert json.loads(page.body) == {
        "type": "urn:problem-type:sold_out",
        "title": "Sold out",
        "status": 409,
        "detail": "Only 007 left.",
        "instance": f"urn:uuid:{given.incident}",
        "code": "sold_out",
    }


def test_the_text_of_an_unexpected_exception_never_leaves_the_process(
    errors: Errors, seen: list[Incident]
) -> None:
    try:
        try:
            raise RuntimeError("password=hunter2")
        except RuntimeError as inner:
            inner.add_note("token=hunter2")
            raise ValueError("dsn=hunter2") from inner
    except ValueError as raised:
        error = raised
    given = judged(errors, error)
    for kind in ("http", "amqp", "internal", "schedule"):
        page = given.render(kind)
        assert b"hunter2" not in page.body and "hunter2" not in str(page.headers)
    assert "hunter2" not in repr(given)
    assert given.render("http").status == 500 and problem(given)["title"] == "Internal error"
    [incident] = seen
    assert incident.unexpected and incident.destination == to.exceptions() and incident.error is error


def test_a_field_that_the_exception_lacks_or_cannot_show_is_a_question_mark(errors: Errors) -> None:
    sold_out(errors, detail="{left:.1f}/{missing}/{missing:.1f}/{broken}/{{left}}")
    assert problem(judged(errors, SoldOut("many")))["detail"] == "?/?/?/?/{left}"


@given(st.text())
def test_a_field_cannot_break_out_of_its_header(text: str) -> None:
    errors = Errors()
    sold_out(errors, headers={"X-Left": "<{left}>"}, detail="{left}")
    page = judged(errors, SoldOut(text)).render("http")
    assert page.headers["X-Left"].isascii() and page.headers["X-Left"].isprintable()
    json.loads(page.body)


def test_other_destinations_read_a_small_object_with_the_code(errors: Errors) -> None:
    sold_out(errors)
    given = judged(errors, SoldOut(1))
    for kind in ("amqp", "internal"):
        page = given.render(kind)
        assert page.status == 409 and page.headers == {"content-type": "application/json"}
        assert json.loads(page.body) == {"code": "sold_out", "incident": given.incident}


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_content_has_no_body(errors: Errors, status: int) -> None:
    errors.on(SoldOut, answer=answer("nothing"))
    errors.catalogue({"nothing": {"http": {"status": status, "headers": {"X-Left": "{left}"}}}})
    page = judged(errors, SoldOut(1)).render("http")
    assert (page.status, page.headers, page.body) == (status, {"X-Left": "1"}, b"")


def test_a_trace_id_that_cannot_be_had_is_told_once(errors: Errors, caplog: pytest.LogCaptureFixture) -> None:
    errors.trace_id = lambda: str(1 // 0)
    for _ in range(2):
        assert "trace_id" not in problem(judged(errors, ValueError()))
    told = [record.getMessage() for record in caplog.records if "trace_id failed" in record.getMessage()]
    assert len(told) == 1 and "ZeroDivisionError" in told[0]


def test_the_trace_id_is_told_where_one_is_known(errors: Errors, seen: list[Incident]) -> None:
    errors.trace_id = lambda: "7b"
    assert errors.trace_id() == "7b"
    assert problem(judged(errors, ValueError()))["trace_id"] == "7b"
    errors.trace_id = lambda: None
    assert "trace_id" not in problem(judged(errors, ValueError()))
    errors.trace_id = lambda: str(1 // 0)
    assert "trace_id" not in problem(judged(errors, ValueError()))
    assert [incident.trace_id for incident in seen] == ["7b", None, None]


@pytest.mark.parametrize(
    ("code", "status"), [("internal", 500), ("unavailable", 503), ("invalid", 422), ("not_found", 404)]
)
def test_the_built_in_codes_answer_and_can_be_reworded(errors: Errors, code: str, status: int) -> None:
    errors.on(KeyError, answer=answer(code), commit=to.log("info"))
    assert judged(errors, KeyError()).status == status
    errors.catalogue({code: {"log": "gone"}})
    assert judged(errors, KeyError()).status == status
    errors.catalogue({code: {"http": {"status": 418, "title": "Other"}}})
    page = problem(judged(errors, KeyError()))
    assert (page["status"], page["title"], "detail" in page) == (418, "Other", False)


def test_a_title_is_that_of_the_status_unless_given(errors: Errors) -> None:
    errors.catalogue({"a": {"http": {"status": 409}}, "b": {"http": {"status": 599}}, "c": {"log": "only"}})
    for kind, code in ((KeyError, "a"), (IndexError, "b"), (ValueError, "c")):
        errors.on(kind, answer=answer(code))
    titles = [problem(judged(errors, error))["title"] for error in (KeyError(), IndexError(), ValueError())]
    assert titles == ["Conflict", "Status 599", "Internal error"]


def test_every_mistake_of_a_catalogue_is_told_at_once_and_nothing_is_taken(errors: Errors) -> None:
    with pytest.raises(CatalogueError) as caught:
        errors.catalogue(
            {
                "good": {"http": {"status": 400}},
                "no code": {},
                "a": {"htpp": {}, "log": 5},
                "b": {"http": {"status": 42, "titel": "x"}},
                "c": {"http": {"status": True, "title": 5, "detail": "{left.__class__}"}},
                "d": {"http": {"status": 400, "headers": {"Content-Type": "x", "a b": "y", "ok": True}}},
                "d2": {"http": {"status": 103, "headers": {"A": "x\r\nSet-Cookie: y", "B": "ü", "b": "y"}}},
                "e": {"http": 5, "log": "{unclosed"},
                "f": {"log": "{} {_private} {left!r} {left:{width}}"},
                "g": 5,  # type: ignore[dict-item]  # the mistake under test
            }
        )
    text = str(caught.value)
    for part in (
        "no code: is no code",
        "a.htpp: there is no such key: did you mean 'http'?",
        "a.log: 5 is no text",
        "b.http.status: 42 is no status of HTTP: write 200 to 599",
        "b.http.titel: there is no such key: did you mean 'title'?",
        "c.http.status: True",
        "c.http.title: 5 is no text",
        "c.http.detail: '{left.__class__}' has the field 'left.__class__'",
        "d.http.headers.Content-Type: is set by the renderer",
        "d.http.headers.a b: 'a b' is no name of a header",
        "d.http.headers.ok: True is no text",
        "d2.http.status: 103 ends no request (RFC 9110, 15.2): write 200 to 599",
        "d2.http.headers.A: 'x\\r\\nSet-Cookie: y' is no value of a header",
        "d2.http.headers.B: 'ü' is no value of a header",
        "d2.http.headers.b: is there twice",
        "e.http: 5 is no mapping",
        "e.log: ",
        "f.log: ",
        "g: 5 is no mapping",
    ):
        assert part in text
    errors.on(KeyError, answer=answer("good"))
    with pytest.raises(RulesError, match="'good' is in no catalogue"):
        errors.check()


@pytest.mark.parametrize("text", ["{}", "{0}", "{_private}", "{left!r}", "{left:{width}}", "{left[0]}"])
def test_a_field_is_a_plain_public_name(errors: Errors, text: str) -> None:
    with pytest.raises(CatalogueError, match="plain public name"):
        errors.catalogue({"a": {"log": text}})


def test_a_rule_with_an_unknown_code_is_told_by_the_check_and_answers_internal(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(KeyError, answer=answer("not_fond"), commit=to.log("info"))
    with pytest.raises(RulesError, match=r"test_answers\.py:\d+ .*did you mean 'not_found'\?"):
        errors.check()
    error = KeyError("x")
    assert judged(errors, error).code == "internal"
    assert "not_fond" in error.__notes__[0]
    assert [incident.destination.kind for incident in seen] == ["log", "exceptions"]
