"""One set of values, each with its origin, handed out by the slice."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Self, TypeVar, overload

from cordio_config._composition import DOTENV, PATHS, PATTERN, Composition, Request, compose
from cordio_config._exceptions import ConfigError, UnknownKey
from cordio_config._findings import OnDuplicate, OnInvalid, OnParseError, OnUnknown
from cordio_config._hidden import tell_hidden
from cordio_config._layer import origin_of
from cordio_config._names import nearest
from cordio_config._origin import Origin
from cordio_config._pattern import Pattern
from cordio_config._source import PRIORITY, Priority

if TYPE_CHECKING:
    import click

    from cordio_config._value import Value

__all__ = ["DOTENV", "PATHS", "PATTERN", "Config"]

T = TypeVar("T")


class Config:
    """The values in force: options by name, sections as their models; `Config.load` makes it.

    Parameters
    ----------
    composition : Composition
        The sources and their values, all of them valid.

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

    __slots__ = ("_composition",)

    def __init__(self, composition: Composition) -> None:
        self._composition = composition

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
        files: Iterable[str | os.PathLike[str]] | None = None,
        renamed: Mapping[str, str] | None = None,
        on_duplicate: OnDuplicate = "stop",
        on_parse_error: OnParseError = "stop",
        on_invalid: OnInvalid = "raise",
        on_unknown: OnUnknown = "stop",
        on_unknown_section: OnUnknown = "warn",
        priority: Priority = PRIORITY,
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
            are searched in the relative path. Only files that end in json, jsonc, toml, yaml, yml or ini
            count, and those whose extension, or whose whole name without one, a glob spells.
        env_prefix : str, optional
            What the names of variables begin with (``"PROG"`` for ``PROG_LIMITS_BURST``); empty for no prefix;
            None to read neither environment nor `dotenv`.
        dotenv : path, optional
            The environment file; it may be missing. None to read none.
        environ : mapping of str to str, optional
            The environment; by default that of the process.
        files : iterable of paths, optional
            Files to read instead of those that would be found; relative to the working directory.
        renamed : mapping of str to str, optional
            Old names of sections and top-level options, with the new ones; in files and in the environment the
            old ones go on working, with a warning. Fields of a model are marked by `Was`.
        on_duplicate : {"stop", "last"}
            Whether a value that two files give is a mistake, or the last one counts.
        on_parse_error : {"stop", "skip"}
            Whether a file that cannot be loaded is a mistake, or is passed over with a warning.
        on_invalid : {"raise", "stop", "warn"}
            Whether mistakes raise `ConfigError`, end the process with the report on stderr and code 78, or,
            where a value has a default, are logged and the default taken.
        on_unknown : {"stop", "warn", "ignore"}
            What becomes of keys that nobody declared. With ``"stop"`` one at the top level or in a declared
            section is a mistake; a variable with the prefix is one if it is much like a declared name, else it
            may belong to a part that is not in use and is logged as a warning.
        on_unknown_section : {"warn", "stop", "ignore"}
            What becomes of sections that nobody declared, and of a file that is named after one.
        priority : iterable of str or Source
            The sources, rising: ``"files"``, ``"environment"``, ``".env"``, ``"command line"``, and sources of
            one's own. One that is left out does not count.

        Returns
        -------
        Config
            The values, all of them valid.

        Raises
        ------
        ConfigError
            With all mistakes of all values at once.
        """
        request = Request.make(
            models,
            options=options,
            cli=cli,
            root=root,
            paths=paths,
            pattern=pattern,
            env_prefix=env_prefix,
            dotenv=dotenv,
            environ=environ,
            files=files,
            renamed=renamed,
            on_duplicate=on_duplicate,
            on_parse_error=on_parse_error,
            on_invalid=on_invalid,
            on_unknown=on_unknown,
            on_unknown_section=on_unknown_section,
            priority=priority,
        )
        return cls.of(compose(request))

    @classmethod
    def of(cls, composition: Composition) -> Self:
        """Take what was composed; raise or stop for what is wrong with it."""
        composition.findings.settle()
        tell_hidden(composition)
        return cls(composition)

    def __getitem__(self, key: str) -> object:
        """Return the value of a top-level option; raise `KeyError` if none is called so."""
        field = self._composition.declaration.group.find(key)
        if field is None or field.key not in self._composition.options:
            raise UnknownKey(key, nearest(key, self._composition.options))
        return self._composition.options[field.key]

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
        field = self._composition.declaration.group.find(section)
        if field is None or field.key not in self._composition.sections:
            raise UnknownKey(section, nearest(section, self._composition.sections))
        instance = self._composition.sections[field.key]
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
        return origin_of(self._composition.declaration.path(key), self._composition.layers)

    def values(self) -> tuple[Value, ...]:
        """Return every value in force with its origin, for people and pages: secrets are masked.

        Returns
        -------
        tuple of Value
            The values, in the order of declaration.

        Examples
        --------
        >>> from cordio_config import Config
        >>> from pydantic import SecretStr, create_model
        >>> Login = create_model("Login", password=(SecretStr, ...), user=(str, "ann"))
        >>> environ = {"PROG_LOGIN_PASSWORD": "hunter2"}
        >>> config = Config.load({"login": Login}, env_prefix="PROG", environ=environ, paths=[], dotenv=None)
        >>> for value in config.values():
        ...     print(value.key, value.value, value.origin)
        login.password *** environment PROG_LOGIN_PASSWORD
        login.user ann default
        """
        from cordio_config._check import Check
        from cordio_config._value import values_of

        return values_of(Check(self._composition).rows)

    async def watch(
        self, *, interval: float = 1.0, on_invalid: Callable[[ConfigError], None] | None = None
    ) -> AsyncGenerator[Self, None]:
        """Load the configuration again when one of its files changes, and on SIGHUP.

        Files are looked at by time: that needs no more than the file system, and sees editors that put a new
        file in place, links that are turned, and files that are new; a change of no value is passed over.
        SIGHUP is heard while somebody watches in
        the main thread.

        Parameters
        ----------
        interval : float
            Seconds between two looks.
        on_invalid : callable, optional
            Told why a new configuration is not taken; it is logged as an error too, and the old one stays.

        Yields
        ------
        Self
            The new values, all of them valid; this one does not change.

        Examples
        --------
        >>> import asyncio
        >>> from contextlib import aclosing
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Limits:
        ...     burst: int
        >>> environ = {"PROG_LIMITS_BURST": "5"}
        >>> config = Config.load({"limits": Limits}, env_prefix="PROG", environ=environ, paths=[], dotenv=None)
        >>> async def follow() -> int:
        ...     environ["PROG_LIMITS_BURST"] = "6"
        ...     async with aclosing(config.watch(interval=0.01)) as changes:
        ...         async for new in changes:
        ...             return new.slice("limits", Limits).burst
        >>> asyncio.run(follow())
        6
        """
        from cordio_config._watch import watched

        async with aclosing(watched(self._composition, interval, on_invalid)) as changes:
            async for composition in changes:
                yield type(self)(composition)

    def __repr__(self) -> str:
        """Name what is held; values may be secret."""
        options, sections = sorted(self._composition.options), sorted(self._composition.sections)
        return f"Config(options={options}, sections={sections})"
