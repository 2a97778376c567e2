"""What is written wrong is told with what, where, and what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cordio_errors import (
    CatalogueError,
    Errors,
    Folding,
    LayerError,
    LoggingRecorder,
    RecorderError,
    Retry,
    RetryMistake,
    RuleError,
    SettingsError,
    rule,
)

WRONG: Any = 3


@pytest.mark.parametrize(
    ("wrong", "kind", "told"),
    [
        (lambda errors: errors.catalogue(3), CatalogueError, "3 is no mapping, and has no method `read()`"),
        (lambda errors: errors.configure(3), SettingsError, "errors: 3 is no mapping"),
        (lambda errors: errors.configure(None), SettingsError, "errors: None is no mapping"),
        (lambda errors: errors.layer("a", rules=rule(KeyError, ignore=True)), LayerError, "rules=[rule("),
        (
            lambda errors: errors.handler(rules=3),
            LayerError,
            "@errors.handler cannot be put on a function: it has the rules 3",
        ),
        (lambda errors: errors.service(rules=3), LayerError, "has the rules 3: write rules=[rule("),
        (lambda errors: errors.explain(3), TypeError, "explain(3): write an exception type"),
        (lambda errors: errors.explain(KeyError()), TypeError, "explain(KeyError()): write an exception type"),
        (lambda errors: errors.on(KeyError, stop="yes"), RuleError, "stop='yes': write True or False"),
        (lambda errors: errors.on(KeyError, through_causes=1, ignore=True), RuleError, "through_causes=1"),
        (lambda errors: errors.on(KeyError, commit="log"), RuleError, "commits to 'log'"),
        (lambda errors: errors.on(KeyError, commit=3), RuleError, "commits to 3"),
        (lambda errors: Retry(nested=WRONG), RetryMistake, "3 is neither True nor False"),
        (lambda errors: Folding(WRONG, "1m"), RecorderError, "record(incident)"),
        (lambda errors: Folding(LoggingRecorder(), 0), RetryMistake, "no time at all"),
        (lambda errors: Errors(trace_id=WRONG), TypeError, "trace_id=3: write a function"),
    ],
)
def test_a_mistake_is_told_where_it_is_written(
    errors: Errors, wrong: Callable[[Errors], object], kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind) as raised:
        wrong(errors)
    assert told in str(raised.value)
