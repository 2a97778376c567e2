"""What is worked out at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._masking import HIDDEN
from cordio_monitor._raw import ERROR
from cordio_monitor._record import develop
from cordio_monitor._trail import before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cordio_monitor._diary import Diary
    from cordio_monitor._raw import Raw
    from cordio_monitor._record import Record

__all__ = ["Round"]


class Round:
    """Makes records of what was remembered; used by the delivering thread alone.

    Parameters
    ----------
    service : str
        The service that the monitor watches.
    diary : Diary
        What notes them.
    with_trail : bool
        Whether errors get what was logged before them in their event.

    Attributes
    ----------
    raws : list[Raw]
        All that is worked out in this round.
    """

    def __init__(self, service: str, diary: Diary, with_trail: bool) -> None:
        self._service = service
        self._diary = diary
        self._with_trail = with_trail
        self.raws: list[Raw] = []

    def developed(self, raws: list[Raw], waiting: Callable[[], Sequence[list[Raw]]]) -> list[Record]:
        """Work out and mask a part of the round.

        Parameters
        ----------
        raws : list[Raw]
            The part.
        waiting : Callable[[], Sequence[list[Raw]]]
            Returns what comes after the round.

        Returns
        -------
        list[Record]
            Its records, with their lines.
        """
        records = [develop(raw, self._service) for raw in raws]
        self._diary.note(records)
        if self._with_trail:
            self._follow(raws, records, waiting)
        return [record if record.json else _with_line(record) for record in records]

    def _follow(
        self, raws: list[Raw], records: list[Record], waiting: Callable[[], Sequence[list[Raw]]]
    ) -> None:
        """Add to each error what was logged before it, which may still wait or be remembered."""
        for index, raw in enumerate(raws):
            if raw[1] >= ERROR:
                trail = tuple(develop(one, self._service) for one in before(raw, (self.raws, *waiting())))
                records[index] = records[index]._replace(trail=trail, json=records[index].json)


def _with_line(record: Record) -> Record:
    """Return a record with its line; without its fields if they cannot be told, and no neighbour is lost."""
    try:
        return record._replace(json=record.line())
    except Exception:
        record = record._replace(fields={HIDDEN: HIDDEN})
        return record._replace(json=record.line())
