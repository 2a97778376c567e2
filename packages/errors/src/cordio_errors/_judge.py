"""Turns an exception that reached a handler layer into its answer, and commits the facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cordio_errors import to
from cordio_errors._answer import Answer
from cordio_errors._catalogue import INTERNAL, UNAVAILABLE, Catalogue, Entry
from cordio_errors._destination import Destination
from cordio_errors._exceptions import DeadlineExceeded
from cordio_errors._failures import CircuitOpen, LimitExceeded
from cordio_errors._incident import Incident
from cordio_errors._ledger import Ledger
from cordio_errors._mark import annotate, marks
from cordio_errors._origin import Origin
from cordio_errors._rule import Rule
from cordio_errors._rules import Finding, Rules
from cordio_errors._text import described, shown
from cordio_errors._validation import wrong_fields

__all__ = ["Judge"]

_OURS = (DeadlineExceeded, LimitExceeded, CircuitOpen)


class Judge:
    """Judges by the rules, speaks by the catalogue, records in the ledger.

    Parameters
    ----------
    rules : Rules
        Which rule an exception falls under.
    catalogue : Catalogue
        What is said for a code.
    ledger : Ledger
        Where facts go.
    trace_id : callable or None
        Gives the id of the event's trace, or None.
    """

    __slots__ = ("_catalogue", "_ledger", "_rules", "trace_id")

    def __init__(
        self, rules: Rules, catalogue: Catalogue, ledger: Ledger, trace_id: Callable[[], str | None] | None
    ) -> None:
        self._rules, self._catalogue, self._ledger, self.trace_id = rules, catalogue, ledger, trace_id

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
        answer = self._answer(findings, since)
        attempts = marks.of(error, since).attempts
        for finding in findings:
            self._commit(finding, answer, layer, since, attempts)
        return answer

    def _answer(self, findings: Sequence[Finding], since: int) -> Answer:
        """Answer for the gravest: what no rule answers, then the highest status, then the first."""
        chosen = [(error, self._entry(error, rule)) for error, rule in findings]
        if len(chosen) > 1:
            chosen.sort(key=lambda one: (one[1].code != INTERNAL, -one[1].http.status))
        error, entry = chosen[0]
        values = shown(error, entry.names)
        fields = wrong_fields(error) if entry.http.fields else ()
        return Answer(entry.code, marks.of(error, since).identify(), entry, values, self._trace(), fields)

    def _entry(self, error: Exception, rule: Rule | None) -> Entry:
        if rule is None or rule.reply is None:
            return self._catalogue[UNAVAILABLE if isinstance(error, _OURS) else INTERNAL]
        entry = self._catalogue.find(rule.reply.code)
        if entry is None:
            annotate(error, f"the rule at {rule.origin}: {self._catalogue.missing(rule.reply.code)}")
            return self._catalogue[INTERNAL]
        return entry

    def _commit(self, finding: Finding, answer: Answer, layer: str, since: int, attempts: int) -> None:
        error, rule = finding
        mark = marks.of(error, since)
        if mark.recorded:
            return
        entry = self._entry(error, rule)
        places = _places(rule, entry)
        if not places:
            return
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
        if self.trace_id is None:
            return None
        try:
            return self.trace_id()
        except Exception:
            return None


def _places(rule: Rule | None, entry: Entry) -> tuple[Destination, ...]:
    """Where a rule commits; what gets no answer of its own is never lost from sight."""
    if rule is None:
        return (to.exceptions(),)
    if rule.reaction in ("goto", "stop"):
        return rule.commit
    lost = rule.reply.code != entry.code if rule.reply else not rule.commit
    return tuple(dict.fromkeys((*rule.commit, to.exceptions()))) if lost else rule.commit
