"""Top-level options: Click's parameters as fields, with their types and defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from cordio_config._annotation import Shape
from cordio_config._model import Field
from cordio_config._problem import MASK

__all__ = ["converted", "default_of", "fields_of", "flag_of"]


def fields_of(options: Iterable[click.Parameter]) -> Iterator[tuple[Field, click.Parameter]]:
    """Read parameters as fields; several that set the same value are one."""
    seen: set[str] = set()
    for option in options:
        name = option.name or ""
        if name and name not in seen:
            seen.add(name)
            yield _field(name, option), option


def converted(option: click.Parameter, value: object, written: str | None, is_secret: bool) -> object:
    """Convert a value by the option's own type; raise `ValueError` with what was expected."""
    context = click.Context(click.Command("config"), resilient_parsing=True)
    try:
        return option.type_cast_value(context, _acceptable(option, value, written))
    except click.UsageError as error:
        message = error.format_message() if not isinstance(error, click.BadParameter) else error.message
        raise ValueError(message.replace(str(value), MASK) if is_secret and value != "" else message) from None


def default_of(option: click.Parameter) -> object:
    """Give the default, converted; None if there is none."""
    context = click.Context(click.Command("config"), resilient_parsing=True)
    default = option.get_default(context)
    if default is getattr(click.core, "UNSET", None):
        default = False if getattr(option, "is_bool_flag", False) else None
    return option.type_cast_value(context, default)


def flag_of(option: click.Parameter) -> str:
    """Give the option's longest spelling."""
    return max(option.opts, key=len, default=option.name or "")


def _field(name: str, option: click.Parameter) -> Field:
    several = getattr(option, "multiple", False) or option.nargs != 1
    shape: Shape = "list" if several else "scalar"
    envvar = option.envvar or ()
    return Field(
        key=name,
        names=(name,),
        required=getattr(option, "is_needed", option.required),
        help=getattr(option, "help", None) or "",
        secret=bool(getattr(option, "hide_input", False)),
        shape=shape,
        variables=(envvar,) if isinstance(envvar, str) else tuple(envvar),
    )


def _acceptable(option: click.Parameter, value: object, written: str | None) -> object:
    several = getattr(option, "multiple", False) or option.nargs != 1
    if isinstance(value, dict) or (isinstance(value, list) and not several):
        raise click.BadParameter("a single value")
    if isinstance(value, list):
        return [_scalar(option, one, None) for one in value]
    scalar = value if isinstance(value, tuple) else _scalar(option, value, written)
    return scalar if isinstance(value, tuple) or not several else (scalar,)


def _scalar(option: click.Parameter, value: object, written: str | None) -> object:
    """Let Click read a number as it would read its text, or 5.7 would pass as the integer 5."""
    kind = option.type
    if isinstance(value, bool):
        return value if kind is click.BOOL else (written or str(value).lower())
    if isinstance(value, int) and isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
        return value
    if isinstance(value, int | float):
        return written or str(value)
    return value
