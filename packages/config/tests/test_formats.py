"""Every format by its extension, and the one that fits where that tells nothing or the wrong thing."""

from __future__ import annotations

import configparser
import json
import logging
import os
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from cordio_config._document import decoded
from cordio_config._formats import ORDER, _ini, _json, format_called
from cordio_config._place import Place, Unreadable

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Pool(BaseModel):
    size: int = 1
    labels: dict[str, str] = {}


class Limits(BaseModel):
    burst: int = 1
    name: str = ""
    most: int | None = 3
    hosts: list[str] = []
    ports: list[int] = []
    strict: bool = False
    token: SecretStr | None = None
    pool: Pool = Pool()
    labels: dict[str, int] = {}


MODELS: dict[str, type] = {"limits": Limits}

JSONC = """// ours
{
  "limits": { // "burst": 1,
    /* a block, "name": "x" */
    "burst": 5,
    "name": "a // b /* c */ ,] \\" ,}",
    "hosts": ["x", "y" , ], /* of several
    lines */ "strict": true,
  },
}
"""

INI = """# ours
greeting = Hello
[limits]
; a comment
burst = 5
Per-Cent: 100%
name = "a" ; not a comment
  and its second line
most =
hosts = x, y
ports: [1, 2]
strict = yes
token =
labels = {"a": 1}

[ limits.pool ]
size = 7
[limits.pool.labels]
team = core
"""


def limits(project: Project, **rest: object) -> Limits:
    return project.load(MODELS, **rest).slice("limits", Limits)


@pytest.mark.parametrize("name", ["main.json", "main.jsonc"])
def test_json_may_have_comments_and_trailing_commas_and_places_stay_true(project: Project, name: str) -> None:
    project.file(f"config/{name}", JSONC)
    config = project.load(MODELS, pattern="main.*")
    values = config.slice("limits", Limits)
    assert (values.burst, values.hosts, values.strict) == (5, ["x", "y"], True)
    assert values.name == 'a // b /* c */ ,] " ,}'
    assert str(config.origin("limits.burst")) == f"config/{name}:5:14"
    assert str(config.origin("limits.hosts[1]")) == f"config/{name}:7:20"
    assert str(config.origin("limits.strict")) == f"config/{name}:8:24"


@pytest.mark.parametrize(
    "wrong",
    ["[,]", "{,}", "[1,,]", "[1]/", "[1] /*", "/*/ [1]", '{"a":1,,}', "[1 // x", "# no\n[1]", "/", '"', '"\\'],
)
def test_what_comments_and_commas_do_not_make_json_is_refused(wrong: str) -> None:
    with pytest.raises(Unreadable):
        _json.read(wrong)


def test_a_key_that_stands_twice_is_found_among_comments_too(project: Project) -> None:
    project.file("config/main.json", '{"limits": {"burst": 1, // one\n  "burst" : 2}}')
    (problem,) = project.refusal(MODELS).problems
    assert str(problem).startswith("config/main.json:2:3: cannot be loaded: the key 'burst' stands twice")


def test_ini_is_read_by_the_type_of_each_value(project: Project) -> None:
    class Wide(Limits):
        per_cent: str = ""

    project.file("config/main.ini", INI.replace("greeting = Hello\n", ""))
    config = project.load({"limits": Wide}, pattern="main.ini")
    values = config.slice("limits", Wide)
    assert (values.burst, values.per_cent, values.strict) == (5, "100%", True)
    assert values.name == '"a" ; not a comment\nand its second line'
    assert (values.most, values.hosts, values.ports, values.labels) == (None, ["x", "y"], [1, 2], {"a": 1})
    assert values.token is not None and values.token.get_secret_value() == ""
    assert values.pool == Pool(size=7, labels={"team": "core"})
    places = {key: str(config.origin(f"limits.{key}")) for key in ("burst", "per_cent", "pool.labels.team")}
    assert places == {
        "burst": "config/main.ini:4:9",
        "per_cent": "config/main.ini:5:11",
        "pool.labels.team": "config/main.ini:18:8",
    }


