"""Plausible examples of a value, made from the JSON Schema of its type."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import cast

from cordio_config._phrase import phrases

__all__ = ["JsonSchema", "specimens"]

JsonSchema = Mapping[str, object]

DEPTH = 12
_TEXTS = {
    "date": ["2026-01-31"],
    "date-time": ["2026-01-31T12:30:00Z", "2026-01-31T12:30:00", "2099-01-31T12:30:00Z"],
    "time": ["12:30:00", "12:30:00Z"],
    "duration": ["PT5M"],
    "uuid": ["6a1f7c1e-3b0e-4b57-9d3c-0c1f2a3b4c5d", "6a1f7c1e-3b0e-1b57-9d3c-0c1f2a3b4c5d"],
    "uuid1": ["6a1f7c1e-3b0e-1b57-9d3c-0c1f2a3b4c5d"],
    "uuid3": ["6a1f7c1e-3b0e-3b57-9d3c-0c1f2a3b4c5d"],
    "uuid5": ["6a1f7c1e-3b0e-5b57-9d3c-0c1f2a3b4c5d"],
    "email": ["someone@example.com"],
    "name-email": ["someone@example.com"],
    "ipv4": ["192.0.2.1"],
    "ipv6": ["2001:db8::1"],
    "ipvanyaddress": ["192.0.2.1"],
    "ipv4network": ["192.0.2.0/24"],
    "ipv6network": ["2001:db8::/32"],
    "ipvanynetwork": ["192.0.2.0/24"],
    "ipv4interface": ["192.0.2.1/24"],
    "ipv6interface": ["2001:db8::1/32"],
    "ipvanyinterface": ["192.0.2.1/24"],
    "path": ["path/to/file"],
    "file-path": ["path/to/file"],
    "directory-path": ["."],
    "password": ["change-me"],
    "regex": ["^a+$"],
    "json-string": ["{}", "1"],
}
_ADDRESSES = [
    "https://example.com/",
    *(f"{scheme}://localhost/name" for scheme in ("postgres", "amqp", "redis", "mysql", "mongodb", "kafka")),
    *(
        f"{scheme}://localhost/name"
        for scheme in ("nats", "ws", "ftp", "clickhouse", "snowflake", "cockroachdb")
    ),
    f"file://{'/path/to/file'}",
]
_WORDS = ["example", "a", "1", "a1", "2026-01-31", "localhost", "https://example.com/", "someone@example.com"]
_NUMBERS = (10, 1, 5, 100, 2, 0, 1000, 60, -1, 0.5)


def specimens(schema: JsonSchema) -> Iterator[object]:
    """Make examples, the most plausible first; whether the type takes one is the caller's to try."""
    return _Maker(cast(JsonSchema, schema.get("$defs", {}))).of(schema, DEPTH)


class _Maker:
    def __init__(self, definitions: JsonSchema) -> None:
        self._definitions = definitions

    def of(self, schema: JsonSchema, depth: int) -> Iterator[object]:
        """Try what the schema says outright, then what follows from its type."""
        if depth < 0:
            return
        schema = self._resolved(schema)
        yield from cast(Iterable[object], schema.get("examples", ()))
        if "const" in schema:
            yield schema["const"]
        yield from cast(Iterable[object], schema.get("enum", ()))
        arms = cast(list[JsonSchema], schema.get("anyOf", schema.get("oneOf", [])))
        for arm in sorted(map(self._resolved, arms), key=_weight):
            yield from self.of(arm, depth - 1)
        yield from self._of_type(schema, depth)

    def _resolved(self, schema: JsonSchema) -> JsonSchema:
        for _ in range(DEPTH):
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                break
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**cast(JsonSchema, self._definitions.get(reference.rpartition("/")[2], {})), **rest}
        return schema

    def _of_type(self, schema: JsonSchema, depth: int) -> Iterator[object]:
        match schema.get("type"):
            case "string":
                yield from _texts(schema)
            case "integer" | "number":
                yield from _numbers(schema)
            case "boolean":
                yield from (True, False)
            case "array":
                yield from self._lists(schema, depth)
            case "object":
                yield from self._objects(schema, depth)
            case "null":
                yield None
            case None if not schema.keys() & {"anyOf", "oneOf", "enum", "const"}:
                yield from _WORDS

    def _lists(self, schema: JsonSchema, depth: int) -> Iterator[object]:
        fixed = cast(list[JsonSchema], schema.get("prefixItems", []))
        least = max(cast(int, schema.get("minItems", 0)), len(fixed))
        first = [next(self.of(item, depth - 1), None) for item in fixed]
        rest = schema.get("items", {}) if schema.get("items") is not False else {}
        for count in dict.fromkeys((max(least, 1), least)):
            more = self._several(cast(JsonSchema, rest), count - len(first), schema, depth)
            if len(more) == count - len(first):
                yield [*first, *more]

    def _several(self, item: JsonSchema, count: int, schema: JsonSchema, depth: int) -> list[object]:
        found = list(islice(_distinct(self.of(item, depth - 1)), max(count, 0)))
        if found and not schema.get("uniqueItems"):
            return [found[0]] * count if len(found) < count else found
        return found

    def _objects(self, schema: JsonSchema, depth: int) -> Iterator[object]:
        properties = cast(Mapping[str, JsonSchema], schema.get("properties", {}))
        needed = set(cast(list[str], schema.get("required", [])))
        for names in dict.fromkeys((tuple(properties), tuple(one for one in properties if one in needed))):
            made = {one: next(self.of(properties[one], depth - 1), None) for one in names}
            yield {**made, **self._free(schema, depth)}

    def _free(self, schema: JsonSchema, depth: int) -> dict[str, object]:
        value = schema.get("additionalProperties", {})
        if "properties" in schema or value is False:
            return {}
        inner = cast(JsonSchema, {} if value is True else value)
        count = max(cast(int, schema.get("minProperties", 1)), 1)
        names = self.of({"type": "string", **cast(JsonSchema, schema.get("propertyNames", {}))}, depth - 1)
        example = next(self.of(inner, depth - 1), None)
        return {str(name): example for name in islice(_distinct(names), count)}


