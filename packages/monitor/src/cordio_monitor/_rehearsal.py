"""A test at the start that every sink masks: secrets are planted, and looked for in what would leave."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cordio_monitor._exceptions import ExtraError, LeakError
from cordio_monitor._raw import ERROR, INFO
from cordio_monitor._record import develop

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw
    from cordio_monitor._record import Record
    from cordio_monitor.sinks import Sink

__all__ = ["CANARY", "planted", "selftest"]

CANARY = "cordioCanary7"


def planted() -> list[Raw]:
    """Return records with a planted secret in each place that a secret may stand in.

    Returns
    -------
    list[Raw]
        Records as they are remembered.

    Examples
    --------
    >>> all(CANARY in repr(raw) for raw in planted())
    True
    """
    error = _raised()
    fields: dict[str, object] = {
        "password": CANARY,
        "deep": [{"headers": {"Authorization": f"Bearer {CANARY}"}}],
        "items": [{"name": "password", "value": CANARY}, ["login", "--password", CANARY]],
        "body": f"<password>{CANARY}</password>",
        "url": f"https://ann:{CANARY}@example.org/?token={CANARY}",
        "error": error,
    }
    return [
        ("log", INFO, 0, f"token={CANARY}", fields, None),
        ("log", ERROR, 0, f"connecting to postgresql://ann:{CANARY}@db", dict[str, object](error=error), None),
        ("count", INFO, 0, f"password={CANARY}", 1, None),
    ]


def selftest(sinks: Mapping[str, Sink], service: str) -> None:
    """Show that nothing planted would leave through any sink.

    A sink that has a method ``rehearse(records) -> str`` is asked what it would send; the others get nothing
    but records, which are looked at themselves.

    Parameters
    ----------
    sinks : Mapping[str, Sink]
        The sinks by their names.
    service : str
        The service that is watched.

    Raises
    ------
    ExtraError
        If a sink needs a library that is not installed.
    LeakError
        If a planted secret comes out.

    Examples
    --------
    >>> selftest({}, "orders")
    """
    for sink in sinks.values():
        _look_for_library(sink)
    records = [develop(raw, service) for raw in planted()]
    for record in records:
        _look("every sink", repr(record))
    for name, sink in sinks.items():
        _look(f"the sink {name}", _rehearsed(sink, records))


def _look_for_library(sink: Sink) -> None:
    needs = getattr(sink, "needs", None)
    if needs is not None and find_spec(needs[0]) is None:
        raise ExtraError(type(sink).__name__, *needs)


def _rehearsed(sink: Sink, records: list[Record]) -> str:
    try:
        return str(sink.rehearse(records))
    except Exception:
        # Whatever it raises: a sink that cannot do its work is told when it is opened, and the service starts.
        return ""


def _look(where: str, text: str) -> None:
    if CANARY in text:
        raise LeakError(where)


def _raised() -> ValueError:
    try:
        raise ValueError(f"password={CANARY}")
    except ValueError as error:
        return error
