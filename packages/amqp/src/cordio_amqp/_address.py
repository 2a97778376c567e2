"""The address of the broker as aio-pika takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yarl import URL

    from cordio_amqp._settings import AmqpSettings

__all__ = ["address"]

_HEARTBEAT = "heartbeat"


def address(settings: AmqpSettings) -> URL:
    """Return the URL with the secrets in it; what a given ``url`` says of itself stays."""
    from yarl import URL

    if settings.url is not None:
        given = URL(settings.url.get_secret_value())
        return given if _HEARTBEAT in given.query else given.update_query(_heartbeat(settings))
    return URL.build(
        scheme="amqp",
        host=settings.host,
        port=settings.port,
        user=settings.user,
        password=settings.password.get_secret_value(),
        path=f"/{settings.vhost}",
        query=_heartbeat(settings),
    )


def _heartbeat(settings: AmqpSettings) -> dict[str, str]:
    # A text with a fraction would be read as 0, which switches heartbeats off.
    return {_HEARTBEAT: str(int(settings.heartbeat))}
