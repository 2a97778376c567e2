"""Loading a small configuration and many files, beside the bare parser and the bare model."""

import tomllib
from pathlib import Path

import yaml
from pydantic import BaseModel, create_model

from cordio_config import Config
from tools.bench.clock import Run, calls, programs
from tools.bench.comparison import Comparison, Over, Ratio
from tools.bench.config._samples import Project, many, small

FIRST = 7.8e-3


class Part(BaseModel):
    """Ten values."""

    host: str
    port: int
    name: str
    user: str
    timeout: float
    tls: bool
    low: int
    high: int
    region: str
    note: str


class Whole(BaseModel):
    """Thirty values."""

    db: Part
    queue: Part
    web: Part


MODELS: dict[str, type] = {"db": Part, "queue": Part, "web": Part}
PROGRAM = """
import time, tomllib
from pathlib import Path
from tools.bench.config.loading import load, small
project = small()
begun = time.process_time()
load(project)
print(time.process_time() - begun)
"""


def load(project: Project) -> Config:
    """Load file, environment and ``.env``."""
    return Config.load(
        MODELS, root=project.root, pattern="**/main.toml", env_prefix="PROG", environ=project.environ
    )


def warm() -> Run:
    """Load it again and again."""
    project = small()
    return calls(lambda: load(project))


def bare() -> Run:
    """Parse the file and make the model, and nothing else."""
    file = small().root / "config" / "main.toml"
    return calls(lambda: Whole.model_validate(tomllib.loads(file.read_text())))


def first() -> Run:
    """Load it for the first time in a process: the models are declared, everything else is yet to come."""
    import subprocess
    import sys

    def once() -> float:
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
        return float(done.stdout)

    return lambda number: sum(once() for _ in range(number))


def files() -> Run:
    """Load fifty YAML files of forty keys each."""
    root = many()
    group = create_model("Group", **{f"key_{number}": (object, None) for number in range(40)})  # type: ignore
    models = {f"g{number}": group for number in range(50)}
    return calls(lambda: Config.load(models, root=root, paths=["."], pattern="*.yaml"))


def files_alone() -> Run:
    """Parse them with the loader in C."""
    paths = sorted(many().iterdir())
    return calls(lambda: [_parsed(path) for path in paths])


def _parsed(path: Path) -> object:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)


COMPARISONS = (
    Comparison(
        "30 keys of TOML, environment and .env",
        warm,
        bare,
        Ratio(3),
        50,
    ),
    Comparison("the same for the first time in a process", first, None, Over(FIRST), 1, 7),
    Comparison("50 YAML files of 2,000 keys", files, files_alone, Ratio(2), 1, 9),
    Comparison(
        "import cordio_config",
        lambda: programs("import cordio_config"),
        lambda: programs("pass"),
        Over(70e-3),
        3,
        9,
    ),
)
