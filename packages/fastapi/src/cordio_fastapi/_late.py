"""A plan that reads its data after the handlers that need none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import CodeType
from typing import Protocol

from cordio_core import Plan, Request, Response

__all__ = ["Coded", "late"]


class Coded(Protocol):
    """What notes the code that an answer comes from."""

    code: CodeType | None


class _Refused(BaseException):
    """What is wrong with the data, on its way past the rules for a handler's exceptions."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


async def late(
    plan: Plan, request: Request, read: Callable[[], Awaitable[Mapping[str, object]]], answered: Coded
) -> Response:
    """Run a plan that reads its data late; once, if it is repeated too.

    Parameters
    ----------
    plan : Plan
        The plan.
    request : Request
        The request.
    read : callable
        Reads the data.
    answered : Coded
        Notes the handler's code, and none if the data are refused.

    Returns
    -------
    Response
        What the plan answers.

    Raises
    ------
    Exception
        What `read` raises.
    """
    found: Mapping[str, object] | None = None

    async def once() -> Mapping[str, object]:
        nonlocal found
        try:
            found = await read() if found is None else found
        except Exception as error:  # whatever it is, it goes on below
            answered.code = None
            raise _Refused(error) from error
        return found

    answered.code = plan.code
    try:
        return await plan.run(request, once)
    except _Refused as refused:
        raise refused.error from None
