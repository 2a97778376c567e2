"""The layers that the environment and a ``.env`` file give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path

from cordio_config._annotation import structured
from cordio_config._declaration import Declaration
from cordio_config._document import read_text
from cordio_config._exceptions import ConfigError
from cordio_config._findings import Findings
from cordio_config._layer import NamedLayer
from cordio_config._model import Field, Group
from cordio_config._names import collapse, dotted, variable
from cordio_config._origin import Origin
from cordio_config._place import Unreadable
from cordio_config._problem import Problem, shown
from cordio_config._secret_files import content_of

__all__ = ["Variables", "from_dotenv", "from_environment", "take", "variables_of"]

Known = tuple[tuple[str, ...], Field]

# Lines that every reader of such files understands alike; importing one that knows them all takes its time.
_PLAIN = re.compile(
    r"[ \t]*(?:#.*|(?:export )?([A-Za-z_][A-Za-z0-9_]*)="
    r"(?:([A-Za-z0-9_./:@,+%=~-]*)|'([^'\\\r]*)'|\"([^\"\\\r]*)\"))?"
)


class Variables:
    """The names that the values have in the environment.

    Parameters
    ----------
    declared : Group
        What can be set.
    prefix : str
        What the names begin with; empty for no prefix, and then a name that nobody declared is not noticed.

    Raises
    ------
    ConfigError
        If two values would share a name.
    """

    def __init__(self, declared: Group, prefix: str) -> None:
        self._prefix = f"{prefix.upper()}_" if prefix else ""
        self.known: dict[str, Known] = {}
        self._now: dict[str, str] = {}
        for path, field in declared.leaves():
            for name in (variable(prefix, path), *field.variables):
                if self.known.setdefault(name, (path, field))[0] != path:
                    raise _clash(name, self.known[name][0], path)
        for path, field in declared.leaves():
            for spelled in declared.old_paths(path):
                name = variable(prefix, spelled)
                if self.known.setdefault(name, (path, field))[0] == path:
                    self._now[name] = variable(prefix, path)

        self._has_others = any(not name.startswith(self._prefix) for name in self.known)

    def layer(self, given: Iterable[tuple[str, str, Origin]], findings: Findings) -> NamedLayer:
        """Take the variables that name something."""
        layer = NamedLayer()
        for name, text, origin in given:
            known = self.known.get(name) or self.known.get(collapse(name))
            if known is not None:
                if now := self._now.get(name) or self._now.get(collapse(name)):
                    findings.renamed(known[0], name, origin, now)
                take(layer, known, text, origin, findings)
            elif (known := self._of_file(name)) is not None:
                _take_file(layer, known, Path(text), origin, findings)
            elif self._prefix and name.startswith(self._prefix):
                findings.unknown_variable(name, origin, self.known)
        return layer

    def concerns(self, name: str) -> bool:
        """Tell whether a variable can be one of ours."""
        if self._prefix and name.startswith(self._prefix):
            return True
        if self._prefix and not self._has_others:
            return False
        return name in self.known or collapse(name) in self.known or self._of_file(name) is not None

    def find(self, key: str) -> Known | None:
        """Find a value by its dotted key, or by its name with the prefix or without."""
        name = variable("", [key.replace(".", "_")])
        return self.known.get(f"{self._prefix}{name}") or self.known.get(name)

    def _of_file(self, name: str) -> Known | None:
        """Find the value that stands in the file that a variable ``NAME_FILE`` names."""
        of = name.removesuffix("_FILE")
        return None if of == name else self.known.get(of) or self.known.get(collapse(of))


@lru_cache(maxsize=16)
def variables_of(declaration: Declaration, prefix: str) -> Variables:
    """Name the values of a declaration, once."""
    return Variables(declaration.group, prefix)


def from_environment(variables: Variables, environ: Mapping[str, str], findings: Findings) -> NamedLayer:
    """Take what the environment gives."""
    names = sorted(name for name in environ if variables.concerns(name))
    return variables.layer(((name, environ[name], Origin("environment", name)) for name in names), findings)


def from_dotenv(variables: Variables, path: Path, label: str, findings: Findings) -> NamedLayer:
    """Take what a ``.env`` file gives; that there is none is no mistake."""
    if not path.exists() and not path.is_symlink():
        return NamedLayer()
    try:
        return variables.layer(_parsed(read_text(path), label, findings), findings)
    except Unreadable as error:
        findings.unreadable(label, error)
        return NamedLayer()


def _parsed(text: str, label: str, findings: Findings) -> Iterator[tuple[str, str, Origin]]:
    lines = text.split("\n")
    if all(_PLAIN.fullmatch(line) for line in lines):
        return _plain(lines, label)
    return _by_dotenv(text, label, findings)


def _plain(lines: Iterable[str], label: str) -> Iterator[tuple[str, str, Origin]]:
    for number, line in enumerate(lines, 1):
        if (match := _PLAIN.fullmatch(line)) is not None and match[1] is not None:
            yield match[1], match[match.lastindex or 2], Origin(".env", label, number)


def _by_dotenv(text: str, label: str, findings: Findings) -> Iterator[tuple[str, str, Origin]]:
    from dotenv.parser import parse_stream

    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        skipped = written[: len(written) - len(written.lstrip())]
        line = binding.original.line + skipped.count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            findings.unreadable(label, Unreadable("it is no line of the form NAME=value", line))
        elif binding.key is not None and binding.value is not None:
            yield binding.key, binding.value, Origin(".env", label, line)


def _take_file(layer: NamedLayer, known: Known, file: Path, origin: Origin, findings: Findings) -> None:
    layer.files.append(file.absolute())
    try:
        take(layer, known, content_of(file), origin, findings)
    except (Unreadable, ValueError) as error:
        reason = error.reason if isinstance(error, Unreadable) else "that is no name of a file"
        what = f"{dotted(known[0])} is to stand in the file {str(file)!r}: {reason}"
        findings.invalid(known[0], what, origin, "the name of a file with the value", is_final=True)


def take(layer: NamedLayer, known: Known, given: object, origin: Origin, findings: Findings) -> None:
    """Take a value; text is read by the type that it is for."""
    path, field = known
    value, text = given, given if isinstance(given, str) else ""
    try:
        text.encode()
        value = structured(text, field.shape) if isinstance(given, str) else given
    except UnicodeEncodeError:
        findings.invalid(path, f"{dotted(path)} holds bytes that are not UTF-8", origin, "UTF-8 text")
    except ValueError as error:
        findings.invalid(path, f"{dotted(path)} is {shown(text, field.secret)}", origin, str(error))
    else:
        first = layer.add(path, value, origin)
        if first is not None:
            findings.duplicate(path, first, origin)


def _clash(name: str, one: tuple[str, ...], other: tuple[str, ...]) -> ConfigError:
    what = f"{dotted(one)} and {dotted(other)} would both be {name} in the environment"
    return ConfigError([Problem("declaration", what, dotted(other), advice="rename one of them")])
