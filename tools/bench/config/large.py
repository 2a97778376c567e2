"""One large file of each format, and how the time grows with it."""

import json
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import BaseModel

from cordio_config import Config
from tools.bench.clock import Run, calls
from tools.bench.comparison import Comparison, Ratio
from tools.bench.config._samples import written

PARSERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": lambda text: yaml.load(text, Loader=yaml.CSafeLoader),
}


class All(BaseModel):
    """Groups of a hundred values of any kind."""

    groups: dict[str, object]


def ours(form: str, keys: int = 20_000, asked: str = "") -> Callable[[], Run]:
    """Load the file, and ask where a value stands if one is named."""

    def make() -> Run:
        root = _file(form, keys).parent

        def load() -> None:
            config = Config.load({"all": All}, root=root, paths=["."], pattern=f"main.{form}")
            if asked:
                assert config.origin(asked).line

        return calls(load)

    return make


def bare(form: str, keys: int = 20_000) -> Callable[[], Run]:
    """Read the file and parse it, and nothing else."""

    def make() -> Run:
        file = _file(form, keys)
        return calls(lambda: PARSERS[form](file.read_text()))

    return make


def _file(form: str, keys: int) -> Path:
    root = Path(tempfile.mkdtemp(prefix="cordio-bench-"))
    file = root / f"main.{form}"
    file.write_text(written(form, keys))
    return file


LAST = "all.groups.g199.key_99"
COMPARISONS = (
    Comparison(
        "20,000 keys of YAML, with line numbers", ours("yaml", asked=LAST), bare("yaml"), Ratio(1.3), 1, 9
    ),
    Comparison("20,000 keys of JSON", ours("json"), bare("json"), Ratio(1.5), 5, 15),
    Comparison("20,000 keys of TOML", ours("toml"), bare("toml"), Ratio(1.2), 1, 9),
    *(
        Comparison(
            f"ten times the keys of {form.upper()}: 200,000 for 20,000",
            ours(form, 200_000),
            ours(form),
            Ratio(12),
            1,
            3,
        )
        for form in PARSERS
    ),
)
