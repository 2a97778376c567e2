"""Values reach their models from every source, as the type says, and know where they come from."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from cordio_config import Config, ConfigError, Duration, Origin, Size

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Pool(BaseModel):
    size: int = 4
    max_wait: Duration = Duration("5s")


@dataclass(frozen=True, slots=True)
class Store:
    """Where things are kept."""

    host: str
    port: int = 5432
    password: str | None = field(default=None, metadata={"secret": True})
    pool: Pool = field(default_factory=Pool)
    chunk: Size = Size("64KiB")


class Wide(BaseModel):
    country: str = ""
    version: str | None = None
    zip: str = ""
    time: str = ""
    flag: bool = False
    ratio: float = 0.0
    level: Level = Level.LOW
    mode: Literal["a", "b"] = "a"
    hosts: list[str] = []
    ports: tuple[int, ...] = ()
    labels: dict[str, str] = {}
    pool: Pool = Pool()
    spare: Pool | None = None
    per_minute: int = 1
    schema_: str = Field(default="public", alias="schema")
    on: str = ""


WIDE = {"wide": Wide}


def wide(config: Config) -> Wide:
    return config.slice("wide", Wide)


def test_each_source_counts_over_the_one_before(project: Project) -> None:
    project.file("config/main.yaml", "store: {host: f, port: 1, pool: {size: 1, max_wait: 1s}, chunk: 1kB}")
    project.environ = {"PROG_STORE_PORT": "2", "PROG_STORE_POOL_SIZE": "2", "PROG_STORE_POOL__MAX_WAIT": "2m"}
    project.file(".env", "PROG_STORE_POOL_SIZE=3\nPROG_STORE_CHUNK=3MiB\n")
    config = project.load({"store": Store}, cli={"store.chunk": "4GB"})
    assert config.slice("store", Store) == Store(
        "f", 2, None, Pool(size=3, max_wait=Duration(120)), Size(4_000_000_000)
    )
    keys = ("host", "port", "password", "pool.size", "pool.max_wait", "chunk")
    assert [str(config.origin(f"store.{key}")) for key in keys] == [
        "config/main.yaml:1:15",
        "environment PROG_STORE_PORT",
        "default",
        ".env:1",
        "environment PROG_STORE_POOL__MAX_WAIT",
        "option --store-chunk",
    ]
    assert config.origin("store.pool") == Origin(".env", ".env", 1)


def test_a_text_option_gets_the_text_as_written(project: Project) -> None:
    project.file(
        "config/main.yaml",
        "wide:\n  country: no\n  version: 1.10\n  zip: 01234\n  time: 12:30\n  on: on\n"
        "  hosts: [1.10, 0x1F, true, null-ish]\n  labels: {a: 1e3, 7: 0o17}\n",
    )
    values = wide(project.load(WIDE))
    assert (values.country, values.version, values.zip, values.time) == ("no", "1.10", "01234", "12:30")
    assert (values.on, values.hosts) == ("on", ["1.10", "0x1F", "true", "null-ish"])
    assert values.labels == {"a": "1e3", "7": "0o17"}


@pytest.mark.parametrize(
    "content", ['{"wide": {"version": 1.10, "hosts": [2.50]}}', "wide.version = 1.10\nwide.hosts = [2.50]"]
)
def test_a_text_option_gets_the_text_as_written_from_typed_formats_too(project: Project, content: str) -> None:
    project.file("config/main.json" if content[0] == "{" else "config/main.toml", content)
    values = wide(project.load(WIDE, pattern="main.*"))
    assert (values.version, values.hosts) == ("1.10", ["2.50"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~", None),
        ("null", None),
        ("yes", "yes"),
        ("0755", 755),
        ("0o17", 15),
        ("0x1F", 31),
        ("+5", 5),
        ("-.5", -0.5),
    ]
    + [
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("'5'", "5"),
    ]
    + [
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("!!int '5'", 5),
        ("!!float 1.0", 1.0),
        ("!!bool true", True),
        ("!!null ''", None),
    ],
)
def test_yaml_scalars_are_those_of_the_core_schema(project: Project, written: str, meant: object) -> None:
    class Free(BaseModel):
        value: object = "unset"

    project.file("config/main.yaml", f"free:\n  value: {written}\n")
    found = project.load({"free": Free}).slice("free", Free).value
    assert (found, type(found)) == (meant, type(meant))


def test_toml_dotted_keys_tables_in_arrays_and_every_string_have_their_place(project: Project) -> None:
    class Free(BaseModel):
        data: dict[str, object]

    lines = [
        "free . data . \"a.b\" . c = '''",
        "it''s''''  # a comment",
        "[[free.data.rows]]",
        "when = 1979-05-27 07:32:00Z # so",
        'text = """x""y\\"""""',
        "[free.data.rows.inner]",
        "list = [ # first",
        "  {a = {b = [[], [7]]}, 'c d'.e = 0xff}, # second",
        "]",
        "[[free.data.rows]]",
        "when = 07:32:00",
    ]
    project.file("config/main.toml", "\n".join(lines))
    config = project.load({"free": Free}, pattern="*.toml")
    places = {
        "free.data.rows[0].when": (4, 8),
        "free.data.rows[0].text": (5, 8),
        "free.data.rows[0].inner.list[0].a.b[1][0]": (8, 19),
        "free.data.rows[0].inner.list[0].c d.e": (8, 35),
        "free.data.rows[1].when": (11, 8),
        "free.data.rows[1]": (10, 1),
        "free.data.rows": (3, 1),
    }
    for key, place in places.items():
        assert config.origin(key) == Origin("file", "config/main.toml", *place), key
    assert config.slice("free", Free).data["a.b"] == {"c": "it''s'"}


def test_keys_match_in_each_of_their_spellings(project: Project) -> None:
    for key in ("per-minute", "per_minute", "perMinute", "Per-Minute"):
        project.file("config/main.yaml", f"wide: {{{key}: 7, max: 1}}".replace(", max: 1", ""))
        config = project.load(WIDE)
        assert wide(config).per_minute == 7
        assert config.origin("wide.per_minute") == config.origin("wide.perMinute")
        assert config.origin("wide.per_minute").line == 1
        assert config.origin("wide.per_minute").column == 10 + len(key)


def test_a_key_that_stands_in_two_spellings_is_told(project: Project) -> None:
    project.file("config/main.yaml", "wide:\n  per-minute: 1\n  perMinute: 2\n")
    (problem,) = project.refusal(WIDE).problems
    assert str(problem).startswith(
        "config/main.yaml:3:3: wide.per_minute is given again; first at config/main.yaml:2:3"
    )
    assert wide(project.load(WIDE, on_duplicate="last")).per_minute == 2


def test_an_alias_is_the_name_and_the_attribute_is_understood(project: Project) -> None:
    project.file("config/main.yaml", "wide: {schema_: here}")
    config = project.load(WIDE)
    assert (wide(config).schema_, str(config.origin("wide.schema"))) == ("here", "config/main.yaml:1:17")
    project.environ = {"PROG_WIDE_SCHEMA": "there"}
    assert wide(project.load(WIDE)).schema_ == "there"


def test_text_of_a_variable_is_read_by_the_type(project: Project) -> None:
    project.environ = {
        "PROG_WIDE_HOSTS": "a, b",
        "PROG_WIDE_PORTS": "[1, 2]",
        "PROG_WIDE_LABELS": '{"a": "1"}',
        "PROG_WIDE_FLAG": "on",
        "PROG_WIDE_RATIO": "0.5",
        "PROG_WIDE_LEVEL": "high",
        "PROG_WIDE_SPARE_SIZE": "9",
        "PROG_WIDE_VERSION": "1.10",
        "OTHER_WIDE_MODE": "b",
    }
    values = wide(project.load(WIDE))
    assert (values.hosts, values.ports, values.labels) == (["a", "b"], (1, 2), {"a": "1"})
    assert (values.flag, values.ratio, values.level, values.mode) == (True, 0.5, Level.HIGH, "a")
    assert values.spare == Pool(size=9) and values.version == "1.10"
    project.environ = {"PROG_WIDE_HOSTS": " "}
    assert wide(project.load(WIDE)).hosts == []


@pytest.mark.parametrize("text", ["[1", "[" * 5000])
def test_a_variable_with_broken_json_is_told(project: Project, text: str) -> None:
    project.environ = {"PROG_WIDE_PORTS": text, "PROG_WIDE_LABELS": "a=b"}
    labels, ports = project.refusal(WIDE).problems
    assert str(labels).endswith('wide.labels is "a=b"\n    expected: JSON, as in \'{"key": "value"}\'')
    assert "JSON, as in" in ports.expected


def test_without_a_prefix_names_are_bare_and_without_environment_none_is_read(project: Project) -> None:
    project.environ = {"WIDE_PER_MINUTE": "5", "PROG_WIDE_PER_MINUTE": "6"}
    assert wide(project.load(WIDE, env_prefix="")).per_minute == 5
    assert wide(project.load(WIDE, env_prefix="PROG_")).per_minute == 6
    assert wide(project.load(WIDE, env_prefix=None)).per_minute == 1


def test_objects_merge_by_key_and_lists_are_replaced(project: Project) -> None:
    project.file("config/a/main.yaml", "wide: {labels: {a: x}, hosts: [a, b], pool: {size: 2}}")
    project.file("config/b/main.json", '{"wide": {"labels": {"b": "y"}, "pool": {"max_wait": 3}}}')
    config = project.load(WIDE, cli={"wide.hosts": "c"})
    values = wide(config)
    assert (values.labels, values.hosts) == ({"a": "x", "b": "y"}, ["c"])
    assert values.pool == Pool(size=2, max_wait=Duration(3))
    assert str(config.origin("wide.labels.a")) == "config/a/main.yaml:1:20"
    assert config.origin("wide.labels.b").name == "config/b/main.json"


def test_an_absent_group_has_its_defaults_and_an_empty_one_too(project: Project) -> None:
    project.file("config/main.yaml", "wide:\n  pool:\n  spare: null\n")
    values = wide(project.load(WIDE))
    assert (values.pool, values.spare) == (Pool(), None)


def test_a_slice_is_the_model_itself_and_read_only(project: Project) -> None:
    project.environ = {"PROG_STORE_HOST": "h"}
    config = project.load({"wide": Wide, "store": Store})
    values, store = wide(config), config.slice("store", Store)
    assert (
        values is config.slice("wide") and values == Wide() and Wide() == values and values != Wide(flag=True)
    )
    with pytest.raises(ValidationError, match="frozen"):
        values.flag = True
    with pytest.raises(ValidationError, match="frozen"):
        del values.flag
    with pytest.raises(ValidationError, match="frozen"):
        values.pool.size = 1
    with pytest.raises(ValidationError, match="frozen"):
        store.pool.size = 1
    with pytest.raises(FrozenInstanceError):
        store.host = "x"  # type: ignore[misc]  # that is what is tried
    assert type(values).__name__ == "Wide" and values.model_copy(update={"flag": True}).flag


def test_a_slice_can_be_sent_to_another_process(project: Project) -> None:
    values = wide(project.load(WIDE))
    again = pickle.loads(pickle.dumps(values))
    assert again == values
    with pytest.raises(ValidationError, match="frozen"):
        again.flag = True


def test_a_model_that_keeps_something_for_itself_still_can(project: Project) -> None:
    class Busy(BaseModel):
        size: int = 1
        _uses: int = 0

    busy = project.load({"busy": Busy}).slice("busy", Busy)
    busy._uses = 3
    assert busy._uses == 3


def test_a_model_that_is_declared_frozen_is_of_its_own_class(project: Project) -> None:
    class Solid(BaseModel):
        model_config = ConfigDict(frozen=True)
        size: int = 1

    assert type(project.load({"solid": Solid}).slice("solid")) is Solid


def test_a_wrong_question_names_the_nearest_answer(project: Project) -> None:
    config = project.load(WIDE)
    with pytest.raises(KeyError, match="did you mean 'wide.per_minute'"):
        config.origin("wide.per_minit")
    with pytest.raises(ConfigError, match="no 'wid'.* did you mean 'wide'"):
        config.slice("wid")
    with pytest.raises(KeyError, match="no 'greeting'; declare it"):
        config["greeting"]
    with pytest.raises(TypeError, match="has the model Wide, not Store"):
        config.slice("wide", Store)
    error = pickle.loads(pickle.dumps(pytest.raises(KeyError, config.slice, "wid").value))
    assert error.key == "wid"


def test_nobody_reads_values_from_the_repr(project: Project) -> None:
    project.environ = {"PROG_STORE_HOST": "h", "PROG_STORE_PASSWORD": "hunter2"}
    assert repr(project.load({"store": Store})) == "Config(options=[], sections=['store'])"


def test_a_model_that_takes_more_keys_gets_them(project: Project) -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        size: int = 1

    project.file("config/main.yaml", "open: {size: 2, more: 3}")
    config = project.load({"open": Open})
    assert config.slice("open", Open).model_extra == {"more": 3}
    assert str(config.origin("open.more")) == "config/main.yaml:1:23"


def test_a_model_that_holds_itself_is_given_as_a_whole_further_down(project: Project) -> None:
    class Tree(BaseModel):
        name: str = ""
        below: Tree | None = None

    project.environ = {"PROG_TREE_BELOW": '{"name": "b", "below": {"name": "c"}}'}
    Tree.model_rebuild(_types_namespace={"Tree": Tree})
    tree = project.load({"tree": Tree}).slice("tree", Tree)
    assert tree.below is not None and tree.below.below is not None and tree.below.below.name == "c"


@pytest.mark.parametrize("model", [int, type("Plain", (), {}), dataclass(type("Loose", (), {}))])
def test_what_is_no_model_is_refused_at_once(model: type) -> None:
    with pytest.raises(TypeError, match="take a pydantic model or a frozen dataclass"):
        Config.load({"it": model})


def test_two_values_that_would_share_a_name_are_refused(project: Project) -> None:
    class Twins(BaseModel):
        perMinute: int = 1
        per_minute: int = 1

    class Limits(BaseModel):
        per_minute: int = 1

    class Per(BaseModel):
        minute: int = 1

    assert "have the same name in files" in str(project.refusal({"twins": Twins}))
    report = str(project.refusal({"limits": Limits, "limits_per": Per}))
    assert "limits.per_minute and limits_per.minute would both be PROG_LIMITS_PER_MINUTE" in report


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("100ms", 0.1), ("5m", 300.0), ("1h30m", 5400.0), ("2d", 172800.0), ("7", 7.0), (" 1.5s ", 1.5)],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert Duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("wrong", ["", "soon", "5 m", "-1s", "nan", "inf", "1h 30m", -1, True])
def test_what_is_no_duration_is_refused(wrong: str | float) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        Duration(wrong)


@pytest.mark.parametrize(
    ("text", "size"),
    [("64KiB", 65536), ("10MB", 10**7), ("1.5 gib", 3 * 2**29), ("0", 0), ("7B", 7), ("2TB", 2 * 10**12)],
)
def test_sizes_are_bytes(text: str, size: int) -> None:
    assert Size(text) == size


@pytest.mark.parametrize("wrong", ["", "big", "64K", "-1B", "1.5B", "0.1KiB", "1e3", -1, True])
def test_what_is_no_size_is_refused(wrong: str | int) -> None:
    with pytest.raises(ValueError, match="is no (size|whole number)"):
        Size(wrong)


def test_relative_paths_start_at_the_root_and_others_stand_for_themselves(
    project: Project, tmp_path: Path
) -> None:
    project.file("here/config/main.yaml", "wide: {flag: true}")
    project.file("there/main.yaml", "wide: {per_minute: 3}")
    there = tmp_path / "there"
    config = project.load(WIDE, root=project.root / "here", paths=["config", there])
    assert str(config.origin("wide.flag")) == "config/main.yaml:1:14"
    assert str(config.origin("wide.per_minute")) == f"{there}/main.yaml:1:20"


def test_the_environment_of_the_process_is_the_default(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROG_WIDE_FLAG", "true")
    monkeypatch.chdir(project.root)
    models: Mapping[str, type] = WIDE
    assert wide(Config.load(models, env_prefix="PROG")).flag


@pytest.mark.parametrize(
    ("name", "content", "meant"),
    [
        ("main.yaml", "text: {name: null, day: 2024-01-01}", ("null", "2024-01-01")),
        ("main.yaml", "text: {name: ~, day: true}", ("~", "true")),
        (
            "main.toml",
            "text = {name = 07:32:00, day = 2024-01-01T00:00:00Z}",
            ("07:32:00", "2024-01-01T00:00:00Z"),
        ),
    ],
)
def test_text_that_a_format_takes_for_something_else_arrives_as_it_is_written(
    project: Project, name: str, content: str, meant: tuple[str, str]
) -> None:
    class Text(BaseModel):
        name: str
        day: str

    project.file(f"config/{name}", content)
    text = project.load({"text": Text}, pattern="main.*").slice("text", Text)
    assert (text.name, text.day) == meant


@pytest.mark.parametrize(
    ("name", "content"), [("main.json", '{"text": {"name": null}}'), ("main.yaml", "text: {name: }")]
)
def test_nothing_is_no_text(project: Project, name: str, content: str) -> None:
    class Text(BaseModel):
        name: str

    project.file(f"config/{name}", content)
    (problem,) = project.refusal({"text": Text}).problems
    assert (problem.what, problem.expected) == ("text.name is null", "a valid string")


def test_a_decimal_keeps_every_digit_and_a_validator_of_text_gets_text(project: Project) -> None:
    class Price(BaseModel):
        net: Decimal
        label: Annotated[str, BeforeValidator(lambda value: value.upper())]

    project.file("config/main.yaml", "price: {net: 1234567890.12345678901, label: 1e3}")
    price = project.load({"price": Price}).slice("price", Price)
    assert (price.net, price.label) == (Decimal("1234567890.12345678901"), "1E3")


def test_a_switch_takes_the_words_that_people_write(project: Project) -> None:
    for word, meant in (("yes", True), ("no", False), ("on", True), ("off", False), ("1", True), ("0", False)):
        project.file("config/main.yaml", f"wide: {{flag: {word}}}")
        assert wide(project.load(WIDE)).flag is meant
        assert wide(project.load(WIDE, cli={"wide.flag": word}, priority=["command line"])).flag is meant


def test_a_secret_is_a_secret_wherever_it_comes_from(project: Project) -> None:
    class Vault(BaseModel):
        key: SecretStr

    for content in ("vault: {key: 12345}", 'vault: {key: "12345"}'):
        project.file("config/main.yaml", content)
        assert project.load({"vault": Vault}).slice("vault", Vault).key.get_secret_value() == "12345"
