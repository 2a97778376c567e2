"""Values that hinder whoever masks them: what cannot be walked is hidden, and every walk ends."""

import itertools
from collections.abc import Iterator, Mapping

import pytest
from packages.monitor.tests.test_masking import CANARY

from cordio_monitor import MaskSettings, mask
from cordio_monitor._policy import install


class Shown(str):
    """A text that shows something else than it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return CANARY


class Endless(Mapping[object, object]):
    """A mapping and a list that never end."""

    def __getitem__(self, name: object) -> object:
        return None

    def __iter__(self) -> Iterator[object]:
        return itertools.count()

    def __len__(self) -> int:
        return 3


class EndlessList(list[object]):
    def __iter__(self) -> Iterator[object]:
        return itertools.repeat("x")


class Closed:
    def __getattribute__(self, name: str) -> object:
        raise SystemExit(CANARY)


def hostile() -> tuple[object, ...]:
    """Return values that hinder whoever walks them; none is kept, so that they hinder no other test."""
    return (
        *(
            Shown("x"),
            {Shown("x"): Shown("y")},
            Endless(),
            [Endless()],
            EndlessList([1, 2, 3]),
            Closed(),
            [Closed()],
        ),
        *(
            (item for item in [CANARY]),
            range(10**9),
            {frozenset({1}): {b"password": CANARY}},
            {1.5: {2: {"pwd": CANARY}}},
        ),
        *(bytearray(b"token=" + CANARY.encode()), memoryview(b"token=" + CANARY.encode()), {None: {"": 1}}),
    )


@pytest.mark.parametrize("which", range(len(hostile())))
@pytest.mark.parametrize("paths", [(), ("a.b", "*.c")])
def test_a_hostile_value_is_masked_and_ends(which: int, paths: tuple[str, ...]) -> None:
    value = hostile()[which]
    installed = install(MaskSettings(paths=paths))
    try:
        shown = repr(mask({"a": value})) + repr(mask(value))
    finally:
        installed.remove()
    assert CANARY not in shown and len(shown) < 1_000_000


class Broken(Mapping[str, object]):
    """A mapping that cannot be walked."""

    def __getitem__(self, name: str) -> object:
        raise RuntimeError(CANARY)

    def __iter__(self) -> Iterator[str]:
        yield "a"

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return CANARY


def test_what_cannot_be_walked_is_hidden_not_passed() -> None:
    deep: object = CANARY
    for _ in range(100):
        deep = [deep]
    loop: list[object] = [CANARY[:0]]
    loop.append(loop)
    wide = [[{"password": CANARY}] * 10 for _ in range(20_000)]

    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError(CANARY)

    for value in (Broken(), deep, wide, Mute(), [Mute()], {"a": Broken()}):
        assert CANARY not in str(mask(value))
    assert mask([Mute(), 10**5_000]) == ["***", "***"]
    assert "***" in str(mask(loop)) and len(str(mask(loop))) < 1_000
    assert len(str(mask(wide))) < 1_000_000
    for many in (["x"] * 20_000, [["x", "y", "z"]] * 20_000, {number: "x" for number in range(20_000)}):
        masked = mask(many)
        assert isinstance(masked, (list, dict)) and len(masked) <= 10_001 and "***" in str(masked)


@pytest.mark.parametrize(
    "text",
    [
        *(
            piece * 100_000
            for piece in ("a", "a=", "a.", "1 ", "4", "eyJ", "bearer ", "\\", "=", "token=\\'", "token='")
        ),
        "://x:" * 40_000 + "@",
        "eyJ" * 60_000 + ".",
        "token" + " " * 200_000 + "=",
        "-----BEGIN PRIVATE KEY-----" * 10_000,
        "1-" * 100_000,
        "bearer %26password%3D</token>" * 20_000 + "token=,:",
        "=a, b" * 40_000,
    ],
)
def test_a_hostile_text_is_masked_in_the_time_that_its_length_takes(text: str) -> None:
    assert isinstance(mask(text), str)
