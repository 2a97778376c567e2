"""Which files are found, in which order, and which folders are never entered."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec
from pydantic import BaseModel

from cordio_config import Config
from cordio_config._pattern import matcher

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Limits(BaseModel):
    burst: int = 1
    a: int = 0
    b: int = 0


class Store(BaseModel):
    host: str = ""


MODELS: dict[str, type] = {"limits": Limits, "store": Store}


def burst(config: Config) -> tuple[int, str]:
    return config.slice("limits", Limits).burst, config.origin("limits.burst").name


def test_files_count_by_bare_name_then_by_path_and_the_last_wins(project: Project) -> None:
    project.file("etc/z/10.yaml", "limits: {burst: 10, a: 1}")
    project.file("etc/a/20.yaml", "limits: {burst: 20}")
    project.file("etc/b/20.yaml", "limits: {burst: 21}")
    config = project.load(MODELS, paths=["etc"], pattern="*.yaml", on_duplicate="last")
    assert burst(config) == (21, "etc/b/20.yaml")
    assert config.slice("limits", Limits).a == 1


def test_a_repeated_key_names_both_places(project: Project) -> None:
    project.file("config/a/main.yaml", "limits:\n  burst: 1\nstore: {host: x}")
    project.file("config/b/main.json", '{"limits": {"burst": 2},\n "store": {"host": "y"}}')
    assert [str(problem) for problem in project.refusal(MODELS).problems] == [
        "config/a/main.yaml:2:10: limits.burst is given again; first at config/b/main.json:1:22\n"
        "    keep one of them",
        "config/a/main.yaml:3:15: store.host is given again; first at config/b/main.json:2:20\n"
        "    keep one of them",
    ]


def test_a_file_named_after_a_section_beside_a_main_file_holds_its_values(project: Project) -> None:
    project.file("config/main.yaml", "limits: {a: 1}")
    project.file("config/limits.toml", "burst = 5\n")
    project.file("config/other.toml", "unrelated = 5\n")
    project.file("config/alone/store.yaml", "host: nobody reads this")
    config = project.load(MODELS)
    assert burst(config) == (5, "config/limits.toml")
    assert str(config.origin("limits.burst")) == "config/limits.toml:1:9"
    assert config.slice("store", Store).host == ""


def test_mistakes_in_a_file_of_one_section_are_told_with_its_name(project: Project) -> None:
    project.file("config/main.yaml", "")
    project.file("config/limits.yaml", "burst: x\nbrust: 1\n")
    assert [str(problem).splitlines()[0] for problem in project.refusal(MODELS).problems] == [
        "config/limits.yaml:2:1: limits.brust is not known",
        'config/limits.yaml:1:8: limits.burst is "x"',
    ]


def test_a_file_named_after_a_section_may_hold_sections_all_the_same(project: Project) -> None:
    project.file("etc/limits.yaml", "limits: {burst: 6}\nstore: {host: h}\n")
    config = project.load(MODELS, paths=["."], pattern=["/etc/**"])
    assert burst(config) == (6, "etc/limits.yaml")
    assert config.slice("store", Store).host == "h"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**/main.{json,yaml}", {"main.yaml", "deep/er/main.json"}),
        ("./main.{yaml,yml}", {"main.yaml", "deep/er/main.yml", "deep/er.d/main.yml"}),
        ("/main.*", {"main.yaml"}),
        ("/deep/*/main.*", {"deep/er/main.json", "deep/er/main.yml", "deep/er.d/main.yml"}),
        (["/deep", "!*.json", "!/deep/er.d/"], {"deep/er/main.yml", "deep/main.ini"}),
        ("deep/main.{txt,ini}", {"deep/main.ini"}),
        ("*.txt", {"main.txt"}),
        ("{/deep/er,/deep/none}/**", {"deep/er/main.json", "deep/er/main.yml"}),
        (re.compile(r"er/main\.(yml|toml)$"), {"deep/er/main.yml"}),
        ([re.compile(r"^main\.yaml$"), "/deep/er/*.json"], {"main.yaml", "deep/er/main.json"}),
        ("var/main.yaml", {"var/main.yaml"}),
        (".hidden/**", {".hidden/main.yaml"}),
    ],
)
def test_a_pattern_means_what_gitignore_means_below_the_search_path(
    project: Project, pattern: str | re.Pattern[str] | list[str | re.Pattern[str]], found: set[str]
) -> None:
    names = ["main.yaml", "deep/er/main.json", "deep/er/main.yml", "deep/er.d/main.yml", "var/main.yaml"]
    names += [".hidden/main.yaml", ".main.yaml", "main.txt", "deep/main.ini", "node_modules/main.yaml"]
    for name in names:
        project.file(f"config/{name}", "{")
    origins = [problem.origin for problem in project.refusal({}, pattern=pattern).problems]
    assert {origin.name.removeprefix("config/") for origin in origins if origin is not None} == found


def test_folders_that_the_patterns_cannot_reach_are_never_listed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.file("config.yaml", "limits: {burst: 5}")
    project.file("etc/deep/er/store.yaml", "host: h")
    project.file("home/app/main.yaml", "limits: {burst: 6}")
    project.file("var/config.yaml", "limits: {burst: 7}")
    project.file(".venv/lib/config.yaml", "limits: {burst: 8}")
    listed: list[str] = []
    scandir = os.scandir

    def watched(path: str) -> object:
        listed.append(os.path.relpath(path, project.root))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", watched)
    config = project.load(MODELS, paths=["."], pattern=["/config.*", "/config/**", "/etc/**"])
    assert burst(config) == (5, "config.yaml")
    assert config.slice("store", Store).host == "h"
    assert sorted(listed) == [".", "etc", "etc/deep", "etc/deep/er"]


def test_a_search_path_may_be_a_file_or_missing_and_one_file_is_read_once(project: Project) -> None:
    project.file("etc/any.yaml", "limits: {burst: 5}")
    config = project.load(MODELS, paths=["none", "etc/any.yaml", "etc", "etc/../etc"], pattern="any.*")
    assert burst(config) == (5, "etc/any.yaml")


def test_extensions_count_in_any_case(project: Project) -> None:
    project.file("config/main.YAML", "limits: {burst: 5}")
    assert burst(project.load(MODELS, pattern="main.*")) == (5, "config/main.YAML")


GLOBS = st.lists(st.sampled_from(["a", "b.c", "*", "**", "*.c", "a*", "-"]), min_size=1, max_size=4).map(
    "/".join
)
PATHS = st.lists(st.sampled_from(["a", "b.c", "c", "ab", "-", "x.c"]), min_size=1, max_size=4).map("/".join)


@settings(deadline=None, max_examples=300)
@given(globs=st.lists(st.tuples(st.sampled_from(["", "/"]), GLOBS).map("".join), max_size=2), path=PATHS)
def test_simple_patterns_mean_what_pathspec_says(globs: list[str], path: str) -> None:
    assert bool(matcher(tuple(globs))(path)) == GitIgnoreSpec.from_lines(globs).match_file(path)
