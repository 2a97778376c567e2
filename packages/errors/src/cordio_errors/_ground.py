"""What the rooms of an application's rules stand on: its rules, its catalogue, and who judges by them."""

from __future__ import annotations

from collections.abc import Callable

from cordio_errors._catalogue import Catalogue
from cordio_errors._flow import Flow
from cordio_errors._judge import Judge
from cordio_errors._layer import Layer
from cordio_errors._ledger import Ledger
from cordio_errors._recorder import Recorder
from cordio_errors._tables import Tables

__all__ = ["Ground"]


class Ground:
    """The state that the rooms share; each room is a class on top of this one."""

    def __init__(self, recorder: Recorder | None, trace_id: Callable[[], str | None] | None) -> None:
        self._tables, self._catalogue, self._ledger = Tables(), Catalogue(), Ledger(recorder)
        self._judge = Judge(self._catalogue, self._ledger, trace_id)
        self._flow = Flow(self._tables, self._judge)
        self._names: set[str] = set()
        self._handlers: dict[str, Layer] = {}

    @property
    def recorder(self) -> Recorder:
        """Who takes what rules commit."""
        return self._ledger.recorder

    @recorder.setter
    def recorder(self, recorder: Recorder) -> None:
        self._ledger.recorder = recorder

    @property
    def failed_records(self) -> int:
        """How many facts the recorder failed to take."""
        return self._ledger.failed

    @property
    def trace_id(self) -> Callable[[], str | None] | None:
        """Who gives the id of the running event's trace."""
        return self._judge.trace_id

    @trace_id.setter
    def trace_id(self, trace_id: Callable[[], str | None] | None) -> None:
        self._judge.trace_id = trace_id
