from __future__ import annotations

from importlib.resources import files

import pytest

from prompts import PromptError, load
from prompts.loader import parse


def test_every_prompt_file_loads_and_renders() -> None:
    ids = [p.name.removesuffix(".md") for p in files("prompts").iterdir() if p.name.endswith(".md")]
    assert "system" in ids
    for prompt_id in ids:
        prompt = load(prompt_id)
        text = prompt.render(**{name: f"<{name}>" for name in prompt.variables})
        assert "{{" not in text
        assert all(f"<{name}>" in text for name in prompt.variables)


def test_a_value_is_never_scanned_for_places() -> None:
    prompt = parse("p", "---\nid: p\nversion: 1\nvariables: a, b\n---\n{{a}} {{b}}")
    assert prompt.render(a="{{b}}", b="x") == "{{b}} x"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no front matter", "front matter"),
        ("---\nid: other\nversion: 1\n---\nx", "names"),
        ("---\nid: p\n---\nx", "version"),
        ("---\nid: p\nversion: 1\nvariables: a\n---\nx", "declared"),
        ("---\nid: p\nversion: 1\n---\n{{a}}", "uses"),
    ],
)
def test_a_wrong_file_is_refused(text: str, problem: str) -> None:
    with pytest.raises(PromptError, match=problem):
        parse("p", text)


def test_missing_and_unknown_values_are_refused() -> None:
    prompt = parse("p", "---\nid: p\nversion: 1\nvariables: a\n---\n{{a}}")
    with pytest.raises(PromptError, match="needs a"):
        prompt.render()
    with pytest.raises(PromptError, match="no place for b"):
        prompt.render(a="1", b="2")


@pytest.mark.parametrize("prompt_id", ["../system", "nothing_here", ""])
def test_an_unknown_prompt_is_refused(prompt_id: str) -> None:
    with pytest.raises(PromptError):
        load(prompt_id)
