"""What a template gives for one finding: the state now, the edits, and how to tell that the risk is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tools.remediation.edits import Edit
from tools.remediation.hcl.write import NewBlock, render_all
from tools.remediation.live import Target
from tools.remediation.workspace import Selector, Spot, Workspace

Risk = Callable[[Workspace, Spot], list[str]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to fix one finding.

    `now`: the live configuration as Terraform blocks, the resource itself first. `edits` are applied to it,
    or to the user's files. `risk` reads Terraform and says what is still wrong (nothing = fixed); it judges
    the meaning and not a scanner's rule. `checks`: checkov ids that must fail before and pass after (as far
    as they failed before). `literals`: what the owner's attributes are, for snippets that do not contain the
    owner. `imports`: import ids by resource type, for what exists and must not be made anew. `solo`: an
    account or region setting that has no owner block. `missing`: nothing is there yet (the text says what is
    lacking); then `now` is what the edits start from, and is added with them. `accepted`: checkov ids that a
    resource which was not there before may fail, with the reason.
    """

    owner: Selector
    now: tuple[NewBlock, ...]
    edits: tuple[Edit, ...]
    risk: Risk
    checks: tuple[str, ...] = ()
    literals: Mapping[str, str] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    replaces: bool = False
    solo: bool = False
    missing: str = ""
    accepted: Mapping[str, str] = field(default_factory=dict)


def weaknesses_of(recipe: Recipe) -> list[str]:
    """What is wrong with the live configuration, by the recipe's own rule; empty where it is right
    already."""
    if recipe.missing:
        return [recipe.missing]
    space = Workspace({"live.tf": render_all(recipe.now)})
    return recipe.risk(space, Spot("live.tf", recipe.now[0].address))


@dataclass(frozen=True, slots=True)
class Template:
    """Makes recipes for one finding kind; `rules` are the scanner rules (per provider) that mean it."""

    kind: str
    title: str
    rules: tuple[str, ...]
    build: Callable[[Target], Recipe]
    provider: str = "aws"
