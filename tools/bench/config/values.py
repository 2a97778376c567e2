"""Reading a value of a slice, beside a plain attribute."""

from dataclasses import dataclass

from pydantic import BaseModel

from cordio_config import Config
from tools.bench.clock import Run, calls
from tools.bench.comparison import Comparison, Ratio


class Limits(BaseModel):
    """A model of a section."""

    burst: int = 5


@dataclass(frozen=True, slots=True)
class Store:
    """The other kind of model of a section."""

    port: int = 5432


def of_slice(model: type, key: str) -> Run:
    """Read an attribute of what a configuration hands out."""
    held: object = Config.load({"it": model}, paths=[], dotenv=None).slice("it", model)
    return calls(lambda: getattr(held, key))


def of_model(model: type, key: str) -> Run:
    """Read the attribute of a model that was made by hand."""
    held: object = model()
    return calls(lambda: getattr(held, key))


COMPARISONS = (
    Comparison(
        "a value of a pydantic slice",
        lambda: of_slice(Limits, "burst"),
        lambda: of_model(Limits, "burst"),
        Ratio(1.1),
        100_000,
    ),
    Comparison(
        "a value of a dataclass slice",
        lambda: of_slice(Store, "port"),
        lambda: of_model(Store, "port"),
        Ratio(1.1),
        100_000,
    ),
)
