"""What one destination is told for a code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from cordio_errors._language import chosen
from cordio_errors._text import Text

__all__ = ["Action", "Delivery", "Page", "Voice"]

Action = Literal["ack", "reject", "requeue"]

_NOTHING: Mapping[str, Text] = MappingProxyType({})


class Voice(NamedTuple):
    """What is said in one language.

    Parameters
    ----------
    title : str
        What kind of trouble it is; the same for every occurrence (RFC 9457, 3.1.4).
    detail : Text or None
        What this occurrence is about.
    """

    title: str
    detail: Text | None = None


class Page(NamedTuple):
    """What is told for a code.

    Parameters
    ----------
    status : int
        The status of HTTP, 200 to 599.
    voices : mapping of str to Voice
        By language, the default first; its name is empty where there is only one language.
    headers : mapping of str to Text
        Headers of the answer.
    type : str
        The URI of the kind of trouble; empty makes one of the code.
    fields : bool
        Whether the wrong fields of a validation error are listed.
    """

    status: int
    voices: Mapping[str, Voice]
    headers: Mapping[str, Text] = _NOTHING
    type: str = ""
    fields: bool = False

    @property
    def title(self) -> str:
        """The title in the default language."""
        return self.voice("").title

    def voice(self, language: str) -> Voice:
        """Return what is said in a language.

        Parameters
        ----------
        language : str
            One of ``voices``; another gives the default.

        Returns
        -------
        Voice
            The texts.
        """
        found = self.voices.get(language)
        return next(iter(self.voices.values())) if found is None else found

    def language(self, accepted: str | None) -> str:
        """Choose the language of an answer.

        Parameters
        ----------
        accepted : str or None
            The ``Accept-Language`` of the request; None for that of the context.

        Returns
        -------
        str
            One of ``voices``.
        """
        if len(self.voices) == 1:
            return next(iter(self.voices))
        return chosen(self.voices, accepted)

    def texts(self) -> Iterator[Text]:
        """Go over the texts with fields.

        Yields
        ------
        Text
            Each detail and each header.
        """
        yield from (voice.detail for voice in self.voices.values() if voice.detail is not None)
        yield from self.headers.values()


class Delivery(NamedTuple):
    """What becomes of a message.

    Parameters
    ----------
    action : {"ack", "reject", "requeue"}
        Whether it counts as done, is given up (to where the queue sends dead letters), or comes again.
    limit : int
        How often it may come again; 0 where it does not.
    delay : float
        After how many seconds it comes again.
    """

    action: Action
    limit: int = 0
    delay: float = 0.0
