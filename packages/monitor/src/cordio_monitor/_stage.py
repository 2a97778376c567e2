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

    Attributes
    ----------
    took : dict[str, int]
        How long the spans of each stage took together, in nanoseconds.
    """

    __slots__ = ("_groups", "took")

    def __init__(self) -> None:
        self.took: dict[str, int] = {}
        # By the stage and the span around; -1 is what is around the event.
        self._groups: dict[tuple[str, int], Group] = {}

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
        stage, outer = str(span.stage), span.outer
        while outer is not None:
            if getattr(outer, "stage", None) == stage:
                return ""
            outer = outer.outer
        known = self.took.get(stage)
        if known is None and len(self.took) >= _MOST:
            return ""
        self.took[stage] = took if known is None else known + took
        return self._grouped(stage, span, ended - took, ended)

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
        return {stage: took / 1e6 for stage, took in self.took.items()}

    def _grouped(self, stage: str, span: span, began: int, ended: int) -> str:
        """Let the span of the stage reach around this one too, and return its id."""
        event, outer = span.event, span.outer
        place = stage, -1 if outer is None else outer.number
        group = self._groups.get(place)
        if group is not None:
            began, ended = min(group.began, began), max(group.ended, ended)
            self._groups[place] = Group(group.id, group.parent_id, group.stage, began, ended)
            return group.id
        if len(self._groups) >= _MOST:
            return ""
        parent = event.parent_id if outer is None else event.span_id(outer.number)
        group = Group(event.span_id(next(event.numbers)), parent, masked(stage), began, ended)
        self._groups[place] = group
        return group.id
