"""The forms in which a secret stands in a text, and the texts that only look like them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordio_monitor import mask

CANARY = "c4n4ryXq7"

FORMS = {
    "a line that goes on, as Python shows the text": repr(f"password = \\\n    '{CANARY}'"),
    "an argument of an exception": str(ValueError(f"password = \\\n    '{CANARY}'", 1)),
    "texts side by side": f'password="a" "{CANARY}"',
    "texts side by side, marked": f"connect(password=f'{{user}}' rb'{CANARY}', user='ann')",
    "texts on lines": f'password="a"\n    "{CANARY}"',
    "texts added": f'password = "a" + "{CANARY}"',
    "a formatted text": f'password=f"{{start}} {CANARY}"',
    "a text in a formatted text": f"f\"password={{'{CANARY} x'}}\"",
    "a template of %": f'log("password=%s and %s", "a b", "{CANARY}")',
    "a template of format": f'"password={{}} {{}}".format(user, "{CANARY}")',
    "an annotated assignment": f"password: str = '{CANARY}'",
    "an annotated assignment of a union": f"    api_key: Final[dict[str, int]] | None = '{CANARY} x'",
    "an annotated default": f"def connect(user: str = 'ann', password: str | None = '{CANARY}') -> None:",
    "an assignment to two names": f"user, password = 'ann', '{CANARY}'",
    "an assignment to two names, turned": f"    password, user = '{CANARY}', 'ann'",
    "an assignment to attributes": f"self.user, self.db_pass, other = 'ann', '{CANARY}', 1",
    "an assignment to names in brackets": f"(user, password) = ('ann', '{CANARY}')",
    "an assignment in a chain": f"password = token = '{CANARY}'",
    "an alternative": f"password = given or '{CANARY}'",
    "a choice": f"password = 'a' if x else '{CANARY}'",
    "a default of the environment": f"password = os.getenv('PASSWORD', '{CANARY}')",
    "an option": f"login --user ann --password {CANARY}",
    "an option with quotes": f"login --api-key '{CANARY} x' --user ann",
    "an option with one dash": f"java -jar x.jar -password {CANARY}",
    "an option with a sign": f"login --password={CANARY}",
    "a list of arguments": f"['login', '--password', '{CANARY}']",
    "a name and a value": f'{{"name": "password", "value": "{CANARY}"}}',
    "a name and a value with more": f'[{{"Name": "API_KEY", "type": "str", "n": 3, "Value": "{CANARY} x"}}]',
    "a value and a name": f"{{'value': '{CANARY} x', 'name': 'password'}}",
    "a name and a value, escaped": f'{{\\"name\\": \\"password\\", \\"value\\": \\"{CANARY}\\"}}',
    "a value and a name, escaped": f'{{\\"value\\": \\"{CANARY}\\", \\"name\\": \\"password\\"}}',
    "a name and a value, shown": f"Header(name='Authorization', value='{CANARY}')",
    "a value in a value": f'token=x,password="a {CANARY}"',
    "a value on the line of the next name": f"token=\ncookies: a=1; session={CANARY}",
    "a text on the next line": f"password = \\\n    '{CANARY}'",
    "lines of YAML": f"password: |\n  a\n  {CANARY}\nuser: ann",
    "items of YAML": f"passwords:\n  - a\n  - {CANARY}\nuser: ann",
    "an arrow": f"login(ann, password => {CANARY})",
    "a name behind an escaped line": f"a\\ncookies: a=1; session={CANARY}\\nsig={CANARY}",
    "a form": f'<input type="text" name="password" class="x y" value="{CANARY}">',
    "a list of headers": f'[("Authorization", "{CANARY} x"), ("Host", "x")]',
    "a list of raw headers": f"[(b'X-Api-Key', b'{CANARY}')]",
    "an element": f"<user>ann</user><password>{CANARY}</password>",
    "an element with attributes": f'<ns:password type="text">\n  {CANARY} {CANARY}\n</ns:password>',
    "an element with elements": f"<credentials><of><user>{CANARY}</user></of></credentials>",
    "an element that is cut off": f"<login><password>{CANARY}",
    "an element that is escaped": f"&lt;password&gt;{CANARY}&lt;/password&gt;",
    "an element with data": f"<password><![CDATA[{CANARY} x]]></password>",
    "an attribute": f'<login user="ann" password="{CANARY}"/>',
    "a named element": f'<property name="db.password">{CANARY} x</property>',
    "encoded": f"/x?next=%2Flogin%3Fuser%3Dann%26password%3D{CANARY}%26a%3Db&x=1",
    "encoded at the start": f"password%3D{CANARY}",
    "encoded twice": f"next=%252Flogin%253Ftoken%253D{CANARY}%2526a%253Db",
    "encoded JSON": f"%7B%22password%22%3A%20%22{CANARY}%22%7D",
    "partly encoded": f"a%3Db%26password={CANARY}",
    "cookies": f"cookies: a=1; session={CANARY}; b=2",
    "a cookie": f"Set-Cookie: sid={CANARY}; Path=/",
    "a session": f"PHPSESSID={CANARY}; JSESSIONID={CANARY}",
    "a short name": f"pass={CANARY} otp={CANARY} x_sig={CANARY} signature: {CANARY}",
    "parameters in brackets": f"user[password]={CANARY}&user[name]=ann",
    "credentials of a client": f"get(url, auth=('ann', '{CANARY}'))",
    "a digest": f'Authorization: Digest username="ann", response="{CANARY}"',
    "a phrase": f"passphrase: correct horse {CANARY}",
    "a key of PGP": f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{CANARY}\n-----END PGP PRIVATE KEY BLOCK-----",
    "a key of OpenSSH": f"-----BEGIN OPENSSH PRIVATE KEY-----\\n{CANARY}",
    "an encrypted key": f"key = '''-----BEGIN ENCRYPTED PRIVATE KEY-----\n{CANARY}'''",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_secret_in_a_text_is_known_in_every_form(text: str) -> None:
    shown = (repr(text), repr(repr(text)), repr((text, [1])))
    for value in (
        text,
        f"at 3 {text}",
        [text],
        {"said": text},
        text.encode(),
        ValueError(text),
        f"{text}\n",
        *shown,
    ):
        assert CANARY not in str(mask(value)), mask(value)


ISSUED = (
    "AKIAIOSFODNN7EXAMPLE ASIAIOSFODNN7EXAMPLE ghp_16C7e42F292c6912E7710c838347Ae178B4a "
    "github_pat_11ABCDEFG0abcdefghij_klmnop xoxb-123456789012-abcdefABCDEF xoxp-1234567890-abc "
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc rk_test_4eC39HqLyjWDarjtT1zdp7dc glpat-abcdefghijklmnopqrst "
    "AIzaSyA1234567890abcdefghijklmnopqrstuv npm_abcdefghijklmnopqrstuvwxyz0123456789 "
    "sk-abcdefghijklmnopqrstuvwxyz0123456789"
).split()


@pytest.mark.parametrize("token", ISSUED)
def test_a_token_is_known_by_the_mark_of_who_issued_it(token: str) -> None:
    assert mask(f"called with {token}, failed") == "called with ***, failed"
    assert mask([token, {"x": f"({token})"}]) == ["***", {"x": "(***)"}]


@pytest.mark.parametrize(
    "text",
    [
        "Bearer authentication failed: no token",
        "the bearer token is missing",
        "usage: login --user NAME [--password]",
        "--password is required, and --token must not be empty",
        "a well-known pass-through, e.g. co-operate",
        "the passenger passed 3 of 4 compartments, bypassing the signs",
        "pass_rate=0.97 pass_count=3 signature_version=4 tokenizer=bpe",
        "<p>placing <b>order</b> 42</p>, <tokenizer>bpe</tokenizer>",
        "usage: login <user> <token> [options]",
        '{"name": "Ann Smith", "value": 3}',
        '<option name="colour" value="red">Red</option>',
        "user, name = 'ann', 'Ann Smith'",
        "failed, retry=2, again",
        "100%3Dhundred a%3Db",
        "took 3 %, was 20%",
        "risk-free task-list ask-me-anything sk-1 gh_x AKIA ASIA_PACIFIC_REGION_1",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "user=ann count: int = 3",
        "git commit -m message --author ann",
        'File "/srv/orders/api.py", line 42, in place\n    return stock.reserve(order, n=2)',
    ],
)
def test_a_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('connect(password="a" "b", user="ann")', 'connect(password=***, user="ann")'),
        ("user, password = 'ann', 'x'; port = 3", "user, password = ***; port = 3"),
        ("failed, password=x, user=ann", "failed, password=***, user=ann"),
        ("password: str = 'x'  # of ann", "password: ***  # of ann"),
        ("login --password x --user ann", "login --password *** --user ann"),
        (
            '[{"name": "token", "value": "x", "user": "ann"}]',
            '[{"name": "token", "value": ***, "user": "ann"}]',
        ),
        ("<a><token>x</token><user>ann</user></a>", "<a><token>***</token><user>ann</user></a>"),
        ("next=%3Ftoken%3Dx%26user%3Dann", "next=%3Ftoken%3D***%26user%3Dann"),
        ("?sig=x&user=ann", "?sig=***&user=ann"),
        ('{"credentials": {}, "user": "ann"}', '{"credentials": ***, "user": "ann"}'),
    ],
)
def test_what_stands_around_a_secret_can_be_read(text: str, masked: str) -> None:
    assert mask(text) == masked


WORDS = st.sampled_from("placing order of ann took 3 ms and found no stock in hall 7 for a passenger".split())


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=30), st.sampled_from([" ", ", ", "; ", "\n", " - ", ". ", "="]))
def test_plain_text_passes_unchanged(words: list[str], between: str) -> None:
    text = between.join(words)
    assert mask(text) == text and mask({"said": [text]}) == {"said": [text]}


PIECES = (
    *(
        '"',
        "'",
        "\\",
        "=",
        ":",
        ",",
        " ",
        "\n",
        "<",
        ">",
        "</",
        "{",
        "[",
        "(",
        "%3D",
        "%25",
        "--",
        "-",
        "|",
        "+",
    ),
    *(
        "password",
        "token=",
        "name=",
        "value=",
        "key:",
        "str",
        "a",
        "x = ",
        "%s",
        "{}",
        "f'",
        "&lt;",
        "bearer ",
    ),
    *("eyJ", "4111 ", "://", "@", "ghp_", "-----BEGIN PRIVATE KEY-----", "é", "<token>", "</token>", "a, "),
    *('name="token">', 'value="\\"', "--token ", "password, ", "token: a[", "or ", "%2525", "%26password%3D"),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.lists(st.sampled_from(PIECES), max_size=3)
)
def test_a_hostile_text_of_any_form_is_masked_in_the_time_that_its_length_takes(
    piece: list[str], end: list[str]
) -> None:
    masked = mask("".join(piece) * 20_000 + "".join(end))
    assert isinstance(masked, str)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(FORMS.values())), st.lists(st.sampled_from(PIECES), max_size=6))
def test_what_stands_before_a_form_on_another_line_hides_nothing_of_it(form: str, before: list[str]) -> None:
    text = mask("".join(before) + "\n" + form)
    assert CANARY not in text, text
