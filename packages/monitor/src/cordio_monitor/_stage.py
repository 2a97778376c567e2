"""The stages of an event: how long each took, and the spans of their own that group the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cordio_monitor._masked import masked

if TYPE_CHECKING:
    from cordio_monitor._span import span

__all__ = ["Group", "Stages"]

_MOST = 256


class Group(NamedTuple):
    """A span that stands for a stage, around the spans of that stage with one parent.

    Parameters
    ----------
    id : str
        Its id, 16 hexadecimal digits.
    parent_id : str
        The span around it.
    stage : str
        The stage, masked.
    began : int
        When its first span began, in nanoseconds since 1970.
    ended : int
        When its last span ended.

    Examples
    --------
    >>> Group("00f067aa0ba902b7", "53ce929d0e0e4736", "stock", 0, 3_200_000).stage
    'stock'
    """

    id: str
    parent_id: str
    stage: str
    began: int
    ended: int


class Stages:
    """What the delivered spans of one event add up to; used by the delivering thread alone.

    A span inside of another one of the same stage is not counted again.
    """

    __slots__ = ("_groups", "_took")

    def __init__(self) -> None:
        self._took: dict[str, int] = {}
        self._groups: dict[tuple[str, str], Group] = {}

    def add(self, span: span, ended: int, took: int) -> str:
        """Take a span that ended.

        Parameters
        ----------
        span : span
            The span; it has a stage.
        ended : int
            When it ended, in nanoseconds since 1970.
        took : int
            How long it took, in nanoseconds.

        Returns
        -------
        str
            The id of the span of the stage that groups it; empty if it is inside of another one of the stage.
        """
        stage, event, outer = str(span.stage), span.event, span.outer
        while outer is not None:
            if getattr(outer, "stage", None) == stage:
                return ""
            outer = outer.outer
        if stage not in self._took and len(self._took) >= _MOST:
            return ""
        self._took[stage] = self._took.get(stage, 0) + took
        parent = event.span_id(span.outer.number) if span.outer is not None else event.parent_id
        group = self._groups.get((stage, parent))
        began = ended - took
        if group is None:
            if len(self._groups) >= _MOST:
                return ""
            group = Group(event.span_id(next(event.numbers)), parent, masked(stage), began, ended)
        else:
            group = group._replace(began=min(group.began, began), ended=max(group.ended, ended))
        self._groups[stage, parent] = group
        return group.id

    @property
    def groups(self) -> tuple[Group, ...]:
        """The spans that stand for stages."""
        return tuple(self._groups.values())

    def milliseconds(self) -> dict[str, float]:
        """Return how long each stage took.

        Returns
        -------
        dict[str, float]
            The sum of the spans of each stage, in milliseconds.
        """
        return {stage: took / 1e6 for stage, took in self._took.items()}
