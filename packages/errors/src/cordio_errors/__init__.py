"""Layers, rules and answers for exceptions; RFC 9457 problem documents; retries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_errors import to
    from cordio_errors._answer import Answer, Rendered
    from cordio_errors._attempts import Attempts
    from cordio_errors._breaker import Breaker
    from cordio_errors._budget import Budget
    from cordio_errors._catalogue import Source
    from cordio_errors._deadline import deadline
    from cordio_errors._decision import Decision
    from cordio_errors._destination import Destination
    from cordio_errors._errors import Errors
    from cordio_errors._exceptions import (
        CatalogueError,
        ControlFlowError,
        DestinationError,
        ErrorsError,
        LayerError,
        NoSuchLayer,
        RecorderError,
        RetryMistake,
        RuleError,
    )
    from cordio_errors._failures import CircuitOpen, DeadlineExceeded, LimitExceeded
    from cordio_errors._folding import Folding
    from cordio_errors._frame import Block
    from cordio_errors._free import FreeLayer
    from cordio_errors._incident import Incident
    from cordio_errors._language import speaking
    from cordio_errors._limit import Limit
    from cordio_errors._origin import Origin
    from cordio_errors._outcome import Outcome
    from cordio_errors._pause import Clock, sleeping
    from cordio_errors._recorder import LoggingRecorder, Recorder
    from cordio_errors._reply import Reply, answer
    from cordio_errors._retry import Failure, Retry
    from cordio_errors._rule import Rule
    from cordio_errors._rules_error import RulesError
    from cordio_errors._settings import ErrorsSettings, SettingsError
    from cordio_errors._writing import rule

__all__ = [
    "Answer",
    "Attempts",
    "Block",
    "Breaker",
    "Budget",
    "CatalogueError",
    "CircuitOpen",
    "Clock",
    "ControlFlowError",
    "DeadlineExceeded",
    "Decision",
    "Destination",
    "DestinationError",
    "Errors",
    "ErrorsError",
    "ErrorsSettings",
    "Failure",
    "Folding",
    "FreeLayer",
    "Incident",
    "LayerError",
    "Limit",
    "LimitExceeded",
    "LoggingRecorder",
    "NoSuchLayer",
    "Origin",
    "Outcome",
    "Recorder",
    "RecorderError",
    "Rendered",
    "Reply",
    "Retry",
    "RetryMistake",
    "Rule",
    "RuleError",
    "RulesError",
    "SettingsError",
    "Source",
    "answer",
    "deadline",
    "rule",
    "sleeping",
    "speaking",
    "to",
]

# The room of each name: a program pays for those that it uses.
_LATER = {
    "Answer": "_answer",
    "Attempts": "_attempts",
    "Block": "_frame",
    "Breaker": "_breaker",
    "Budget": "_budget",
    "CatalogueError": "_exceptions",
    "CircuitOpen": "_failures",
    "Clock": "_pause",
    "ControlFlowError": "_exceptions",
    "DeadlineExceeded": "_failures",
    "Decision": "_decision",
    "Destination": "_destination",
    "DestinationError": "_exceptions",
    "Errors": "_errors",
    "ErrorsError": "_exceptions",
    "ErrorsSettings": "_settings",
    "Failure": "_retry",
    "Folding": "_folding",
    "FreeLayer": "_free",
    "Incident": "_incident",
    "LayerError": "_exceptions",
    "Limit": "_limit",
    "LimitExceeded": "_failures",
    "LoggingRecorder": "_recorder",
    "NoSuchLayer": "_exceptions",
    "Origin": "_origin",
    "Outcome": "_outcome",
    "Recorder": "_recorder",
    "RecorderError": "_exceptions",
    "Rendered": "_answer",
    "Reply": "_reply",
    "Retry": "_retry",
    "RetryMistake": "_exceptions",
    "Rule": "_rule",
    "RuleError": "_exceptions",
    "RulesError": "_rules_error",
    "SettingsError": "_settings",
    "Source": "_catalogue",
    "answer": "_reply",
    "deadline": "_deadline",
    "rule": "_writing",
    "sleeping": "_pause",
    "speaking": "_language",
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name == "to":
            return import_module(f"{__name__}.to")
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
