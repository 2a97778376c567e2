"""The page of requirements names every promise, and only proofs that there are."""

import re

import pytest

from tools.parts import ROOT

PAGE = (ROOT / "docs" / "requirements.rst").read_text("utf-8")
PROOFS = sorted(set(re.findall(r"``([\w/.-]+\.py)::(test_\w+)``", PAGE)))
PROMISES = {"F": 10, "X": 5, "D": 5, "E": 10, "C": 14, "M": 9, "U": 3, "P": 11}


@pytest.mark.parametrize(("file", "test"), PROOFS, ids=[test for _, test in PROOFS])
def test_a_named_proof_is_there(file: str, test: str) -> None:
    assert re.search(rf"(?m)^(async )?def {test}\(", (ROOT / file).read_text("utf-8"))


def test_every_promise_has_its_row() -> None:
    rows = re.findall(r"(?m)^   \* - ([A-Z]\d+)$", PAGE)
    assert rows == [f"{letter}{number}" for letter, most in PROMISES.items() for number in range(1, most + 1)]


def test_a_promise_is_kept_with_a_proof_or_kept_later() -> None:
    rows = re.split(r"(?m)^   \* - (?=[A-Z]\d+$)", PAGE)[1:]
    wrong = [row.split()[0] for row in rows if ("*Later*" in row) == ("::test_" in row)]
    assert not wrong
