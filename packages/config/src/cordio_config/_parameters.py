"""Click parameters for the values of a section, and what `configured` needs of a command's own options."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import lru_cache
from logging import getLogger
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from cordio_config._annotation import bare, choices, structured, word_for
from cordio_config._commands import Companion, is_inquiry
from cordio_config._declaration import Declaration
from cordio_config._exceptions import ConfigError
from cordio_config._model import UNSET, Field, summary_of
from cordio_config._names import dotted, flag, program_prefix, variable
from cordio_config._problem import MASK, Problem, shown
from cordio_config._prose import plain
from cordio_config._setting import as_data, as_text, settings_of
from cordio_config._validation import adapter, expectation

__all__ = [
    "Adopted",
    "BlockOption",
    "Heading",
    "Parameters",
    "Section",
    "block_parameters",
    "given",
    "prefix_of",
    "refuse_clash",
]

if TYPE_CHECKING:
    _ParamType = click.ParamType[object]
else:
    # It is generic since Click 8.4 only.
    _ParamType = click.ParamType

_GIVEN = "cordio_config.given"


class FieldType(_ParamType):
    """Checks the text of an option by the field's type; the text itself is what is taken."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.name = word_for(field.annotation)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Pass the text on, or fail with what was expected."""
        expected = _expected(self.field, value)
        if expected:
            self.fail(f"{shown(value, self.field.secret)} is not {expected}", param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete the values of a type that lists them."""
        return [CompletionItem(one) for one in choices(self.field.annotation) if one.startswith(incomplete)]


class BlockOption(click.Option):
    """An option for one value of a section."""

    def __init__(self, path: tuple[str, ...], field: Field, is_needed: bool, old: str | None = None) -> None:
        self.path = path
        self.is_needed = is_needed
        self.field = field
        self.old = old
        long = flag(path if old is None else (*path[:-1], old))
        is_switch = bare(field.annotation) is bool
        super().__init__(
            [f"{long}/--no-{long[2:]}" if is_switch else long],
            type=click.BOOL if is_switch else FieldType(field),
            metavar=None if is_switch else word_for(field.annotation),
            default=None,
            help=plain(field.help),
            expose_value=False,
            hidden=old is not None,
            callback=_remember,
        )

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Add what Click cannot know: variable, default, whether a value is needed."""
        return _with_notes(super().get_help_record(ctx), _notes(ctx, self))


class Heading(click.Parameter):
    """A line in the help above options that belong together; it takes nothing."""

    param_type_name = "option"

    def __init__(self, title: str, text: str) -> None:
        self.title = title
        self.text = text
        super().__init__([title], expose_value=False)

    def _parse_decls(self, decls: object, expose_value: bool) -> tuple[str, list[str], list[str]]:
        return f"[{self.title}]", [], []

    def add_to_parser(self, parser: object, ctx: click.Context) -> None:
        """Take nothing from the command line."""

    def handle_parse_result(self, ctx: click.Context, opts: object, args: list[str]) -> tuple[None, list[str]]:
        """Give nothing."""
        return None, args

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Stand above the options."""
        return f"[{self.title}]", self.text


class Section(Heading):
    """The head of a section; it carries the section's model."""

    def __init__(self, section: str, model: type) -> None:
        super().__init__(section, plain(summary_of(model)))
        self.section = section
        self.model = model


class Adopted(click.Option):
    """A command's own option, whose value may come from any source."""

    is_needed: bool

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Add the variable, and whether a value is needed."""
        notes = [
            f"env var: {variable(prefix_of(ctx), [self.name or ''])}",
            *(["required"] if self.is_needed else []),
        ]
        return _with_notes(super().get_help_record(ctx), notes)

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Leave the environment to the configuration, which knows its place among the sources."""
        return None

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, click.core.ParameterSource]:
        """Ask nobody when the command only tells of its configuration."""
        if is_inquiry(ctx) and self.name not in opts:
            return None, click.core.ParameterSource.DEFAULT
        return super().consume_value(ctx, opts)


class Parameters(list[click.Parameter]):
    """The parameters that a program collects; what Click's decorators append is adopted."""

    def append(self, parameter: click.Parameter, /) -> None:
        """Take one more parameter."""
        refuse_clash(self, parameter)
        super().append(_adopted(parameter))

    def extend(self, parameters: Iterable[click.Parameter], /) -> None:
        """Take several more parameters."""
        for parameter in parameters:
            self.append(parameter)


