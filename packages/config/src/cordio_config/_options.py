"""Top-level options: Click's parameters as fields, with their types and defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from cordio_config._annotation import Shape
from cordio_config._model import Field
from cordio_config._problem import MASK

__all__ = ["converted", "default_of", "fields_of", "flag_of", "schema_of", "word_of"]

_SCHEMAS: dict[type[click.ParamType], dict[str, object]] = {  # type: ignore[type-arg, unused-ignore]
    click.types.IntParamType: {"type": "integer"},
    click.types.FloatParamType: {"type": "number"},
    click.types.BoolParamType: {"type": "boolean"},
    click.types.UUIDParameterType: {"type": "string", "format": "uuid"},
    click.types.DateTime: {"type": "string", "format": "date"},
    click.types.Path: {"type": "string", "format": "path"},
    click.types.File: {"type": "string", "format": "path"},
}


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


def word_of(option: click.Parameter) -> str:
    """Name the option's type, as its help does."""
    if getattr(option, "is_flag", False):
        return "BOOLEAN"
    word = option.make_metavar(click.Context(click.Command("config")))
    return word.removesuffix("...") if _is_several(option) else word


def schema_of(option: click.Parameter) -> dict[str, object]:
    """Give the JSON Schema of the option's values."""
    kind = option.type
    if isinstance(kind, click.types.Tuple):
        one: dict[str, object] = {"type": "array", "prefixItems": [_schema(inner) for inner in kind.types]}
        one |= {"minItems": len(kind.types), "maxItems": len(kind.types)}
    elif option.nargs not in (1, -1):
        one = {"type": "array", "items": _schema(kind), "minItems": option.nargs, "maxItems": option.nargs}
    else:
        one = _schema(kind)
    return {"type": "array", "items": one} if _is_several(option) and one.get("type") != "array" else one


def _schema(kind: click.ParamType) -> dict[str, object]:  # type: ignore[type-arg, unused-ignore]
    if isinstance(kind, click.Choice):
        return {"enum": [str(choice) for choice in kind.to_info_dict()["choices"]]}
    found = next((one for known, one in _SCHEMAS.items() if isinstance(kind, known)), {"type": "string"})
    schema: dict[str, object] = dict(found)
    if isinstance(kind, click.IntRange | click.FloatRange):
        low = "exclusiveMinimum" if kind.min_open else "minimum"
        high = "exclusiveMaximum" if kind.max_open else "maximum"
        schema |= {name: bound for name, bound in ((low, kind.min), (high, kind.max)) if bound is not None}
    return schema


def _is_several(option: click.Parameter) -> bool:
    return bool(getattr(option, "multiple", False)) or option.nargs != 1


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
