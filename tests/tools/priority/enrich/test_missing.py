"""Sources that gave nothing, in words of people who wrote no query."""

from __future__ import annotations

import pytest

from tools.cortex import CortexError, Timeout, XqlFailed
from tools.priority.enrich import queries
from tools.priority.enrich.missing import NAMES, NoAnswer, in_words, no_answer


@pytest.mark.parametrize(
    ("detail", "there"),
    [
        ("there is no dataset servicenow_cmdb_raw", False),
        ("there is no column source_ip here; the columns are _time, _insert_time", False),
        ("Dataset 'amazon_aws_raw' does not exist", False),
        ("Unknown dataset: amazon_aws_raw", False),
        ("field source_ip was not found in the dataset", False),
        ("the query used up its memory", True),
        ("", True),
    ],
)
def test_what_is_not_there_is_told_from_what_failed(detail: str, there: bool) -> None:
    found = no_answer("flows", XqlFailed(detail, where="5a08_inv"))
    assert found.there is there
    for word in ("5a08_inv", "xql check", "query"):
        assert word not in in_words([found]).replace("the query used up its memory", "")


def test_other_errors_keep_their_advice() -> None:
    error: CortexError = Timeout()
    assert no_answer("alerts", error) == NoAnswer("alerts", True, str(error))


def test_a_source_of_two_queries_says_both() -> None:
    absent = [no_answer(name, XqlFailed("there is no dataset x")) for name in ("firewall", "flows")]
    said = "The tenant has no firewall logs (panw_ngfw_traffic_raw) and no AWS flow logs (amazon_aws_raw)."
    assert in_words(absent) == said
    slow = no_answer("firewall", XqlFailed("out of memory"))
    assert in_words([slow, absent[1]]) == (
        "The tenant could not answer about firewall logs. It said: out of memory. "
        "The tenant has no AWS flow logs (amazon_aws_raw)."
    )


def test_a_missing_register_says_what_takes_its_place() -> None:
    text = in_words([no_answer("register", XqlFailed("there is no dataset servicenow_cmdb_raw"))])
    assert text.startswith("The tenant has no ServiceNow CMDB (servicenow_cmdb_raw).")
    assert "posture intel import cmdb.csv" in text


def test_every_query_has_a_name_in_words() -> None:
    assert NAMES.keys() == queries.ALL.keys()
