"""Layers, rules and answers for exceptions; RFC 9457 problem documents; retries."""

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
    DeadlineExceeded,
    DestinationError,
    ErrorsError,
    LayerError,
    NoSuchLayer,
    RetryMistake,
    RuleError,
)
from cordio_errors._failures import CircuitOpen, LimitExceeded
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
from cordio_errors._retry import Failure, Retry
from cordio_errors._rule import Reply, answer
from cordio_errors._settings import ErrorsSettings, SettingsError

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
    "Rendered",
    "Reply",
    "Retry",
    "RetryMistake",
    "RuleError",
    "SettingsError",
    "Source",
    "answer",
    "deadline",
    "sleeping",
    "speaking",
    "to",
]