def test_keys_before_the_first_section_of_an_ini_file_are_top_level(project: Project) -> None:
    import click

    project.file("config/main.ini", "greeting = Ahoy\n[limits]\nburst = 2\n")
    option = click.Option(["--greeting"])
    config = project.load(MODELS, options=[option], pattern="main.ini")
    assert (config["greeting"], str(config.origin("greeting"))) == ("Ahoy", "config/main.ini:1:12")


@pytest.mark.parametrize(
    ("content", "at", "reason"),
    [
        ("[limits]\nburst = 1\nburst = 2\n", "3", "the key 'burst' stands twice"),
        ("[limits]\n[limits]\n", "2", "the section 'limits' stands twice"),
        ("limits = 1\n[limits]\n", "2:1", "the key 'limits' stands twice"),
        ("[limits]\nburst\n", "2:1", "no key with = or :"),
        ("[limits..pool]\nsize = 1", "1:1", "no name of a section"),
        (f"[{'a.' * 200}a]\nsize = 1", "1:1", "no name of a section"),
    ],
)
def test_what_is_no_ini_is_told_with_its_line(project: Project, content: str, at: str, reason: str) -> None:
    project.file("config/main.ini", content)
    (problem,) = project.refusal(MODELS, pattern="main.ini").problems
    assert str(problem.origin) == f"config/main.ini:{at}" and reason in problem.what


@pytest.mark.parametrize("text", ["//\n" * 200_000, f"[{'1' + ' ' * 500}" * 1_000])
def test_a_large_text_that_is_no_ini_is_refused_in_a_time_that_grows_with_it(text: str) -> None:
    before = time.process_time()
    with pytest.raises(Unreadable):
        _ini.read(text)
    assert time.process_time() - before < 5


def test_a_value_of_an_ini_file_that_its_type_refuses_is_told_once(project: Project) -> None:
    project.file("config/main.ini", "[limits]\nlabels = {a\nports = x\n")
    told = [str(one).splitlines()[0] for one in project.refusal(MODELS, pattern="main.ini").problems]
    assert told == [
        'config/main.ini:2:10: limits.labels is "{a"',
        'config/main.ini:3:9: limits.ports[0] is "x"',
    ]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ('{"limits": {"burst": 5}} // so', "JSON"),
        ("limits = {burst = 5}", "TOML"),
        ("limits: {burst: 5}", "YAML"),
        ("[limits]\nburst: 5", "INI"),
    ],
)
def test_the_first_format_that_fits_is_taken_and_told(
    project: Project, caplog: pytest.LogCaptureFixture, content: str, form: str
) -> None:
    caplog.set_level(logging.INFO, "cordio_config")
    for name, level in (("main", logging.INFO), ("main.conf", logging.INFO)):
        caplog.clear()
        path = project.file(f"config/{name}", content)
        assert limits(project, pattern=name).burst == 5
        assert f"config/{name}: is read as {form}: its name ends in no extension that is known" in caplog.text
        assert {record.levelno for record in caplog.records} == {level}
        path.unlink()


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("main.yaml", "[limits]\nburst = 5\n", "TOML"),
        ("main.json", "limits: {burst: 5}", "YAML"),
        ("main.toml", '{"limits": {"burst": 5}}', "JSON"),
        ("main.toml", "[limits]\nburst = 5\nname = plain words\n", "INI"),
    ],
)
def test_a_file_that_is_not_what_its_extension_says_is_read_with_a_warning(
    project: Project, caplog: pytest.LogCaptureFixture, name: str, content: str, form: str
) -> None:
    project.file(f"config/{name}", content)
    assert limits(project, pattern="main.*").burst == 5
    extension = name.rpartition(".")[2].upper()
    assert f"warning: config/{name}: is read as {form}: it does not parse as {extension}: " in caplog.text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("main.json", '{"limits": {"burst": NaN}}', "NaN is not a JSON value"),
        ("main.json", "[1]", "keys with values"),
        ("main.json", '{"limits": 1, "limits": 2}', "stands twice"),
        ("main.toml", "[limits]\nburst = 1\nburst = 2", "Cannot overwrite"),
        ("main.yaml", "[limits]: !!python/none x", "a key must be plain text"),
        ("main.yaml", "limits: !!python/none x\n#\n[limits]\n", "tag !!python"),
        ("main", "limits: !!python/none x\n", "tag !!python"),
        ("main", "limits: {burst: 5", "did not find expected|flow mapping"),
        ("main", "words", "keys with values"),
        ("main.json", " ", "Expecting value"),
    ],
)
def test_what_is_refused_for_more_than_its_syntax_is_not_tried_further(
    project: Project, name: str, content: str, reason: str
) -> None:
    project.file(f"config/{name}", content)
    (problem,) = project.refusal(MODELS, pattern=["main", "main.*"]).problems
    assert any(part in problem.what for part in reason.split("|")), problem


