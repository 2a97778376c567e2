"""Writes templates: the layout of each format."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cordio_config._setting import NOTHING

__all__ = ["Branch", "Entry", "Form", "form_of", "quoted"]

WIDTH = 100
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = frozenset({"false", "n", "no", "null", "off", "on", "true", "y", "yes"})
# What JSON may write as it is and YAML or TOML may not.
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass
class Entry:
    """A value to be written; `NOTHING` where nothing can stand for it."""

    key: str
    comments: list[str]
    value: object
    required: bool


@dataclass
class Branch:
    """A section, or a group in one."""

    path: tuple[str, ...]
    comments: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The last step of the path."""
        return self.path[-1]


class Form(Protocol):
    """How one format is written."""

    def fits(self, value: object, shape: str, /) -> bool:
        """Tell whether the format can write a value of a type that is a scalar, a list or a mapping."""
        ...

    def write(self, root: Branch, schema: str, /) -> str:
        """Write everything; `schema` is where the JSON Schema lies."""
        ...


class Yaml:
    """YAML: indentation, flow style for lists and mappings."""

    def fits(self, value: object, shape: str, /) -> bool:
        """YAML writes everything."""
        return True

    def write(self, root: Branch, schema: str, /) -> str:
        """Write everything."""
        lines = [f"# yaml-language-server: $schema={schema}", *self._lines(root, "")]
        return "\n".join(lines) + "\n"

    def _lines(self, branch: Branch, indent: str) -> Iterator[str]:
        for entry in branch.entries:
            yield ""
            yield from _commented(entry.comments, f"{indent}# ")
            written = "" if entry.value is NOTHING else f" {_inline(entry.value)}"
            yield f"{indent}{_key(entry.key)}:{written}"
        for inner in branch.branches:
            yield ""
            yield from _commented(inner.comments, f"{indent}# ")
            below = list(self._lines(inner, f"{indent}  "))
            yield f"{indent}{_key(inner.key)}:{'' if below else ' {}'}"
            yield from below


class Toml:
    """TOML: tables, inline tables in values."""

    def fits(self, value: object, shape: str, /) -> bool:
        """TOML has no null."""
        return not _holds_none(value)

    def write(self, root: Branch, schema: str, /) -> str:
        """Write everything."""
        return "\n".join([f"#:schema {schema}", *self._lines(root)]) + "\n"

    def _lines(self, branch: Branch) -> Iterator[str]:
        if branch.path:
            yield ""
            yield from _commented(branch.comments, "# ")
            yield f"[{'.'.join(_key(step) for step in branch.path)}]"
        for entry in branch.entries:
            yield ""
            yield from _commented(entry.comments, "# ")
            is_nothing = entry.value is NOTHING
            yield (
                f"# {_key(entry.key)} =" if is_nothing else f"{_key(entry.key)} = {_inline(entry.value, ' =')}"
            )
        for inner in branch.branches:
            yield from self._lines(inner)


class Ini:
    """INI: sections, each value in one line of text."""

    def fits(self, value: object, shape: str, /) -> bool:
        """Values are lines of text; a structure is JSON where the type asks for one."""
        if isinstance(value, str):
            return shape == "scalar" and value.strip() == value and value.isprintable()
        return shape != "scalar" or not isinstance(value, list | dict)

    def write(self, root: Branch, schema: str, /) -> str:
        """Write everything."""
        return "\n".join(self._lines(root)).lstrip("\n") + "\n"

    def _lines(self, branch: Branch) -> Iterator[str]:
        if branch.path:
            yield ""
            yield from _commented(branch.comments, "# ")
            yield f"[{'.'.join(branch.path)}]"
        for entry in branch.entries:
            yield ""
            yield from _commented(entry.comments, "# ")
            yield f"{entry.key} = {self._text(entry.value)}".rstrip()
        for inner in branch.branches:
            yield from self._lines(inner)

    def _text(self, value: object) -> str:
        return "" if value is NOTHING else value if isinstance(value, str) else _inline(value)


class Json:
    """JSON, with comments or without."""

    def __init__(self, has_comments: bool) -> None:
        self._has_comments = has_comments

    def fits(self, value: object, shape: str, /) -> bool:
        """JSON writes everything."""
        return True

    def write(self, root: Branch, schema: str, /) -> str:
        """Write everything."""
        return "\n".join(self._object("", root, "", [(f'"$schema": {quoted(schema)}', [])])) + "\n"

    def _object(
        self, head: str, branch: Branch, indent: str, first: Sequence[tuple[str, list[str]]] = ()
    ) -> Iterator[str]:
        inner = f"{indent}  "
        members: list[tuple[list[str], list[str]]] = [([f"{inner}{text}"], notes) for text, notes in first]
        for entry in branch.entries:
            written = "null" if entry.value is NOTHING else _inline(entry.value)
            members.append(([f"{inner}{quoted(entry.key)}: {written}"], entry.comments))
        for below in branch.branches:
            lines = list(self._object(f"{inner}{quoted(below.key)}: ", below, inner))
            members.append((lines, below.comments))
        yield f"{head}{{"
        for position, (lines, notes) in enumerate(members):
            yield from _commented(notes if self._has_comments else (), f"{inner}// ")
            yield from lines[:-1]
            yield lines[-1] + ("," if position < len(members) - 1 else "")
        yield f"{indent}}}"


def form_of(name: str) -> Form:
    """Find a format by its name."""
    forms: dict[str, Form] = {
        "yaml": Yaml(),
        "toml": Toml(),
        "ini": Ini(),
        "json": Json(False),
        "jsonc": Json(True),
    }
    return forms[name]


def quoted(text: str) -> str:
    """Write text in double quotes, so that JSON, YAML and TOML all read it back."""
    return _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", json.dumps(text, ensure_ascii=False))


def _inline(value: object, mark: str = ":") -> str:
    match value:
        case str():
            return quoted(value)
        case dict():
            members = [f"{quoted(str(key))}{mark} {_inline(one, mark)}" for key, one in value.items()]
            return f"{{{', '.join(members)}}}"
        case list():
            return f"[{', '.join(_inline(one, mark) for one in value)}]"
        case float() if not math.isfinite(value):
            return quoted(str(value))
        case _:
            return json.dumps(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) and key.lower() not in _WORDS else quoted(key)


def _commented(comments: Iterable[str], mark: str) -> Iterator[str]:
    for comment in comments:
        text = "".join(one if one.isprintable() else "�" for one in comment)
        yield from (f"{mark}{line}" for line in textwrap.wrap(text, WIDTH - len(mark)))


def _holds_none(value: object) -> bool:
    if isinstance(value, dict | list):
        return any(_holds_none(one) for one in (value.values() if isinstance(value, dict) else value))
    return value is None
