"""A strict reader of Prometheus' text format 0.0.4, written after its grammar and not after what we write.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
VALUE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|NaN|[+-]Inf")
KINDS = {"counter", "gauge", "histogram", "summary", "untyped"}
SUFFIXES = {"summary": ("_sum", "_count"), "histogram": ("_sum", "_count", "_bucket")}
Labels = tuple[tuple[str, str], ...]


@dataclass
class Family:
    name: str
    meaning: str = ""
    kind: str = ""
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)


def read(text: str) -> dict[str, Family]:
    """Read the whole text, or fail with what is wrong."""
    assert text == "" or text.endswith("\n"), "the last line has to end with a line feed"
    families: dict[str, Family] = {}
    for line in text.split("\n")[:-1]:
        assert line
        if line.startswith("# HELP "):
            name, _, meaning = line[7:].partition(" ")
            assert name not in families, f"{name} has two HELP lines, or is not in one group"
            assert NAME.fullmatch(name)
            families[name] = Family(name, _unescaped(meaning, "\\n"))
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            assert kind in KINDS and not families[name].kind and not families[name].samples
            families[name].kind = kind
        else:
            assert not line.startswith("#")
            _sample(line, list(families.values())[-1])
    _check(families)
    return families


def _sample(line: str, family: Family) -> None:
    found = NAME.match(line)
    assert found
    name, rest, labels = found[0], line[found.end() :], []
    if rest.startswith("{"):
        rest = rest[1:]
        while not rest.startswith("}"):
            label = LABEL.match(rest)
            assert label and rest[label.end() :].startswith('="')
            value, rest = _quoted(rest[label.end() + 2 :])
            labels.append((label[0], value))
            assert rest[0] in ",}"
            rest = rest.removeprefix(",")
        rest = rest[1:]
    assert rest.startswith(" ") and VALUE.fullmatch(rest[1:]), line
    allowed = (family.name, *(family.name + suffix for suffix in SUFFIXES.get(family.kind, ())))
    assert name in allowed, f"{name} stands in the group of {family.name}"
    assert len({label for label, _ in labels}) == len(labels)
    key = name, tuple(sorted(labels))
    assert key not in family.samples, f"{key} is there twice"
    family.samples[key] = float(rest[1:].replace("Inf", "inf"))


def _quoted(text: str) -> tuple[str, str]:
    found = re.match(r'((?:[^"\\\n]|\\[\\"n])*)"', text)
    assert found, text
    return _unescaped(found[1], '\\n"'), text[found.end() :]


def _unescaped(text: str, escapes: str) -> str:
    def plain(found: re.Match[str]) -> str:
        assert found[1] in escapes
        return "\n" if found[1] == "n" else found[1]

    return re.sub(r"\\(.)", plain, text)


def _check(families: dict[str, Family]) -> None:
    taken: set[str] = set()
    for family in families.values():
        assert family.kind and family.samples
        assert family.kind != "counter" or family.name.endswith("_total")
        names = {family.name, *(family.name + suffix for suffix in SUFFIXES.get(family.kind, ()))}
        assert taken.isdisjoint(names)
        taken |= names
