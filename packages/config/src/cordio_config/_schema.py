"""The JSON Schema of everything that can be set, for editors and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from cordio_config._declaration import Declaration
from cordio_config._model import Group, summary_of
from cordio_config._prose import plain
from cordio_config._setting import NOTHING, Setting, settings_of

if TYPE_CHECKING:
    import click

__all__ = ["schema", "schema_of"]

Node = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    models: Mapping[str, type] | None = None,
    *,
    options: Iterable[click.Parameter] = (),
    env_prefix: str | None = None,
) -> dict[str, object]:
    """Describe the configuration files of some sections and options as a JSON Schema.

    No value is required in it, for each may come from another file, the environment or the command line; the
    description says which the program needs. A value that a section does not declare is refused, an unknown
    section is not.

    Parameters
    ----------
    models : mapping of str to type, optional
        By section, a pydantic model or a frozen dataclass.
    options : iterable of click.Parameter
        The top-level options.
    env_prefix : str, optional
        What the names of variables begin with; None to leave them out of the descriptions.

    Returns
    -------
    dict of str to object
        The schema, by JSON Schema 2020-12; ``json.dumps`` writes it.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Limits:
    ...     burst: int
    >>> schema({"limits": Limits}, env_prefix="PROG")["properties"]["limits"]["properties"]["burst"]
    {'type': 'integer', 'description': 'INTEGER; required; environment PROG_LIMITS_BURST'}
    """
    return schema_of(Declaration.of(models or {}, options), env_prefix)


def schema_of(declaration: Declaration, env_prefix: str | None) -> Node:
    """Describe what is declared."""
    definitions: Node = {}
    known = {one.path: one for one in settings_of(declaration, env_prefix)}
    properties = _properties(declaration.group, (), known, definitions)
    for section, model in declaration.models.items():
        text = plain(summary_of(model))
        cast(Node, properties[section]).update({"description": text} if text else {})
    properties["$schema"] = {"type": "string"}
    whole: Node = {"$schema": DIALECT, "type": "object", "properties": properties}
    return whole | ({"$defs": definitions} if definitions else {})


def _properties(
    group: Group, path: tuple[str, ...], known: Mapping[tuple[str, ...], Setting], definitions: Node
) -> Node:
    properties: Node = {}
    for field in group.fields:
        below = (*path, field.key)
        if field.group is None:
            properties[field.key] = _value(known[below], definitions)
        else:
            inner = _properties(field.group, below, known, definitions)
            # A group without values, "limits:" in YAML, has its defaults.
            node: Node = {"type": ["object", "null"], "properties": inner}
            node |= {"description": plain(field.help)} if field.help else {}
            properties[field.key] = node | ({} if field.group.open else {"additionalProperties": False})
        for old in field.was:
            properties[old] = {**cast(Node, properties[field.key]), "deprecated": True}
    return properties


def _value(setting: Setting, definitions: Node) -> Node:
    node = dict(setting.schema)
    # Two models of one name differ by the section they are in.
    mark = "_".join(setting.path)
    inner = cast(Node, node.pop("$defs", {}))
    for name, one in inner.items():
        definitions[f"{mark}_{name}"] = _referring(one, mark, setting.field.secret)
    node = cast(Node, _referring(node, mark, setting.field.secret)) if inner else node
    node["description"] = "; ".join([*([setting.help] if setting.help else []), *setting.notes])
    if not setting.field.secret and setting.default is not NOTHING:
        node["default"] = setting.default
    return node


def _referring(node: object, mark: str, is_secret: bool) -> object:
    """Let references lead to the definitions of the whole; defaults of secrets are left out."""
    if isinstance(node, list):
        return [_referring(one, mark, is_secret) for one in node]
    if not isinstance(node, dict):
        return node
    left = {"discriminator", "default"} if is_secret else {"discriminator"}
    moved = {key: _referring(value, mark, is_secret) for key, value in node.items() if key not in left}
    reference = moved.get("$ref")
    return moved | (
        {"$ref": f"#/$defs/{mark}_{reference.rpartition('/')[2]}"} if isinstance(reference, str) else {}
    )