def test_a_file_that_is_too_large_is_refused(project: Project) -> None:
    with open(project.file("config/main.yaml", ""), "wb") as file:
        file.truncate((64 << 20) + 1)
    (problem,) = project.refusal(MODELS).problems
    assert str(problem) == "config/main.yaml: cannot be loaded: it is larger than 64 MiB"


def test_a_file_named_after_a_section_that_is_not_in_use_only_warns(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "limits: {burst: 5}")
    project.file("config/redis.yaml", "host: x\nport: 1\n")
    assert limits(project, paths=["."], pattern="/config/**").burst == 5
    assert "warning: config/redis.yaml: redis is not known" in caplog.text


JUNK = st.binary(max_size=60) | st.text('{}[]":,=#/*-\n\t &*!abcdefgh01.\'"\\<>|', max_size=60).map(str.encode)


@pytest.mark.parametrize("extension", ["json", "toml", "yaml", "ini", "none"])
def test_whatever_bytes_a_file_holds_there_are_values_or_one_report(
    extension: Literal["json", "toml", "yaml", "ini", "none"], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from cordio_config import Config, ConfigError

    root = tmp_path_factory.mktemp("fuzz")

    @settings(deadline=None, max_examples=150)
    @given(head=st.sampled_from([b"", b'{"limits": ', b"[limits]\n", b"limits:\n  name: "]), junk=JUNK)
    def throw(head: bytes, junk: bytes) -> None:
        (root / f"main.{extension}").write_bytes(head + junk)
        try:
            config = Config.load(
                MODELS, root=root, paths=["."], pattern=f"main.{extension}", on_unknown="ignore"
            )
        except ConfigError as error:
            assert error.problems and all(one.origin is not None for one in error.problems)
        else:
            assert isinstance(config.slice("limits"), Limits)
            for key in ("burst", "name", "hosts", "pool", "labels", "token"):
                config.origin(f"limits.{key}")

    throw()


TEXTS = st.text("ab[]=:#; \n\t.{}", max_size=40)


@settings(deadline=None, max_examples=300)
@given(text=TEXTS)
def test_the_places_of_an_ini_file_are_those_of_what_configparser_reads(text: str) -> None:
    try:
        values = _ini.read(text)
    except Unreadable:
        return
    told(values, _ini.places(text), text)


def told(values: object, place: Place, text: str) -> None:
    """Hold each value against the text of its place."""
    if not isinstance(values, dict):
        lines = [line.strip() for line in text[place.start : max(place.end, place.start)].split("\n")]
        assert [line for line in lines if line] == [line for line in str(values).split("\n") if line]
        return
    for key, value in values.items():
        assert place.keys is not None
        told(value, place.keys[key], text)


SIMPLE = st.text("abc xyz%\"'é0", max_size=8).map(str.strip)


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.text("abcd", min_size=1), st.dictionaries(st.text("xyz", min_size=1), SIMPLE)))
def test_ini_agrees_with_configparser(data: dict[str, dict[str, str]]) -> None:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys are left alone so
    text = ""
    for section, values in data.items():
        text += f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
    parser.read_string(text)
    assert _ini.read(text) == {name: dict(parser.items(name)) for name in parser.sections()}


