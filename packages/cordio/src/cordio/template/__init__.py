"""The base of a service component, made from a template."""

from cordio.template._exceptions import NoProject
from cordio.template._project import make

__all__ = ["NoProject", "make"]
