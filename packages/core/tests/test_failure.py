"""What a process says of what ended it, and its exit code."""

import pytest

from cordio_core import CoreError, EntrypointError, Failure


class Wrong(Exception):
    """A mistake in the configuration."""

    exit_code = 78


def caused(error: BaseException, by: BaseException) -> BaseException:
    error.__cause__ = by
    return error


def raised(error: Exception) -> Exception:
    """Return an error that has a traceback."""
    try:
        raise error
    except Exception as found:
        return found


TAKEN = EntrypointError("http", "127.0.0.1:80 is taken", "set http.port")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(RuntimeError("no stock"), 70, id="a mistake in the code"),
        pytest.param(CoreError("no stock"), 70, id="an error for people"),
        pytest.param(Wrong("abc is no port"), 78, id="an error with a code of its own"),
        pytest.param(
            caused(CoreError("pool does not start"), Wrong("no dsn")), 78, id="the deepest cause counts"
        ),
        pytest.param(
            caused(CoreError("pool does not start"), OSError("refused")), 70, id="a cause without code"
        ),
        pytest.param(ExceptionGroup("all", [Wrong("a"), Wrong("b")]), 78, id="a group of one mind"),
        pytest.param(ExceptionGroup("all", [Wrong("a"), CoreError("b")]), 70, id="a group that disagrees"),
        pytest.param(type("Odd", (Exception,), {"exit_code": "3"})(), 70, id="a code that is no number"),
    ],
)
def test_the_exit_code_is_the_one_of_the_deepest_cause_that_has_one(error: BaseException, code: int) -> None:
    assert Failure(error).code == code


def test_an_error_for_people_is_told_in_its_own_words_with_its_notes() -> None:
    error = raised(EntrypointError("http", "127.0.0.1:80 is taken", "set http.port"))
    error.add_note("besides: the pool does not close")
    text = "http: 127.0.0.1:80 is taken: set http.port\nbesides: the pool does not close"
    assert Failure(error).text == text
    assert Failure(caused(raised(Wrong()), raised(OSError("refused")))).text == "Wrong"


def test_a_mistake_in_the_code_is_told_with_its_traceback() -> None:
    text = Failure(raised(RuntimeError("no stock"))).text
    assert text.startswith("Traceback")
    assert text.endswith("RuntimeError: no stock")
    assert text.count("test_failure.py") == 1


def test_an_error_that_only_quotes_a_mistake_in_the_code_brings_its_traceback() -> None:
    quoting = caused(CoreError("book does not start: KeyError: 'x'"), raised(KeyError("x")))
    first, *rest = Failure(quoting).text.splitlines()
    assert first == "book does not start: KeyError: 'x'"
    assert rest[0].startswith("Traceback") and rest[-1] == "KeyError: 'x'"
    explaining = caused(CoreError("the host 'ä..b' is not known"), raised(UnicodeError("label empty")))
    assert Failure(explaining).text == "the host 'ä..b' is not known"
    outside = caused(CoreError("book does not start: OSError: refused"), raised(OSError("refused")))
    assert Failure(outside).text == "book does not start: OSError: refused"


def test_the_errors_of_a_group_are_told_one_by_one() -> None:
    group = ExceptionGroup("stop", [CoreError("the pool is stuck"), ExceptionGroup("in", [TAKEN])])
    assert Failure(group).text == "the pool is stuck\nhttp: 127.0.0.1:80 is taken: set http.port"
    mixed = Failure(ExceptionGroup("stop", [CoreError("the pool is stuck"), RuntimeError("no stock")])).text
    assert "ExceptionGroup: stop (2 sub-exceptions)" in mixed
    assert "RuntimeError: no stock" in mixed
