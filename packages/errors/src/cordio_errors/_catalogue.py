"""What is said for each code, and to whom: statuses, titles and texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cordio_errors._exceptions import CatalogueError
from cordio_errors._near import near
from cordio_errors._overriding import overriding
from cordio_errors._page import Delivery, Page, Voice
from cordio_errors._problem import Problem, problems
from cordio_errors._text import Text

if TYPE_CHECKING:
    from cordio_errors._overrides import Overrides

__all__ = ["CODE", "INTERNAL", "UNAVAILABLE", "Catalogue", "Entry", "Source"]

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
INTERNAL = "internal"
UNAVAILABLE = "unavailable"


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
    amqp : Delivery or None
        What becomes of a message; None leaves it to the consumer.
    told : mapping of str to Page
        What messages (``amqp``) and internal callers (``internal``) are told beside the code.
    """

    code: str
    http: Page
    log: Text | None = None
    amqp: Delivery | None = None
    told: Mapping[str, Page] = field(default_factory=dict)
    names: tuple[str, ...] = field(init=False, repr=False)
    problems: Mapping[str, Problem] = field(init=False, repr=False)
    only: Problem | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Collect the fields of the exception that the texts show, and write the problem documents."""
        texts = [text for page in (self.http, *self.told.values()) for text in page.texts()]
        texts += [self.log] if self.log is not None else []
        written = problems(self.code, self.http)
        object.__setattr__(self, "names", tuple(dict.fromkeys(name for text in texts for name in text.names)))
        object.__setattr__(self, "problems", written)
        object.__setattr__(self, "only", next(iter(written.values())) if len(written) == 1 else None)

    def problem(self, accepted: str | None) -> Problem | None:
        """Choose the problem document for a reader.

        Parameters
        ----------
        accepted : str or None
            The ``Accept-Language`` of the request; None for that of the context.

        Returns
        -------
        Problem or None
            The document in a language that is accepted, else in the default; None if the status has none.
        """
        return self.problems[self.http.language(accepted)] if self.problems else None


class Source(Protocol):
    """Where a catalogue can be read from: a file, say, in any format."""

    def read(self) -> Mapping[str, Mapping[str, object]]:
        """Return code -> destination -> what is said there."""
        ...


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

    __slots__ = ("_declared", "_entries", "_overrides")

    def __init__(self) -> None:
        self._overrides: Overrides | None = None
        self._declared = {
            code: Entry(code, page)
            for code, page in {
                INTERNAL: Page(500, {"": Voice("Internal error")}),
                "invalid": Page(422, {"": Voice("Invalid request")}, fields=True),
                "not_found": Page(404, {"": Voice("Not found")}),
                UNAVAILABLE: Page(503, {"": Voice("Service unavailable", Text("Please try again later."))}),
            }.items()
        }
        self._entries = dict(self._declared)

    def __iter__(self) -> Iterator[Entry]:
        """Go over the entries in force."""
        return iter(self._entries.values())

    def __getitem__(self, code: str) -> Entry:
        """Return the entry of a code that is known to exist."""
        found = self.find(code)
        assert found is not None, f"{code} is built in"
        return found

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
        override = overriding.get()
        found = override.entries.get(code) if override is not None else None
        return self._entries.get(code) if found is None else found

    @property
    def declared(self) -> Mapping[str, Entry]:
        """The entries by code, without what settings change."""
        return self._declared

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The entries in force by code."""
        return self._entries

    def override(self, overrides: Overrides | None) -> None:
        """Let settings change what is said.

        Parameters
        ----------
        overrides : Overrides or None
            The changes; None takes back earlier ones.
        """
        self._overrides = overrides
        self._entries = {**self._declared, **(overrides.entries if overrides else {})}

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

    def add(self, entries: Mapping[str, Mapping[str, object]] | Source) -> None:
        """Take entries as a mapping of code to destination to what is said there.

        Parameters
        ----------
        entries : mapping or Source
            As `Errors.catalogue` takes them.

        Raises
        ------
        CatalogueError
            If anything in it is wrong; then nothing of it is taken.
        """
        # The reader is wanted at declaration only, and by those that have a catalogue.
        from cordio_errors._reading import Reading

        written = entries if isinstance(entries, Mapping) else _read(entries)
        reading = Reading(self._declared)
        taken = reading.entries(written)
        if reading.problems:
            raise CatalogueError(reading.problems)
        self._declared.update(taken)
        self.override(self._overrides)

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


def _read(source: Source) -> Mapping[str, Mapping[str, object]]:
    if not callable(getattr(source, "read", None)):
        raise CatalogueError([f"{source!r} is no mapping, and has no method `read()`: write one of the two"])
    return source.read()
