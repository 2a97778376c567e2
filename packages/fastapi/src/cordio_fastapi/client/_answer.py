"""The answer of another service."""

from __future__ import annotations

import functools
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from cordio_core.functions import retry_after
from cordio_fastapi._complaint import complaints
from cordio_fastapi.client._exceptions import AnswerInvalid, RequestFailed

__all__ = ["Answer"]

T = TypeVar("T")
_PIECE = 500  # characters of an answer that is no problem document
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end.

    Parameters
    ----------
    status : int
        The status.
    headers : mapping of str to str
        The headers, names in lower case; the values of repeated ones joined.
    body : bytes
        The body, unpacked.
    where : str
        The method and the address, for messages.

    Examples
    --------
    >>> answer = Answer(200, {"content-type": "application/json"}, b'{"left": 3}')
    >>> answer.json(), answer.read(dict[str, int])
    ({'left': 3}, {'left': 3})
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    where: str = ""

    @property
    def text(self) -> str:
        """The body as text, by the charset that the answer says, else UTF-8."""
        charset = self._parameters().get("charset", "utf-8")
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Read the body from JSON (RFC 8259).

        Returns
        -------
        object
            The data.

        Raises
        ------
        AnswerInvalid
            If it is no JSON.
        """
        try:
            return cast(object, json.loads(self.body))
        except (ValueError, RecursionError):
            raise AnswerInvalid(self.where, f"answered what is no JSON ({self._said()})") from None

    def read(self, into: type[T]) -> T:
        """Read the body from JSON into a type.

        Parameters
        ----------
        into : type
            A pydantic model, a dataclass, or any annotation that pydantic reads.

        Returns
        -------
        object
            The value.

        Raises
        ------
        AnswerInvalid
            If the body does not fit; with the place of each mistake, and no value.
        """
        try:
            return cast(T, _adapter(cast(Hashable, into)).validate_json(self.body))
        except ValidationError as error:
            found = [dict(item) for item in error.errors(include_url=False)]
            if any(item["type"] == "json_invalid" for item in found):
                raise AnswerInvalid(self.where, f"answered what is no JSON ({self._said()})") from None
            raise AnswerInvalid(self.where, f"answered what does not fit: {_told(found)}") from None

    def refused(self) -> RequestFailed | None:
        """Return the exception for a status of 400 or more, else None."""
        if self.status < 400:
            return None
        problem = self._problem()
        asked = self.headers.get("retry-after")
        return RequestFailed(
            self.where,
            self.status,
            problem,
            "" if problem else self.text[:_PIECE],
            self.headers,
            None if asked is None else retry_after(asked),
        )

    def _problem(self) -> Mapping[str, object]:
        if self._type() != "application/problem+json":
            return {}
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def _said(self) -> str:
        return f"{self.status}, {len(self.body)} bytes of {self._type() or 'no type'}"

    def _parameters(self) -> Mapping[str, str]:
        pieces = self.headers.get("content-type", "").lower().split(";")[1:]
        pairs = (piece.partition("=") for piece in pieces)
        return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


@functools.lru_cache(maxsize=1024)
def _adapter(into: Any) -> TypeAdapter[object]:
    return TypeAdapter(into)


def _told(errors: list[dict[str, object]]) -> str:
    told = [
        f"{'.'.join(map(str, cast(list[object], item['loc']))) or 'the whole'}: {item['msg']}"
        for item in complaints(errors)
    ]
    more = f"; and {len(errors) - _MOST_TOLD} more" if len(errors) > _MOST_TOLD else ""
    return "; ".join(told[:_MOST_TOLD]) + more
