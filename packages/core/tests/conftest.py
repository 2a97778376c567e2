"""What the tests of the kernel share."""

import signal
from collections.abc import Iterator

import pytest

from cordio_core import Duration

_LIMIT = 120  # far beyond what any test takes, on a loaded machine too


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    """Fail a test that hangs: an application that does not stop would keep the whole run."""

    def over(number: int, frame: object) -> None:
        pytest.fail(f"it did not end within {_LIMIT} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(_LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a stop drain for no time unless a test sets it, as on a terminal."""
    monkeypatch.setattr("cordio_core._settings._WINDOW", Duration(0))


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody have more than the grace time."""
    for limit in ("_sources._LAST", "_account._LEAST", "_tasks._LEAST", "_patience._LAST", "_loop._LAST"):
        monkeypatch.setattr(f"cordio_core.{limit}", 0.01)
