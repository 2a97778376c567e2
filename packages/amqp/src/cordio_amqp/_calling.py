"""What a service calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, overload

from cordio_amqp._exceptions import AmqpError
from cordio_amqp._publishing import NOT_OPEN
from cordio_amqp.rpc import CallState
from cordio_core import Duration

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._letter import HeaderValue
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp.rpc._calls import Calls
    from cordio_core.outgoing import Opener

__all__ = ["Calling"]

T = TypeVar("T")


class Calling:
    """The half of `Amqp` that calls; what that takes is imported with the first call, and not before."""

    def __init__(self, settings: AmqpSettings, span: Opener, tls: SSLContext | None) -> None:
        self._settings, self._span, self._tls = settings, span, tls
        self._calls: Calls | None = None
        self._is_open = False

    @overload
    async def call(
        self,
        procedure: str,
        /,
        *,
        into: type[T],
        timeout: str | float | None = ...,
        headers: Mapping[str, HeaderValue] | None = ...,
        **arguments: object,
    ) -> T: ...

    @overload
    async def call(
        self,
        procedure: str,
        /,
        *,
        into: None = ...,
        timeout: str | float | None = ...,
        headers: Mapping[str, HeaderValue] | None = ...,
        **arguments: object,
    ) -> object: ...

    async def call(
        self,
        procedure: str,
        /,
        *,
        into: type[T] | None = None,
        timeout: str | float | None = None,
        headers: Mapping[str, HeaderValue] | None = None,
        **arguments: object,
    ) -> T | object:
        """Call a procedure, a handler of ``rpc`` somewhere, and return its answer.

        Any number of calls go at once. While the broker is away a call waits, up to `timeout`; once it was
        handed over it is not sent a second time. After `timeout` nobody begins it any more.

        Parameters
        ----------
        procedure : str
            What is called.
        into : type or None
            What the answer is read as: a pydantic model, a dataclass, ``list[int]``; plain data if None.
        timeout : str or float or None
            The limit of this call, such as ``"2s"``, in seconds for a number; that of the settings if None.
        headers : Mapping of str to HeaderValue or None
            Headers of the call.
        **arguments : object
            The arguments by name, of which JSON can be made.

        Returns
        -------
        object
            The answer.

        Raises
        ------
        CallFailed
            If the called one answers with an error.
        AnswerUnfit
            If its answer is not of the type `into`.
        CallOverdue
            If no answer came in time.
        Unroutable
            If there is nobody who answers such calls.
        NotSent
            If it surely did not reach the broker.
        OutcomeUnknown
            If the connection was lost before the answer came.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_amqp import Amqp, AmqpSettings, NotSent
        >>> async def main() -> None:
        ...     async with Amqp(AmqpSettings(port=1)) as amqp:
        ...         try:
        ...             await amqp.call("price", sku="A-1", timeout="50ms")
        ...         except NotSent as failure:
        ...             print(failure.key)
        >>> asyncio.run(main())
        rpc.price
        """
        from cordio_amqp.rpc._answers import value

        limit = self._settings.timeout if timeout is None else Duration(timeout)
        with self._span(f"call {procedure}") as span:
            sent = {**span.headers, **(headers or {})}
            answer: T | object = value(
                procedure, await self._calling().call(procedure, arguments, sent, limit), into
            )
            span.answered("answered")
        return answer

    @property
    def calls(self) -> CallState:
        """How many calls are in flight, and how many answers came too late.

        Examples
        --------
        >>> from cordio_amqp import Amqp, AmqpSettings
        >>> Amqp(AmqpSettings()).calls
        CallState(in_flight=0, late=0)
        """
        return CallState(0, 0) if self._calls is None else self._calls.state

    def _calling(self) -> Calls:
        if not self._is_open:
            raise AmqpError(NOT_OPEN)
        if self._calls is None:
            from cordio_amqp.rpc._calls import Calls

            self._calls = Calls(self._settings, self._tls)
        return self._calls
