"""The address of the broker as aio-pika takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from cordio_amqp._places import Place, told

if TYPE_CHECKING:
    from yarl import URL

    from cordio_amqp._settings import AmqpSettings

__all__ = ["address"]

_HEARTBEAT = "heartbeat"


def address(settings: AmqpSettings, place: Place | None = None) -> URL:
    """Return the URL with the secrets in it; what a given ``url`` says of itself stays."""
    from yarl import URL

    where = told((place or settings.places[0],))
    if settings.url is None:
        secret = settings.password.get_secret_value()
        user, password, vhost = (quote(text, safe="") for text in (settings.user, secret, settings.vhost))
        url = URL(f"amqp://{user}:{password}@{where}/{vhost}")
    else:
        parts = urlsplit(settings.url.get_secret_value())
        login, at, _ = parts.netloc.rpartition("@")
        url = URL(parts._replace(netloc=f"{login}{at}{where}").geturl())
    # A number with a fraction would be read as 0, which switches heartbeats off.
    return url if _HEARTBEAT in url.query else url.update_query({_HEARTBEAT: str(int(settings.heartbeat))})
