"""The parts of the state as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from cordio_fastapi.diagnostics._markup import Markup, element
from cordio_fastapi.diagnostics._plainly import of, rows

__all__ = ["configuration", "errors", "events", "framed", "handlers", "records", "table"]

_Row = Mapping[str, object]
_NUMBERS = ("count", "failed", "per_second", "p50_ms", "p95_ms", "p99_ms", "max_ms")
_NEWEST = 20


def table(found: Sequence[_Row], columns: Sequence[str] | None = None, none: str = "None.") -> Markup:
    """Show rows of plain data.

    Parameters
    ----------
    found : sequence of mapping
        The rows.
    columns : sequence of str or None
        What is shown of each; all that the first has unless given.
    none : str
        What is said if there are no rows.

    Returns
    -------
    Markup
        The table.
    """
    if not found:
        return element("p", none)
    names = list(found[0]) if columns is None else columns
    return framed(names, (element("tr", *(_cell(row.get(name)) for name in names)) for row in found))


def events(measured: Mapping[str, object]) -> Markup:
    """Show how often and how fast each event ran.

    Parameters
    ----------
    measured : mapping of str to object
        Numbers by event.

    Returns
    -------
    Markup
        The table; the page's script fills what came since it last looked.
    """
    if not measured:
        return element("p", "Nothing has come yet, or the monitor measures nothing.")
    lines = []
    for name in measured:
        found = of(measured, name)
        cells = [_cell(name), _cell("", class_="now number"), *(_cell(found.get(key)) for key in _NUMBERS)]
        lines.append(element("tr", *cells, data_event=name, data_count=found.get("count")))
    return framed(["event", "per second now", *_NUMBERS], lines)


def handlers(state: _Row) -> Markup:
    """Show the handlers, the way that requests to them take, and why.

    Parameters
    ----------
    state : mapping of str to object
        The state.

    Returns
    -------
    Markup
        The table.
    """
    routes = (rows(of(source, "more"), "routes") for source in rows(state, "sources"))
    ways = {(row.get("event"), row.get("handler")): _way(row) for found in routes for row in found}
    shown = [
        {
            "event": row.get("event"),
            "handler": row.get("handler"),
            "way": ways.get((row.get("event"), row.get("handler")), ""),
            "before": row.get("before"),
            "after": row.get("after"),
            "around": row.get("around"),
            "rules": row.get("rules"),
        }
        for row in rows(state, "handlers")
    ]
    return table(shown, none="The application has no handler.")


def errors(state: _Row) -> Markup:
    """Show the last errors, the newest first.

    Parameters
    ----------
    state : mapping of str to object
        The state.

    Returns
    -------
    Markup
        The table.
    """
    newest = [{**row, "time": _moment(row.get("time"))} for row in reversed(rows(state, "errors"))]
    return table(newest[:_NEWEST], ("time", "event", "message", "error", "trace"), "None so far.")


def configuration(state: _Row) -> Markup:
    """Show the values in force, and where each comes from.

    Parameters
    ----------
    state : mapping of str to object
        The state.

    Returns
    -------
    Markup
        The table.
    """
    return table(rows(state, "configuration"), ("key", "value", "origin"), "The configuration does not tell.")


def records(sinks: Mapping[str, object]) -> Markup:
    """Show what became of the records.

    Parameters
    ----------
    sinks : mapping of str to object
        Counts by sink.

    Returns
    -------
    Markup
        The table.
    """
    return table([{"sink": name, **of(sinks, name)} for name in sinks], none="The monitor has no sink.")


def framed(names: Sequence[str], lines: Iterable[Markup]) -> Markup:
    """Put a head above lines.

    Parameters
    ----------
    names : sequence of str
        The names of the columns.
    lines : iterable of Markup
        The lines.

    Returns
    -------
    Markup
        The table.
    """
    head = element("tr", *(element("th", name.replace("_", " "), scope="col") for name in names))
    return element("table", element("thead", head), element("tbody", *lines))


def _cell(value: object, class_: str | None = None) -> Markup:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return element("td", _text(value), class_=class_ or ("number" if number else None))


def _text(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(str(_text(each)) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return round(value, 3) if isinstance(value, float) else value


def _way(row: _Row) -> str:
    return "fast" if row.get("fast") else f"through FastAPI: {row.get('why')}"


def _moment(time: object) -> str:
    if not isinstance(time, int | float):
        return ""
    return datetime.fromtimestamp(time, UTC).isoformat(" ", "seconds").removesuffix("+00:00") + " UTC"
