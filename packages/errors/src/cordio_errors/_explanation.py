"""Says in words which rule would act, and why."""

from __future__ import annotations

from collections.abc import Iterable

from cordio_errors._in_force import InForce
from cordio_errors._rule import Rule

__all__ = ["explanation", "summary"]


def explanation(rules: InForce, kind: type[Exception], layer: str | None) -> str:
    """Say which rules speak of an exception type, the one that would act first.

    Parameters
    ----------
    rules : InForce
        The rules.
    kind : type of Exception
        The type.
    layer : str or None
        The layer that the exception comes out of, if it is known.

    Returns
    -------
    str
        A line for each rule, with the reason.
    """
    where = f" out of {layer}" if layer else ""
    line = rules.line(kind)
    if not line:
        return f"{kind.__qualname__}{where}: no rule; answered 500 internal, to the log of exceptions"
    told = [f"{kind.__qualname__}{where}:"]
    for rule in line:
        word = "acts" if rule.when is None else "acts if its `when` holds"
        told.append(f"  {word}: {_told(rule)}, for {_nearest(rule, kind)}, at {rule.origin}")
        if rule.when is None:
            break
    told += [f"  passed over: {_told(rule)}, at {rule.origin}" for rule in line[len(told) - 1 :]]
    return "\n".join(told)


def summary(rules: Iterable[tuple[str, Rule]]) -> str:
    """Write all rules as a table.

    Parameters
    ----------
    rules : iterable of tuple of str and Rule
        Each rule, after the layer that it belongs to; empty for the application.

    Returns
    -------
    str
        A line for each rule: the types, what it does, where it was declared; first the layer, if it has one.
    """
    rows = [
        (
            f"{layer}: " * bool(layer) + ", ".join(kind.__qualname__ for kind in rule.types),
            _told(rule),
            str(rule.origin),
        )
        for layer, rule in rules
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return "\n".join(f"{kinds:{widths[0]}}  {told:{widths[1]}}  {origin}" for kinds, told, origin in rows)


def _nearest(rule: Rule, kind: type[Exception]) -> str:
    return next(one.__qualname__ for one in kind.__mro__ if one in rule.types)


def _told(rule: Rule) -> str:
    parts = {
        "ignore": rule.ignore,
        "halt": rule.halt,
        "stop": rule.stop,
        f"goto {rule.goto}": rule.goto is not None,
        f"retry {rule.retry.attempts or ''}".strip() if rule.retry else "": rule.retry is not None,
        "breaker": rule.breaker is not None,
        "limit": rule.limit is not None,
        f"answer {rule.reply.code}" if rule.reply else "": rule.reply is not None,
        "commit " + " ".join(place.kind for place in rule.commit): bool(rule.commit),
    }
    return ", ".join(part for part, is_said in parts.items() if is_said)
