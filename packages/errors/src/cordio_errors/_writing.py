"""Rules as users write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

from cordio_errors._breaker import Breaker
from cordio_errors._destination import Destination
from cordio_errors._limit import Limit
from cordio_errors._origin import Origin
from cordio_errors._reply import Reply
from cordio_errors._retry import Retry
from cordio_errors._rule import Rule

__all__ = ["rule", "written"]

E = TypeVar("E", bound=Exception)


def written(
    origin: Origin,
    types: tuple[type[E], ...],
    reply: Reply | None,
    commit: Iterable[Destination] | Destination,
    retry: Retry | None,
    breaker: Breaker | None,
    limit: Limit | None,
    goto: str | None,
    stop: bool,
    halt: bool,
    ignore: bool,
    when: Callable[[E], object] | None,
    through_causes: bool,
) -> Rule:
    """Make a rule of what a user writes: the arguments of `rule`, after the place where they stand."""
    is_one = isinstance(commit, str | Destination) or not isinstance(commit, Iterable)
    places = (cast(Destination, commit),) if is_one else tuple(cast("Iterable[Destination]", commit))
    # The table asks a predicate only about exceptions of the rule's own types.
    narrowed = cast("Callable[[Exception], object] | None", when)
    reacts = (breaker, limit, goto, stop, halt, through_causes)
    return Rule(types, reply, places, retry, ignore, narrowed, origin, *reacts)


def rule(
    *types: type[E],
    answer: Reply | None = None,
    commit: Iterable[Destination] | Destination = (),
    retry: Retry | None = None,
    breaker: Breaker | None = None,
    limit: Limit | None = None,
    goto: str | None = None,
    stop: bool = False,
    halt: bool = False,
    ignore: bool = False,
    when: Callable[[E], object] | None = None,
    through_causes: bool = False,
) -> Rule:
    """Write a rule for one layer: ``errors.handler(rules=[rule(...)])``, and the same of a service or a layer.

    It counts for what goes wrong in that layer, in the layers within it too, and before the rules of the
    layers around it and of the application. Where the layer hands the exception up, the rule goes along.

    Parameters
    ----------
    *types : type of Exception
        As those below, what `Errors.on` takes.
    answer : Reply or None
        What is answered.
    commit : iterable of Destination or Destination
        Where the fact is recorded.
    retry : Retry or None
        How service layers repeat the call.
    breaker : Breaker or None
        When service layers stop calling for a while.
    limit : Limit or None
        How long an attempt of a service layer may take.
    goto : str or None
        The layer where the flow goes on.
    stop : bool
        Whether the flow of the event ends here.
    halt : bool
        Whether the application is to stop in order.
    ignore : bool
        Whether the nearest layer that judges yields None.
    when : callable or None
        Narrows the rule to the exceptions for which it is true.
    through_causes : bool
        Whether the rule speaks also of an exception raised ``from`` one of these types.

    Returns
    -------
    Rule
        For ``rules=``.

    Raises
    ------
    ControlFlowError
        If a type is control flow.
    RuleError
        If the rule contradicts itself, says nothing, or has no exception types.

    Examples
    --------
    >>> from cordio_errors import Errors, answer
    >>> errors = Errors()
    >>> errors.on(LookupError, answer=answer("not_found"))
    >>> @errors.handler(rules=[rule(KeyError, ignore=True)])
    ... def find() -> str:
    ...     raise KeyError("A-1")
    >>> find() is None
    True
    """
    place = Origin.caller(1)
    return written(
        place, types, answer, commit, retry, breaker, limit, goto, stop, halt, ignore, when, through_causes
    )
