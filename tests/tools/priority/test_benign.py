"""The file of approved deviations: what it takes, what it refuses and why."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.tools.priority.building import NOW, bucket, finding
from tools.priority.benign import load_benign, parse_benign
from tools.priority.errors import BenignError

GOOD = """
[[approved_port]]
ports = [22]
networks = ["198.51.100.0/24", "2001:db8::/48"]
reason = "office"
until = 2027-01-01

[[approved_public]]
resources = ["arn:aws:s3:::www-*"]
reason = "web site"

[[test_estate]]
accounts = ["999988887777"]
tags = { Environment = ["sandbox", "lab"] }
reason = "rebuilt nightly"
"""


def test_nothing_is_approved_until_somebody_says_so(tmp_path: Path) -> None:
    assert load_benign().empty
    assert load_benign(tmp_path / "benign.toml").empty


def test_a_file_as_the_readme_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "benign.toml"
    path.write_text(GOOD, "utf-8")
    rules = load_benign(path)
    assert not rules.empty
    (port,) = rules.approved_port
    assert port.admits("198.51.100.7/32")
    assert port.admits("198.51.100.0/25")
    assert port.admits("2001:db8:0:1::/64")
    assert not port.admits("198.51.0.0/16")
    assert not port.admits("0.0.0.0/0")
    assert not port.admits("sg-1")


def test_the_readme_has_a_file_that_can_be_read() -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    start = readme.index("[[approved_port]]")
    lines = readme[start : readme.index("Each may be bounded by")].splitlines()
    rules = parse_benign(tomllib.loads("\n".join(line.strip() for line in lines)))
    assert (len(rules.approved_port), len(rules.approved_public), len(rules.test_estate)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[approved_port]]\nports=[22]\nnetworks=['0.0.0.0/0']\nreason='any'", "whole internet"),
        ("[[approved_port]]\nports=[22]\nnetworks=['office']\nreason='any'", "is no network"),
        ("[[approved_port]]\nports=[0]\nnetworks=['10.0.0.0/8']\nreason='any'", "greater than or equal to 1"),
        ("[[approved_port]]\nports=[]\nnetworks=['10.0.0.0/8']\nreason='any'", "at least 1"),
        ("[[approved_port]]\nports=[22]\nnetworks=['10.0.0.0/8']", "reason"),
        ("[[approved_public]]\nreason='all of it'", "which `resources`"),
        ("[[test_estate]]\nreason='all of it'", "which `accounts` or `tags`"),
        ("[[approved_prot]]\nreason='misspelt'", "approved_prot"),
        ("reason = [", "is not TOML"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "benign.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BenignError, match=says):
        load_benign(path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "benign.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BenignError, match="Save it as UTF-8"):
        load_benign(path)


def test_a_rule_is_about_accounts_resources_tags_and_time() -> None:
    (estate,) = parse_benign(tomllib.loads(GOOD)).test_estate
    there = finding(
        "s3_bucket_public_access", bucket("b", tags={"environment": "LAB"}), account="999988887777"
    )
    assert estate.about(there, NOW)
    assert not estate.about(there.model_copy(update={"account": "1"}), NOW)
    assert not estate.about(there.model_copy(update={"tags": {"environment": "prod"}}), NOW)
    assert not estate.about(there.model_copy(update={"tags": {}}), NOW)
    (port,) = parse_benign(tomllib.loads(GOOD)).approved_port
    assert port.about(there, NOW)
    assert not port.about(there, NOW.replace(year=2027, month=2))
