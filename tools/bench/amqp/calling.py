"""Calls with an answer, fifty at once."""

from tools.bench.amqp import _callers
from tools.bench.comparison import Comparison, Ratio

COMPARISONS = (
    Comparison(
        "call and be answered, both sides in one process, 50 at once, over aio-pika's JSON pattern",
        _callers.ours,
        _callers.aio_pika,
        Ratio(0.5),
        number=2_000,
        turns=5,
    ),
)
