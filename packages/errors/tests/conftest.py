"""Rules whose records a test can read."""

from __future__ import annotations

import pytest

from cordio_errors import Errors, Incident


class Notebook:
    def __init__(self, seen: list[Incident]) -> None:
        self._seen = seen

    def record(self, incident: Incident, /) -> None:
        self._seen.append(incident)


@pytest.fixture
def seen() -> list[Incident]:
    """What has been recorded."""
    return []


@pytest.fixture
def errors(seen: list[Incident]) -> Errors:
    """Rules that record into `seen`."""
    return Errors(recorder=Notebook(seen))
