"""The layers that the environment and a ``.env`` file give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path

from cordio_config._annotation import structured
from cordio_config._document import read_text
from cordio_config._exceptions import ConfigError
from cordio_config._findings import Findings
from cordio_config._layer import NamedLayer
from cordio_config._model import Field, Group
from cordio_config._names import collapse, dotted, variable
from cordio_config._origin import Origin
from cordio_config._place import Unreadable
from cordio_config._problem import Problem, shown

__all__ = ["Variables", "from_dotenv", "from_environment"]

Known = tuple[tuple[str, ...], Field]


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
        self._prefix = f"{prefix}_" if prefix else ""
        self.known: dict[str, Known] = {}
        for path, field in declared.leaves():
            for name in (variable(prefix, path), *field.variables):
                if self.known.setdefault(name, (path, field))[0] != path:
                    raise _clash(name, self.known[name][0], path)

    def layer(self, given: Iterable[tuple[str, str, Origin]], findings: Findings) -> NamedLayer:
        """Take the variables that name something."""
        layer = NamedLayer()
        for name, text, origin in given:
            known = self.known.get(name) or self.known.get(collapse(name))
            if known is not None:
                _take(layer, known, text, origin, findings)
            elif self._prefix and name.startswith(self._prefix):
                findings.unknown_variable(name, origin, self.known)
        return layer


def from_environment(variables: Variables, environ: Mapping[str, str], findings: Findings) -> NamedLayer:
    """Take what the environment gives."""
    given = ((name, text, Origin("environment", name)) for name, text in sorted(environ.items()))
    return variables.layer(given, findings)


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
    from dotenv.parser import parse_stream

    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        skipped = written[: len(written) - len(written.lstrip())]
        line = binding.original.line + skipped.count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            findings.unreadable(label, Unreadable("it is no line of the form NAME=value", line))
        elif binding.key is not None and binding.value is not None:
            yield binding.key, binding.value, Origin(".env", label, line)


def _take(layer: NamedLayer, known: Known, text: str, origin: Origin, findings: Findings) -> None:
    path, field = known
    try:
        text.encode()
        value = structured(text, field.shape)
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
