"""One set of configuration values from files, environment, .env and command line, each with its origin."""

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
