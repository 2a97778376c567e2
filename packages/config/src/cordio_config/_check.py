"""Every value in force with its origin, what it hides, and all that is wrong: nothing is raised."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict, Unpack

from cordio_config._composition import Composition, Request, compose
from cordio_config._exceptions import ConfigError
from cordio_config._hidden import candidates
from cordio_config._model import is_pydantic
from cordio_config._names import flag
from cordio_config._origin import Origin
from cordio_config._problem import MASK, Problem
from cordio_config._row import Row, lines_of, place_of, reason, record_of, relation, shown_in
from cordio_config._setting import NOTHING, Setting, as_data, settings_of
from cordio_config._source import Priority
from cordio_config._table import laid_out

if TYPE_CHECKING:
    import os

    import click

    from cordio_config._findings import OnDuplicate, OnParseError, OnUnknown
    from cordio_config._pattern import Pattern

__all__ = ["Check", "Loading", "check"]


class Loading(TypedDict, total=False):
    """What `check` takes as `Config.load` does."""

    options: Iterable[click.Parameter]
    cli: Mapping[str, object] | None
    root: str | os.PathLike[str] | None
    paths: Iterable[str | os.PathLike[str]]
    pattern: Pattern
    env_prefix: str | None
    dotenv: str | os.PathLike[str] | None
    environ: Mapping[str, str] | None
    files: Iterable[str | os.PathLike[str]] | None
    renamed: Mapping[str, str] | None
    on_duplicate: OnDuplicate
    on_parse_error: OnParseError
    on_unknown: OnUnknown
    on_unknown_section: OnUnknown
    priority: Priority


class Check:
    """What a configuration comes to; `check` makes it.

    Parameters
    ----------
    composition : Composition
        The sources and their values.
    consumers : mapping of str to iterable of str, optional
        By section or dotted key, who takes the values.

    Attributes
    ----------
    problems : tuple of Problem
        What is wrong; empty if the configuration is valid.
    warnings : tuple of Problem
        What looks wrong and does no harm.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Limits:
    ...     burst: int
    >>> environ = {"PROG_LIMITS_BURST": "5"}
    >>> found = check({"limits": Limits}, env_prefix="PROG", environ=environ, paths=[], dotenv=None)
    >>> found.exit_code, found.problems
    (0, ())
    >>> print(found.explain("limits.burst"))
    limits.burst = 5
        INTEGER; required; environment PROG_LIMITS_BURST
        option --limits-burst
        from environment PROG_LIMITS_BURST
        nobody is known to take it
    """

    def __init__(self, composition: Composition, consumers: Mapping[str, Iterable[str]] | None = None) -> None:
        self._composition = composition
        self._consumers = {key: tuple(names) for key, names in (consumers or {}).items()}
        self.problems: tuple[Problem, ...] = tuple(composition.findings.problems)
        self.warnings: tuple[Problem, ...] = tuple(composition.findings.warnings)

    @property
    def exit_code(self) -> int:
        """0 if all is well, else 78."""
        return ConfigError.exit_code if self.problems else 0

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every value in force, in the order of declaration."""
        prefix = self._composition.request.env_prefix
        return tuple(map(self._row, settings_of(self._composition.declaration, prefix)))

    @property
    def unconsumed(self) -> tuple[str, ...]:
        """The keys that nobody is known to take."""
        return tuple(row.setting.key for row in self.rows if not self.consumers(row.setting.key))

    def consumers(self, key: str) -> tuple[str, ...]:
        """Name those who take a value, or the section it is in.

        Parameters
        ----------
        key : str
            The dotted key.

        Returns
        -------
        tuple of str
            The names.
        """
        steps = key.split(".")
        above = (".".join(steps[:depth]) for depth in range(1, len(steps) + 1))
        return tuple(name for one in above for name in self._consumers.get(one, ()))

    def table(self, width: int | None = None, *, colour: bool = False) -> str:
        """Write all values in force as a table for people.

        Parameters
        ----------
        width : int, optional
            The width of the terminal, to which values are cut; None to cut nothing.
        colour : bool
            Whether to use the colours of a terminal.

        Returns
        -------
        str
            The table, without the problems.
        """
        return laid_out([line for row in self.rows for line in lines_of(row)], width, colour)

    def json(self) -> str:
        """Write all values in force, the problems and the warnings for programs.

        Returns
        -------
        str
            A JSON object with ``ok``, ``values``, ``problems``, ``warnings`` and ``unconsumed``.
        """
        found = {
            "ok": not self.problems,
            "values": [self._record(row) for row in self.rows],
            "problems": [record_of(one) for one in self.problems],
            "warnings": [record_of(one) for one in self.warnings],
            "unconsumed": list(self.unconsumed),
        }
        return json.dumps(found, indent=2, ensure_ascii=False)

    def explain(self, key: str) -> str:
        """Tell all about one value: the winner, the losers and why, what it may be, who takes it.

        Parameters
        ----------
        key : str
            The dotted key, in any spelling.

        Returns
        -------
        str
            Several lines.

        Raises
        ------
        UnknownKey
            If nobody declared such a key.
        """
        path = self._composition.declaration.path(key)
        rows = [
            row for row in self.rows if row.setting.path[: len(path)] == path or row.setting.path == path[:-1]
        ]
        return "\n".join(line for row in rows for line in self._explained(row))

    def _row(self, setting: Setting) -> Row:
        (value, origin), *others = candidates(setting.path, self._composition.layers) or [
            (setting.default, Origin("default"))
        ]
        in_force = self._in_force(setting)
        return Row(setting, value if in_force is NOTHING else in_force, origin, tuple(others))

    def _in_force(self, setting: Setting) -> object:
        top, *steps = setting.path
        if setting.option is not None:
            value = self._composition.options.get(top)
            return NOTHING if value is None else as_data(value)
        instance, model = self._composition.sections.get(top), self._composition.declaration.models[top]
        for step in steps:
            if instance is None:
                return NOTHING
            instance = getattr(instance, _attribute(type(instance), step), None)
        return as_data(instance) if model is not None and instance is not None else NOTHING

    def _explained(self, row: Row) -> list[str]:
        setting = row.setting
        lines = [
            f"{setting.key} = {shown_in(row, row.value)}",
            *([f"    {setting.help}"] if setting.help else []),
        ]
        lines += [f"    {'; '.join(setting.notes)}", f"    option {self._flag(setting)}"]
        lines += [f"    was {', '.join(setting.field.was)} before"] if setting.field.was else []
        lines.append(f"    from {'nowhere' if row.value is NOTHING and setting.required else row.origin}")
        for value, origin in row.hidden:
            lines.append(
                f"    {relation(row, value)} {origin}, which says {shown_in(row, value)}: "
                f"{reason(row.origin, origin)}"
            )
        if row.origin.source != "default" and setting.default not in (NOTHING, None):
            lines.append(f"    over the default, {setting.shown(setting.default)}")
        takers = self.consumers(setting.key)
        return [*lines, f"    taken by {', '.join(takers)}" if takers else "    nobody is known to take it"]

    def _flag(self, setting: Setting) -> str:
        return self._composition.declaration.flag(setting.path) if setting.option else flag(setting.path)

    def _record(self, row: Row) -> dict[str, object]:
        is_unset = row.value is NOTHING or row.value is None
        value = None if is_unset else MASK if row.setting.field.secret else row.value
        return {
            "key": row.setting.key,
            "value": value,
            "type": row.setting.kind,
            "required": row.setting.required,
            "secret": row.setting.field.secret,
            "origin": place_of(row.origin),
            "hidden": [
                {"value": MASK if row.setting.field.secret else one, "origin": place_of(origin)}
                for one, origin in row.hidden
            ],
            "consumers": list(self.consumers(row.setting.key)),
        }


