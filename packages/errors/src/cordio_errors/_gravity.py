"""Of several things that went wrong at once, the one that decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cordio_errors._rule import Rule
from cordio_errors._rules import Finding
from cordio_errors._signal import GRAVITY, Break, Reaction

__all__ = ["answers", "beside_break", "gravest"]


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Go over the members of a group, and of the groups in it.

    Parameters
    ----------
    error : BaseException
        A group, or any exception.

    Yields
    ------
    BaseException
        Each member that is no group; the exception itself if it is none.
    """
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(reversed(one.exceptions))
        else:
            yield one


def beside_break(caught: BaseException) -> list[Exception | Break]:
    """List what stands in a group with a break.

    Parameters
    ----------
    caught : BaseException
        A group, or any exception.

    Returns
    -------
    list of Exception or Break
        All of it; nothing if there is no break, or control flow among them, which passes as it is.
    """
    members = list(leaves(caught))
    ours = [one for one in members if isinstance(one, Exception | Break)]
    return ours if len(ours) == len(members) and any(isinstance(one, Break) for one in ours) else []


def gravest(error: Exception, findings: Sequence[Finding]) -> tuple[Reaction, Exception, Rule | None]:
    """Choose the gravest reaction.

    Parameters
    ----------
    error : Exception
        What went wrong.
    findings : sequence of Finding
        The rules that it falls under; none if all that it holds is ignored.

    Returns
    -------
    tuple of Reaction, Exception and Rule or None
        The reaction, the exception that leads to it, and its rule.
    """
    if not findings:
        return "ignore", error, None
    cause, rule = findings[0]
    for other in findings[1:]:
        if GRAVITY[_reaction(other[1])] > GRAVITY[_reaction(rule)]:
            cause, rule = other
    return _reaction(rule), cause, rule


def _reaction(rule: Rule | None) -> Reaction:
    return "answer" if rule is None else rule.reaction


def answers(findings: Sequence[Finding]) -> bool:
    """Tell whether a rule gives an answer of its own.

    Parameters
    ----------
    findings : sequence of Finding
        The rules.

    Returns
    -------
    bool
        Whether one does.
    """
    for _, rule in findings:
        if rule is not None and rule.reply is not None:
            return True
    return False
