"""The layer that a source of one's own gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordio_config._document import refusal_of
from cordio_config._exceptions import ConfigError
from cordio_config._findings import Findings
from cordio_config._layer import NamedLayer
from cordio_config._names import dotted
from cordio_config._origin import Origin
from cordio_config._place import Unreadable
from cordio_config._secret_files import SecretFiles
from cordio_config._source import Source
from cordio_config._variables import Variables, take

__all__ = ["from_source"]


def from_source(source: Source, variables: Variables, findings: Findings) -> NamedLayer:
    """Take what a source gives."""
    layer = NamedLayer()
    try:
        given = source.values()
        if isinstance(source, SecretFiles):
            layer.files += source.files()
    except ConfigError as error:
        findings.problems += error.problems
    except OSError as error:
        findings.unreadable(source.name, refusal_of(error))
    except Exception as error:
        # Its words may quote a secret.
        findings.unreadable(source.name, Unreadable(f"its values() raised {type(error).__name__}"))
    else:
        for key, value, origin in _checked(source.name, given, findings):
            _take(layer, variables, key, value, origin, findings)
    return layer


def _checked(name: str, given: object, findings: Findings) -> Iterator[tuple[str, object, Origin]]:
    """Give what keeps the promise of a source; the code of a source is not ours."""
    if not isinstance(given, Mapping):
        reason = f"its values() must give a mapping, not {type(given).__name__}"
        findings.unreadable(name, Unreadable(reason))
        return
    for key, pair in given.items():
        if not isinstance(key, str):
            reason = f"it must give text as keys, not {type(key).__name__}"
            findings.unreadable(name, Unreadable(reason))
        elif isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], Origin):
            yield key, *pair
        else:
            findings.unreadable(name, Unreadable(f"it must give {key!r} as a pair of value and Origin"))


def _take(
    layer: NamedLayer, variables: Variables, key: str, value: object, origin: Origin, findings: Findings
) -> None:
    known = variables.find(key)
    if known is not None:
        take(layer, known, value, origin, findings)
    elif isinstance(value, Mapping) and value:
        for step, inner in value.items():
            _take(layer, variables, f"{key}.{step}", inner, origin, findings)
    else:
        findings.unknown_variable(key, origin, [dotted(path) for path, _ in variables.known.values()])
