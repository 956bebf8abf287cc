"""A policy is changed where it is written, and only where it must be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.remediation.edits import Companion
from tools.remediation.errors import SourceNotEditable
from tools.remediation.policy import narrow_to, public_statements
from tools.remediation.policy_edit import EditPolicy
from tools.remediation.templates.common import read_policy
from tools.remediation.workspace import Spot, Workspace

ROOT = "arn:aws:iam::123456789012:root"
QUEUE = Spot("main.tf", "aws_sqs_queue.q")
DENY = {"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}


def edited(policy: str, *, rest: str = "", add: tuple[dict[str, Any], ...] = (), pin: bool = False) -> str:
    space = Workspace(
        {"main.tf": f'resource "aws_sqs_queue" "q" {{\n  name   = "q"\n  policy = {policy}\n}}\n{rest}'}
    )
    EditPolicy("policy", narrow_to(ROOT, pin=pin), add).apply(space, QUEUE)
    held = read_policy(space, QUEUE, "policy")
    assert isinstance(held, dict)
    assert public_statements(held) == []
    return space.files["main.tf"]


def test_only_the_principal_changes_and_comments_stay() -> None:
    policy = """jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "open" # since 2019
        Effect    = "Allow"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.q.arn
      },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::1:root" }, Action = "sqs:SendMessage", Resource = "*" },
    ]
  })"""
    text = edited(policy)
    assert text == f'resource "aws_sqs_queue" "q" {{\n  name   = "q"\n  policy = {policy}\n}}\n'.replace(
        'Principal = "*"', f'Principal = {{ AWS = "{ROOT}" }}'
    )


def test_a_nested_principal_changes_alone() -> None:
    text = edited(
        'jsonencode({ Statement = [{ Effect = "Allow", Principal = { "AWS" : "*" }, Action = "*", Resource = "*" }] })'
    )
    assert f'{{ "AWS" : "{ROOT}" }}' in text


def test_statements_are_added_after_the_last_in_its_layout() -> None:
    one = 'jsonencode({\n    Statement = [{\n      Effect    = "Deny"\n      Principal = "*"\n    }]\n  })'
    assert "    }, {\n      Sid" in edited(one, add=(DENY,))
    many = 'jsonencode({\n    Statement = [\n      {\n        Effect = "Deny"\n      },\n    ]\n  })'
    assert '      },\n      {\n        Sid       = "Deny"' in edited(many, add=(DENY,))
    single = 'jsonencode({\n    Statement = { Effect = "Deny" }\n  })'
    assert 'Statement = [{ Effect = "Deny" }, {' in edited(single, add=(DENY,))


def test_json_text_keeps_its_interpolations() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "${aws_sqs_queue.q.arn}"}
    body = json.dumps({"Statement": [statement]})
    text = edited(f"<<EOT\n{body}\nEOT")
    assert '"${aws_sqs_queue.q.arn}"' in text
    assert ROOT in text
    quoted = json.dumps(json.dumps({"Statement": [{**statement, "Resource": "*"}]}))
    assert ROOT in edited(quoted)


def test_a_policy_document_changes_in_its_own_block() -> None:
    rest = """
data "aws_iam_policy_document" "d" {
  # keep
  statement {
    actions = ["sqs:SendMessage"]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
  }
  statement {
    actions = ["sqs:*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
"""
    text = edited("data.aws_iam_policy_document.d.json", rest=rest, add=(DENY,), pin=True)
    assert text.count("sns.amazonaws.com") == 1
    assert f'type        = "AWS"\n      identifiers = ["{ROOT}"]' in text
    assert 'variable = "aws:PrincipalAccount"' in text
    assert 'effect    = "Deny"' in text
    assert "# keep" in text


@pytest.mark.parametrize(
    "policy",
    ['file("policy.json")', "var.policy", "data.aws_iam_policy_document.missing.json", '"{}"', "jsonencode(local.p)",
     'templatefile("p.json", {})', "<<EOT\n%{ if true }\nEOT"],
)  # fmt: skip
def test_what_cannot_be_read_is_left_to_a_person(policy: str) -> None:
    space = Workspace({"main.tf": f'resource "aws_sqs_queue" "q" {{\n  policy = {policy}\n}}\n'})
    before = dict(space.files)
    with pytest.raises(SourceNotEditable):
        EditPolicy("policy", narrow_to(ROOT)).apply(space, QUEUE)
    assert space.files == before


def test_without_a_policy_block_a_fresh_one_is_made_or_the_person_is_told() -> None:
    companion = Companion("aws_sqs_queue_policy", "queue_url", ("q",))
    space = Workspace({"main.tf": 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'})
    EditPolicy("policy", narrow_to(ROOT), (), companion, fresh={"Statement": [DENY]}).apply(space, QUEUE)
    assert 'resource "aws_sqs_queue_policy" "q" {\n  queue_url = aws_sqs_queue.q.id' in space.files["main.tf"]
    space = Workspace({"main.tf": 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'})
    with pytest.raises(SourceNotEditable, match="made elsewhere"):
        EditPolicy("policy", narrow_to(ROOT), (), companion).apply(space, QUEUE)
    EditPolicy("policy", narrow_to(ROOT), (), companion, optional=True).apply(space, QUEUE)
    assert space.notes
