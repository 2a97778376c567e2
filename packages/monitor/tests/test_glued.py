"""Secrets glued together or to other words: what is still shown is listed here, and nothing else is."""

from itertools import product

import pytest
from packages.monitor.tests.test_secret_forms import CANARY, FORMS

from cordio_monitor import mask

# Nothing parts the first secret from the name of the second one: `anncookies` may be a word of its own.
SHOWN = {
    ("an option with quotes", "a short name"),
    ("lines of YAML", "a short name"),
    ("items of YAML", "a short name"),
    ("encoded", "encoded at the start"),
    ("parameters in brackets", "an assignment to two names"),
    ("parameters in brackets", "a short name"),
    ("a key of PGP", "an assignment to two names"),
}


@pytest.mark.parametrize("shown", [str, repr])
def test_of_two_forms_glued_together_all_secrets_are_hidden_but_for_these(shown: type[str]) -> None:
    left = {
        (one, other)
        for (one, text), (other, further) in product(FORMS.items(), FORMS.items())
        if CANARY in mask(shown(text + further))
    }
    assert left == SHOWN - ({("items of YAML", "a short name")} if shown is repr else set())


@pytest.mark.parametrize("between", [" ", "\n", ", ", "; "])
@pytest.mark.parametrize("shown", [str, repr])
def test_of_two_forms_with_anything_between_them_all_secrets_are_hidden(
    shown: type[str], between: str
) -> None:
    pairs = product(FORMS.values(), FORMS.values())
    assert [pair for pair in pairs if CANARY in mask(shown(between.join(pair)))] == []


WORDS = (
    "accesskey accesstoken accountkey apikey authkey authorization cardnumber clientsecret connectionstring "
    "cookie cookies creditcard credential credentials csrf cvc cvv dsn encryptionkey jwt passcode passphrase "
    "passwd password privatekey pwd secret secretkey secrets sessid sessionid sessionkey signingkey token "
    "tokens xsrf"
).split()
SHORT = "otp pass pw sig signature".split()
BEFORE = ("", "db", "user", "my", "old", "new", "admin", "root", "dbuser", "7")
BEHIND = ("", "old", "new", "hash", "value", "id", "oldvalue", "2")


@pytest.mark.parametrize("word", WORDS)
def test_a_name_that_is_glued_to_usual_words_is_that_of_a_secret(word: str) -> None:
    names = ["".join(parts) for parts in product(BEFORE, [word], BEHIND)]
    assert [name for name in names if mask({name: CANARY}) != {name: "***"}] == []
    assert [name for name in names if CANARY in mask(f"{name}={CANARY}")] == []


@pytest.mark.parametrize("word", SHORT)
def test_a_short_name_is_known_behind_usual_words_and_in_front_of_none(word: str) -> None:
    shown = {
        (before, behind)
        for before, behind in product(BEFORE, BEHIND)
        if CANARY in mask(f"{before}{word}{behind}={CANARY}")
    }
    assert shown == set(product(BEFORE, BEHIND[1:-1]))


@pytest.mark.parametrize(
    "name",
    [
        *"tokenizer detokenize secretary secretariat cookiecutter compass bypass surpass passenger".split(),
        *"passport passage passive signal design newsignal assign dsnake jwtool authorized pwned".split(),
        *"tokenbucket sessions".split(),
    ],
)
def test_a_word_that_only_looks_like_one_is_shown(name: str) -> None:
    assert mask({name: "value"}) == {name: "value"} and mask(f"{name}=value") == f"{name}=value"
