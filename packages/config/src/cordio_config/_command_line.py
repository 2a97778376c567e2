"""The layer that the command line gives."""

from __future__ import annotations

from collections.abc import Mapping

from cordio_config._annotation import structured
from cordio_config._declaration import Declaration
from cordio_config._findings import Findings
from cordio_config._layer import NamedLayer
from cordio_config._names import dotted
from cordio_config._origin import Origin
from cordio_config._problem import shown

__all__ = ["from_command_line"]


def from_command_line(declaration: Declaration, given: Mapping[str, object], findings: Findings) -> NamedLayer:
    """Take what was given, by dotted key; raise `UnknownKey` for a key that was not declared."""
    layer = NamedLayer()
    for key, value in given.items():
        path = declaration.path(key)
        field = declaration.group.at(path)
        origin = Origin("option", declaration.flag(path))
        assert field is not None, "a path is of declared names"
        try:
            structure = structured(value, field.shape) if isinstance(value, str) else value
            layer.add(tuple(map(str, path)), structure, origin)
        except ValueError as error:
            findings.invalid(path, f"{dotted(path)} is {shown(value, field.secret)}", origin, str(error))
    return layer