def check(
    models: Mapping[str, type] | None = None,
    *,
    consumers: Mapping[str, Iterable[str]] | None = None,
    **sources: Unpack[Loading],
) -> Check:
    """Compose the values as `Config.load` does, and tell what came of it instead of raising.

    Parameters
    ----------
    models : mapping of str to type, optional
        By section, a pydantic model or a frozen dataclass.
    consumers : mapping of str to iterable of str, optional
        By section or dotted key, who takes the values.
    **sources : Unpack[Loading]
        What `Config.load` takes besides.

    Returns
    -------
    Check
        The values in force, and the problems.

    Raises
    ------
    ConfigError
        If two options share a name.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Limits:
    ...     burst: int
    ...     per_minute: int = 60
    >>> environ = {"PROG_LIMITS_BURST": "5"}
    >>> print(check({"limits": Limits}, env_prefix="PROG", environ=environ, paths=[], dotenv=None).table())
    KEY                VALUE  TYPE     FROM
    limits.burst       5      INTEGER  environment PROG_LIMITS_BURST
    limits.per_minute  60     INTEGER  default
    """
    return Check(compose(Request.make(models, **sources)), consumers)


def _attribute(kind: type, key: str) -> str:
    if not is_pydantic(kind):
        return key
    from cordio_config._model import group_of

    field = group_of(kind).find(key)
    return next((name for name in (field.names if field else ()) if name in kind.model_fields), key)
