"""The same values in every format load alike, and every origin is the place where they were written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from cordio_config import Config, Origin

Step = str | int
Place = tuple[int, int]


class Section(BaseModel):
    data: dict[str, object]


class Sheet:
    """A text that is being written, and where its values began."""

    def __init__(self) -> None:
        self.text = ""
        self.places: dict[tuple[Step, ...], Place] = {}

    def put(self, text: str) -> None:
        self.text += text

    def begin(self, path: tuple[Step, ...]) -> None:
        self.places[path] = self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")

    def scalar(self, value: object) -> None:
        self.put(json.dumps(value, ensure_ascii=False))


def flow(sheet: Sheet, value: object, path: tuple[Step, ...], colon: str, break_at: str) -> None:
    """Write in brackets, as JSON, YAML's flow style and TOML's inline tables do."""
    sheet.begin(path)
    if isinstance(value, dict):
        pairs = [(json.dumps(key, ensure_ascii=False) + colon, key, inner) for key, inner in value.items()]
        inside(sheet, "{}", pairs, path, colon, break_at)
    elif isinstance(value, list):
        inside(sheet, "[]", [("", index, inner) for index, inner in enumerate(value)], path, colon, break_at)
    else:
        sheet.scalar(value)


def inside(
    sheet: Sheet,
    ends: str,
    parts: list[tuple[str, Step, object]],
    path: tuple[Step, ...],
    colon: str,
    gap: str,
) -> None:
    sheet.put(ends[0])
    for number, (key, step, inner) in enumerate(parts):
        sheet.put(f"{',' if number else ''}{gap if ends == '[]' or colon != ' = ' else ' '}{key}")
        flow(sheet, inner, (*path, step), colon, gap)
    sheet.put(f" {ends[1]}")


def as_json(data: dict[str, object], gap: str) -> Sheet:
    sheet = Sheet()
    flow(sheet, {"s": {"data": data}}, (), ": ", gap)
    return sheet


def as_yaml(data: dict[str, object], gap: str) -> Sheet:
    sheet = Sheet()
    sheet.put("# ours\n---\ns:")
    block(sheet, {"data": data}, ("s",), 1, gap)
    return sheet


def block(sheet: Sheet, value: object, path: tuple[Step, ...], depth: int, gap: str) -> None:
    """Write a mapping over lines, anything else in one."""
    if not isinstance(value, dict) or not value:
        sheet.put(" ")
        return flow(sheet, value, path, ": ", gap)
    for key, inner in value.items():
        sheet.put(f"\n{'  ' * depth}{json.dumps(key, ensure_ascii=False)}:")
        block(sheet, inner, (*path, key), depth + 1, gap)


def as_toml(data: dict[str, object], gap: str) -> Sheet:
    sheet = Sheet()
    table(sheet, data, ("s", "data"), gap)
    return sheet


def table(sheet: Sheet, value: dict[str, object], path: tuple[Step, ...], gap: str) -> None:
    name = ".".join(json.dumps(step, ensure_ascii=False) for step in path)
    sheet.put(f"\n[ {name} ] # a table\n")
    nested = {key: inner for key, inner in value.items() if isinstance(inner, dict) and len(inner) > 1}
    for key, inner in value.items():
        if key not in nested:
            sheet.put(f"{json.dumps(key, ensure_ascii=False)} = ")
            flow(sheet, inner, (*path, key), " = ", gap)
            sheet.put("  # so\n")
    for key, inner in nested.items():
        table(sheet, inner, (*path, key), gap)


KEYS = st.text("abcxyzé_-019", min_size=1, max_size=6)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])
    | st.sampled_from("\n\t\"'\\#:{}[],=-"),
    max_size=12,
)
LEAVES = (
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | WORDS
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
FORMATS: dict[str, Callable[[dict[str, object], str], Sheet]] = {
    "json": as_json,
    "toml": as_toml,
    "yaml": as_yaml,
}


def leaves(value: object, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, step))
    else:
        yield path


def dotted(path: tuple[Step, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@settings(deadline=None, max_examples=60)
@given(data=st.dictionaries(KEYS, VALUES, max_size=4), gap=st.sampled_from([" ", "\n\t ", "\n\n  "]))
def test_values_are_equal_and_each_origin_is_exact_in_every_format(
    extension: Literal["json", "toml", "yaml"], newline: str, data: dict[str, object], gap: str
) -> None:
    sheet = FORMATS[extension](data, gap.replace("\t", "  ") if extension == "yaml" else gap)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"main.{extension}").write_bytes(sheet.text.replace("\n", newline).encode())
        config = Config.load({"s": Section}, root=folder, paths=["."], pattern="main.*")
    assert config.slice("s", Section).data == data
    for path in leaves(data, ("s", "data")):
        assert config.origin(dotted(path)) == Origin("file", f"main.{extension}", *sheet.places[path])
