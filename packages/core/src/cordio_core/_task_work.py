"""A task as it is declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cordio_core._policy import Policy

__all__ = ["Work"]


@dataclass(frozen=True, slots=True)
class Work:
    """What a supervised task does, and what is done when it fails.

    Parameters
    ----------
    name : str
        How the task is called where it is told of.
    function : callable
        What it runs.
    policy : Policy
        What happens when it fails.
    limit : float or None
        How long one run may take, in seconds; None for no limit.
    ends : bool
        Whether the application stops in order when it has come to its end.
    is_default : bool
        Whether the policy is that of the scenario of repeating, which a setting may replace.
    """

    name: str
    function: Callable[..., Awaitable[object]]
    policy: Policy
    limit: float | None = None
    ends: bool = False
    is_default: bool = False

    @property
    def label(self) -> str:
        """How records of its failures name it."""
        return self.name if self.name == "main" else f"task {self.name}"
