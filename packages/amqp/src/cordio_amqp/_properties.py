"""What AMQP 0-9-1 (section 3.1.2.1) calls the properties of a message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pamqp import commands as spec

if TYPE_CHECKING:
    from cordio_amqp._letter import Letter

__all__ = ["properties"]

_TRANSIENT, _PERSISTENT = 1, 2


def properties(letter: Letter) -> spec.Basic.Properties:
    """Return the properties of a letter."""
    given = letter.properties
    return spec.Basic.Properties(
        content_type=letter.content_type,
        content_encoding=given.get("content_encoding"),
        headers=dict(letter.headers) or None,
        delivery_mode=_PERSISTENT if letter.is_persistent else _TRANSIENT,
        priority=given.get("priority"),
        correlation_id=given.get("correlation_id"),
        reply_to=given.get("reply_to"),
        expiration=letter.expiration,
        message_id=letter.message_id,
        timestamp=given.get("timestamp") or datetime.now(UTC),
        message_type=given.get("type"),
        app_id=given.get("app_id"),
    )
