"""Many inputs at once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tools.xql import batch

GOOD = 'dataset = issues | filter xdm.issue.id = "1" // why'


def test_texts_files_and_folders_in_order(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.xql").write_text("dataset = issues | sort a desc")
    (tmp_path / "deep" / "a.xql").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (tmp_path / "other.txt").write_text("nothing")
    results = batch.check_inputs([GOOD, str(tmp_path)])
    assert [(r.get("file"), r["valid"]) for r in results] == [
        (None, True),
        (str(tmp_path / "b.xql"), False),
        (str(tmp_path / "deep" / "a.xql"), True),
    ]
    assert set(results[0]) == {"parsed", "valid", "xql", "errors", "warnings"}
    assert results[1]["errors"][0]["rule"] == "sort-direction"
    assert (results[1]["errors"][0]["line"], results[1]["errors"][0]["column"]) == (1, 27)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert batch.check_inputs(["-"])[0]["valid"]


def test_format_adds_nothing_and_keeps_comments() -> None:
    (result,) = batch.format_inputs([GOOD])
    assert result["xql"] == 'dataset = issues\n| filter xdm.issue.id = "1"  // why'
    assert batch.format_inputs(["dataset = x | target type = dataset y"])[0]["parsed"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfa\xfb", "UTF-8"), (b"x" * 1_000_001, "1,000,000"), (b"", "empty"), (b"\x00", "U+0000")],
)
def test_bad_files_are_reported(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.xql"
    path.write_bytes(content)
    for results in (batch.check_inputs([str(path)]), batch.format_inputs([str(path)])):
        assert not results[0]["parsed"]
        assert message in results[0]["errors"][0]["message"]


def test_missing_files_and_empty_folders(tmp_path: Path) -> None:
    results = batch.check_inputs([str(tmp_path / "none.xql"), str(tmp_path)])
    assert [r["errors"][0]["rule"] for r in results] == ["unreadable", "unreadable"]


def test_a_copy_out_of_json_is_read() -> None:
    (result,) = batch.check_inputs(['dataset = issues | filter xdm.issue.name = \\"x\\" \\n| limit 5'])
    assert result["valid"]
