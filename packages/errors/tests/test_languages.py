"""The language of an answer, by the Accept-Language of the request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_errors import Errors, Outcome, Rendered, answer, speaking
from cordio_errors._language import chosen

TITLES = {"en": "Gone", "de": "Weg", "fr": "Parti"}


@pytest.fixture
def errors() -> Errors:
    """Rules with an answer in three languages."""
    errors = Errors()
    errors.on(KeyError, answer=answer("gone"))
    told = {"action": "reject", "title": TITLES}
    errors.catalogue({"gone": {"http": {"status": 410, "title": TITLES}, "amqp": told}})
    return errors


async def find() -> None:
    raise KeyError


def page(outcome: Outcome) -> Rendered:
    assert outcome.answer is not None
    return outcome.answer.render("http")


def test_requests_at_the_same_time_are_answered_each_in_its_own_language(errors: Errors) -> None:
    met: list[str] = []

    async def request(header: str | None, inside: asyncio.Barrier) -> str:
        with speaking(header):
            await inside.wait()  # all of them speak before the first is answered
            found = page(await errors.run(find))
            met.append(found.headers["content-language"])
            return str(json.loads(found.body)["title"])

    async def main() -> list[str]:
        inside = asyncio.Barrier(4)
        headers = ("de", "fr, en;q=0.1", None, "en-GB")
        return await asyncio.gather(*(request(header, inside) for header in headers))

    assert asyncio.run(main()) == ["Weg", "Parti", "Gone", "Gone"]
    assert sorted(met) == ["de", "en", "en", "fr"]


def test_tasks_and_threads_speak_the_language_of_where_they_were_started(errors: Errors) -> None:
    async def answered() -> str:
        return page(await errors.run(find)).headers["content-language"]

    def in_thread() -> str:
        return asyncio.run(answered())

    async def main() -> list[str]:
        with speaking("de"):
            async with asyncio.TaskGroup() as tasks:
                task = tasks.create_task(answered())
            late = asyncio.create_task(answered())  # ends when nobody speaks any more
            in_a_thread = await asyncio.to_thread(in_thread)
        return [task.result(), await late, in_a_thread, await answered()]

    assert asyncio.run(main()) == ["de", "de", "de", "en"]


def test_the_language_is_as_before_after_an_exception_and_within_another(errors: Errors) -> None:
    async def answered() -> str:
        return page(await errors.run(find)).headers["content-language"]

    with speaking("de"):
        with pytest.raises(ZeroDivisionError), speaking("fr"):
            assert asyncio.run(answered()) == "fr"
            raise ZeroDivisionError
        assert asyncio.run(answered()) == "de"
        with speaking(None):
            assert asyncio.run(answered()) == "en"
    assert asyncio.run(answered()) == "en"


def test_a_header_that_is_no_text_is_refused_where_it_is_said() -> None:
    with pytest.raises(TypeError, match="write the header as text"):
        speaking(b"de")  # type: ignore[arg-type]  # the mistake under test


def test_caches_are_told_that_the_language_decides(errors: Errors) -> None:
    assert page(asyncio.run(errors.run(find))).headers["vary"] == "accept-language"
    errors.catalogue({"gone": {"http": {"status": 410}}})
    assert "vary" not in page(asyncio.run(errors.run(find))).headers


def test_messages_are_told_in_a_language_too(errors: Errors) -> None:
    found = asyncio.run(errors.run(find)).answer
    assert found is not None
    assert json.loads(found.render("amqp", "fr").body)["title"] == "Parti"
    with speaking("de"):
        assert json.loads(found.render("amqp").body)["title"] == "Weg"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("de-Latn-AT-1996", "de"),
        ("zh", "zh-Hant"),
        ("zh-Hans, de", "de"),
        ("ru, de;q=0.2, zh-Hant;q=0.7", "zh-Hant"),
        ("de;q=0.5, zh-Hant;q=0.5", "de"),
        ("*", "en"),
        ("en;q=0, *", "de"),
        ("en;q=0, *;q=0.1, de;q=0", "zh-Hant"),
        ("*;q=0", "en"),
        ("en;q=0", "en"),
        ("de;q=0.0001, zh-Hant;q=0.001", "zh-Hant"),
        ("de;q=nan, de;q=inf, de;q=-1, de;q=2, de;q=1.001, de;q=", "en"),
        ("de ; q=0.5 , zh-Hant ; Q=1.000", "zh-Hant"),
        (",,;q=1,;,=", "en"),
        ("", "en"),
        ("x" * 100_000 + ", de", "en"),
    ],
)
def test_the_best_weight_that_can_be_met_wins(header: str, language: str) -> None:
    assert chosen(["en", "de", "zh-Hant"], header) == language


def wanted(known: list[str], header: list[tuple[str, int]]) -> str:
    """A plain model: the ranges by weight, each met by itself or by a shorter one, or by a longer language."""

    def candidates() -> Iterator[str]:
        refused = [tag for tag, weight in header if weight == 0]
        allowed = [one for one in known if one not in refused]
        for tag, weight in sorted(header, key=lambda one: -one[1]):
            steps = tag.split("-")
            shorter = ["-".join(steps[:count]) for count in range(len(steps), 0, -1)]
            if weight > 0:
                yield from allowed if tag == "*" else [one for one in shorter if one in allowed]
                yield from (one for one in allowed if one.startswith(tag + "-"))

    return next(candidates(), known[0])


TAGS = st.sampled_from(["en", "de", "de-at", "de-at-1996", "fr", "zh-hant", "zh", "*"])


@given(
    st.lists(st.sampled_from(["en", "de", "de-at", "zh-hant"]), min_size=1, unique=True),
    st.lists(st.tuples(TAGS, st.integers(0, 10)), max_size=5),
)
def test_any_header_chooses_what_a_plain_model_chooses(
    known: list[str], header: list[tuple[str, int]]
) -> None:
    written = ", ".join(f"{tag};q={weight / 10:.1f}" for tag, weight in header)
    assert chosen(known, written) == wanted(known, header)
