"""A framework for the components of a microservice: all parts together."""

from cordio._app import App
from cordio._exceptions import CordioError, NoApplication, WrongReactions
from cordio._up import up
from cordio._versions import versions

__all__ = ["App", "CordioError", "NoApplication", "WrongReactions", "up", "versions"]
