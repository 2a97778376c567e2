"""One set of configuration values from files, environment, .env and command line, each with its origin."""

from cordio_config._click import block, configured
from cordio_config._config import Config
from cordio_config._duration import Duration
from cordio_config._exceptions import ConfigError
from cordio_config._origin import Origin
from cordio_config._problem import Problem
from cordio_config._size import Size

__all__ = ["Config", "ConfigError", "Duration", "Origin", "Problem", "Size", "block", "configured"]
