"""Publishing with confirms, a hundred at once."""

from tools.bench.amqp import _senders
from tools.bench.amqp._place import senders
from tools.bench.comparison import Comparison, Ratio

COMPARISONS = (
    Comparison(
        "publish a model, confirmed, 100 at once, over aio-pika",
        lambda: senders(_senders.ours),
        _senders.aio_pika,
        Ratio(0.6),
        number=5_000,
        turns=5,
        peers={"aiormq": _senders.aiormq, "FastStream": _senders.faststream},
    ),
)
