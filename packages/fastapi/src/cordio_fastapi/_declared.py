"""What a handler may answer beside its own, in the OpenAPI document: problem documents, by their codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi.params import Form

from cordio_core import Plan
from cordio_fastapi._problem import problem
from cordio_fastapi._route import PlanRoute
from cordio_fastapi._security import guards
from cordio_fastapi._settings import HttpSettings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant

__all__ = ["describe"]

_NAME = "cordio.Problem"  # no model of Python's is called so
_KIND = "application/problem+json"
_TEXT: Mapping[str, object] = {"type": "string"}
_MISTAKE = {
    "type": "object",
    "properties": {
        "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
        "msg": _TEXT,
        "field": _TEXT,
        "detail": _TEXT,
    },
    "anyOf": [{"required": ["loc", "msg"]}, {"required": ["field", "detail"]}],
}
_SCHEMAS: Mapping[str, object] = {
    _NAME: {
        "title": "Problem",
        "description": "What went wrong, as a problem document (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": {**_TEXT, "description": "Which kind of trouble it is, for programs."},
            "detail": _TEXT,
            "instance": {"type": "string", "format": "uri-reference"},
            "trace_id": _TEXT,
            "errors": {"type": "array", "items": _MISTAKE},
        },
    }
}


class Example(NamedTuple):
    """An answer as it may come."""

    status: int
    document: Mapping[str, Any] | None
    headers: tuple[str, ...] = ()


def describe(application: FastAPI, settings: HttpSettings) -> Mapping[str, object]:
    """Let the document tell of each handler which problems it may answer.

    Parameters
    ----------
    application : FastAPI
        The application.
    settings : HttpSettings
        The section ``http``: limits that are not set are not told.

    Returns
    -------
    mapping of str to object
        The schemas that the document needs for it.
    """
    routes = [route for route in application.router.routes if isinstance(route, PlanRoute)]
    for route in routes:
        examples = [*_of_request(route, settings), *_of_limits(settings), *_of_callers(route.plan)]
        examples += [*_of_rules(route.plan), _told(500)]
        route.responses = _responses(examples)
    return _SCHEMAS if routes else {}


def _of_request(route: PlanRoute, settings: HttpSettings) -> Iterator[Example]:
    """Give what is answered to data that cannot be read, or are not valid."""
    fields = list(_fields(route.dependant))
    if not fields:
        return
    if route.body_field is not None:
        yield _told(400, "There was an error parsing the body")
        yield _told(413, f"the body may have {int(settings.body_limit)} bytes at most")
        if not isinstance(route.body_field.field_info, Form):
            yield _told(415, "the body is to be JSON, and to say so", headers=("Accept",))
    mistakes = [{"loc": fields[0], "msg": "Field required"}]
    yield Example(422, _document(422, "a value of the request is not valid", errors=mistakes))


def _fields(dependant: Dependant) -> Iterator[list[str]]:
    """Give where each value of a request stands."""
    for field in (
        *(*dependant.path_params, *dependant.query_params),
        *(*dependant.header_params, *dependant.cookie_params),
    ):
        info: Any = field.field_info  # FastAPI types what all parameters have in common
        yield [info.in_.value, field.alias]
    if dependant.body_params:
        yield ["body"]
    for other in dependant.dependencies:
        yield from _fields(other)


def _of_limits(settings: HttpSettings) -> Iterator[Example]:
    if settings.concurrency is not None:
        yield _told(503, "too many requests are under way", headers=("Retry-After",))
    elif settings.time_limit is not None:
        yield _told(503, f"no answer within {settings.time_limit:g} s")


def _of_callers(plan: Plan) -> Iterator[Example]:
    if guards(plan):
        yield _told(401, headers=("WWW-Authenticate",))
        yield _told(403)


def _of_rules(plan: Plan) -> Iterator[Example]:
    for answer in plan.answers.values():
        found = answer.render("http")
        headers = tuple(name.title() for name in found.headers if name.lower() != "content-type")
        yield Example(found.status, json.loads(found.body) if found.body else None, headers)


def _told(status: int, detail: str | None = None, *, headers: tuple[str, ...] = ()) -> Example:
    return Example(status, _document(status, detail), headers)


def _document(status: int, detail: str | None = None, errors: object = None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(bytes(problem(status, detail, errors=errors).body))
    return found


def _responses(examples: Iterable[Example]) -> dict[int | str, dict[str, Any]]:
    by_status: dict[int, list[Example]] = {}
    for example in examples:
        by_status.setdefault(example.status, []).append(example)
    return {status: _response(by_status[status]) for status in sorted(by_status)}


def _response(examples: list[Example]) -> dict[str, Any]:
    """Return a Response Object (OpenAPI 3.1, section 4.8.17)."""
    documents = {each.document["code"]: each.document for each in examples if each.document is not None}
    headers = {name: {"schema": _TEXT} for each in examples for name in each.headers}
    titles = dict.fromkeys(document["title"] for document in documents.values())
    found: dict[str, Any] = {"description": "; ".join(titles) or "Without a body"}
    if documents:
        said = {"status": {"const": examples[0].status}, "code": {"enum": list(documents)}}
        schema = {"allOf": [{"$ref": f"#/components/schemas/{_NAME}"}, {"properties": said}]}
        told = {code: {"value": document} for code, document in documents.items()}
        found["content"] = {_KIND: {"schema": schema, "examples": told}}
    return found | ({"headers": headers} if headers else {})
