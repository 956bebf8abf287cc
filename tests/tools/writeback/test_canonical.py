"""The bytes that an approval is bound to."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.cortex.vocabulary import Severity
from tools.writeback import CommentPayload, CommentRequest, SeverityPayload, SeverityRequest
from tools.writeback.canonical import (
    canonical_payload,
    comment_text,
    digest,
    effect_digest,
    marker,
    new_id,
    outbox_key,
)
from tools.writeback.model import PAYLOADS


def test_the_canonical_form_and_its_hash_never_change() -> None:
    payload = SeverityPayload(proposal="p-2345bcdf", issue_id=48213, before="MEDIUM", after=Severity.HIGH)
    text = canonical_payload(payload)
    assert text == (
        '{"after":"HIGH","before":"MEDIUM","issue_id":48213,"kind":"severity","proposal":"p-2345bcdf","v":1}'
    )
    assert digest(text) == hashlib.sha256(text.encode()).hexdigest()
    comment = CommentPayload(proposal="p-2345bcdf", issue_id=48213, text="é\n⟨U+202E⟩")
    assert canonical_payload(comment) == (
        '{"issue_id":48213,"kind":"comment","proposal":"p-2345bcdf",'
        '"text":"\\u00e9\\n\\u27e8U+202E\\u27e9","v":1}'
    )


@given(st.integers(0, 2**63 - 1), st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_another_effect_has_another_hash(issue: int, one: str, other: str) -> None:
    texts = [
        canonical_payload(CommentPayload(proposal=proposal, issue_id=issue, text=text))
        for proposal in ("p-1", "p-2")
        for text in {one, other}
    ]
    assert len({digest(text) for text in texts}) == len(texts)


@given(st.text(max_size=60))
def test_the_payload_comes_back_from_its_text(text: str) -> None:
    payload = CommentPayload(proposal="p-1", issue_id="CUSTOM-7", text=text)
    encoded = canonical_payload(payload)
    back = PAYLOADS.validate_json(encoded)
    assert back == payload or any("\ud800" <= c <= "\udfff" for c in text)
    assert canonical_payload(back) == encoded
    assert encoded.isascii()


def test_the_bare_effect_is_the_same_for_two_proposals() -> None:
    one, two = (CommentPayload(proposal=p, issue_id=1, text="x") for p in ("p-1", "p-2"))
    assert effect_digest(one) == effect_digest(two)
    assert effect_digest(one) != effect_digest(CommentPayload(proposal="p-1", issue_id=2, text="x"))


def test_the_marker_is_made_from_the_hash_and_ends_the_comment() -> None:
    payload = CommentPayload(proposal="p-2345bcdf", issue_id=1, text="Look here.")
    payload_hash = digest(canonical_payload(payload))
    line = marker(payload, payload_hash)
    assert line == f"[posture p-2345bcdf {outbox_key(payload_hash)[:16]}]"
    assert comment_text(payload, payload_hash) == f"Look here.\n\n{line}"
    assert marker(payload, "0" * 64) != line


def test_ids_are_short_and_different() -> None:
    ids = {new_id("p") for _ in range(2_000)}
    assert len(ids) == 2_000
    assert all(len(one) == 10 and one.startswith("p-") for one in ids)


@pytest.mark.parametrize("issue", [-1, True, 1.5, "", "a/b", "../1", "1 2", "x" * 101, 2**63, None, ["1"]])
def test_an_issue_id_that_could_be_part_of_a_path_is_refused(issue: object) -> None:
    with pytest.raises(ValidationError):
        CommentRequest.model_validate({"issue_id": issue, "text": "x"})


@pytest.mark.parametrize(
    ("given", "kept"), [("48213", 48213), (48213, 48213), (" 7 ", 7), ("CASE-3", "CASE-3")]
)
def test_an_issue_id_has_one_form(given: object, kept: object) -> None:
    assert CommentRequest.model_validate({"issue_id": given, "text": "x"}).issue_id == kept


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (CommentRequest, {"issue_id": 1, "text": "x", "approve": True}),
        (SeverityRequest, {"issue_id": 1, "severity": "SEVERE"}),
        (SeverityRequest, {"issue_id": 1, "severity": "HIGH", "before": "LOW"}),
        (CommentRequest, {"issue_id": 1, "text": ""}),
    ],
)
def test_requests_take_only_what_they_name(model: type[CommentRequest], values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(values)


def test_json_with_a_repeated_key_is_not_canonical() -> None:
    payload = CommentPayload(proposal="p-1", issue_id=1, text="x")
    doubled = canonical_payload(payload).replace('"v":1', '"v":1,"v":1')
    assert json.loads(doubled)
    assert canonical_payload(PAYLOADS.validate_json(doubled)) != doubled
