"""`posture exceptions`, `benign.toml` and `findings list --held`: held down, told, never gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.cli.conftest import Shell

UNTIL = "2027-06-30"
BOSS = ("--user", "ana", "--role", "approver")


def accept(shell: Shell, *more: str) -> str:
    ended = shell.json(
        "exceptions",
        "add",
        "--resource",
        "brochures",
        "--reason",
        "printed anyway",
        "--until",
        UNTIL,
        *BOSS,
        *more,
    )
    assert ended.code == 0, ended
    return str(ended.body["added"][0]["id"])


def test_accepted_listed_held_and_revoked(loaded: Shell) -> None:
    before = loaded.json("findings", "list").body
    assert before["held"] == {"total": 0, "by": {}, "words": "", "problem": ""}
    key = accept(loaded)
    after = loaded.json("findings", "list").body
    assert after["total"] == before["total"], "nothing is removed"
    assert after["held"]["by"] == {"accepted exception": 2}
    held = loaded.json("findings", "list", "--held").body
    assert {row["resource"] for row in held["findings"]} == {"brochures"}
    assert {row["held"] for row in held["findings"]} == {"accepted exception"}
    text = loaded("findings", "list")
    assert "2 held down: 2 accepted exceptions; `--held` lists them" in text.err
    shown = loaded("findings", "show", held["findings"][0]["id"])
    assert "accepted by ana@shell until 2027-06-30: printed anyway" in shown.out + shown.err
    (listed,) = loaded.json("exceptions", "list").body["exceptions"]
    assert (listed["id"], listed["state"], listed["by"]) == (key, "in force", "ana@shell")
    assert (
        loaded.json("exceptions", "revoke", key, "--reason", "no longer", *BOSS).body["exception"]["state"]
        == "revoked"
    )
    assert loaded.json("findings", "list").body["held"]["total"] == 0
    assert loaded.json("exceptions", "list").body["total"] == 0
    assert loaded.json("exceptions", "list", "--all").body["exceptions"][0]["state"] == "revoked"
    trail = loaded.json("audit", "verify").body
    assert (trail["intact"], trail["rows"]) == (True, 2)


@pytest.mark.parametrize("role", ["viewer", "engineer", "auditor", "analyst"])
def test_only_approvers_and_admins(loaded: Shell, role: str) -> None:
    key = accept(loaded)
    wanted = ("--resource", "x", "--reason", "because", "--until", UNTIL, "--role", role)
    assert "approver or admin" in loaded.json("exceptions", "add", *wanted).error
    assert "approver or admin" in loaded.json("exceptions", "revoke", key, "--role", role).error
    assert loaded.json("exceptions", "list").body["total"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--reason", "because", "--until", UNTIL), "a star alone"),
        (("--resource", "x", "--reason", "because", "--until", "soon"), "is no day"),
        (("--resource", "x", "--reason", "because", "--until", "2020-01-01"), "is past"),
        (("--resource", "x", "--reason", "", "--until", UNTIL), "reason"),
        (("--finding", "1", "--rule", "x", "--reason", "because", "--until", UNTIL), "not both"),
        (("--resource", "x", "--until", UNTIL), "--reason"),
        (("--resource", "x", "--reason", "because", "--until", UNTIL, "--role", "king"), "no role"),
    ],
)
def test_mistakes_are_sentences(shell: Shell, arguments: tuple[str, ...], says: str) -> None:
    role = () if "--role" in arguments else BOSS
    assert says in shell.json("exceptions", "add", *arguments, *role).error


def test_a_file_is_taken_whole_or_not(loaded: Shell, tmp_path: Path) -> None:
    file = tmp_path / "accepted.csv"
    file.write_text(f"resource,reason,until\nbrochures,printed,{UNTIL}\nvault,,{UNTIL}\n", "utf-8")
    assert "row 3: reason" in loaded.json("exceptions", "import", file, *BOSS).error
    assert loaded.json("exceptions", "list").body["total"] == 0
    file.write_text(
        f"resource,reason,until\nbrochures,printed,{UNTIL}\ncarla,service desk,{UNTIL}\n", "utf-8"
    )
    assert len(loaded.json("exceptions", "import", file, *BOSS).body["added"]) == 2
    assert loaded.json("findings", "list").body["held"]["total"] == 3


def test_approved_deviations_of_the_data_directory(loaded: Shell) -> None:
    rules = loaded.home / "benign.toml"
    rules.write_text(
        '[[test_estate]]\naccounts = ["*"]\ntags = { Environment = ["dev"] }\nreason = "dev"\n', "utf-8"
    )
    held = loaded.json("findings", "list", "--held").body
    assert {row["held"] for row in held["findings"]} <= {"of a test estate"}
    assert held["total"] >= 1
    rules.write_text("[[test_estate]]\n", "utf-8")
    body = loaded.json("findings", "list").body
    assert body["held"]["total"] == 0
    assert "benign.toml cannot be used" in body["held"]["problem"]
    assert "nothing is approved" in loaded("findings", "list").err


def test_the_tool_of_the_chat_says_how_many_are_held(loaded: Shell) -> None:
    accept(loaded)
    body = loaded.json("ask", "what should we fix first?").body
    assert body["tool_calls"]
    assert "2 held down: 2 accepted exceptions." in body["tool_calls"][0]["summary"]
    assert "held down" in body["answer"]
