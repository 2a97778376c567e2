"""Real servers for tests, each of one's own: ``python3 -m tools.servers`` starts them by hand."""

import signal
import time
from contextlib import ExitStack, suppress

from tools.missing import MissingServer, StartFailed
from tools.postgresql import PostgreSQL
from tools.rabbitmq import RabbitMQ

__all__ = ["MissingServer", "PostgreSQL", "RabbitMQ", "StartFailed"]


def main() -> None:
    """Start a server of each kind, print the addresses, and end them at Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), ExitStack() as running:
        kinds: tuple[type[PostgreSQL | RabbitMQ], ...] = (PostgreSQL, RabbitMQ)
        for kind in kinds:
            try:
                server = kind()
                running.enter_context(server)
                print(server.url, flush=True)
            except MissingServer as missing:
                print(missing, flush=True)
        while True:  # a signal just before signal.pause() would be waited for without an end
            time.sleep(0.1)


if __name__ == "__main__":
    main()
