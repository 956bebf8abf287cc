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


def test_a_folder_of_text_files_and_paths_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "one.txt").write_text("dataset = issues | limit 5")
    (tmp_path / "notes" / "folder.txt").mkdir()
    (tmp_path / "gone.xql").symlink_to(tmp_path / "nowhere")
    results = batch.check_inputs(
        [
            str(tmp_path / "notes"),
            str(tmp_path / "gone.xql"),
            str(tmp_path / "none.txt"),
            f"{tmp_path}/none/none",
        ]
    )
    assert [r["valid"] for r in results] == [True, False, False, False]
    assert [r["errors"][0]["rule"] for r in results[1:]] == ["unreadable"] * 3


def test_line_ends_marks_and_odd_spaces_change_nothing(tmp_path: Path) -> None:
    text = GOOD + "\n| limit 5\n"
    forms = {
        "a": text.replace("\n", "\r\n").encode(),
        "b": b"\xef\xbb\xbf" + text.encode(),
        "c": text.encode("utf-16"),
        "d": text.replace(" = ", "\u00a0=\t").encode(),
    }
    for name, data in forms.items():
        (tmp_path / f"{name}.xql").write_bytes(data)
    results = batch.format_inputs([str(tmp_path)])
    assert [r["xql"] for r in results] == [batch.format_inputs([text])[0]["xql"]] * 4


def test_two_thousand_files_are_checked(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / f"{number}.xql").write_text(
            f'dataset = issues | filter xdm.issue.id = "{number}" | limit 5'
        )
    assert sum(r["valid"] for r in batch.check_inputs([str(tmp_path)])) == 2_000
