"""Turns an exception that reached a handler layer into its answer, and commits the facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cordio_errors import to
from cordio_errors._answer import Answer, answer_of
from cordio_errors._catalogue import INTERNAL, UNAVAILABLE, Catalogue, Entry
from cordio_errors._destination import Destination
from cordio_errors._failures import CircuitOpen, DeadlineExceeded, LimitExceeded
from cordio_errors._incident import Incident
from cordio_errors._ledger import Ledger
from cordio_errors._mark import Mark, marks
from cordio_errors._notes import annotate
from cordio_errors._origin import Origin
from cordio_errors._rule import Rule
from cordio_errors._rules import Finding
from cordio_errors._text import described, shown
from cordio_errors._validation import wrong_fields

__all__ = ["Judge"]

_OURS = (DeadlineExceeded, LimitExceeded, CircuitOpen)

# What went wrong, the rule for it, what is said, and what is known of the incident.
_Case = tuple[Exception, Rule | None, Entry, Mark]


class Judge:
    """Speaks by the catalogue, records in the ledger.

    Parameters
    ----------
    catalogue : Catalogue
        What is said for a code.
    ledger : Ledger
        Where facts go.
    trace_id : callable or None
        Gives the id of the event's trace, or None.
    """

    __slots__ = ("_catalogue", "_ledger", "_trace_id")

    def __init__(
        self, catalogue: Catalogue, ledger: Ledger, trace_id: Callable[[], str | None] | None
    ) -> None:
        self._catalogue, self._ledger = catalogue, ledger
        self.trace_id = trace_id

    @property
    def trace_id(self) -> Callable[[], str | None] | None:
        """Who gives the id of the event's trace."""
        return self._trace_id

    @trace_id.setter
    def trace_id(self, trace_id: Callable[[], str | None] | None) -> None:
        if trace_id is not None and not callable(trace_id):
            raise TypeError(f"trace_id={trace_id!r}: write a function without arguments, or None")
        self._trace_id = trace_id

    def settle(self, error: Exception, layer: str, since: int, findings: Sequence[Finding]) -> Answer | None:
        """Answer an exception and commit its facts, once for one incident.

        Parameters
        ----------
        error : Exception
            What came out of the handler.
        layer : str
            The layer, by the name of its function.
        since : int
            ``marks.latest`` as it was when the handler was called.
        findings : sequence of Finding
            The rules that it falls under.

        Returns
        -------
        Answer or None
            The answer, None if a rule ignores the exception.
        """
        if not findings:
            return None
        if len(findings) == 1:
            one, rule = findings[0]
            gravest = one, rule, self._entry(one, rule), marks.of(one, since)
            cases = [gravest]
        else:
            cases = [(one, rule, self._entry(one, rule), marks.of(one, since)) for one, rule in findings]
            gravest = min(cases, key=_gravity)
        answer = self._answer(gravest)
        for case in cases:
            _, rule, entry, mark = case
            if not mark.recorded and (places := _places(rule, entry)):
                self._commit(case, places, answer, layer, marks.of(error, since).attempts)
        return answer

    def _answer(self, case: _Case) -> Answer:
        error, _, entry, mark = case
        if entry.code == INTERNAL and _is_unexpected(case):
            return Answer(entry.code, mark.identify(), entry, shown(None, entry.names), self._trace())
        values = shown(error, entry.names)
        fields = wrong_fields(error) if entry.http.fields else ()
        return answer_of((entry.code, mark.identify(), entry, values, self._trace(), fields))

    def _entry(self, error: Exception, rule: Rule | None) -> Entry:
        if rule is None or rule.reply is None:
            return self._catalogue[UNAVAILABLE if _is_unavailable(error) else INTERNAL]
        entry = self._catalogue.find(rule.reply.code)
        if entry is None:
            annotate(error, f"the rule at {rule.origin}: {self._catalogue.missing(rule.reply.code)}")
            return self._catalogue[INTERNAL]
        return entry

    def _commit(
        self, case: _Case, places: tuple[Destination, ...], answer: Answer, layer: str, attempts: int
    ) -> None:
        error, rule, entry, mark = case
        mark.recorded, mark.incident = True, mark.incident or answer.incident
        text = entry.log.fill(shown(error, entry.log.names)) if entry.log else described(error)
        for place in places:
            incident = Incident(
                destination=place,
                id=mark.incident,
                code=entry.code,
                message=text,
                error=error,
                where=Origin.raised(error),
                layer=layer,
                attempts=max(mark.attempts, attempts),
                status=answer.status,
                unexpected=rule is None,
                trace_id=answer.trace_id,
                rule=rule.origin if rule else None,
            )
            self._ledger.enter(incident)

    def _trace(self) -> str | None:
        if self._trace_id is None:
            return None
        try:
            return self._trace_id()
        except Exception as error:
            self._ledger.traceless(error)
            return None


def _is_unavailable(error: Exception) -> bool:
    """Whether it is a limit of time or of calls: ours, or another part's whose class says so."""
    return isinstance(error, _OURS) or getattr(type(error), "answer_code", None) == UNAVAILABLE


def _gravity(case: _Case) -> tuple[bool, int]:
    """What no rule answers comes first, then the highest status."""
    entry = case[2]
    return entry.code != INTERNAL, -entry.http.status


def _is_unexpected(case: _Case) -> bool:
    """Whether nothing of it may leave the process, since no rule asks for the answer ``internal``."""
    rule = case[1]
    return rule is None or rule.reply is None or rule.reply.code != INTERNAL


def _places(rule: Rule | None, entry: Entry) -> tuple[Destination, ...]:
    """Where a rule commits; what gets no answer of its own is never lost from sight."""
    if rule is None:
        return (to.exceptions(),)
    is_answered = rule.reply is not None and rule.reply.code == entry.code
    if is_answered or rule.reaction in ("goto", "stop") or (rule.reply is None and rule.commit):
        return rule.commit
    return tuple(dict.fromkeys((*rule.commit, to.exceptions())))
