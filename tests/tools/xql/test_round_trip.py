"""Text to tree to text: random trees, random text, comments, golden files."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.xql.strategies import queries
from tools.xql import Query, XqlError, XqlSyntaxError, ast, format_query, parse
from tools.xql.ast.walk import walk
from tools.xql.tokens import tokenize

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = int(os.environ.get("POSTURE_XQL_EXAMPLES", "250"))
relaxed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@relaxed
@given(queries)
def test_a_random_tree_prints_and_parses_back_equal(query: Query) -> None:
    text = format_query(query)
    again = parse(text)
    assert again == query
    assert format_query(again) == text


@relaxed
@given(st.text(max_size=200))
def test_random_text_parses_or_raises_our_error(text: str) -> None:
    _parse_or_refuse(text)


_PIECES = (
    "dataset = issues", "| filter ", "| alter x = ", "| comp count() ", "| join (", ")", "as a ", "a.b = c", '"t"',
    '"""r"""', "-> k", "[]", "{}", "in (", "not ", "and ", "or ", "null", "| sort desc n", "// c\n", "/* c */", ",",
    "| view graph type = pie", "$p", "30d", "1.5", "|", "by k", "if(", "ENUM.X", "`true`", "config timeframe = ", "=", "*",  # noqa: E501
)  # fmt: skip


@relaxed
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join))
def test_shuffled_pieces_parse_or_raise_our_error(text: str) -> None:
    _parse_or_refuse(text)


@relaxed
@given(queries, st.data())
def test_a_cut_query_parses_or_raises_our_error(query: Query, data: st.DataObject) -> None:
    text = format_query(query)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    _parse_or_refuse(text[:start] + text[end:])


def _parse_or_refuse(text: str) -> None:
    try:
        query = parse(text)
    except XqlSyntaxError as error:
        told: tuple[bool, ...] = (error.line >= 1, error.column >= 1, bool(error.message))
    else:
        told = (parse(format_query(query)) == query,)
    assert all(told)


@relaxed
@given(queries, st.data())
def test_comments_anywhere_survive_and_change_nothing(query: Query, data: st.DataObject) -> None:
    text = format_query(query)
    tokens = tokenize(text)
    gaps = [*tokens.starts[:-1], len(text)]
    places = sorted(data.draw(st.lists(st.sampled_from(gaps), max_size=4)), reverse=True)
    wanted: Counter[str] = Counter()
    for number, place in enumerate(places):
        comment = data.draw(st.sampled_from((f"/* c{number} */", f"// c{number}\n", f"\n// c{number}\n")))
        if text[place - 1 : place] == "/":
            continue
        wanted[comment.strip()] += 1
        text = text[:place] + comment + text[place:]
    try:
        commented = parse(text)
    except XqlSyntaxError:
        # a comment can part what must stand together: dataset names with hyphens or wildcards
        return
    if commented != query:
        return
    pretty = format_query(commented)
    again = parse(pretty)
    assert again == query
    assert Counter(c.text for node in walk(again) for c in node.comments) == wanted
    assert format_query(again) == pretty


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.xql")), ids=lambda p: p.stem)
def test_golden(path: Path) -> None:
    """`POSTURE_UPDATE_GOLDEN=1 pytest tests/tools/xql/test_round_trip.py` writes the expected files anew."""
    for number, case in enumerate(re.split(r"\n=+\n", path.read_text("utf-8").strip("\n"))):
        query = parse(case)
        pretty = format_query(query)
        assert parse(pretty) == query
        assert format_query(parse(pretty)) == pretty
        expected = path.parent / "formatted" / f"{path.stem}-{number:02d}.txt"
        if os.environ.get("POSTURE_UPDATE_GOLDEN") == "1":
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(pretty + "\n", "utf-8")
        assert pretty + "\n" == expected.read_text("utf-8")


def test_there_are_golden_files() -> None:
    assert len(list(GOLDEN.glob("*.xql"))) >= 5


_LETTERS = st.text(alphabet='ab "\\,*)', max_size=6)


@relaxed
@given(st.lists(_LETTERS, min_size=1, max_size=4), st.booleans())
def test_text_with_quotes_and_backslashes_reads_back_or_has_no_form(
    values: list[str], conditions: bool
) -> None:
    texts = tuple(ast.String(value) for value in values)
    stage: ast.Stage = ast.Alter((ast.Assignment("x", ast.Call("concat", texts)),))
    if conditions:
        stage = ast.Filter(ast.InList(ast.Field("a"), texts))
    query = ast.Query(ast.Dataset(("issues",)), (stage,))
    try:
        text = format_query(query)
    except XqlError as error:
        told = "raw form" in str(error)
    else:
        told = parse(text) == query and format_query(parse(text)) == text
    assert told


@relaxed
@given(queries, st.data())
def test_tokens_deleted_doubled_or_swapped_parse_or_raise_our_error(
    query: Query, data: st.DataObject
) -> None:
    tokens = tokenize(format_query(query))
    words = tokens.texts[:-1]
    for _ in range(data.draw(st.integers(1, 3))):
        if not words:
            break
        at = data.draw(st.integers(0, len(words) - 1))
        change = data.draw(st.sampled_from(("delete", "double", "swap")))
        if change == "delete":
            del words[at]
        elif change == "double":
            words.insert(at, words[at])
        else:
            other = data.draw(st.integers(0, len(words) - 1))
            words[at], words[other] = words[other], words[at]
    _parse_or_refuse(" ".join(words))
