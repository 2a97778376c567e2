"""What can be set: sections with their models, and top-level options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from cordio_config._exceptions import UnknownKey
from cordio_config._model import Field, Group, group_of
from cordio_config._names import Key, dotted, flag, nearest

if TYPE_CHECKING:
    import click

__all__ = ["Declaration"]

_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """Everything that was declared, as one group of fields.

    Parameters
    ----------
    group : Group
        The sections and the options, side by side.
    models : mapping of str to type
        The model of each section.
    options : mapping of str to click.Parameter
        The parameter of each option.
    """

    group: Group
    models: Mapping[str, type]
    options: Mapping[str, click.Parameter]

    @classmethod
    def of(
        cls,
        models: Mapping[str, type],
        options: Iterable[click.Parameter],
        renamed: Mapping[str, str] | None = None,
    ) -> Declaration:
        """Read models and options, and old names with the new; raise `ConfigError` if two share a name."""
        return _declared(tuple(models.items()), tuple(options), tuple((renamed or {}).items()))

    @classmethod
    def _of(
        cls,
        models: Mapping[str, type],
        options: tuple[click.Parameter, ...],
        renamed: Mapping[str, str],
    ) -> Declaration:
        fields = [_section(section, group_of(model)) for section, model in models.items()]
        parameters: dict[str, click.Parameter] = {}
        if options:
            from cordio_config._options import fields_of

            for field, option in fields_of(options):
                fields.append(field)
                parameters[field.key] = option
        named = [_formerly(field, renamed) for field in fields]
        return cls(Group.of("the program", named), dict(models), parameters)

    def path(self, key: str) -> Key:
        """Turn a dotted key into a path of declared names; raise `UnknownKey` if it leads nowhere."""
        path: list[str | int] = []
        group: Group | None = self.group
        for step in _STEP.findall(key):
            field = group.find(step) if group is not None else None
            if group is not None and field is None and not group.open:
                raise UnknownKey(key, nearest(key, self._keys()))
            path.append(field.key if field is not None else int(step[1:-1]) if step[0] == "[" else step)
            group = field.group if field is not None else None
        return tuple(path)

    def flag(self, path: Key) -> str:
        """Name a value on the command line."""
        option = self.options.get(str(path[0]))
        if option is None:
            return flag([str(step) for step in path])
        from cordio_config._options import flag_of

        return flag_of(option)

    def _keys(self) -> list[str]:
        sections = [field.key for field in self.group.fields]
        return [*sections, *(dotted(path) for path, _ in self.group.leaves())]


@lru_cache(maxsize=16)
def _declared(
    models: tuple[tuple[str, type], ...],
    options: tuple[click.Parameter, ...],
    renamed: tuple[tuple[str, str], ...],
) -> Declaration:
    return Declaration._of(dict(models), options, dict(renamed))


def _formerly(field: Field, renamed: Mapping[str, str]) -> Field:
    was = tuple(old for old, new in renamed.items() if new == field.key)
    return replace(field, was=(*field.was, *was), names=(*field.names, *was)) if was else field


def _section(name: str, group: Group) -> Field:
    return Field(name, (name,), secret=any(field.secret for _, field in group.leaves()), group=group)
