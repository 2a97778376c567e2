"""The data of a request, read as FastAPI's solver reads them, by a plan made at the start."""

from __future__ import annotations

import datetime
import decimal
import email.message
import enum
import functools
import json
import types
import typing
import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import fastapi.routing
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import Json
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException

from cordio_fastapi._request import HttpRequest

__all__ = ["Reader", "is_json"]

Errors: TypeAlias = list[Any]
Values: TypeAlias = dict[str, Any]
Headerlines: TypeAlias = Sequence[tuple[bytes, bytes]]

_PLAIN = frozenset(
    {
        bool,
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
        decimal.Decimal,
        float,
        int,
        str,
        type(None),
        uuid.UUID,
    }
)
_CONSTANT = (bool, float, int, str, type(None))
_NO_BODY = getattr(fastapi.routing, "Undefined", None)  # what FastAPI takes for no body; None in old releases


class Reader:
    """Validates path, query, headers and body of a request by FastAPI's own fields.

    What a field finds wrong is told in FastAPI's words; what is not a plain value goes through FastAPI's
    function for its part.

    Parameters
    ----------
    route : APIRoute
        The route, which must not need anything else of the solver.
    """

    def __init__(self, route: APIRoute) -> None:
        dependant = route.dependant
        self._path = _Part(dependant.path_params) if dependant.path_params else None
        self._query = _Part(dependant.query_params) if dependant.query_params else None
        self._header = _Part(dependant.header_params) if dependant.header_params else None
        self._body = dependant.body_params
        self._strict = _is_strict(route)

    async def read(self, request: HttpRequest) -> Values:
        """Return the data.

        Parameters
        ----------
        request : HttpRequest
            The request.

        Returns
        -------
        dict of str to object
            A value for each parameter.

        Raises
        ------
        RequestValidationError
            If a value is not valid.
        HTTPException
            If the body is no JSON that can be read (400), or too large (413).
        """
        values: Values = {}
        errors: Errors = []
        content = await self._content(request) if self._body else None
        if self._path is not None:
            self._path.read(request.values.get, lambda: request.values, values, errors)
        if self._query is not None:
            query = request.scope["query_string"]
            self._query.read(request.query.get, lambda: QueryParams(query), values, errors)
        if self._header is not None:
            raw = request.scope["headers"]
            self._header.read(lambda name: _first(raw, name), lambda: Headers(raw=raw), values, errors)
        if self._body:
            await self._validated(content, values, errors)
        if errors:
            raise RequestValidationError(errors, body=None if content is _NO_BODY else content)
        return values

    async def _content(self, request: HttpRequest) -> object:
        """Return the body as FastAPI does: JSON's value, the bytes if it says that it is something else."""
        try:
            raw = await request.read()
            if not raw:
                return _NO_BODY
            kind = _first(request.scope["headers"], "content-type")
            return json.loads(raw) if (is_json(kind) if kind else not self._strict) else raw
        except json.JSONDecodeError as error:
            complaint = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error"}
            raise RequestValidationError(
                [{**complaint, "input": {}, "ctx": {"error": error.msg}}], body=error.doc
            ) from error
        except HTTPException:
            raise
        except Exception as error:  # as FastAPI: too deep, too many digits, no UTF-8, a client that left
            raise HTTPException(400, "There was an error parsing the body") from error

    async def _validated(self, content: object, values: Values, errors: Errors) -> None:
        (field,) = self._body
        if content is _NO_BODY or content is None:
            found, wrong = await request_body_to_args(self._body, content, False)
            values.update(found)
        else:
            values[field.name], wrong = field.validate(content, {}, loc=("body",))
        errors.extend(wrong or ())  # old releases say None for nothing


class _Part:
    """The parameters that stand in one part of a request."""

    def __init__(self, fields: Sequence[Any]) -> None:
        self._fields = fields
        scalars = [_scalar(field) for field in fields]
        self._scalars = [scalar for scalar in scalars if scalar is not None]
        self._is_plain = len(self._scalars) == len(fields)

    def read(
        self, plain: Callable[[str], Any], whole: Callable[[], Any], values: Values, errors: Errors
    ) -> None:
        if not self._is_plain:
            return self._solved(whole(), values, errors)
        given = []
        for scalar in self._scalars:
            value = plain(scalar.alias)
            if value is None and scalar.required:
                return self._solved(whole(), values, errors)
            given.append((scalar, value))
        for scalar, value in given:
            if value is None:
                values[scalar.name] = scalar.default
                continue
            valid, wrong = scalar.validate(value, {}, loc=scalar.loc)
            if wrong:
                errors.extend(wrong)
            else:
                values[scalar.name] = valid

    def _solved(self, whole: Any, values: Values, errors: Errors) -> None:  # noqa: ANN401  # as FastAPI's
        found, wrong = request_params_to_args(self._fields, whole)
        values.update(found)
        errors.extend(wrong)


class _Scalar(typing.NamedTuple):
    """A plain value: one string in the request, or its default."""

    name: str
    alias: str
    loc: tuple[str, str]
    required: bool
    default: object
    validate: Callable[..., tuple[Any, Errors]]


def _scalar(field: Any) -> _Scalar | None:  # noqa: ANN401  # FastAPI's field has no public type
    info = field.field_info
    alias = field.alias
    required = info.is_required()
    if not _is_plain(info.annotation) or any(type(item) is Json for item in info.metadata):
        return None
    if info.validation_alias not in (None, alias) or info.validate_default or info.default_factory:
        return None
    if not required and type(info.default) not in _CONSTANT:
        return None
    default = None if required else info.default
    return _Scalar(field.name, alias, (info.in_.value, alias), required, default, field.validate)


def _is_plain(annotation: object) -> bool:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _is_plain(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return all(map(_is_plain, typing.get_args(annotation)))
    if origin is typing.Literal:
        return True
    return annotation in _PLAIN or (isinstance(annotation, type) and issubclass(annotation, enum.Enum))


def _is_strict(route: APIRoute) -> bool:
    """Tell whether a body that does not say what it is is none of JSON; old releases take it for JSON."""
    strict = getattr(route, "strict_content_type", False)
    return bool(getattr(strict, "value", strict))


def _first(headers: Headerlines, name: str) -> str | None:
    """Return a header's value, the first where the name repeats, as Starlette does."""
    wanted = name.lower().encode("latin-1")
    return next((value.decode("latin-1") for found, value in headers if found == wanted), None)


@functools.lru_cache(maxsize=256)
def is_json(content_type: str) -> bool:
    """Tell whether a content type says JSON, as FastAPI reads it.

    Parameters
    ----------
    content_type : str
        The header's value.

    Returns
    -------
    bool
        Whether it is ``application/json`` or has the suffix ``+json`` (RFC 6839).

    Examples
    --------
    >>> is_json("application/vnd.api+json; charset=utf-8"), is_json("text/json")
    (True, False)
    """
    message = email.message.Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
