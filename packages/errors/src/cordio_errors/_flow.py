"""What becomes of the flow when something goes wrong in a layer: it goes on, it lands, it ends."""

from __future__ import annotations

from collections.abc import Sequence

from cordio_errors._answer import Answer
from cordio_errors._decision import Decision
from cordio_errors._exceptions import NoSuchLayer
from cordio_errors._frame import Frame, Root, around, outermost
from cordio_errors._gravity import answers, beside_break, gravest
from cordio_errors._judge import Judge
from cordio_errors._mark import marks
from cordio_errors._notes import annotate
from cordio_errors._origin import Origin, shorten
from cordio_errors._outcome import Outcome, come_to
from cordio_errors._rule import Rule
from cordio_errors._rules import Finding
from cordio_errors._signal import GRAVITY, Break, Reaction
from cordio_errors._tables import Tables
from cordio_errors._text import described
from cordio_errors._verdict import Verdict

__all__ = ["Flow"]


class Flow:
    """Decides by the gravest rule; the judge answers and commits.

    Parameters
    ----------
    tables : Tables
        Which rule an exception falls under.
    judge : Judge
        Who answers and commits.

    Attributes
    ----------
    decisions : list of Decision or None
        What was decided, while a test wants to know.
    """

    __slots__ = ("_judge", "_tables", "decisions")

    def __init__(self, tables: Tables, judge: Judge) -> None:
        self._tables, self._judge = tables, judge
        self.decisions: list[Decision] | None = None

    def judged(self, error: BaseException, frame: Frame) -> Verdict | None:
        """Decide what a layer does with whatever it caught.

        Parameters
        ----------
        error : BaseException
            An exception, a break on its way, or a group.
        frame : Frame
            The call in the layer.

        Returns
        -------
        Verdict or None
            What it does; None if it lets it pass.
        """
        if not isinstance(error, Exception):
            return self.caught(error, frame)
        if frame.layer.once:
            marks.of(error, frame.since).exhausted = True
        shorten(error)
        return self.verdict(error, frame)

    def verdict(self, error: Exception, frame: Frame) -> Verdict | None:
        """Decide what a layer does with an exception that comes out of it.

        Parameters
        ----------
        error : Exception
            The exception.
        frame : Frame
            The call in the layer.

        Returns
        -------
        Verdict or None
            What it does; None if it lets the exception pass.
        """
        findings = self._findings(error, frame)
        reaction, cause, rule = gravest(error, findings)
        if rule is not None and rule.goto is not None:
            return self._jump(error, cause, rule, frame, findings)
        top = outermost(frame)
        if reaction in ("stop", "halt"):
            return self._end(reaction, error, frame, top, findings)
        return self._respond(reaction, error, frame, top, findings)

    def caught(self, caught: BaseException, frame: Frame) -> Verdict | None:
        """Decide what a layer does with a break on its way, or with a group that holds one.

        Parameters
        ----------
        caught : BaseException
            The break, or the group.
        frame : Frame
            The call in the layer.

        Returns
        -------
        Verdict or None
            What it does; None if it lets it pass as it is.
        """
        signal = self._taken_out(caught, frame)
        if signal is None:
            return None
        if isinstance(signal, Exception):
            return self.verdict(signal, frame) or Verdict(raised=signal)
        if signal.target is not frame:
            return None if signal is caught else Verdict(raised=signal)
        if signal.reaction == "goto":
            return self._land(signal.error, frame)
        return Verdict() if signal.reaction == "stop" else Verdict(raised=signal.error)

    def outcome(self, error: Exception, frame: Root) -> Outcome:
        """Say what a whole event came to whose handler raised an exception.

        Parameters
        ----------
        error : Exception
            The exception.
        frame : Root
            The call of the handler.

        Returns
        -------
        Outcome
            What it came to.
        """
        findings = self._findings(error, frame)
        reaction, cause, rule = gravest(error, findings)
        if rule is not None and rule.goto is not None:
            if rule.goto != frame.name:
                return self.outcome(_lost(error, rule, frame), frame)
            marks.of(cause, frame.since).landed += (frame.name,)
            return self.outcome(cause, frame)
        if self.decisions is not None:
            self._tell(reaction, error, rule, frame)
        answer = self._settle(error, frame, findings)
        return come_to(reaction, error, answer, reaction == "stop" and answers(findings))

    def arrived(self, caught: BaseException, frame: Root) -> Outcome | None:
        """Say what a whole event came to that a break has ended.

        Parameters
        ----------
        caught : BaseException
            The break, or a group that holds one.
        frame : Root
            The call of the handler.

        Returns
        -------
        Outcome or None
            What it came to; None if it is no break of this event.
        """
        signal = self._taken_out(caught, frame)
        if isinstance(signal, Exception):
            return self.outcome(signal, frame)
        if signal is None or signal.target is not frame:
            return None
        if signal.reaction == "goto":
            marks.of(signal.error, frame.since).landed += (frame.name,)
            return self.outcome(signal.error, frame)
        return come_to(signal.reaction, signal.error, signal.answer, signal.answer is not None)

    def _tell(self, reaction: Reaction, error: Exception, rule: Rule | None, frame: Frame) -> None:
        if self.decisions is not None:
            self.decisions.append(Decision(frame.name, reaction, error, rule.origin if rule else None))

    def _findings(self, error: Exception, frame: Frame) -> Sequence[Finding]:
        if isinstance(error, NoSuchLayer):
            return [(error, None)]  # a mistake in the program: no rule may hide it, or send it round again
        return self._tables.findings(error, frame, marks.landed(error, frame.since))

    def _settle(self, error: Exception, frame: Frame, findings: Sequence[Finding]) -> Answer | None:
        return self._judge.settle(error, frame.name, frame.since, findings)

    def _jump(
        self, error: Exception, cause: Exception, rule: Rule, frame: Frame, findings: Sequence[Finding]
    ) -> Verdict:
        target = next((one for one in around(frame) if one.name == rule.goto), None)
        self._tell("goto", cause, rule, frame)
        if target is None:
            return Verdict(raised=_lost(error, rule, frame))
        if rule.commit or len(findings) > 1:
            self._settle(error, frame, findings)
        if target is frame:
            return self._land(cause, frame)
        return Verdict(raised=Break("goto", target, cause, None))

    def _land(self, error: Exception, frame: Frame) -> Verdict:
        if frame.layer.landing is not None:
            return Verdict(landing=frame.layer.landing, error=error)
        marks.of(error, frame.since).landed += (frame.name,)
        return self.verdict(error, frame) or Verdict(raised=error)

    def _end(
        self, reaction: Reaction, error: Exception, frame: Frame, top: Frame, findings: Sequence[Finding]
    ) -> Verdict | None:
        self._tell(reaction, error, gravest(error, findings)[2], frame)
        answer = self._settle(error, frame, findings)
        if top is not frame:
            told = answer if reaction == "halt" or answers(findings) else None
            return Verdict(raised=Break(reaction, top, error, told))
        return Verdict() if reaction == "stop" else None

    def _respond(
        self, reaction: Reaction, error: Exception, frame: Frame, top: Frame, findings: Sequence[Finding]
    ) -> Verdict | None:
        layer = frame.layer
        if layer.kind == "service" and layer.passes and frame is not top:
            return None
        if layer.kind == "free" and frame is not top and reaction != "ignore":
            return None
        self._tell(reaction, error, gravest(error, findings)[2], frame)
        if reaction == "ignore":
            return Verdict(layer.default)
        answer = self._settle(error, frame, findings)
        if layer.kind == "service" and frame is not top:
            return Verdict(raised=Break("answer", top, error, answer))
        return None

    def _taken_out(self, caught: BaseException, frame: Frame) -> Break | Exception | None:
        """The break that is meant, or a failure beside it that is graver; the rest is committed and told."""
        if isinstance(caught, Break):
            return caught
        members = beside_break(caught)
        if not members:
            return None
        meant = max(members, key=lambda one: self._weight(one, frame))
        told = meant.error if isinstance(meant, Break) else meant
        for other in members:
            if other is meant or (isinstance(other, Break) and isinstance(meant, Break)):
                continue
            if isinstance(other, Exception):
                self._settle(other, frame, self._findings(other, frame))
            annotate(
                told, f"beside it failed: {described(other.error if isinstance(other, Break) else other)}"
            )
        caught.with_traceback(None)  # it ends here, and a TaskGroup's frame holds it
        return meant

    def _weight(self, one: Exception | Break, frame: Frame) -> tuple[int, bool]:
        """How grave it is; a break has been decided, and goes before a failure that is as grave."""
        reaction = one.reaction if isinstance(one, Break) else gravest(one, self._findings(one, frame))[0]
        return GRAVITY[reaction], isinstance(one, Break)


def _lost(error: Exception, rule: Rule, frame: Frame) -> NoSuchLayer:
    lost = NoSuchLayer(rule.goto or "", frame.name, str(rule.origin), str(Origin.raised(error)))
    lost.__cause__ = error
    return lost
