"""What sources take events from, each with a button that holds it off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordio_fastapi.diagnostics._markup import Markup, element
from cordio_fastapi.diagnostics._plainly import of, rows
from cordio_fastapi.diagnostics._tables import framed

__all__ = ["consumers"]

_COLUMNS = ("queue", "handler", "standing", "running", "oldest", "waiting", "parked", "lag", "losses")
_OTHER = {"consuming": "pause", "paused": "resume"}


def consumers(state: Mapping[str, object], token: str, path: str) -> list[Markup]:
    """Show what messages are taken from.

    Parameters
    ----------
    state : mapping of str to object
        The state.
    token : str
        What a button sends back.
    path : str
        Where to, relative to the page.

    Returns
    -------
    list of Markup
        A heading and a table; nothing where there is no consumer.
    """
    lines = [_line(kind, row, token, path) for kind, row in _found(state)]
    return [element("h2", "Consumers"), framed([*_COLUMNS, ""], lines)] if lines else []


def _found(state: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for source in rows(state, "sources"):
        for row in rows(of(source, "more"), "consumers"):
            yield str(source.get("kind")), row


def _line(kind: str, row: Mapping[str, object], token: str, path: str) -> Markup:
    cells = [element("td", _text(row.get(name))) for name in _COLUMNS]
    action = _OTHER.get(str(row.get("standing")))
    if action is None:
        return element("tr", *cells, element("td"))
    said = {"kind": kind, "name": str(row.get("queue")), "action": action, "token": token}
    hidden = (element("input", type="hidden", name=name, value=value) for name, value in said.items())
    form = element("form", *hidden, element("button", action), method="post", action=path)
    return element("tr", *cells, element("td", form))


def _text(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
