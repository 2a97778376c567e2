"""Rules and texts as settings change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cordio_errors._context import restore
from cordio_errors._ground import Ground
from cordio_errors._overrides import Overrides
from cordio_errors._overriding import overriding

if TYPE_CHECKING:
    from cordio_errors._settings import ErrorsSettings

__all__ = ["Changes"]


class Changes(Ground):
    """The room where settings change rules and texts."""

    def configure(self, settings: ErrorsSettings | Mapping[str, object], /) -> None:
        """Let settings change rules and texts, now and again while running; what they do not name stays.

        Calls that are running keep what they have chosen. Settings take the place of earlier ones.

        Parameters
        ----------
        settings : ErrorsSettings or mapping
            The section ``errors``, as a model or as plain data of the same shape.

        Raises
        ------
        SettingsError
            If a name is wrong, or a value cannot be used, with all the mistakes; then nothing changes.
        RuleError
            If a rule would say nothing any more.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> errors = Errors()
        >>> errors.configure({"rules": {"LookupError": {"anser": "not_found"}}})
        Traceback (most recent call last):
        cordio_errors._settings.SettingsError: the settings have 1 mistake:
          - errors.rules.LookupError.anser: there is no such key: did you mean 'answer'?
        """
        overrides = self._overrides(settings)
        self._tables.override(overrides)
        self._catalogue.override(overrides)

    @contextmanager
    def override(self, settings: ErrorsSettings | Mapping[str, object], /) -> Iterator[None]:
        """Let settings change rules and texts in this context, and in the tasks that are started in it.

        Limits on a first attempt (``within``, ``limit``) and breakers stay as they are outside.

        Parameters
        ----------
        settings : ErrorsSettings or mapping
            As for `configure`.

        Yields
        ------
        None
            At once.

        Raises
        ------
        SettingsError
            If a name is wrong, or a value cannot be used.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_errors import Errors
        >>> errors = Errors()
        >>> async def find() -> None:
        ...     raise KeyError
        >>> with errors.override({"rules": {"KeyError": {"answer": "not_found"}}}):
        ...     asyncio.run(errors.run(find)).answer.status
        404
        """
        token = overriding.set(self._overrides(settings))
        try:
            yield
        finally:
            restore(overriding, token)

    def _overrides(self, settings: ErrorsSettings | Mapping[str, object]) -> Overrides:
        # The reader is wanted only by those that have settings.
        from cordio_errors._configuring import overrides_of

        overrides = overrides_of(
            settings, self._tables.declared, self._catalogue.declared, self._handlers.values()
        )
        self._tables.tried(overrides)
        return overrides