def _texts(schema: JsonSchema) -> Iterator[str]:
    form, pattern = schema.get("format"), schema.get("pattern")
    least, most = cast(int, schema.get("minLength", 0)), cast(float, schema.get("maxLength", math.inf))
    known = _TEXTS.get(str(form), [])
    if form in ("uri", "multi-host-uri"):
        known = _ADDRESSES
    if isinstance(pattern, str):
        known = [*known, *phrases(pattern)]
    yield from known
    for word in chain(known, _WORDS, (f"example{count}" for count in range(2, 100))):
        padded = word if len(word) >= least else (word * (least // max(len(word), 1) + 1))[:least]
        yield padded if len(padded) <= most else padded[: int(most)]


def _numbers(schema: JsonSchema) -> Iterator[float]:
    least = cast(float, schema.get("minimum", schema.get("exclusiveMinimum", -math.inf)))
    most = cast(float, schema.get("maximum", schema.get("exclusiveMaximum", math.inf)))
    step = cast(float, schema.get("multipleOf", 0))
    whole = schema.get("type") == "integer"
    for number in chain(_multiples(step, least, most) if step else (), _NUMBERS, _around(least, most)):
        if _is_within(number, schema) and (not whole or number == int(number)):
            yield int(number) if whole else number


def _multiples(step: float, least: float, most: float) -> Iterator[float]:
    if math.isfinite(least):
        first = math.ceil(least / step)
    else:
        first = math.floor(most / step) - 5 if most < 5 * step else 1
    yield from (step * count for count in range(first, first + 5))


def _around(least: float, most: float) -> Iterator[float]:
    if math.isfinite(least) and math.isfinite(most):
        yield from (least + (most - least) / 2, math.ceil(least), math.floor(most), least, most)
    for end, sign in ((least, 1), (most, -1)):
        if math.isfinite(end):
            yield from (end, *(math.floor(end) + sign * count for count in range(1, 100)))
            yield end + sign * max(abs(end) * 1e-9, 1e-9)
    yield from range(3, 100)


def _is_within(number: float, schema: JsonSchema) -> bool:
    return (
        number >= cast(float, schema.get("minimum", -math.inf))
        and number > cast(float, schema.get("exclusiveMinimum", -math.inf))
        and number <= cast(float, schema.get("maximum", math.inf))
        and number < cast(float, schema.get("exclusiveMaximum", math.inf))
    )


def _distinct(values: Iterable[object]) -> Iterator[object]:
    seen: set[str] = set()
    for value in values:
        if repr(value) not in seen:
            seen.add(repr(value))
            yield value


def _weight(arm: JsonSchema) -> int:
    """Put arms that are easiest to write first, nothing last."""
    kinds = {"array": 1, "object": 2, "null": 3}
    return kinds.get(str(arm.get("type")), 0)
