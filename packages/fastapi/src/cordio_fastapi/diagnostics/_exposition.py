"""The text format in which Prometheus reads metrics: version 0.0.4 of its exposition formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["TYPE", "Exposition", "Sample", "named"]

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NO_NAME = re.compile(r"[^a-zA-Z0-9_]+")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})
_ESCAPES_IN_LABELS = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_Kind = Literal["counter", "gauge", "summary"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number.

    Parameters
    ----------
    value : float
        The number.
    labels : mapping of str to str
        What tells it apart from others of its metric.
    suffix : str
        What is added to the name: ``_sum`` and ``_count`` of a summary.
    """

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


class Exposition:
    """Collects metrics, and writes them.

    Examples
    --------
    >>> exposition = Exposition()
    >>> exposition.add("orders_sold_total", "counter", "What was sold.", [Sample(3, {"what": 'a "b"'})])
    >>> print(exposition.text(), end="")
    # HELP orders_sold_total What was sold.
    # TYPE orders_sold_total counter
    orders_sold_total{what="a \\"b\\""} 3
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._names: set[str] = set()

    def add(self, name: str, kind: _Kind, meaning: str, samples: Iterable[Sample]) -> None:
        """Add a metric; one without any sample is left out.

        Parameters
        ----------
        name : str
            Its name, as `named` makes it; one that is there already gets another.
        kind : str
            ``counter``, ``gauge`` or ``summary``.
        meaning : str
            What it is.
        samples : iterable of Sample
            Its numbers.
        """
        lines = []
        name = self._own(name, kind)
        for sample in samples:
            lines.append(f"{name}{sample.suffix}{_labels(sample.labels)} {_number(sample.value)}")
        if lines:
            self._lines += (f"# HELP {name} {_clean(meaning, _ESCAPES)}", f"# TYPE {name} {kind}", *lines)

    def text(self) -> str:
        """Return all of them.

        Returns
        -------
        str
            The text; each line ends with a line break.
        """
        return "".join(f"{line}\n" for line in self._lines)

    def _own(self, name: str, kind: _Kind) -> str:
        """Return a name that nobody has: a metric that is there twice makes the whole text unreadable."""
        while not self._names.isdisjoint(_taken(name, kind)):
            stem, ending = (name[:-6], "_total") if name.endswith("_total") else (name, "")
            name = f"{stem}_other{ending}"
        self._names.update(_taken(name, kind))
        return name


def named(*parts: str) -> str:
    """Make the name of a metric of words.

    Parameters
    ----------
    *parts : str
        The words, with whatever in them.

    Returns
    -------
    str
        Letters, digits and ``_``; no digit at the beginning.

    Examples
    --------
    >>> named("2 shops", "sold.total"), named("Größe")
    ('_2_shops_sold_total', 'Gr_e')
    """
    name = _NO_NAME.sub("_", "_".join(parts)).strip("_") or "unnamed"
    return f"_{name}" if name[0].isdigit() else name


def _taken(name: str, kind: _Kind) -> set[str]:
    return {name, f"{name}_sum", f"{name}_count"} if kind == "summary" else {name}


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_clean(value, _ESCAPES_IN_LABELS)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _clean(text: str, escapes: dict[int, str]) -> str:
    """Escape, and replace what UTF-8 has no bytes for: a lone surrogate out of a client's bytes."""
    return text.encode("utf-8", "replace").decode().translate(escapes)


def _number(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))
