"""What it costs to mask a nested dict of 37 keys."""

import copy

from cordio_monitor import mask
from tools.bench.clock import Run, calls
from tools.bench.comparison import Comparison, Over

ORDER: dict[str, object] = {
    "order": {
        "id": "A-1001",
        "status": "placed",
        "total": 129.95,
        "currency": "EUR",
        "lines": [
            {"sku": "A-1", "n": 2, "price": 9.95, "name": "red chair"},
            {"sku": "B-7", "n": 1, "price": 110.05, "name": "oak table"},
        ],
    },
    "customer": {
        "id": 7,
        "name": "Ann Smith",
        "email": "ann@example.org",
        "city": "Berlin",
        "zip": "10115",
        "password": "hunter2",
    },
    "headers": {
        "host": "api.example.org",
        "accept": "application/json",
        "user-agent": "curl/8.0",
        "authorization": "Bearer abcdef123456",
        "content-type": "application/json",
    },
    "took": 3.2,
    "retry": False,
    "node": "worker-3",
    "region": "eu-west-1",
    "attempt": 1,
    "parent": None,
    "tags": ["a", "b"],
    "version": "1.4.2",
    "debug": True,
    "queue": "orders",
}


def ours() -> Run:
    return calls(lambda: mask(ORDER))


def deep_copy() -> Run:
    return calls(lambda: copy.deepcopy(ORDER))


def sentry() -> Run:
    from sentry_sdk.scrubber import EventScrubber

    scrubber = EventScrubber(recursive=True)

    def scrub() -> None:
        scrubber.scrub_dict(copy.deepcopy(ORDER))

    return calls(scrub)


COMPARISONS = (
    Comparison(
        "masking a nested dict",
        ours,
        None,
        Over(12e-6),
        number=2_000,
        peers={"copy.deepcopy alone": deep_copy, "Sentry's scrubber on a copy": sentry},
    ),
)
