"""One set of configuration values from files, environment, .env and command line, each with its origin."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_config._check import Check, check
    from cordio_config._click import block, configured
    from cordio_config._config import Config
    from cordio_config._difference import difference
    from cordio_config._duration import Duration
    from cordio_config._exceptions import ConfigError
    from cordio_config._merge import merged
    from cordio_config._origin import Origin
    from cordio_config._problem import Problem
    from cordio_config._schema import schema
    from cordio_config._secret_files import SecretFiles
    from cordio_config._size import Size
    from cordio_config._source import Source
    from cordio_config._template import template
    from cordio_config._value import Value
    from cordio_config._was import Was

__all__ = [
    "Check",
    "Config",
    "ConfigError",
    "Duration",
    "Origin",
    "Problem",
    "SecretFiles",
    "Size",
    "Source",
    "Value",
    "Was",
    "block",
    "check",
    "configured",
    "difference",
    "merged",
    "schema",
    "template",
]

# Imported when first asked for: a program that loads its values pays for no commands and no templates.
_LATER = {
    "Check": "_check",
    "Config": "_config",
    "ConfigError": "_exceptions",
    "Duration": "_duration",
    "Origin": "_origin",
    "Problem": "_problem",
    "SecretFiles": "_secret_files",
    "Size": "_size",
    "Source": "_source",
    "Value": "_value",
    "Was": "_was",
    "block": "_click",
    "check": "_check",
    "configured": "_click",
    "difference": "_difference",
    "merged": "_merge",
    "schema": "_schema",
    "template": "_template",
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER})
