"""The catalogue as a table of documentation."""

from __future__ import annotations

from collections.abc import Iterable

from cordio_errors._catalogue import Entry
from cordio_errors._page import Delivery, Page

__all__ = ["table"]

_COLUMNS = ("Code", "HTTP", "Title", "Detail", "AMQP", "Log")


def table(entries: Iterable[Entry]) -> str:
    """Write a catalogue as a table in reStructuredText.

    Parameters
    ----------
    entries : iterable of Entry
        The entries.

    Returns
    -------
    str
        A ``list-table``, sorted by code.

    Examples
    --------
    >>> from cordio_errors._catalogue import Catalogue
    >>> print(table(list(Catalogue())[:1]))
    .. list-table::
       :header-rows: 1
    <BLANKLINE>
       * - Code
         - HTTP
         - Title
         - Detail
         - AMQP
         - Log
       * - ``internal``
         - 500
         - Internal error
         -
         -
         -
    """
    rows = [_COLUMNS, *(_row(entry) for entry in sorted(entries, key=lambda one: one.code))]
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines += [f"   {'* -' if number == 0 else '  -'} {cell}".rstrip() for number, cell in enumerate(row)]
    return "\n".join(lines)


def _row(entry: Entry) -> tuple[str, ...]:
    log = entry.log.template if entry.log is not None else ""
    titles = [voice.title for voice in entry.http.voices.values()]
    cells = (" / ".join(titles), _details(entry.http), _delivery(entry.amqp), log)
    return (f"``{entry.code}``", str(entry.http.status), *(_plain(cell) for cell in cells))


def _details(page: Page) -> str:
    return " / ".join(voice.detail.template for voice in page.voices.values() if voice.detail is not None)


def _delivery(delivery: Delivery | None) -> str:
    if delivery is None:
        return ""
    again = f", at most {delivery.limit} times after {delivery.delay:g} s" if delivery.limit else ""
    return delivery.action + again


def _plain(cell: str) -> str:
    """Keep a text inside its cell, and its marks from meaning anything."""
    return "".join("\\" + letter if letter in "\\*`|_" else letter for letter in " ".join(cell.split()))
