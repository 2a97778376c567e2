"""The scenario of configuration: the project's own files, environment, ``.env`` and command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

import click

from cordio_config import Config

__all__ = ["ProjectFiles"]

T = TypeVar("T")
PATTERN = ("/config.*", "/config/**", "/etc/**")


class ProjectFiles:
    """Composes the configuration of an application from where its project keeps it.

    Files are ``config.*`` in the root folder and every file in ``config/`` and ``etc/``.

    Parameters
    ----------
    name : str
        The application; in capitals, and with ``_`` for what a shell does not take, it is the prefix of its
        environment variables.
    root : pathlib.Path
        The root folder.

    Examples
    --------
    >>> ProjectFiles("my-orders", Path(".")).prefix
    'MY_ORDERS'
    """

    def __init__(self, name: str, root: Path) -> None:
        self.root = root
        self.prefix = re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII).upper()

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Config:
        """Compose the values from all sources but the command line.

        Parameters
        ----------
        sections : mapping of str to type
            The settings models, by section.
        options : sequence of object
            The root component's own options, as ``click.option`` leaves them.

        Returns
        -------
        Config
            The values in force.
        """
        return self._loaded(sections, options, "warn")

    def section(self, name: str, model: type[T], /) -> T:
        """Return the values of a section that the application does not use: from files and environment.

        Parameters
        ----------
        name : str
            The section.
        model : type
            Its model.

        Returns
        -------
        T
            The values.
        """
        return self._loaded({name: model}, (), "ignore").slice(name, model)

    def _loaded(
        self, sections: Mapping[str, type], options: Sequence[object], others: Literal["warn", "ignore"]
    ) -> Config:
        return Config.load(
            models=sections,
            options=[option for option in options if isinstance(option, click.Parameter)],
            root=self.root,
            paths=["."],
            pattern=list(PATTERN),
            env_prefix=self.prefix,
            on_unknown_section=others,
        )
