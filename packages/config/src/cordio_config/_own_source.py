"""The layer that a source of one's own gives."""

from __future__ import annotations

from collections.abc import Mapping

from cordio_config._document import refusal_of
from cordio_config._exceptions import ConfigError
from cordio_config._findings import Findings
from cordio_config._layer import NamedLayer
from cordio_config._names import dotted
from cordio_config._origin import Origin
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
    else:
        for key, (value, origin) in given.items():
            _take(layer, variables, key, value, origin, findings)
    return layer


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
