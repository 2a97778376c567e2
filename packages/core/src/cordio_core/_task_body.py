"""What a spawned task runs, made of what it was given."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from types import CoroutineType
from typing import Any, TypeAlias

from cordio_core._exceptions import CoreError
from cordio_core._policy import Degrade, Policy, Restart
from cordio_core._signature import place
from cordio_core._step import awaitable
from cordio_core.protocols import Incoming, Outcome

__all__ = ["Wanted", "closed", "coroutine", "repeatable", "traced"]

Wanted: TypeAlias = Coroutine[Any, Any, object] | Callable[[], object]


def coroutine(wanted: Wanted, name: str) -> Coroutine[Any, Any, object]:
    """Return the coroutine that is to run once.

    Parameters
    ----------
    wanted : coroutine or callable
        It, or the function that makes it; a sync one runs in a thread.
    name : str
        The name of the task.

    Returns
    -------
    coroutine
        The coroutine.

    Raises
    ------
    CoreError
        If it is none of these, or the function wants arguments.
    """
    if isinstance(wanted, CoroutineType):
        return wanted
    return awaitable(_function(wanted, name))()  # type: ignore[return-value]  # an async function's


def repeatable(wanted: Wanted, name: str, policy: Policy) -> Callable[[], Awaitable[object]]:
    """Return the function that is to run, maybe more than once.

    Parameters
    ----------
    wanted : coroutine or callable
        It, or a coroutine where it need not run again.
    name : str
        The name of the task.
    policy : Policy
        What happens when it fails.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    CoreError
        If it cannot be run again though the policy says so, or is no function without arguments.
    """
    if not isinstance(wanted, CoroutineType):
        return awaitable(_function(wanted, name))
    if isinstance(policy, Restart | Degrade):
        raise CoreError(
            f"the task {name!r} cannot start again: a coroutine runs once; "
            "spawn the function, not its coroutine"
        )
    return lambda: wanted


def closed(*coroutines: object) -> None:
    """Close coroutines that may never have begun, so that nobody is told that they were forgotten.

    Parameters
    ----------
    *coroutines : object
        What may be coroutines, or tuples of such.
    """
    for found in coroutines:
        if isinstance(found, CoroutineType):
            found.close()
        elif isinstance(found, tuple):
            closed(*found)


async def traced(span: AbstractContextManager[Incoming], body: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Run a task in a span.

    Parameters
    ----------
    span : context manager
        The span, not open yet.
    body : coroutine
        The task.

    Returns
    -------
    Outcome
        What it came to.
    """
    with span as found:
        outcome = await body
        found.answered("failed" if outcome.answer is not None else "done")
        return outcome


def _function(wanted: object, name: str) -> Callable[..., object]:
    if not callable(wanted):
        raise CoreError(
            f"the task {name!r} cannot run {wanted!r}: spawn an async function, or the coroutine of one"
        )
    for parameter in inspect.signature(wanted).parameters.values():
        if parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        ):
            raise CoreError(
                f"the task {name!r} has nothing for {parameter.name!r} of {place(wanted)}: "
                "spawn its coroutine, with the arguments in it"
            )
    call = getattr(wanted, "__call__", wanted)  # noqa: B004  # the method, of an object that may be async
    return call if inspect.iscoroutinefunction(call) and not inspect.isroutine(wanted) else wanted
