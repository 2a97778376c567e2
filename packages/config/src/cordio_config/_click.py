"""Decorators for Click commands: sections as options, and the configuration as an argument."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import update_wrapper
from inspect import signature
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from cordio_config._announced import announced
from cordio_config._composition import DOTENV, PATHS, PATTERN, Request, compose
from cordio_config._config import Config
from cordio_config._exceptions import ConfigError
from cordio_config._findings import OnDuplicate, OnInvalid, OnParseError, OnUnknown, check_reactions, stop
from cordio_config._names import program_prefix
from cordio_config._pattern import Pattern
from cordio_config._source import PRIORITY, Priority, checked

if TYPE_CHECKING:
    import click

__all__ = ["block", "configured"]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


def block(section: str, model: type | None = None) -> Callable[[F], F]:
    """Attach the values of a section to a command, each as an option.

    Parameters
    ----------
    section : str
        The section; ``limits`` and its field ``burst`` make ``--limits-burst``.
    model : type, optional
        A pydantic model or a frozen dataclass; without one it is the model that an installed package announces
        for the section in the entry-point group ``cordio.settings``.

    Returns
    -------
    callable
        A decorator for the function of a command; order among Click's own decorators is that of the help.

    Raises
    ------
    ConfigError
        If no package announces the section, or one of its options is declared already.

    Examples
    --------
    >>> import click
    >>> from pydantic import BaseModel
    >>> class Limits(BaseModel):
    ...     per_minute: int = 60
    >>> @click.command()
    ... @block("limits", Limits)
    ... @configured(env_prefix="PROG", paths=[], dotenv=None)
    ... def main(config: Config) -> None:
    ...     print(config.slice("limits", Limits).per_minute, config.origin("limits.per_minute"))
    >>> main(["--limits-per-minute", "5"], standalone_mode=False)
    5 option --limits-per-minute
    """
    chosen = announced(section) if model is None else model

    def declare(target: F) -> F:
        import click

        from cordio_config._parameters import block_parameters, refuse_clash

        parameters = block_parameters(section, chosen)
        # Click collects what decorators declare from the last to the first.
        declared: list[click.Parameter] = (
            target.params
            if isinstance(target, click.Command)
            else vars(target).setdefault("__click_params__", [])
        )
        for parameter in parameters:
            refuse_clash(declared, parameter)
        declared.extend(parameters if isinstance(target, click.Command) else reversed(parameters))
        return target

    return declare


def configured(
    *,
    root: str | os.PathLike[str] | None = None,
    paths: Iterable[str | os.PathLike[str]] = PATHS,
    pattern: Pattern = PATTERN,
    env_prefix: str | None = None,
    dotenv: str | os.PathLike[str] | None = DOTENV,
    environ: Mapping[str, str] | None = None,
    renamed: Mapping[str, str] | None = None,
    on_duplicate: OnDuplicate = "stop",
    on_parse_error: OnParseError = "stop",
    on_invalid: OnInvalid = "stop",
    on_unknown: OnUnknown = "stop",
    on_unknown_section: OnUnknown = "warn",
    priority: Priority = PRIORITY,
) -> Callable[[Callable[..., T]], Program[T]]:
    """Give a command's function the configuration that is composed of all sources, as its argument ``config``.

    The command's own options (``click.option``) become top-level values: what a file, the environment or
    ``.env`` gives counts unless the command line gives another. A parameter of the function that is called as
    an option gets the value in force. Arguments (``click.argument``) are passed on as they are.

    Parameters
    ----------
    root : path, optional
        As for `Config.load`; so are the other parameters but the two that are told here.
    paths : iterable of paths
        Where files are searched.
    pattern : str, compiled regular expression, or iterable of these
        Which files are meant.
    env_prefix : str, optional
        What variables begin with; by default the program's name in capitals (``prog.py``: ``PROG``).
    dotenv : path, optional
        The environment file.
    environ : mapping of str to str, optional
        The environment.
    renamed : mapping of str to str, optional
        Old names of sections and options, with the new ones.
    on_duplicate : {"stop", "last"}
        What becomes of a value that two files give.
    on_parse_error : {"stop", "skip"}
        What becomes of a file that cannot be loaded.
    on_invalid : {"stop", "warn", "raise"}
        By default mistakes end the process with the report on stderr and exit code 78.
    on_unknown : {"stop", "warn", "ignore"}
        What becomes of keys that nobody declared.
    on_unknown_section : {"warn", "stop", "ignore"}
        What becomes of sections that nobody declared.
    priority : iterable of str or Source
        The sources, rising.

    Returns
    -------
    callable
        A decorator; it stands below the other ones, nearest to the function.

    Raises
    ------
    ConfigError
        If a reaction is none of those that are listed, or ``priority`` is no order of sources.
    TypeError
        If the function has no parameter ``config``.

    Examples
    --------
    >>> import click
    >>> @click.command()
    ... @click.option("--greeting", default="Hello")
    ... @configured(env_prefix="PROG", environ={"PROG_GREETING": "Ahoy"}, paths=[], dotenv=None)
    ... def main(config: Config) -> None:
    ...     print(config["greeting"], "from", config.origin("greeting"))
    >>> main([], standalone_mode=False)
    Ahoy from environment PROG_GREETING
    """
    check_reactions(
        on_duplicate=on_duplicate,
        on_parse_error=on_parse_error,
        on_invalid=on_invalid,
        on_unknown=on_unknown,
        on_unknown_section=on_unknown_section,
    )
    sources = Sources(
        root=root,
        paths=tuple(paths),
        pattern=pattern,
        dotenv=dotenv,
        environ=environ,
        renamed=renamed,
        on_duplicate=on_duplicate,
        on_parse_error=on_parse_error,
        on_unknown=on_unknown,
        on_unknown_section=on_unknown_section,
        priority=checked(priority),
    )
    return lambda function: Program(function, env_prefix, on_invalid, sources)


class Sources(TypedDict):
    """What `Config.load` is told as it is."""

    root: str | os.PathLike[str] | None
    paths: Iterable[str | os.PathLike[str]]
    pattern: Pattern
    dotenv: str | os.PathLike[str] | None
    environ: Mapping[str, str] | None
    renamed: Mapping[str, str] | None
    on_duplicate: OnDuplicate
    on_parse_error: OnParseError
    on_unknown: OnUnknown
    on_unknown_section: OnUnknown
    priority: Priority


class Program(Generic[T]):
    """A command's function with its configuration composed when it is called."""

    def __init__(
        self, function: Callable[..., T], env_prefix: str | None, on_invalid: OnInvalid, sources: Sources
    ) -> None:
        from cordio_config._commands import command_parameters
        from cordio_config._parameters import Heading, Parameters

        update_wrapper(self, function)
        self.env_prefix = env_prefix
        self.function = function
        self.__click_params__ = Parameters()
        # Click turns the list round: what stands first is last in the help.
        about = [
            Heading("configuration", "What is in force, and where it comes from."),
            *command_parameters(self),
        ]
        self.__click_params__.extend(reversed(about))
        self.__click_params__.extend(getattr(function, "__click_params__", ()))
        self._on_invalid = on_invalid
        self._sources = sources
        self._takes = frozenset(signature(function).parameters)
        if "config" not in self._takes:
            raise TypeError(f"{function.__qualname__} takes no parameter 'config', but is configured()")

    def __call__(self, *args: object, **kwargs: object) -> T:
        """Compose the configuration for the command that is being run, and call its function."""
        import click

        from cordio_config._parameters import Adopted

        ctx = click.get_current_context()
        config = self._config(ctx)
        for option in ctx.command.params:
            if isinstance(option, Adopted) and option.name in kwargs:
                del kwargs[option.name]
                if option.name in self._takes:
                    kwargs[option.name] = config[option.name]
        return self.function(*args, config=config, **kwargs)

    def request(self, ctx: click.Context) -> Request:
        """Say what is to be loaded for a call."""
        from cordio_config._commands import named_files
        from cordio_config._parameters import Adopted, Section, given

        params = ctx.command.params
        return Request.make(
            {param.section: param.model for param in params if isinstance(param, Section)},
            options=[param for param in params if isinstance(param, Adopted)],
            cli=given(ctx),
            env_prefix=program_prefix() if self.env_prefix is None else self.env_prefix,
            files=named_files(ctx),
            on_invalid=self._on_invalid,
            **self._sources,
        )

    def _config(self, ctx: click.Context) -> Config:
        try:
            return Config.of(compose(self.request(ctx)))
        except ConfigError as error:
            if self._on_invalid == "raise":
                raise
            stop(error)
