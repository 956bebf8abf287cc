from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.grounding import Evidence, check, without

EVIDENCE = Evidence.of(
    [
        HumanMessage("is vpc-0badc0de1 open? and rds:payments-db-2026-11-25-01-19?"),
        ToolMessage(
            '{"summary": "2 of 7 buckets", "total": 7, "rows": [{"name": "acme-customer-pii-exports", "score": 92.8}]}',
            tool_call_id="1",
            artifact={
                "result": {
                    "rows": [{"arn": "arn:aws:s3:::acme-customer-pii-exports", "cve": "CVE-2021-44228"}]
                }
            },
        ),
        AIMessage("earlier answer with 999"),
    ]
)


@pytest.mark.parametrize(
    "answer",
    [
        "**2 of 7 buckets are public.**",
        "`acme-customer-pii-exports` scores 93.",
        "acme-customer-pii-exports has CVE-2021-44228.",
        "2 + 7 = 9 in all.",
        "That is 2 of 7 (29 %).",
        "1. First\n2. Second",
        "NIST 800-53 r5 and PCI DSS 4.0.1 say nothing here.",
        "`vpc-0badc0de1` is not in the results.",
        "It is readable and/or writable, end-to-end.",
        "`acme-customer-pii-ex…` is public.",
        "`rds:payments-db-2026-11-25-01-19` is shared.",
    ],
)
def test_what_the_results_say_passes(answer: str) -> None:
    verdict = check(answer, EVIDENCE)
    assert verdict.problems == ()


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ("3 buckets are public.", "3"),
        ("`other-bucket` is public.", "other-bucket"),
        ("acme-customer-phi-exports is public.", "acme-customer-phi-exports"),
        ("It has CVE-2021-44229.", "CVE-2021-44229"),
        ("See 164.312(a)(1).", "164.312(a)(1)"),
        ("2 + 4 = 7", "2 + 4 = 7"),
        ("2 of 7 (50 %) are public", "2 of 7 (50 %"),
        ("It came from 10.1.2.3.", "10.1.2.3"),
        ("An instance i-0123456789abcdef0 is open.", "i-0123456789abcdef0"),
        ("The earlier number was 999.", "999"),
        ("Proposal p-12ab34 waits.", "p-12ab34"),
    ],
)
def test_what_they_do_not_say_is_found(answer: str, token: str) -> None:
    assert token in [p.token for p in check(answer, EVIDENCE).problems]


def test_only_the_bad_sentence_goes() -> None:
    answer = "2 of 7 buckets are public. `ghost-bucket-one` is one of them. The worst scores 92.8."
    kept, dropped = without(answer, check(answer, EVIDENCE))
    assert "ghost" not in kept
    assert "2 of 7" in kept
    assert "92.8" in kept
    assert dropped == ("`ghost-bucket-one` is one of them.",)
