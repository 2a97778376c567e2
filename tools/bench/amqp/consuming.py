"""Consuming, validating and acknowledging, with a prefetch of a hundred."""

from tools.bench.amqp import _takers
from tools.bench.comparison import Comparison, Ratio

COMPARISONS = (
    Comparison(
        "take a model, validate, acknowledge, prefetch 100, over aio-pika (and at most 0.4 of FastStream)",
        lambda: _takers.takers(_takers.ours),
        _takers.aio_pika,
        Ratio(0.7),
        number=5_000,
        turns=5,
        peers={"aiormq": _takers.aiormq, "FastStream": _takers.faststream},
    ),
)
