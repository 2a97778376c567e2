"""What a command of an application works on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cordio._app import App
from cordio._configuring import ProjectFiles
from cordio_config import Config

__all__ = ["Project"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Project:
    """The project of an application, as Click's ``ctx.obj`` has it for every command.

    Parameters
    ----------
    application : App
        The application.
    configuration : Config
        The values in force.

    Examples
    --------
    >>> app = App("orders", root=Path("/srv/orders"))
    >>> Project(app, ProjectFiles("orders", app.root).configuration({}, ())).root.as_posix()
    '/srv/orders'
    """

    application: App
    configuration: Config

    @property
    def root(self) -> Path:
        """The root folder."""
        return self.application.root

    def settings(self, section: str, model: type[T], /) -> T:
        """Return the values of a section, also of one that nothing in the application uses.

        Parameters
        ----------
        section : str
            The section.
        model : type
            Its model.

        Returns
        -------
        T
            The values, validated; secrets as ``SecretStr``.
        """
        if section in self.application.sections:
            return self.configuration.slice(section, model)
        return ProjectFiles(self.application.name, self.root).section(section, model)
