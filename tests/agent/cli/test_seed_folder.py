"""`posture tenant seed --out`: the estate as a folder, which `load` takes again."""

from __future__ import annotations

from pathlib import Path

from tests.agent.cli.conftest import Shell


def test_a_folder_that_load_takes(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "estate"
    made = shell.json("tenant", "seed", "--out", folder)
    assert made.code == 0
    assert made.body["folder"] == str(folder)
    assert made.body["datasets"]["findings"] > 2_000
    assert {path.stem for path in folder.iterdir()} == set(made.body["datasets"])
    assert shell.json("tenant", "load", folder).code == 0
    info = shell.json("tenant", "info").body
    assert info["demo"] is None
    for dataset, rows in made.body["datasets"].items():
        assert info["datasets"][dataset] == rows, dataset


def test_a_folder_with_something_in_it_is_left_alone(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep", "utf-8")
    ended = shell.json("tenant", "seed", "--out", folder)
    assert ended.code == 1
    assert "not an empty folder" in ended.error
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert shell.json("tenant", "seed", "--out", folder / "mine.txt").code == 1
