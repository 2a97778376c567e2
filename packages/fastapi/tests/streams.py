"""A reader of streams of events, as the standard describes it (HTML Living Standard, section 9.2.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass
class Read:
    """An event as a browser tells a listener of it."""

    data: str
    event: str = "message"
    id: str = ""


def parsed(stream: str) -> list[Read]:
    """Return the events of a whole stream."""
    found: list[Read] = []
    data: list[str] = []
    event = last = ""
    for line in re.split("\r\n|\n|\r", stream.removeprefix("\ufeff"))[:-1]:
        if not line:
            if data:
                found.append(Read("\n".join(data), event or "message", last))
            data, event = [], ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            last = value
    return found
