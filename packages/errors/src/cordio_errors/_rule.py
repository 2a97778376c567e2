"""One rule: what happens when an exception of certain types comes out of a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cordio_errors._catalogue import CODE
from cordio_errors._destination import Destination
from cordio_errors._exceptions import CatalogueError, ControlFlowError, RuleError
from cordio_errors._mark import annotate
from cordio_errors._origin import Origin
from cordio_errors._retry import Retry
from cordio_errors._text import described

__all__ = ["Reply", "Rule", "answer"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a rule answers; `answer` makes it.

    Parameters
    ----------
    code : str
        The code of the catalogue.

    Examples
    --------
    >>> Reply("out_of_stock")
    Reply(code='out_of_stock')
    """

    code: str


def answer(code: str, /) -> Reply:
    """Answer with an entry of the catalogue.

    Parameters
    ----------
    code : str
        The code of the entry, which may be declared later.

    Returns
    -------
    Reply
        For ``answer=``.

    Raises
    ------
    CatalogueError
        If it cannot be a code.

    Examples
    --------
    >>> answer("out_of_stock")
    Reply(code='out_of_stock')
    """
    if not isinstance(code, str) or not CODE.fullmatch(code):
        problem = f"answer({code!r}): write up to 63 letters, digits, '_', '.' or '-', a letter first"
        raise CatalogueError([problem])
    return Reply(code)


@dataclass(frozen=True, slots=True)
class Rule:
    """Exception types and the reaction to them.

    Parameters
    ----------
    types : tuple of type of Exception
        The types; their subclasses are meant too.
    reply : Reply or None
        What is answered.
    commit : tuple of Destination
        Where the fact is recorded.
    retry : Retry or None
        How a service layer repeats the call.
    ignore : bool
        Whether it passes for None, without a record.
    when : callable or None
        Narrows the rule to exceptions for which it is true.
    origin : Origin
        Where the rule was declared.

    Raises
    ------
    RuleError
        If it contradicts itself, says nothing, or has no exception types.
    """

    types: tuple[type[Exception], ...]
    reply: Reply | None
    commit: tuple[Destination, ...]
    retry: Retry | None
    ignore: bool
    when: Callable[[Exception], object] | None
    origin: Origin

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        self._check_types()
        self._check_parts()
        acts = self.reply is not None or self.retry is not None or bool(self.commit)
        if self.ignore and acts:
            self._refuse("ignores and reacts at once", "leave out ignore=True, or everything else")
        if not self.ignore and not acts:
            self._refuse("says nothing", "give it answer=, commit=, retry= or ignore=True")

    def applies(self, error: Exception) -> bool:
        """Tell whether the rule, whose type fits, takes this exception.

        Parameters
        ----------
        error : Exception
            The exception.

        Returns
        -------
        bool
            What the predicate says; False if it fails itself.
        """
        if self.when is None:
            return True
        try:
            return bool(self.when(error))
        except Exception as broken:
            annotate(
                error, f"the rule at {self.origin} was passed over: its `when` raised {described(broken)}"
            )
            return False

    def _check_types(self) -> None:
        if not self.types:
            self._refuse("names no exception type", "write errors.on(SomeError, ...)")
        for kind in self.types:
            if not isinstance(kind, type) or not issubclass(kind, BaseException):
                self._refuse(f"is for {kind!r}, which is no exception type", "write the class itself")
            if not issubclass(kind, Exception):
                raise ControlFlowError(str(self.origin), kind)

    def _check_parts(self) -> None:
        if self.reply is not None and not isinstance(self.reply, Reply):
            self._refuse(f"answers {self.reply!r}", "write answer=answer('code')")
        if self.retry is not None and not isinstance(self.retry, Retry):
            self._refuse(f"repeats by {self.retry!r}", "write retry=Retry(attempts=3)")
        if self.when is not None and not callable(self.when):
            self._refuse(f"has the predicate {self.when!r}", "write when=lambda error: ...")
        for place in self.commit:
            if not isinstance(place, Destination):
                self._refuse(f"commits to {place!r}", "write commit=[to.log('error'), ...]")

    def _refuse(self, what: str, cure: str) -> None:
        raise RuleError(str(self.origin), what, cure)
