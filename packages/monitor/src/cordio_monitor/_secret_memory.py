"""Short texts that were looked at before and hold no secret: most values come again and again."""

from __future__ import annotations

from cordio_monitor._secret_rules import Rules, rules
from cordio_monitor._secret_text import SHORT, mask_known, mask_text

__all__ = ["Memory", "memory"]

_LONGEST, _MOST = 64, 4096


class Memory:
    """What was seen while the same rules hold.

    Parameters
    ----------
    held : Rules
        The rules.

    Attributes
    ----------
    has_paths : bool
        Whether there are paths of secrets.
    text : Callable[[str], str]
        Masks any text.
    short : int
        What has fewer characters, all of them letters and digits, holds no secret.
    harmless : set[str]
        Texts that hold none; nothing that was masked is kept.

    Examples
    --------
    >>> seen = Memory(Rules())
    >>> seen.masked("oak table"), "oak table" in seen.harmless
    ('oak table', True)
    """

    __slots__ = ("harmless", "has_paths", "short", "text")

    def __init__(self, held: Rules) -> None:
        self.has_paths = bool(held.tree)
        # Patterns of the user's own may fit any text.
        self.text, self.short = (mask_text, 0) if held.patterns else (mask_known, SHORT)
        self.harmless: set[str] = set()

    def masked(self, text: str) -> str:
        """Mask a text, and keep it if it is short and holds no secret.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        str
            The text without the secrets in it.
        """
        masked = self.text(text)
        if masked == text and len(text) <= _LONGEST:
            if len(self.harmless) >= _MOST:
                self.harmless.clear()
            self.harmless.add(text)
        return masked


class _Holder:
    """Where it is; replaced as a whole, so that what is being decided by old rules is lost with it."""

    __slots__ = ("now",)
    now: Memory

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, since the rules have changed."""
        self.now = Memory(rules.now)


memory = _Holder()
