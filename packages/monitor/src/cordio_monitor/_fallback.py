"""The standard `logging` as the outlet while no monitor runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._raw import LEVELS
from cordio_monitor._record import develop

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw
    from cordio_monitor._record import Record

__all__ = ["to_logging"]


def to_logging(batch: list[Raw]) -> None:
    """Write records to the logger ``cordio``, masked.

    Parameters
    ----------
    batch : list[Raw]
        The records.
    """
    from logging import getLogger

    logger = getLogger("cordio")
    for raw in batch:
        if logger.isEnabledFor(raw[1]):
            record = develop(raw, "")
            logger.log(LEVELS[record.level], "%s", _text(record))


def _text(record: Record) -> str:
    fields = "".join(f" {name}={value!r}" for name, value in record.fields.items())
    traceback = f"\n{record.traceback}" if record.traceback else ""
    return f"{record.message}{fields}{traceback}"
