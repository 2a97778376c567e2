"""What a statement may do, by its text: leave something in the session, or change data.

Whatever is not known to be harmless counts as harmful: the mistake costs a round trip and nothing else. No
text shows the functions behind triggers, views, operators and casts; for these there is
``reset: always``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["CUT", "READ_ONLY", "SESSION", "WRITES", "traits"]

WRITES = 1  # it may change data: to repeat it may do harm
SESSION = 2  # something of it may stay in the session
CUT = 4  # something stays that cannot be taken back: the connection is not lent again
READ_ONLY = 8  # the server refused a write: it may be a replica by now

_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*)
    |(?P<comment>/\*.*?\*/)
    |(?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'
        |\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
    |(?P<name>"(?:[^"]|"")*")
    |(?P<word>[^\W\d][\w$]*)
    |(?P<rest>\$?\d[\w.]*|.)""",
    re.VERBOSE | re.DOTALL,
)
_READS = frozenset("select values table show with (".split())
_CHANGES = frozenset(
    "insert update delete merge truncate lock notify analyze vacuum explain begin start commit end rollback "
    "abort savepoint release fetch move close".split()
)
_CHANGING = frozenset(
    "insert update delete merge into truncate lock nextval pg_advisory_xact_lock pg_try_advisory_xact_lock "
    "pg_terminate_backend pg_cancel_backend".split()
)
_TEMPORARY = frozenset("temp temporary".split())
_EXPLAINED = frozenset("create declare execute".split())
_ESCAPED = re.compile("[uU]&[\"']")  # names and texts written by code points
_OWN_SETS = frozenset("local transaction constraints".split())
# Words before a parenthesis that begin no call, and the functions of PostgreSQL that leave nothing behind.
_HARMLESS = frozenset(
    """all and any array as between bit by case cast char character check coalesce conflict cross cube default
    distinct else end except exists extract filter from full group grouping having if ilike in inner
    intersect into interval is isnull join lateral left like limit natural not notnull nullif numeric
    decimal offset on only or order ordinality outer over overlay partition position range recursive
    returning right rollup row rows select set sets similar some substring then time timestamp timestamptz
    to treat trim union unique using values varbit varchar varying when where window with within precision
    float materialized key update share nulls first last asc desc abs acos age array_agg array_append
    array_cat array_fill array_length array_lower array_ndims array_position array_prepend array_remove
    array_replace array_to_json array_to_string array_upper ascii asin atan atan2 avg bit_and bit_or
    bit_length bool_and bool_or btrim bytea_concat cardinality cbrt ceil ceiling char_length
    character_length chr clock_timestamp concat concat_ws convert_from convert_to corr cos cot count
    covar_pop cume_dist current_database current_schema current_schemas current_setting current_user date
    date_bin date_part date_trunc decode degrees dense_rank div encode every exp first_value floor format
    format_type gen_random_uuid generate_series generate_subscripts get_bit get_byte greatest hashtext
    initcap isfinite json_agg json_array_elements json_array_elements_text json_array_length
    json_build_array json_build_object json_each json_each_text json_extract_path json_extract_path_text
    json_object json_object_agg json_object_keys json_strip_nulls json_to_record json_to_recordset
    json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
    jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists
    jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls
    jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval lag
    last_value lead least length ln localtime localtimestamp log log10 lower lower_inc lower_inf lpad ltrim
    make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode nextval now
    nth_value ntile num_nonnulls num_nulls numrange octet_length parse_ident percent_rank percentile_cont
    percentile_disc pg_advisory_xact_lock pg_backend_pid pg_column_size pg_database_size
    pg_get_constraintdef pg_get_indexdef pg_get_viewdef pg_is_in_recovery pg_listening_channels
    pg_postmaster_start_time pg_relation_size pg_size_pretty pg_sleep pg_table_size pg_terminate_backend
    pg_cancel_backend pg_total_relation_size pg_try_advisory_xact_lock pg_typeof
    phraseto_tsquery plainto_tsquery pow power
    quote_ident quote_literal quote_nullable radians random range_agg rank regexp_count regexp_match
    regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_slope
    repeat replace reverse round row_number row_to_json rpad rtrim set_bit sha256 sign sin split_part sqrt
    starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array strpos substr
    sum tan timeofday to_char to_date to_hex to_json to_jsonb to_number to_regclass to_timestamp to_tsquery
    to_tsvector transaction_timestamp translate trunc ts_headline ts_rank ts_rank_cd tsrange tstzrange
    unnest upper upper_inc upper_inf var_pop var_samp variance version websearch_to_tsquery
    width_bucket""".split()
)


@lru_cache(maxsize=2048)
def traits(query: str) -> int:
    """Return what `query`, one statement or several, may do.

    Parameters
    ----------
    query : str
        The text.

    Returns
    -------
    int
        0, or a sum of `WRITES` and `SESSION`.

    Examples
    --------
    >>> traits("select * from orders where id = $1"), traits("insert into orders (sku) values ($1)")
    (0, 1)
    >>> traits("set search_path to x") & SESSION, traits("select my_function()") & SESSION
    (2, 2)
    """
    tokens = _tokens(query)
    if tokens is None:
        return WRITES | SESSION
    found, begin = 0, 0
    for end in [place for place, token in enumerate(tokens) if token == ";"] + [len(tokens)]:
        if end > begin:
            found |= _statement(tokens[begin:end])
        begin = end + 1
    return found


def _tokens(query: str) -> list[str] | None:
    """Return the words in lower case and the signs; None where the text can be read in two ways."""
    if _ESCAPED.search(query):
        return None
    tokens = []
    for match in _TOKEN.finditer(query):
        text = match[0]
        match match.lastgroup:
            case "skip":
                continue
            case "comment" if "/*" not in text[2:]:
                continue
            case "text" | "tag":
                if text[0] == "'" and "\\" in text:
                    return None
                tokens.append("''")
            case "word":
                tokens.append(text.lower())
            case "name":
                tokens.append(text)
            case _ if text in "'\"" or text.startswith("/*"):
                return None
            case _:
                tokens.append(text)
    return tokens


def _statement(tokens: Sequence[str]) -> int:
    first = tokens[0]
    if first == "set":
        return WRITES if len(tokens) > 1 and tokens[1] in _OWN_SETS else WRITES | SESSION
    if first not in _READS and first not in _CHANGES:
        return WRITES | SESSION
    found = WRITES if first in _CHANGES or not _CHANGING.isdisjoint(tokens) else 0
    if _makes(tokens) or any(_calls(tokens, place) for place, token in enumerate(tokens) if token == "("):
        found |= WRITES | SESSION
    return found


def _makes(tokens: Sequence[str]) -> bool:
    """Tell whether a temporary table or a prepared statement may be made."""
    if tokens[0] == "explain":
        return not _EXPLAINED.isdisjoint(tokens)
    return "into" in tokens and any(
        token in _TEMPORARY or token.strip('"').startswith("pg_temp") for token in tokens
    )


def _calls(tokens: Sequence[str], place: int) -> bool:
    """Tell whether an unknown function is called at this parenthesis."""
    back = [*("", "", "", ""), *tokens[max(0, place - 4) : place]][-4:]
    name = back[-1]
    if not name or not (name[0] in '"_' or name[0].isalpha()):
        return False
    if back[-2] == ".":
        return back[-4] != "into" and not (back[-3] == "pg_catalog" and name in _HARMLESS)
    return back[-2] not in ("into", "as", "recursive") and name not in _HARMLESS
