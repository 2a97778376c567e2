"""What TLS to the broker is spoken by: the section ``tls`` of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_amqp._settings import AmqpSettings
    from cordio_core.tls import Tls, TlsSettings

__all__ = ["is_given", "spoken"]


def is_given(settings: AmqpSettings) -> bool:
    """Tell whether TLS is spoken, and the address leaves open by what.

    Parameters
    ----------
    settings : AmqpSettings
        The section ``amqp``.

    Returns
    -------
    bool
        Whether the section ``tls`` says it.
    """
    return settings.secured and not settings.own_tls


def spoken(settings: AmqpSettings, section: TlsSettings) -> Tls | None:
    """Return what keeps the context; None where none is spoken, or the address says by what.

    Parameters
    ----------
    settings : AmqpSettings
        The section ``amqp``.
    section : TlsSettings
        The section ``tls``.

    Returns
    -------
    Tls or None
        It is to be entered, so that it looks for new certificates.

    Raises
    ------
    TlsError
        If a file that the section names cannot be used.
    """
    if not is_given(settings):
        return None
    from cordio_core.tls import Tls

    return Tls(section)
