"""Moments that clocks show: cron expressions, single moments, and the days on which clocks are changed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordio_core import CoreError, Duration, at, cron, every
from cordio_core._cron import Cron

pytest.importorskip("croniter")

BERLIN, HOWE = "Europe/Berlin", "Australia/Lord_Howe"


def moments(expression: str, zone: str, since: str, until: str) -> list[str]:
    """Return the moments between two times in UTC, as the clocks of the zone show them."""
    found, end = [], datetime.fromisoformat(until).replace(tzinfo=UTC).timestamp()
    cron, moment = Cron(expression, zone), datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp()
    while (moment := cron.after(moment)) <= end:
        found.append(f"{datetime.fromtimestamp(moment, ZoneInfo(zone)):%d %H:%M%z}")
    return found


@pytest.mark.parametrize(
    ("expression", "zone", "since", "until", "expected"),
    [
        # Berlin, 29 March 2026: from 02:00 the clocks are set forward to 03:00
        (
            "30 2 * * *",
            BERLIN,
            "2026-03-28",
            "2026-03-31",
            ["28 02:30+0100", "29 03:00+0200", "30 02:30+0200"],
        ),
        ("0,30 2 * * *", BERLIN, "2026-03-28T12:00", "2026-03-29T12:00", ["29 03:00+0200"]),
        ("0 3 * * *", BERLIN, "2026-03-28T12:00", "2026-03-29T12:00", ["29 03:00+0200"]),
        (
            "0 * * * *",
            BERLIN,
            "2026-03-28T23:30",
            "2026-03-29T02:30",
            ["29 01:00+0100", "29 03:00+0200", "29 04:00+0200"],
        ),
        ("*/30 2 * * *", BERLIN, "2026-03-28T12:00", "2026-03-30T00:15", ["30 02:00+0200"]),
        # Berlin, 25 October 2026: from 03:00 the clocks are set back to 02:00
        ("30 2 * * *", BERLIN, "2026-10-24", "2026-10-26", ["24 02:30+0200", "25 02:30+0200"]),
        ("0 3 * * *", BERLIN, "2026-10-24T12:00", "2026-10-25T12:00", ["25 03:00+0100"]),
        (
            "0 * * * *",
            BERLIN,
            "2026-10-24T23:30",
            "2026-10-25T02:30",
            ["25 02:00+0200", "25 02:00+0100", "25 03:00+0100"],
        ),
        (
            "*/30 2 * * *",
            BERLIN,
            "2026-10-25",
            "2026-10-25T06:00",
            ["25 02:30+0200", "25 02:00+0100", "25 02:30+0100"],
        ),
        # Lord Howe Island, where the clocks are changed by half an hour: 4 October and 5 April 2026 at 02:00
        ("15 2 * * *", HOWE, "2026-10-03T12:00", "2026-10-04T12:00", ["04 02:30+1100"]),
        ("45 1 * * *", HOWE, "2026-04-04T12:00", "2026-04-05T12:00", ["05 01:45+1100"]),
        ("0 * * * *", HOWE, "2026-10-03T14:45", "2026-10-03T17:15", ["04 03:00+1100", "04 04:00+1100"]),
        # leap days, and the two ways to name a day
        ("0 0 29 2 *", "UTC", "2026-01-01", "2033-01-01", ["29 00:00+0000", "29 00:00+0000"]),
        (
            "0 0 13 * fri",
            "UTC",
            "2026-11-01",
            "2026-11-21",
            ["06 00:00+0000", "13 00:00+0000", "20 00:00+0000"],
        ),
        ("@weekly", "UTC", "2026-11-24", "2026-12-01", ["29 00:00+0000"]),
    ],
)
def test_moments_on_the_days_on_which_the_clocks_are_changed(
    expression: str, zone: str, since: str, until: str, expected: list[str]
) -> None:
    assert moments(expression, zone, since, until) == expected


class Model:
    """What crontab(5) says, asked of every minute."""

    def __init__(self, fields: list[list[int] | None], text: str) -> None:
        self.fields, self.text = fields, text

    def matches(self, shown: datetime) -> bool:
        minute, hour, day, month, weekday = self.fields
        of_day = day is None or shown.day in day
        of_week = weekday is None or shown.isoweekday() % 7 in weekday
        is_day = (of_day or of_week) if day is not None and weekday is not None else of_day and of_week
        return (
            (minute is None or shown.minute in minute)
            and (hour is None or shown.hour in hour)
            and (month is None or shown.month in month)
            and is_day
        )


def _field(low: int, high: int) -> st.SearchStrategy[list[int] | None]:
    some = st.lists(st.integers(low, high), min_size=1, max_size=4, unique=True).map(sorted)
    return st.one_of(st.none(), some)


def _text(values: list[int] | None) -> str:
    return "*" if values is None else ",".join(map(str, values))


models = st.tuples(_field(0, 59), _field(0, 23), _field(1, 31), _field(1, 12), _field(0, 6)).map(
    lambda fields: Model(list(fields), " ".join(map(_text, fields)))
)


@settings(max_examples=40, deadline=None)
@given(models, st.sampled_from(["2026-03-28", "2026-10-24", "2026-02-27", "2026-12-30"]), st.integers(0, 1439))
def test_moments_are_those_of_a_model_that_asks_every_minute(model: Model, day: str, minute: int) -> None:
    zone = ZoneInfo(BERLIN)
    since = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minute)
    expected, before = [], (since - timedelta(hours=4)).astimezone(zone)
    goes_by_clocks = model.fields[0] is None or model.fields[1] is None
    seen: set[datetime] = set()
    instants = [since + timedelta(minutes=number) for number in range(-240, 3 * 1440)]
    for instant in instants:
        shown = instant.astimezone(zone).replace(tzinfo=None, fold=0)
        earlier = before.replace(tzinfo=None, fold=0)
        jumped = [
            earlier + timedelta(minutes=number)
            for number in range(1, int((shown - earlier) / timedelta(minutes=1)))
        ]
        fits = model.matches(shown)
        if not goes_by_clocks:
            fits = (fits and shown not in seen) or any(map(model.matches, jumped))
        seen.add(shown)
        if fits and instant > since:
            expected.append(instant.timestamp())
        before = instant.astimezone(zone)
    cron, moment, found = Cron(model.text, BERLIN), since.timestamp(), []
    try:
        while (moment := cron.after(moment)) <= instants[-1].timestamp():
            found.append(moment)
    except ValueError:  # a day that the month does not have
        pass
    assert found == expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (
            "61 * * * *",
            "'61 * * * *' is no cron expression: its minute '61' is not from 0 to 59; write minute, hour",
        ),
        ("* 24 * * *", "its hour '24' is not from 0 to 23"),
        ("* * 0 * *", "its day of the month '0' is not from 1 to 31"),
        ("* * * 13 *", "its month '13' is not from 1 to 12, or jan to dec"),
        ("* * * * fry", "its day of the week 'fry' is not from 0 to 7, or sun to sat"),
        ("*/0 * * * *", "its minute '*/0' is not"),
        ("r * * * *", "its minute 'r' is not"),
        ("h * * * *", "its minute 'h' is not"),
        ("* * * *", "it has 4 fields"),
        ("* * * * * *", "it has 6 fields"),
        ("", "it has 0 fields"),
        ("@reboot", "it has 1 fields"),
        (5, "5 is no cron expression"),
        ("0 0 31 2 *", "the moment of '0 0 31 2 *' never comes: no such month has such a day"),
    ],
)
def test_a_bad_expression_is_refused_with_the_field_that_is_wrong(expression: str, said: str) -> None:
    with pytest.raises(ValueError) as told:
        cron(expression)
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda: cron("@daily", "Europe/Berln"),
            "'Europe/Berln' is no time zone: write its name.*is it 'Europe/Berlin'",
        ),
        (lambda: cron("@daily", "../etc/passwd"), "is no time zone"),
        (
            lambda: cron("@daily", overlap="wait"),  # type: ignore[arg-type]
            "overlap='wait' says nothing: write 'skip', 'queue' or 'together'",
        ),
        (lambda: cron("@daily", jitter="soon"), "'soon' is no duration"),
        (lambda: every("5m", overlap="wait"), "overlap='wait' says nothing"),  # type: ignore[arg-type]
        (lambda: every("5s", jitter="5s"), "a jitter of '5s' is not less than the period, '5s'"),
        (
            lambda: cron("*/5 * * * *", jitter="5m"),
            r"a jitter of '5m' is not less than the time between two moments of '\*/5 .*', 300 s: take",
        ),
        (lambda: cron("0 0,1 * * *", jitter="2h"), "between two moments of '0 0,1 .*', 3600 s"),
        (lambda: cron("@daily", "Europe/Berlin", jitter="24h"), "between two moments of '@daily', 86400 s"),
        (lambda: every("0s"), "a period of 1ms or more, not '0s'"),
        (lambda: at("tomorrow"), "'tomorrow' is no time: write it as in '2026-12-01T03:00'"),
        (lambda: at("2026-03-29T02:30", BERLIN), "no clock of Europe/Berlin ever shows 2026-03-29T02:30"),
        (lambda: at("2026-12-01T03:00", "Mars/Base"), "'Mars/Base' is no time zone"),
    ],
)
def test_an_option_that_means_nothing_is_refused_where_it_stands(made: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("expression", "jitter"),
    [("*/5 * * * *", "299s"), ("0 0,1 * * *", "59m"), ("@daily", "23h"), ("@yearly", "90d")],
)
def test_a_jitter_shorter_than_the_time_between_two_moments_is_taken(expression: str, jitter: str) -> None:
    assert cron(expression, jitter=jitter).jitter == float(Duration(jitter))


def test_a_single_moment_is_the_first_one_that_the_clocks_show() -> None:
    assert at("2026-10-25T02:30", BERLIN).moment == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    assert at("2026-10-25T02:30+01:00").moment == datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp()


def test_croniter_is_imported_when_an_expression_is_used_and_missed_in_plain_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = "import sys, cordio_core; cordio_core.every('5m'); sys.exit('croniter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    monkeypatch.setitem(sys.modules, "croniter", None)
    with pytest.raises(CoreError, match=r"cron\('@daily'\) needs croniter: install cordio-core\[cron\]"):
        cron("@daily")