@given(
    st.recursive(st.integers() | st.text() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_every_json_document_is_read_as_json_does_with_spaces_and_without(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, separators=(" ,", " : ")), json.dumps(value, indent=1)):
        assert _json.read(text) == value
        assert _json.read(f"// x\n{text}/* y */") == value


def test_the_formats_are_tried_in_the_order_that_is_promised() -> None:
    assert ORDER == ("json", "toml", "yaml", "ini")
    assert [format_called(name).is_text for name in ORDER] == [False, False, False, True]


ACCEPTED = (
    "[]",
    "{}",
    '[""]',
    "[-0]",
    "[1E+2]",
    "[123e65]",
    '["\\uDBFF\\uDFFE"]',
    '["\\u0000"]',
    " [true] ",
    '""',
)
REFUSED = (
    *("[1 true]", "[++1]", "[+1]", "[-01]", "[.5]", "[1.]", "[1e]", "[0x1]", "[Infinity]", "[NaN]", "[-NaN]"),
    *(
        "['a']",
        '["a\tb"]',
        '["\\x00"]',
        '["\\u00A"]',
        '["a',
        "{a: 1}",
        '{"a"}',
        '{"a":}',
        "{1: 1}",
        '{"a" "b"}',
    ),
    *(
        "[1]]",
        "[1]x",
        "",
        " ",
        "[",
        "]",
        "{]",
        "[True]",
        "nul",
        '{"a": 1 "b": 2}',
        "[\u00a01]",
        "[1\f]",
        "\\",
        "*",
    ),
    *('"a" "b"', "[1,,2]", "[,1]", '{,"a": 1}', '{"a": 1,, "b": 2}', "[1:2]", "{true: 1}", "<.>", "[\u20ac]"),
)


@pytest.mark.parametrize("text", ACCEPTED)
def test_json_that_the_standard_allows_is_read(text: str) -> None:
    assert _json.read(text) == json.loads(text)


@pytest.mark.parametrize("text", REFUSED)
def test_json_that_the_standard_refuses_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        _json.read(text)


SUITE = os.environ.get("JSON_TEST_SUITE", "")
LENIENT = ("comment", "trailing_comma", "extra_comma.json", "number_and_comma")


@pytest.mark.skipif(not SUITE, reason="JSON_TEST_SUITE names no folder with the files of JSONTestSuite")
def test_json_is_accepted_and_refused_as_json_test_suite_says() -> None:
    for file in sorted(Path(SUITE).glob("[yn]_*.json")):
        may_differ = "duplicated_key" in file.name or any(word in file.name for word in LENIENT)
        try:
            _json.read(decoded(file.read_bytes()))
        except Unreadable:
            assert file.name.startswith("n_") or may_differ, file.name
        else:
            assert file.name.startswith("y_") or may_differ, file.name


TOMLS = st.text("ab[]={}.,#'\"\n 01-:T\\e", max_size=30)


@settings(deadline=None, max_examples=300)
@given(TOMLS)
def test_toml_is_what_tomllib_says_and_every_value_has_its_place(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(Unreadable):
            format_called("toml").read(text)
    else:
        assert repr(format_called("toml").read(text)) == repr(expected)
        placed(expected, format_called("toml").places(text))


def placed(value: object, place: Place) -> None:
    """Hold that everything in a value has a place."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        assert place.keys is not None and place.keys[key].start >= 0
        placed(inner, place.keys[key])
    for number, inner in enumerate(value if isinstance(value, list) else ()):
        assert place.items is not None
        placed(inner, place.items[number])
