"""What an application tells of itself: see ``App.state``."""

from cordio_core._task_state import TaskState
from cordio_core.state._data import HandlerState, LastError, ServiceState, SourceState, State, Value
from cordio_core.state._plain import plain
from cordio_core.state._versions import Build, Versions, versions

__all__ = [
    "Build",
    "HandlerState",
    "LastError",
    "ServiceState",
    "SourceState",
    "State",
    "TaskState",
    "Value",
    "Versions",
    "plain",
    "versions",
]
