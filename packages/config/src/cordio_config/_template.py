"""Templates of configuration files: every value, or the required ones, in each format that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from cordio_config._declaration import Declaration
from cordio_config._model import Group, summary_of
from cordio_config._prose import plain
from cordio_config._setting import NOTHING, Setting, settings_of
from cordio_config._specimen import JsonSchema
from cordio_config._writing import Branch, Entry, Form, form_of

if TYPE_CHECKING:
    import click

__all__ = ["SCHEMA", "Scope", "TemplateFormat", "TemplateValues", "template"]

TemplateFormat = Literal["yaml", "toml", "ini", "json", "jsonc"]
Scope = Literal["all", "required"]
TemplateValues = Literal["empty", "quoted", "example", "template"]

SCHEMA = "config.schema.json"
_QUOTES: Mapping[object, object] = {"string": "", "array": [], "object": {}}


def template(
    models: Mapping[str, type] | None = None,
    form: TemplateFormat = "yaml",
    *,
    options: Iterable[click.Parameter] = (),
    scope: Scope = "all",
    values: TemplateValues = "example",
    env_prefix: str | None = None,
    schema: str = SCHEMA,
) -> str:
    """Write a template of the configuration file of some sections and options.

    Parameters
    ----------
    models : mapping of str to type, optional
        By section, a pydantic model or a frozen dataclass.
    form : {"yaml", "toml", "ini", "json", "jsonc"}
        The format. Help, type, default, range and variable of each value stand in comments, but in JSON, which
        has none.
    options : iterable of click.Parameter
        The top-level options.
    scope : {"all", "required"}
        Whether every value is written, or what must be given only.
    values : {"empty", "quoted", "example", "template"}
        What stands for a value: nothing; quotes or brackets where the type needs them; an example, which is
        the default if there is one, and valid; or ``"{{ limits_burst }}"``, for a template engine to fill in.
        What a format cannot write (TOML has no word for nothing) is commented out.
    env_prefix : str, optional
        What the names of variables begin with; None to leave them out of the comments.
    schema : str
        Where the JSON Schema lies as seen from the file, for editors; see `schema`. INI has no such link.

    Returns
    -------
    str
        The text of the file.

    Examples
    --------
    >>> from pydantic import BaseModel, Field
    >>> class Limits(BaseModel):
    ...     '''How much a client may ask for.'''
    ...     burst: int = Field(gt=0)
    ...     per_minute: int = 60
    >>> print(template({"limits": Limits}, "toml", env_prefix="PROG"), end="")
    #:schema config.schema.json
    <BLANKLINE>
    # How much a client may ask for.
    [limits]
    <BLANKLINE>
    # INTEGER; required; > 0; environment PROG_LIMITS_BURST
    burst = 10
    <BLANKLINE>
    # INTEGER; default 60; environment PROG_LIMITS_PER_MINUTE
    per_minute = 60
    >>> print(template({"limits": Limits}, "json", scope="required", values="template"), end="")
    {
      "$schema": "config.schema.json",
      "limits": {
        "burst": "{{ limits_burst }}"
      }
    }
    """
    declaration = Declaration.of(models or {}, options)
    return write(declaration, form, scope, values, env_prefix, schema)


def write(
    declaration: Declaration,
    form: TemplateFormat,
    scope: Scope,
    values: TemplateValues,
    env_prefix: str | None,
    schema: str = SCHEMA,
) -> str:
    """Write the template of what is declared."""
    writing = form_of(form)
    known = {one.path: one for one in settings_of(declaration, env_prefix)}
    planner = _Planner(known, scope, lambda one: _value(one, values, writing))
    root = planner.branch(declaration.group, (), True)
    for section, model in declaration.models.items():
        for branch in root.branches:
            if branch.key == section:
                branch.comments.append(plain(summary_of(model)))
    return writing.write(root, schema)


@dataclass
class _Planner:
    """Lays out what is to be written."""

    known: Mapping[tuple[str, ...], Setting]
    scope: Scope
    value: Callable[[Setting], object]

    def branch(self, group: Group, path: tuple[str, ...], needed: bool) -> Branch:
        """Take the values of a group that are in scope, then the groups in it."""
        branch = Branch(path)
        branch.entries.extend(self._entries(group, path))
        for one in group.fields:
            if one.group is not None:
                below = (*path, one.key)
                is_needed = needed and (one.required or not path)
                inner = self.branch(one.group, below, is_needed)
                inner.comments.extend([plain(one.help)] if one.help else [])
                has_content = bool(inner.entries or inner.branches)
                if has_content or (is_needed and one.required and path):
                    branch.branches.append(inner)
        return branch

    def _entries(self, group: Group, path: tuple[str, ...]) -> Iterator[Entry]:
        for one in group.fields:
            setting = self.known.get((*path, one.key))
            if setting is not None and (self.scope == "all" or setting.required):
                comments = [setting.help] if setting.help else []
                yield Entry(
                    one.key, [*comments, "; ".join(setting.notes)], self.value(setting), setting.required
                )


def _value(setting: Setting, values: TemplateValues, form: Form) -> object:
    if values == "template":
        return f"{{{{ {'_'.join(setting.path)} }}}}"
    if values == "example":
        fits = (value for value in setting.examples if form.fits(value, setting.field.shape))
        return next(fits, NOTHING)
    return _quotes(setting.schema) if values == "quoted" else NOTHING


def _quotes(schema: JsonSchema) -> object:
    arms = [arm for arm in cast(list[JsonSchema], schema.get("anyOf", [])) if arm.get("type") != "null"]
    return _QUOTES.get((arms[0] if arms else schema).get("type"), NOTHING)
