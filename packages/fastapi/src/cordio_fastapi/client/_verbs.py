"""The methods of HTTP as methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, TypeVar, Unpack, overload

from cordio_fastapi.client._address import Query
from cordio_fastapi.client._answer import Answer

__all__ = ["Options", "Verbs"]

T = TypeVar("T")


class Options(TypedDict, total=False):
    """What a request may have.

    Attributes
    ----------
    path : mapping of str to object
        The values of names in the path, ``/orders/{order_id}``; each stays in its segment.
    query : mapping or sequence of pairs
        More of the query.
    headers : mapping of str to str
        Headers of this request; they take the place of those in the settings.
    json : object
        The body as data: plain, pydantic models, dataclasses; what is no number is written as null.
    form : mapping or sequence of pairs
        The body as a form.
    body : bytes
        The body as it is.
    timeout : float
        The limit of the whole call, in seconds.
    repeat : bool
        Whether it may be sent again though it may have arrived; unless given, an idempotent method may, and
        another one with the header ``Idempotency-Key``.
    """

    path: Mapping[str, object]
    query: Query
    headers: Mapping[str, str]
    json: object
    form: Query
    body: bytes
    timeout: float
    repeat: bool


class Verbs:
    """What can be asked of another service; each method returns its answer, or raises a `RequestError`."""

    @overload
    async def get(self, url: str, /, *, into: type[T], **options: Unpack[Options]) -> T: ...

    @overload
    async def get(self, url: str, /, *, into: None = None, **options: Unpack[Options]) -> Answer: ...

    async def get(self, url: str, /, *, into: type[T] | None = None, **options: Unpack[Options]) -> T | Answer:
        """Fetch something; see `request`."""
        return _read(await self._send("GET", url, options, into), into)

    async def head(self, url: str, /, **options: Unpack[Options]) -> Answer:
        """Fetch the headers of something; see `request`."""
        return await self._send("HEAD", url, options, None)

    @overload
    async def post(self, url: str, /, *, into: type[T], **options: Unpack[Options]) -> T: ...

    @overload
    async def post(self, url: str, /, *, into: None = None, **options: Unpack[Options]) -> Answer: ...

    async def post(
        self, url: str, /, *, into: type[T] | None = None, **options: Unpack[Options]
    ) -> T | Answer:
        """Send something; see `request`."""
        return _read(await self._send("POST", url, options, into), into)

    @overload
    async def put(self, url: str, /, *, into: type[T], **options: Unpack[Options]) -> T: ...

    @overload
    async def put(self, url: str, /, *, into: None = None, **options: Unpack[Options]) -> Answer: ...

    async def put(self, url: str, /, *, into: type[T] | None = None, **options: Unpack[Options]) -> T | Answer:
        """Put something in its place; see `request`."""
        return _read(await self._send("PUT", url, options, into), into)

    @overload
    async def patch(self, url: str, /, *, into: type[T], **options: Unpack[Options]) -> T: ...

    @overload
    async def patch(self, url: str, /, *, into: None = None, **options: Unpack[Options]) -> Answer: ...

    async def patch(
        self, url: str, /, *, into: type[T] | None = None, **options: Unpack[Options]
    ) -> T | Answer:
        """Change something; see `request`."""
        return _read(await self._send("PATCH", url, options, into), into)

    @overload
    async def delete(self, url: str, /, *, into: type[T], **options: Unpack[Options]) -> T: ...

    @overload
    async def delete(self, url: str, /, *, into: None = None, **options: Unpack[Options]) -> Answer: ...

    async def delete(
        self, url: str, /, *, into: type[T] | None = None, **options: Unpack[Options]
    ) -> T | Answer:
        """Take something away; see `request`."""
        return _read(await self._send("DELETE", url, options, into), into)

    @overload
    async def request(self, method: str, url: str, /, *, into: type[T], **options: Unpack[Options]) -> T: ...

    @overload
    async def request(
        self, method: str, url: str, /, *, into: None = None, **options: Unpack[Options]
    ) -> Answer: ...

    async def request(
        self, method: str, url: str, /, *, into: type[T] | None = None, **options: Unpack[Options]
    ) -> T | Answer:
        """Send a request.

        Parameters
        ----------
        method : str
            The method.
        url : str
            A path below the service's address, or, of a client itself, a whole address.
        into : type or None
            What the JSON of the answer is read into: a pydantic model, or any annotation that pydantic reads.
        **options : Unpack[Options]
            See `Options`.

        Returns
        -------
        object
            The value; the `Answer` unless `into` is given.

        Raises
        ------
        AddressRefused
            If the address is not called: it leads away from the service, or to a host that is not named.
        RequestFailed
            If the answer has a status of 400 or more.
        RequestError
            If the request came to nothing.
        """
        return _read(await self._send(method.upper(), url, options, into), into)

    async def _send(self, method: str, url: str, options: Options, into: object) -> Answer:
        raise NotImplementedError


def _read(answer: Answer, into: type[T] | None) -> T | Answer:
    return answer if into is None else answer.read(into)