def block_parameters(section: str, model: type) -> list[click.Parameter]:
    """Make the parameters of a section, in the order of the help."""
    settings = list(settings_of(Declaration.of({section: model}, ()), None))
    options = [BlockOption(one.path, one.field, one.required) for one in settings]
    old = (BlockOption(one.path, one.field, False, name) for one in settings for name in one.field.was)
    return [Section(section, model), *options, *old]


def given(ctx: click.Context) -> dict[str, object]:
    """Give, by dotted key, what this call's command line says."""
    values: dict[str, object] = dict(ctx.meta.get(_GIVEN, {}).get(ctx.command_path, {}))
    for option in ctx.command.params:
        if isinstance(option, Adopted) and option.name and _is_given(ctx, option):
            values[option.name] = ctx.params.get(option.name)
    return values


def refuse_clash(parameters: Iterable[click.Parameter], other: click.Parameter) -> None:
    """Raise `ConfigError` if another parameter has one of the option names of this one."""
    names = {*other.opts, *other.secondary_opts}
    for parameter in parameters:
        if isinstance(parameter, Companion) and parameter.yields(names):
            continue
        for name in sorted(names.intersection([*parameter.opts, *parameter.secondary_opts])):
            what = f"{name} is declared twice, for {_told(parameter)} and for {_told(other)}"
            raise ConfigError([Problem("declaration", what, advice="rename one of them")])


def prefix_of(ctx: click.Context) -> str:
    """Give the prefix of variables that the command's program has."""
    prefix = getattr(ctx.command.callback, "env_prefix", None)
    return prefix if isinstance(prefix, str) else program_prefix()


def _told(parameter: click.Parameter) -> str:
    return dotted(parameter.path) if isinstance(parameter, BlockOption) else f"the option {parameter.name}"


def _adopted(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or isinstance(parameter, BlockOption | Adopted | Companion):
        return parameter
    if parameter.is_eager or not parameter.expose_value:
        return parameter
    twin = copy.copy(parameter)
    twin.__class__ = _adopting(type(parameter))
    assert isinstance(twin, Adopted), "its class was just set"
    # Click may not insist on a value that a file or a variable can give; the configuration does.
    twin.is_needed, twin.required = parameter.required, False
    twin.help = plain(parameter.help) if parameter.help else parameter.help
    return twin


@lru_cache(maxsize=64)
def _adopting(kind: type[click.Option]) -> type[click.Option]:
    return type(f"Adopted{kind.__name__}", (Adopted, kind), {})


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> object:
    if isinstance(param, BlockOption) and _is_given(ctx, param):
        if param.old is not None:
            getLogger("cordio_config").warning(
                "warning: %s is an old name: write %s", param.opts[0], flag(param.path)
            )
        ctx.meta.setdefault(_GIVEN, {}).setdefault(ctx.command_path, {})[dotted(param.path)] = value
    return value


def _is_given(ctx: click.Context, param: click.Parameter) -> bool:
    source = ctx.get_parameter_source(param.name or "")
    return source in (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.PROMPT)


def _expected(field: Field, value: object) -> str | None:
    from pydantic import ValidationError

    try:
        adapter(field.annotation).validate_python(
            structured(value, field.shape) if isinstance(value, str) else value
        )
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        return " or ".join(dict.fromkeys(expectation(one, field) for one in details))
    except ValueError as error:
        return str(error)
    return None


def _notes(ctx: click.Context, option: BlockOption) -> list[str]:
    field = option.field
    notes = [f"env var: {variable(prefix_of(ctx), option.path)}"]
    if field.required:
        return [*notes, "required" if option.is_needed else f"required if {dotted(option.path[:-1])} is given"]
    if field.default is UNSET or field.default is None:
        return notes
    default = MASK if field.secret else as_text(as_data(field.default))
    return [*notes, f"default: {default}"]


def _with_notes(record: tuple[str, str] | None, notes: list[str]) -> tuple[str, str] | None:
    if record is None:
        return None
    return record[0], f"{record[1]}  [{'; '.join(notes)}]".strip()
