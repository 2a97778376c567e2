"""One set of values, each with its origin, handed out by the slice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar, overload

from cordio_config._command_line import from_command_line
from cordio_config._declaration import Declaration
from cordio_config._discovery import label_of
from cordio_config._exceptions import UnknownKey
from cordio_config._files import file_layers
from cordio_config._findings import Findings, OnDuplicate, OnInvalid, OnParseError, OnUnknown
from cordio_config._judgement import Judgement
from cordio_config._layer import Layer, origin_of
from cordio_config._names import nearest
from cordio_config._origin import Origin
from cordio_config._pattern import Pattern
from cordio_config._variables import Variables, from_dotenv, from_environment

if TYPE_CHECKING:
    import click

__all__ = ["DOTENV", "PATHS", "PATTERN", "Config"]

T = TypeVar("T")

PATHS = ("config",)
PATTERN = "**/main.{json,yaml}"
DOTENV = ".env"


class Config:
    """The values in force: options by name, sections as their models; `Config.load` makes it.

    Parameters
    ----------
    declaration : Declaration
        What could be set.
    layers : tuple of Layer
        The sources, rising.
    options : mapping of str to object
        The values of the top-level options.
    sections : mapping of str to object
        The models of the sections.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Limits:
    ...     burst: int
    ...     per_minute: int = 60
    >>> environ = {"PROG_LIMITS_BURST": "5"}
    >>> config = Config.load({"limits": Limits}, env_prefix="PROG", environ=environ, paths=[], dotenv=None)
    >>> config.slice("limits", Limits)
    Limits(burst=5, per_minute=60)
    >>> print(config.origin("limits.burst"), "|", config.origin("limits.per_minute"))
    environment PROG_LIMITS_BURST | default
    """

    __slots__ = ("_declaration", "_layers", "_options", "_sections")

    def __init__(
        self,
        declaration: Declaration,
        layers: tuple[Layer, ...],
        options: Mapping[str, object],
        sections: Mapping[str, object],
    ) -> None:
        self._declaration = declaration
        self._layers = layers
        self._options = options
        self._sections = sections

    @classmethod
    def load(
        cls,
        models: Mapping[str, type] | None = None,
        *,
        options: Iterable[click.Parameter] = (),
        cli: Mapping[str, object] | None = None,
        root: str | os.PathLike[str] | None = None,
        paths: Iterable[str | os.PathLike[str]] = PATHS,
        pattern: Pattern = PATTERN,
        env_prefix: str | None = None,
        dotenv: str | os.PathLike[str] | None = DOTENV,
        environ: Mapping[str, str] | None = None,
        on_duplicate: OnDuplicate = "stop",
        on_parse_error: OnParseError = "stop",
        on_invalid: OnInvalid = "raise",
        on_unknown: OnUnknown = "stop",
    ) -> Self:
        """Compose the values of files, environment, ``.env`` and command line, each over the one before.

        Parameters
        ----------
        models : mapping of str to type, optional
            By section, a pydantic model or a frozen dataclass.
        options : iterable of click.Parameter
            The top-level options: names, types and defaults.
        cli : mapping of str to object, optional
            By dotted key (``"limits.burst"``), what was given on the command line; None if there is none.
        root : path, optional
            The project root, from which relative paths start; by default the working directory.
        paths : iterable of paths
            Where files are searched: folders, which may be missing, or files.
        pattern : str, compiled regular expression, or iterable of these
            Which files below a search path are meant: gitignore-like globs with braces, or expressions that
            are searched in the relative path. Only files that end in json, toml, yaml or yml count.
        env_prefix : str, optional
            What the names of variables begin with (``"PROG"`` for ``PROG_LIMITS_BURST``); empty for no prefix;
            None to read neither environment nor `dotenv`.
        dotenv : path, optional
            The environment file; it may be missing. None to read none.
        environ : mapping of str to str, optional
            The environment; by default that of the process.
        on_duplicate : {"stop", "last"}
            Whether a value that two files give is a mistake, or the last one counts.
        on_parse_error : {"stop", "skip"}
            Whether a file that cannot be loaded is a mistake, or is passed over with a warning.
        on_invalid : {"raise", "stop", "warn"}
            Whether mistakes raise `ConfigError`, end the process with the report on stderr and code 78, or,
            where a value has a default, are logged and the default taken.
        on_unknown : {"stop", "warn", "ignore"}
            What becomes of keys that nobody declared. With ``"stop"`` one in a declared section is a mistake;
            one at the top level, or a variable with the prefix, is a mistake if it is much like a declared
            name, else it may belong to a part that is not in use and is logged as a warning.

        Returns
        -------
        Config
            The values, all of them valid.

        Raises
        ------
        ConfigError
            With all mistakes of all values at once.
        """
        findings = Findings(on_duplicate, on_parse_error, on_invalid, on_unknown)
        top = Path(os.path.abspath(root or "."))
        declaration = Declaration.of(models or {}, options)
        layers: list[Layer] = [*file_layers(declaration.group, top, map(Path, paths), pattern, findings)]
        if env_prefix is not None:
            env_prefix = env_prefix.rstrip("_")
            variables = Variables(declaration.group, env_prefix)
            layers.append(from_environment(variables, os.environ if environ is None else environ, findings))
            if dotenv is not None:
                layers.append(from_dotenv(variables, top / dotenv, label_of(top / dotenv, top), findings))
        layers.append(from_command_line(declaration, cli or {}, findings))
        judgement = Judgement(declaration, layers, findings, env_prefix, cli is not None)
        values, sections = judgement.options(), judgement.sections()
        findings.settle()
        return cls(declaration, tuple(layers), values, sections)

    def __getitem__(self, key: str) -> object:
        """Return the value of a top-level option; raise `KeyError` if none is called so."""
        field = self._declaration.group.find(key)
        if field is None or field.key not in self._options:
            raise UnknownKey(key, nearest(key, self._options))
        return self._options[field.key]

    @overload
    def slice(self, section: str, /) -> object: ...

    @overload
    def slice(self, section: str, model: type[T], /) -> T: ...

    def slice(self, section: str, model: type | None = None, /) -> object:
        """Return the values of one section.

        Parameters
        ----------
        section : str
            The section.
        model : type, optional
            Its model, for type checkers and as a check.

        Returns
        -------
        object
            The instance of the section's model, validated and read-only.

        Raises
        ------
        UnknownKey
            If there is no such section.
        TypeError
            If the section has another model.
        """
        field = self._declaration.group.find(section)
        if field is None or field.key not in self._sections:
            raise UnknownKey(section, nearest(section, self._sections))
        instance = self._sections[field.key]
        if model is not None and not isinstance(instance, model):
            raise TypeError(
                f"the section {section!r} has the model {type(instance).__name__}, not {model.__name__}"
            )
        return instance

    def origin(self, key: str) -> Origin:
        """Tell where a value in force comes from.

        Parameters
        ----------
        key : str
            The dotted key: ``"greeting"``, ``"limits.burst"``.

        Returns
        -------
        Origin
            A file with line and column, a variable, an option, or the default.

        Raises
        ------
        UnknownKey
            If nobody declared such a key.
        """
        return origin_of(self._declaration.path(key), self._layers)

    def __repr__(self) -> str:
        """Name what is held; values may be secret."""
        return f"Config(options={sorted(self._options)}, sections={sorted(self._sections)})"
