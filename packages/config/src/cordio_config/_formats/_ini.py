"""INI as the standard library reads it; keys may stand before the first section, ``[a.b]`` lies in ``[a]``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import DuplicateOptionError, DuplicateSectionError, Error, RawConfigParser

from cordio_config._place import DEPTH, Place, Unreadable

__all__ = ["has_section", "places", "read"]

# No text holds a NUL, so no section is called like these.
_TOP, _NONE = "\0", "\0\0"

_SECTION = re.compile(r"\[(.+)\]")
_HEADS = re.compile(r"^[ \t]*\[[^\[\]\n]+\][ \t\r]*$", re.MULTILINE)
_DELIMITER = re.compile(r"\s*[=:][^\S\n]*")


class _Parser(RawConfigParser):
    """Reads text as it is written."""

    def optionxform(self, optionstr: str) -> str:
        """Leave keys as they are."""
        return optionstr


def has_section(text: str) -> bool:
    """Tell whether there is a line ``[section]``, which makes a text look like INI."""
    return _HEADS.search(text) is not None


def read(text: str) -> object:
    """Read the values, all of them text."""
    _refuse_strays(text)
    parser = _Parser(default_section=_NONE, interpolation=None, empty_lines_in_values=False)
    try:
        parser.read_string(f"[{_TOP}]\n{text}")
    except DuplicateOptionError as error:
        raise Unreadable(f"the key {error.option!r} stands twice", _line(error.lineno)) from None
    except DuplicateSectionError as error:
        raise Unreadable(f"the section {error.section!r} stands twice", _line(error.lineno)) from None
    except Error as error:
        raise Unreadable(error.message, is_final=False) from None
    values: dict[str, object] = {}
    for section in parser.sections():
        _group(values, section, text).update(parser.items(section))
    return values


def places(text: str) -> Place:
    """Find where each value stands."""
    root = group = Place(0, len(text), keys={})
    for at, line, is_value in _lines(text):
        head = None if is_value else _SECTION.match(line)
        if head is not None:
            group = _down(root, _steps(head[1], text), at)
        elif not is_value:
            _put(group, line, at)
        elif group.keys:
            last = next(reversed(group.keys.values()))
            last.start = at if last.start == last.end else last.start
            last.end = at + len(line)
    return root


def _refuse_strays(text: str) -> None:
    """Refuse the first line that is nothing: configparser would collect them all, in quadratic time."""
    for at, line, is_value in _lines(text):
        is_pair = ("=" in line or ":" in line) and line[0] not in "=:"
        if not is_value and not is_pair and _SECTION.match(line) is None:
            raise Unreadable.at("no key with = or :, no [section]", text, at, is_final=False)


def _line(number: int | None) -> int | None:
    return None if number is None else number - 1


def _steps(section: str, text: str) -> list[str]:
    steps = [step.strip() for step in section.split(".")]
    if not all(steps) or len(steps) > DEPTH:
        raise Unreadable.at(
            f"[{section[:40]}] is no name of a section", text, max(text.find(f"[{section}]"), 0)
        )
    return steps


def _group(values: dict[str, object], section: str, text: str) -> dict[str, object]:
    """Make the group of a section; its name may not be that of a value."""
    for step in [] if section == _TOP else _steps(section, text):
        inner = values.setdefault(step, {})
        if not isinstance(inner, dict):
            raise Unreadable.at(f"the key {step!r} stands twice", text, max(text.find(f"[{section}]"), 0))
        values = inner
    return values


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Walk what is neither blank nor a comment: offset, text, and whether it goes on with the value before."""
    at, indent = 0, -1
    is_open = False
    for line in text.split("\n"):
        stripped = line.strip()
        start = at + len(line) - len(line.lstrip())
        at += len(line) + 1
        if not stripped or stripped[0] in "#;":
            is_open = False
            continue
        depth = start - (at - len(line) - 1)
        is_value = is_open and depth > indent
        yield start, stripped, is_value
        if not is_value:
            is_open, indent = _SECTION.match(stripped) is None, depth


def _put(group: Place, line: str, at: int) -> None:
    found = _DELIMITER.search(line)
    assert found is not None and group.keys is not None, "configparser accepted it"
    group.keys[line[: found.start()]] = Place(at + found.end(), at + len(line), at)


def _down(place: Place, steps: list[str], at: int) -> Place:
    for step in steps:
        assert place.keys is not None, "groups have keys"
        place = place.keys.setdefault(step, Place(at, key=at, keys={}))
    return place
