"""The rules by which it is decided what becomes of a message, against a plain model of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_amqp import Retries
from cordio_amqp._retries import pause, step
from cordio_amqp._verdict import judged, parked
from cordio_core import Response

statuses = st.none() | st.integers(100, 599)
actions = st.sampled_from([None, "ack", "reject", "requeue"])


def _expected(status: int | None, action: str | None, limit: int, attempt: int, attempts: int) -> str:
    if action is not None:
        again = "retry" if attempt <= limit else "park"
        return {"ack": "ack", "reject": "reject", "requeue": again}[action]
    if status is None or status < 400:
        return "ack"
    return "retry" if status >= 500 and attempt < attempts else "park"


@given(statuses, actions, st.integers(0, 20), st.integers(1, 30), st.integers(1, 20))
def test_the_action_decides_and_without_one_the_status(
    status: int | None, action: str | None, limit: int, attempt: int, attempts: int
) -> None:
    headers = {} if action is None else {"x-action": action, "x-limit": str(limit), "x-delay-ms": "250"}
    verdict = judged(Response(status=status, headers=headers), attempt, Retries(attempts=attempts))
    assert verdict.action == _expected(status, action, limit, attempt, attempts)
    if verdict.action == "retry":
        assert verdict.delay == (0.25 if action else pause(Retries(attempts=attempts), attempt))


@given(statuses, actions, st.integers(1, 10), st.integers(1, 10))
def test_no_message_is_tried_again_without_end(
    status: int | None, action: str | None, limit: int, attempts: int
) -> None:
    headers = {} if action is None else {"x-action": action, "x-limit": str(limit)}
    response = Response(status=status, headers=headers)
    tried = [judged(response, attempt, Retries(attempts=attempts)).action for attempt in range(1, 13)]
    assert tried[-1] != "retry"


@given(st.floats(0, 1e6))
def test_waits_are_rounded_up_and_there_are_few_of_them(seconds: float) -> None:
    rounded = step(seconds)
    assert seconds * 1000 <= rounded <= max(1, seconds * 2500)
    assert str(rounded).rstrip("0") in ("", "1", "2", "5")


@given(st.integers(1, 10_000))
def test_a_wait_doubles_from_the_first_to_the_longest(attempt: int) -> None:
    scheme = Retries(wait="1s..5m")
    assert pause(scheme, attempt) == min(300.0, 2.0 ** min(attempt - 1, 60))


@pytest.mark.parametrize(
    ("body", "code", "incident"),
    [
        (b'{"code": "sold_out", "incident": "i-1"}', "sold_out", "i-1"),
        (b"[]", "status 500", ""),
        (b"\xff", "status 500", ""),
        (None, "status 500", ""),
        (json.dumps({"code": 7, "incident": "i" * 500}).encode(), "status 500", "i" * 100),
    ],
)
def test_the_code_and_the_incident_of_the_answer_are_kept(
    body: bytes | None, code: str, incident: str
) -> None:
    verdict = judged(Response(status=500, body=body), 9, Retries())
    assert (verdict.error, verdict.incident) == (code, incident)


def test_what_is_said_of_a_message_is_bounded() -> None:
    assert len(parked("x" * 5000).error) == 1000


@pytest.mark.parametrize(("attempts", "wait"), [(0, "1s"), (3, "soon"), (3, "1s..soon")])
def test_a_retry_scheme_that_means_nothing_is_refused(attempts: int, wait: str) -> None:
    with pytest.raises(ValueError, match="attempts=0|soon"):
        Retries(attempts=attempts, wait=wait)
