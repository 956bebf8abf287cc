"""Security group rules, in each way Terraform can write them."""

from __future__ import annotations

import pytest

from tools.remediation.errors import SourceNotEditable
from tools.remediation.ingress import CloseIngress, Ports, open_rules
from tools.remediation.workspace import Spot, Workspace

SSH = Ports("SSH", ((22, 22),))
OWNER = Spot("main.tf", "aws_security_group.g")


def rule(first: str, last: str, protocol: str, *more: str) -> str:
    lines = [f"from_port = {first}", f"to_port = {last}", f'protocol = "{protocol}"', *more]
    return "  ingress {\n" + "".join(f"    {line}\n" for line in lines) + "  }\n"


def closed(inside: str, rest: str = "", ports: Ports = SSH) -> tuple[Workspace, str]:
    space = Workspace({"main.tf": f'resource "aws_security_group" "g" {{\n{inside}}}\n{rest}'})
    assert open_rules(space, OWNER, ports, "sg-1")
    CloseIngress(ports, "sg-1").apply(space, OWNER)
    assert open_rules(space, OWNER, ports, "sg-1") == []
    return space, space.files["main.tf"]


WEB = rule("443", "443", "tcp", 'cidr_blocks = ["0.0.0.0/0"]')


@pytest.mark.parametrize(
    "opened",
    [
        rule("22", "22", "tcp", 'cidr_blocks = ["0.0.0.0/0"]'),
        rule("0", "0", "-1", 'cidr_blocks = ["0.0.0.0/0"]', 'ipv6_cidr_blocks = ["::/0"]'),
        rule("20", "25", "tcp", 'ipv6_cidr_blocks = ["::/0"]'),
        rule("22", "22", "tcp", 'cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]'),
    ],
)
def test_a_rule_for_the_internet_goes_and_others_stay(opened: str) -> None:
    _, text = closed(opened + WEB)
    assert text == f'resource "aws_security_group" "g" {{\n{WEB}}}\n'


def test_other_sources_of_the_rule_stay() -> None:
    _, text = closed(
        rule("22", "22", "tcp", 'cidr_blocks = ["0.0.0.0/0", "10.0.0.0/8"]', 'ipv6_cidr_blocks = ["::/0"]')
    )
    assert 'cidr_blocks = ["10.0.0.0/8"]' in text
    assert "ipv6" not in text
    _, text = closed(
        rule("22", "22", "tcp", 'cidr_blocks = ["0.0.0.0/0"]', "security_groups = [aws_security_group.x.id]")
    )
    assert "aws_security_group.x.id" in text
    assert "0.0.0.0/0" not in text


def test_with_no_rule_left_an_empty_list_is_written() -> None:
    # Leaving all blocks out would leave the live rules in place: the provider then keeps what is there.
    _, text = closed(rule("22", "22", "tcp", 'cidr_blocks = ["0.0.0.0/0"]'))
    assert "ingress = []" in text


def test_rules_in_resources_of_their_own() -> None:
    rest = """
resource "aws_security_group_rule" "ssh" {
  type              = "ingress"
  security_group_id = aws_security_group.g.id
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0", "192.0.2.0/24"]
}

resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.g.id
  from_port         = 0
  to_port           = 0
  protocol          = "-1"
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = "sg-1"
  from_port         = 22
  to_port           = 22
  ip_protocol       = "tcp"
  cidr_ipv4         = "0.0.0.0/0"
}
"""
    space, text = closed("", rest)
    assert 'cidr_blocks       = ["192.0.2.0/24"]' in text
    assert "aws_vpc_security_group_ingress_rule" not in text
    assert '"egress"' in text
    assert [spot.address for spot in space.removed] == ["aws_vpc_security_group_ingress_rule.ssh"]


@pytest.mark.parametrize(
    "inside",
    [
        "  ingress = [{ from_port = 22 }]\n",
        '  dynamic "ingress" {\n    for_each = [22]\n    content {}\n  }\n',
        rule("22", "22", "tcp", 'cidr_blocks = ["0.0.0.0/0", var.office]'),
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_a_person(inside: str) -> None:
    space = Workspace({"main.tf": f'resource "aws_security_group" "g" {{\n{inside}}}\n'})
    before = space.files["main.tf"]
    with pytest.raises(SourceNotEditable, match="by hand"):
        CloseIngress(SSH, "sg-1").apply(space, OWNER)
    assert space.files["main.tf"] == before


def test_ports_behind_a_variable_count_as_reached_and_udp_does_not() -> None:
    inside = rule("var.p", "var.p", "tcp", 'cidr_blocks = ["0.0.0.0/0"]')
    _, text = closed(inside)
    assert "var.p" not in text
    assert not SSH.met("udp", 22, 22)
    assert SSH.met("tcp", None, None)


def test_only_the_rule_that_opens_everything() -> None:
    everything = Ports("all ports", ((1, 65535),), whole=True)
    opened = rule("0", "65535", "tcp", 'cidr_blocks = ["0.0.0.0/0"]')
    _, text = closed(opened + WEB, ports=everything)
    assert "443" in text
    assert "65535" not in text
