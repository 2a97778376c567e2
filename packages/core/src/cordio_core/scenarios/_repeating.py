"""How things are repeated where nothing is said about it."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_core._exceptions import CoreError
from cordio_core._policy import Policy, Restart

__all__ = ["Repeating"]


@dataclass(frozen=True, slots=True)
class Repeating:
    """The scenario of repeating.

    What is called is repeated by the error rules; this is for what runs by itself.

    Parameters
    ----------
    tasks : Policy
        What happens to a task that fails, where ``@app.task`` does not say: `Restart`, `Degrade`, `Drop` or
        `Stop`.

    Raises
    ------
    CoreError
        If it is none.

    Examples
    --------
    >>> from cordio_core import Stop
    >>> Repeating(tasks=Stop()).tasks
    Stop(code=None)
    """

    tasks: Policy = Restart()

    def __post_init__(self) -> None:
        """Refuse what is no policy."""
        if not isinstance(self.tasks, Policy):
            raise CoreError(f"tasks={self.tasks!r} is no policy: write Restart(), Degrade(), Drop() or Stop()")
