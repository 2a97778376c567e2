"""Layers, rules and answers for exceptions; RFC 9457 problem documents; retries."""

from cordio_errors import to
from cordio_errors._answer import Answer, Outcome, Rendered
from cordio_errors._destination import Destination
from cordio_errors._errors import Errors
from cordio_errors._exceptions import (
    CatalogueError,
    ControlFlowError,
    DeadlineExceeded,
    DestinationError,
    ErrorsError,
    LayerError,
    RetryMistake,
    RuleError,
)
from cordio_errors._incident import Incident
from cordio_errors._origin import Origin
from cordio_errors._recorder import LoggingRecorder, Recorder
from cordio_errors._retry import Retry
from cordio_errors._rule import Reply, answer

__all__ = [
    "Answer",
    "CatalogueError",
    "ControlFlowError",
    "DeadlineExceeded",
    "Destination",
    "DestinationError",
    "Errors",
    "ErrorsError",
    "Incident",
    "LayerError",
    "LoggingRecorder",
    "Origin",
    "Outcome",
    "Recorder",
    "Rendered",
    "Reply",
    "Retry",
    "RetryMistake",
    "RuleError",
    "answer",
    "to",
]
