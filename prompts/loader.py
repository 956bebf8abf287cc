"""Read a prompt: front matter (`id`, `version`, `variables`) over Markdown with `{{name}}` places.

Variables are checked both ways, so that a prompt can neither lack a value nor silently ignore one. A value is
inserted as it stands and never scanned again: text from a tenant cannot name another place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_PLACE = re.compile(r"\{\{([a-z_]+)\}\}")


class PromptError(ValueError):
    """A prompt file or the values given to it are not as its front matter says."""


@dataclass(frozen=True)
class Prompt:
    """One prompt. `variables` are the places that `render` fills."""

    id: str
    version: str
    variables: frozenset[str]
    body: str

    def render(self, **values: str) -> str:
        """The text with every place filled; raises `PromptError` on a missing or unknown value."""
        if missing := self.variables - values.keys():
            raise PromptError(f"prompt {self.id} needs {', '.join(sorted(missing))}")
        if unknown := values.keys() - self.variables:
            raise PromptError(f"prompt {self.id} has no place for {', '.join(sorted(unknown))}")
        return _PLACE.sub(lambda match: values[match.group(1)], self.body)


@cache
def load(prompt_id: str) -> Prompt:
    """The prompt in `<prompt_id>.md`, parsed once per process."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", prompt_id):
        raise PromptError(f"{prompt_id!r} is not a prompt id")
    try:
        text = (files("prompts") / f"{prompt_id}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PromptError(f"there is no prompt {prompt_id!r}") from None
    return parse(prompt_id, text)


def parse(prompt_id: str, text: str) -> Prompt:
    """A prompt from its file's text."""
    match = _FRONT.match(text)
    if match is None:
        raise PromptError(f"prompt {prompt_id} has no front matter")
    front: dict[str, str] = {}
    for line in match["front"].splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise PromptError(f"prompt {prompt_id}: not a front matter line: {line!r}")
        front[key.strip()] = value.strip()
    if front.get("id") != prompt_id:
        raise PromptError(f"prompt {prompt_id}: the front matter names {front.get('id')!r}")
    if not front.get("version"):
        raise PromptError(f"prompt {prompt_id} has no version")
    variables = frozenset(v.strip() for v in front.get("variables", "").split(",") if v.strip())
    body = match["body"].strip()
    if (used := frozenset(_PLACE.findall(body))) != variables:
        raise PromptError(
            f"prompt {prompt_id}: declared {sorted(variables)}, but its text uses {sorted(used)}"
        )
    return Prompt(id=prompt_id, version=front["version"], variables=variables, body=body)
