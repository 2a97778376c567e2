"""What is said for each code, and to whom: statuses, titles and texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cordio_errors._exceptions import CatalogueError
from cordio_errors._near import near
from cordio_errors._text import Text

__all__ = ["CODE", "INTERNAL", "UNAVAILABLE", "Catalogue", "Entry", "Page"]

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
INTERNAL = "internal"
UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Page:
    """What HTTP answers for a code.

    Parameters
    ----------
    status : int
        The status, 100 to 599.
    title : str
        What kind of trouble it is; the same for every occurrence (RFC 9457, 3.1.4).
    detail : Text or None
        What this occurrence is about.
    headers : mapping of str to Text
        Headers of the answer.
    """

    status: int
    title: str
    detail: Text | None = None
    headers: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said for one code.

    Parameters
    ----------
    code : str
        The code.
    http : Page
        For HTTP.
    log : Text or None
        For logs; None says the exception's own text.
    """

    code: str
    http: Page
    log: Text | None = None

    @property
    def names(self) -> frozenset[str]:
        """The fields of the exception that its texts show."""
        texts = (self.log, self.http.detail, *self.http.headers.values())
        return frozenset(name for text in texts if text is not None for name in text.names)


class Catalogue:
    """The entries in force, by code; the built-in ones can be replaced.

    Examples
    --------
    >>> catalogue = Catalogue()
    >>> catalogue.find("not_found").http.status
    404
    >>> catalogue["internal"].http.title
    'Internal error'
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        nothing = Page(500, "Internal error")
        self._entries = {
            code: Entry(code, page)
            for code, page in {
                INTERNAL: nothing,
                "invalid": Page(422, "Invalid request"),
                "not_found": Page(404, "Not found"),
                UNAVAILABLE: Page(503, "Service unavailable", Text("Please try again later.")),
            }.items()
        }

    def __getitem__(self, code: str) -> Entry:
        """Return the entry of a code that is known to exist."""
        return self._entries[code]

    def find(self, code: str) -> Entry | None:
        """Return the entry of a code, None if there is none.

        Parameters
        ----------
        code : str
            The code.

        Returns
        -------
        Entry or None
            Its entry.
        """
        return self._entries.get(code)

    def missing(self, code: str) -> str:
        """Say that no entry has a code, and which are near.

        Parameters
        ----------
        code : str
            The unknown code.

        Returns
        -------
        str
            The complaint.
        """
        return f"the code {code!r} is in no catalogue: {near(code, self._entries)}"

    def add(self, entries: Mapping[str, Mapping[str, object]]) -> None:
        """Take entries as a mapping of code to destination to what is said there.

        Parameters
        ----------
        entries : mapping
            As `Errors.catalogue` takes them.

        Raises
        ------
        CatalogueError
            If anything in it is wrong; then nothing of it is taken.
        """
        # The reader is wanted at declaration only, and by those that have a catalogue.
        from cordio_errors._reading import Reading

        reading = Reading(self._entries)
        taken = reading.entries(entries)
        if reading.problems:
            raise CatalogueError(reading.problems)
        self._entries.update(taken)

    def check(self, codes: Iterable[tuple[str, str]]) -> None:
        """Check that codes are known.

        Parameters
        ----------
        codes : iterable of tuple of str
            Who uses a code, and the code.

        Raises
        ------
        CatalogueError
            If one of them is not.
        """
        problems = [f"{user}: {self.missing(code)}" for user, code in codes if code not in self._entries]
        if problems:
            raise CatalogueError(problems)
