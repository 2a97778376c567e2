"""A layer as it is declared: its kind, its name, and what it gives instead of a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cordio_errors._rules import Rules

__all__ = ["LAYER", "Kind", "Layer"]

LAYER = "__cordio_layer__"  # where a function in a layer keeps it
Kind = Literal["handler", "service", "free"]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer.

    Parameters
    ----------
    kind : {"handler", "service", "free"}
        Whether it answers, stands next to a resource, or is a place to go to.
    name : str
        The name of its function, or the name it was given; empty where each call has its own.
    passes : bool
        Whether it hands up what it does not repeat.
    default : object
        What it gives for an exception that a rule ignores.
    landing : callable or None
        What a jump to it calls.
    rules : Rules or None
        The table of rules of its own.
    module : str
        Where its function was declared.
    once : bool
        Whether its call is not repeated, by the layers around it either.
    """

    kind: Kind
    name: str
    passes: bool = False
    default: object = None
    landing: Callable[..., object] | None = field(default=None, repr=False)
    rules: Rules | None = field(default=None, repr=False)
    module: str = ""
    once: bool = False

    @property
    def path(self) -> str:
        """The name with its module, as settings may write it."""
        return f"{self.module}.{self.name}"
