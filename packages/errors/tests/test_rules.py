"""Which rule acts, and which rules are refused."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_errors import (
    CatalogueError,
    ControlFlowError,
    Destination,
    DestinationError,
    Errors,
    ErrorsError,
    Incident,
    Retry,
    Rule,
    RuleError,
    answer,
    rule,
    to,
)


class Trouble(Exception):
    pass


class Disk(Trouble):
    pass


class Full(Disk, ValueError):
    pass


class Remote(Trouble, OSError):
    pass


class RemoteFull(Remote, Full):
    pass


KINDS: list[type[Exception]] = [Exception, ValueError, OSError, Trouble, Disk, Full, Remote, RemoteFull]
RULE = st.tuples(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=3), st.sampled_from([None, True, False])
)


Written = tuple[list[type[Exception]], bool | None]


def expected(tables: Sequence[Sequence[Written]], kind: type[Exception]) -> tuple[int, int] | None:
    """The layer and the number of the rule that acts, by reading the promise aloud."""
    for layer, rules in enumerate(tables):
        best: tuple[int, int, int] | None = None
        for number, (kinds, holds) in enumerate(rules):
            for distance, ancestor in enumerate(kind.__mro__):
                if ancestor in kinds and holds is not False:
                    place = (distance, 0 if holds else 1, -number)
                    best = place if best is None else min(best, place)
        if best is not None:
            return layer, -best[2]
    return None


def answered(errors: Errors, error: Exception) -> str | None:
    async def fail() -> None:
        raise error

    outcome = asyncio.run(errors.run(fail))
    return outcome.answer.code if outcome.answer else None


def ruled(errors: Errors, layer: int, rules: Sequence[Written]) -> list[Rule]:
    made = []
    for number, (kinds, holds) in enumerate(rules):
        code = f"rule{layer}_{number}"
        errors.catalogue({code: {"http": {"status": 400}}})
        when = None if holds is None else (lambda error, holds=holds: holds)
        made.append(rule(*kinds, answer=answer(code), when=when))
    return made


TABLE = st.lists(RULE, max_size=4)


@given(st.tuples(TABLE, TABLE, TABLE, TABLE), st.sampled_from(KINDS), st.booleans())
def test_layers_count_from_the_inside_out_then_the_most_specific_type_then_a_predicate_then_the_last(
    tables: tuple[list[Written], list[Written], list[Written], list[Written]],
    kind: type[Exception],
    in_a_group: bool,
) -> None:
    errors = Errors(recorder=Silent())
    inner, middle, outer, application = (ruled(errors, layer, rules) for layer, rules in enumerate(tables))

    @errors.service(rules=inner)
    async def call() -> None:
        raise kind()

    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(call())

    @errors.handler(rules=outer)
    async def handle() -> None:
        async with errors.layer("between", rules=middle):
            await (grouped() if in_a_group else call())

    for number, (kinds, holds) in enumerate(tables[3]):
        when = None if holds is None else (lambda error, holds=holds: holds)
        errors.on(*kinds, answer=answer(f"rule3_{number}"), when=when)
    found = expected(tables, kind)
    given_answer = asyncio.run(errors.run(handle)).answer
    assert given_answer is not None and len(application) == len(tables[3])
    assert given_answer.code == ("internal" if found is None else "rule{}_{}".format(*found))


class Silent:
    def record(self, incident: Incident, /) -> None:
        pass


def test_a_rule_declared_later_is_in_force_for_handlers_declared_before(errors: Errors) -> None:
    @errors.handler
    async def find() -> None:
        raise KeyError("A-1")

    async def code() -> str | None:
        outcome = await errors.run(find)
        return outcome.answer.code if outcome.answer else None

    assert asyncio.run(code()) == "internal"
    errors.on(LookupError, answer=answer("invalid"))
    assert asyncio.run(code()) == "invalid"
    errors.on(KeyError, answer=answer("not_found"))
    assert asyncio.run(code()) == "not_found"


def test_a_predicate_sees_only_exceptions_of_its_types(errors: Errors) -> None:
    met: list[int | None] = []

    def is_io(error: OSError) -> bool:
        met.append(error.errno)
        return error.errno == 5

    errors.on(OSError, answer=answer("unavailable"), when=is_io)
    assert answered(errors, OSError(5, "io")) == "unavailable"
    assert answered(errors, OSError(6, "io")) == "internal"
    assert answered(errors, KeyError()) == "internal"
    assert met == [5, 6]


def test_a_predicate_that_fails_is_passed_over_and_told_in_the_traceback(errors: Errors) -> None:
    errors.on(ValueError, answer=answer("invalid"))
    errors.on(ValueError, answer=answer("not_found"), when=lambda error: error.args[7] == 1)
    error = ValueError("x")
    assert answered(errors, error) == "invalid"
    assert "test_rules.py" in error.__notes__[0] and "IndexError" in error.__notes__[0]


@pytest.mark.parametrize(
    "kind", [BaseException, asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit]
)
def test_a_rule_for_control_flow_is_refused_when_it_is_written(errors: Errors, kind: type[Exception]) -> None:
    with pytest.raises(TypeError) as caught:
        errors.on(ValueError, kind, ignore=True)
    assert isinstance(caught.value, ControlFlowError) and isinstance(caught.value, ErrorsError)
    assert kind.__qualname__ in str(caught.value) and "test_rules.py" in str(caught.value)


@pytest.mark.parametrize("kind", ["ValueError", ValueError("x"), int, None])
def test_a_rule_for_what_is_no_exception_type_is_refused(errors: Errors, kind: type[Exception]) -> None:
    with pytest.raises(RuleError, match="no exception type"):
        errors.on(kind, ignore=True)


def test_a_rule_that_cannot_be_meant_is_refused_with_its_place(errors: Errors) -> None:
    with pytest.raises(RuleError, match="says nothing"):
        errors.on(ValueError)
    with pytest.raises(RuleError, match="names no exception type"):
        errors.on(ignore=True)
    with pytest.raises(RuleError, match=r"test_rules\.py:\d+ .*ignores and reacts"):
        errors.on(ValueError, ignore=True, retry=Retry())
    with pytest.raises(RuleError, match="answer=answer"):
        errors.on(ValueError, answer="invalid")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(RuleError, match="retry=Retry"):
        errors.on(ValueError, retry=3)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(RuleError, match="commit="):
        errors.on(ValueError, commit=["log"])  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(RuleError, match="when=lambda"):
        errors.on(ValueError, ignore=True, when=True)  # type: ignore[arg-type]  # the mistake under test


def test_destinations_and_codes_that_cannot_be_are_refused() -> None:
    with pytest.raises(DestinationError, match="one of debug"):
        to.log("warn")
    with pytest.raises(DestinationError, match="name of the metric"):
        to.metric(" ")
    with pytest.raises(CatalogueError, match="a letter first"):
        answer("out of stock")


def test_the_mistakes_of_a_user_survive_pickling() -> None:
    for mistake in (
        RuleError("a.py:1", "says nothing", "say"),
        ControlFlowError("a.py:1", SystemExit),
        CatalogueError(["a", "b"]),
        DestinationError("log", "warn", "write"),
    ):
        assert str(pickle.loads(pickle.dumps(mistake))) == str(mistake)


def test_one_destination_needs_no_list(errors: Errors, seen: list[Incident]) -> None:
    errors.on(ValueError, answer=answer("invalid"), commit=to.log("info"))
    answered(errors, ValueError())
    assert [incident.destination for incident in seen] == [Destination("log", "info")]


def test_the_rule_that_would_act_is_explained_with_its_reason(errors: Errors) -> None:
    async def place() -> None: ...

    errors.on(Trouble, stop=True, commit=to.log("info"))
    errors.on(OSError, answer=answer("unavailable"), retry=Retry(attempts=4))
    errors.on(Disk, goto="checkout", when=lambda error: False)
    first, second, third, *rest = errors.explain(Full, place).splitlines()
    assert first.endswith("place:") and first.startswith("Full out of ")
    assert (
        second.startswith("  acts if its `when` holds: goto checkout, for Disk, at ")
        and "test_rules.py" in second
    )
    assert third.startswith("  acts: stop, commit log, for Trouble, at ") and rest == []
    assert errors.explain(ValueError).startswith("ValueError: no rule")
    errors.on(Exception, halt=True)
    assert errors.explain(Remote).splitlines()[-1].startswith("  passed over: halt, at ")
    rows = errors.table().splitlines()
    assert len(rows) == 4 and "retry 4, answer unavailable" in rows[1] and "test_rules.py" in rows[3]
