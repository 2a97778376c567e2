"""What the benchmarks of cordio-config load: a small project, many files, one large file of each format."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECTIONS = ("db", "queue", "web")
SMALL = {
    section: {
        "host": "db.local",
        "port": 5432,
        "name": "orders",
        "user": "shop",
        "timeout": 2.5,
        "tls": True,
        "low": 1,
        "high": 9,
        "region": "eu",
        "note": "as usual",
    }
    for section in SECTIONS
}


@dataclass(frozen=True)
class Project:
    """A folder with a configuration, and the environment that goes with it."""

    root: Path
    environ: dict[str, str]


def small() -> Project:
    """Write one TOML file of 30 keys and a ``.env`` file."""
    root = Path(tempfile.mkdtemp(prefix="cordio-bench-"))
    (root / "config").mkdir()
    (root / "config" / "main.toml").write_text(toml(SMALL))
    (root / ".env").write_text("# ours\nPROG_DB_LOW=7\nPROG_QUEUE_NOTE='not as usual'\n")
    return Project(
        root, {"PATH": "/usr/bin", "HOME": "/root", "PROG_DB_PORT": "6432", "PROG_WEB_HOST": "here"}
    )


def many(files: int = 50, keys: int = 40) -> Path:
    """Write so many YAML files, each with a group of its own."""
    root = Path(tempfile.mkdtemp(prefix="cordio-bench-"))
    for number in range(files):
        (root / f"{number:03}.yaml").write_text(yaml({f"g{number}": group(keys)}))
    return root


def group(keys: int) -> dict[str, object]:
    """Make so many keys with values of three kinds."""
    values = ("value number {0}", "{0}", "{0}.5")
    return {f"key_{number}": _value(values[number % 3].format(number)) for number in range(keys)}


def yaml(data: dict[str, dict[str, object]]) -> str:
    """Write groups as YAML."""
    return "".join(f"{name}:\n{_lines(values, '  {}: {}')}" for name, values in data.items())


def toml(data: dict[str, dict[str, object]], above: str = "") -> str:
    """Write groups as TOML."""
    return "".join(f"[{above}{name}]\n{_lines(values, '{} = {}')}" for name, values in data.items())


def written(form: str, keys: int) -> str:
    """Write one section that holds so many keys, in groups of a hundred."""
    data = {f"g{number}": group(100) for number in range(keys // 100)}
    if form == "json":
        return json.dumps({"all": {"groups": data}}, indent=1)
    if form == "toml":
        return toml(data, "all.groups.")
    inner = yaml(data).splitlines(keepends=True)
    return f"all:\n  groups:\n{''.join(f'    {line}' for line in inner)}"


def _lines(values: dict[str, object], form: str) -> str:
    return "".join(f"{form.format(key, json.dumps(value))}\n" for key, value in values.items())


def _value(text: str) -> object:
    if text.isdigit():
        return int(text)
    return float(text) if text[0].isdigit() else text
