"""A handler of messages whose effects happen once for each message, in one transaction."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from cordio_core import Request, Response
from cordio_pg._connection import Connection
from cordio_pg._postgres import Postgres

__all__ = ["once_per_message"]

Handler = Callable[..., Awaitable[object]]
_ID = "message-id"
_FAILED = 400
_OWN = {"request": Request, "pg": Postgres}


class _Undone(Exception):
    """Carries an answer out of a transaction that is to be undone."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


def once_per_message(handler: Handler) -> Handler:
    """Have a handler of messages run in a transaction that remembers their ids: its effects happen once.

    The handler takes the transaction as the parameter ``tx``. A message that comes again after its
    transaction has committed is done with; one that comes again while it is handled waits for that. If the
    handler fails, or answers with a failure, all is undone, and the message is new the next time. What it
    does elsewhere than by ``tx`` is no part of that.

    Parameters
    ----------
    handler : callable
        The async handler of a queue or a topic; the inbox knows it by its module and name.

    Returns
    -------
    callable
        What `App.on` takes: with the parameters of the handler, ``request`` and ``pg`` beside them.

    Raises
    ------
    TypeError
        If it is not async, or has no parameter ``tx``.

    Examples
    --------
    >>> @once_per_message
    ... async def placed(sku: str, tx: Connection) -> None:
    ...     await tx.execute("update stock set amount = amount - 1 where sku = $1", sku)
    >>> list(inspect.signature(placed).parameters)
    ['sku', 'request', 'pg']
    """
    own = inspect.signature(handler)
    if "tx" not in own.parameters or not inspect.iscoroutinefunction(handler):
        name = getattr(handler, "__qualname__", repr(handler))
        raise TypeError(
            f"{name} cannot be once_per_message: write `async def` with a parameter `tx: Connection`"
        )
    name = f"{handler.__module__}.{handler.__qualname__}"
    missing = {parameter for parameter in _OWN if parameter not in own.parameters}

    @wraps(handler)
    async def once(**given: Any) -> object:
        request, pg = given["request"], given["pg"]
        values = {key: value for key, value in given.items() if key not in missing}
        try:
            async with pg.transaction() as tx:
                return await _handled(tx, name, request, lambda: handler(**values, tx=tx))
        except _Undone as undone:
            return undone.response

    kind = inspect.Parameter.KEYWORD_ONLY
    kept = [each.replace(kind=kind) for each in own.parameters.values() if each.name != "tx"]
    added = [inspect.Parameter(each, kind, annotation=_OWN[each]) for each in _OWN if each in missing]
    once.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]  # of functions
    once.__annotations__ = {**handler.__annotations__, **{each.name: each.annotation for each in added}}
    once.__annotations__.pop("tx", None)
    return once


async def _handled(
    tx: Connection, name: str, request: Request, call: Callable[[], Awaitable[object]]
) -> object:
    if not await tx.inbox(name, request.headers.get(_ID, "")):
        return None
    answer = await call()
    if isinstance(answer, Response) and (answer.status or 0) >= _FAILED:
        raise _Undone(answer)
    return answer
