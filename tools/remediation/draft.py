"""Drafts a fix: a template's edits, applied to the user's own Terraform or to the live configuration written
as Terraform, then checked layer by layer. Nothing is applied anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.findings.model import Finding
from tools.remediation.delivery import diff_of, header, snippet_text
from tools.remediation.errors import AlreadyFixed, ConfigurationMissing, RemediationError, SourceNotEditable
from tools.remediation.hcl.write import label_for, render_all
from tools.remediation.live import Target, unwrapped
from tools.remediation.model import Fix, FixFile
from tools.remediation.oracle.case import Case
from tools.remediation.oracle.scope import HOLDS_NOTHING
from tools.remediation.oracle.verify import verify
from tools.remediation.recipe import Recipe, Template, weaknesses_of
from tools.remediation.source import SourceFolder, read_folder
from tools.remediation.templates.registry import all_templates, templates_for
from tools.remediation.workspace import Spot, Workspace, locate

_LIVE_FILE = "live.tf"
_IMPORT_NOTE = (
    "The import block puts the existing resource under Terraform; the plan must say 1 to import, 0 to add, 0 "
    "to "
    "destroy. If it wants to change anything but what the diff shows, complete the block from the plan "
    "first.",
)


def _kept(imports: Mapping[str, str]) -> bool:
    return any(address.split(".")[0] not in HOLDS_NOTHING for address in imports)


def supported_kinds() -> tuple[str, ...]:
    """The finding kinds that have a template, sorted."""
    return tuple(sorted({template.kind for template in all_templates()}))


def supported_rules() -> dict[str, str]:
    """Scanner rule (`provider/rule id`) to the kind whose template fixes it."""
    return {f"{t.provider}/{rule}": t.kind for t in all_templates() for rule in t.rules}


def draft_fix(
    finding: Finding,
    config: Mapping[str, Any],
    *,
    iac_dir: str | Path | None = None,
    related: Mapping[str, Mapping[str, Any]] | None = None,
    scan: bool = True,
) -> Fix:
    """A fix for `finding`, whose resource is configured as `config` says (Prowler's metadata or the AWS API's
    form).

    With `iac_dir` the block that made the resource is edited where it stands; where it cannot be, the fix is
    a snippet and the first note says why. `related` holds configurations of other resources by id (security
    groups of an instance). `scan=False` leaves checkov out (its layers are then not verified). Blocking: call
    it in a thread from async code. Raises `NoFixAvailable`, `AlreadyFixed`, `ConfigurationMissing`,
    `SourceRefused`.
    """
    target = Target(finding, unwrapped(config), related or {})
    template, recipe = _choose(templates_for(finding), target)
    if iac_dir is None:
        return _snippet(finding, template, target, recipe, scan=scan)
    files = read_folder(iac_dir)
    try:
        return _edit(finding, template, target, recipe, files, scan=scan)
    except SourceNotEditable as error:
        return _snippet(
            finding, template, target, recipe, scan=scan, lead=(f"Not edited in the folder: {error}",)
        )


def _choose(templates: tuple[Template, ...], target: Target) -> tuple[Template, Recipe]:
    """The first template whose weakness the live configuration has."""
    built = False
    problem: RemediationError | None = None
    for template in templates:
        try:
            recipe = template.build(target)
            weak = weaknesses_of(recipe)
        except RemediationError as error:
            problem = problem or error
            continue
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # The configuration is outside data: whatever shape it has, the person gets a sentence.
            problem = problem or ConfigurationMissing(
                f"The live configuration of {target.name[:120]} is not of a form that is known "
                f"({type(error).__name__}): read the resource again, or fix it by the scanner's advice."
            )
            continue
        if weak:
            return template, recipe
        built = True
    if not built and problem is not None:
        raise problem
    raise AlreadyFixed(
        f"{target.name[:120]} no longer has this weakness: its live configuration is as it should be. "
        "Load or sync the findings again; nothing needs to be changed."
    )


def _left_out(reasons: Mapping[str, str]) -> tuple[str, ...]:
    shown = [f"{name} ({reason})" for name, reason in list(reasons.items())[:5]]
    more = f" and {len(reasons) - 5} more" if len(reasons) > 5 else ""
    return (f"Not looked at: {', '.join(shown)}{more}.",) if shown else ()


def _snippet(
    finding: Finding,
    template: Template,
    target: Target,
    recipe: Recipe,
    *,
    scan: bool,
    lead: tuple[str, ...] = (),
) -> Fix:
    text = render_all(recipe.now)
    live = "" if recipe.missing else text
    before, after = Workspace({_LIVE_FILE: live}), Workspace({_LIVE_FILE: text})
    owner = Spot(_LIVE_FILE, recipe.now[0].address)
    if recipe.missing:
        after.added.extend(Spot(_LIVE_FILE, block.address) for block in recipe.now)
    for change in recipe.edits:
        change.apply(after, owner)
    name = f"fix_{label_for(template.kind.partition('.')[2])}_{label_for(target.name)[:40]}.tf"
    handed, imports = snippet_text(before, after, owner, recipe, header(template.title, finding.id))
    delivered = {name: handed} if handed else {}
    case = Case(recipe, before, after, owner, delivered, snippet=True)
    return _fix(
        finding,
        template,
        target,
        recipe,
        case,
        lead=lead,
        imports=imports,
        scan=scan,
        mode="snippet",
        files=tuple(FixFile(path=path, content=content) for path, content in delivered.items()),
        diff=diff_of(live, after.files[_LIVE_FILE], "live configuration, as Terraform", "with the fix"),
    )


def _edit(
    finding: Finding,
    template: Template,
    target: Target,
    recipe: Recipe,
    folder: SourceFolder,
    *,
    scan: bool,
) -> Fix:
    files, lead = folder.files, _left_out(folder.left_out)
    before = Workspace(dict(files), trees=dict(folder.trees))
    after = Workspace(dict(files), trees=dict(folder.trees))
    created = ""
    try:
        owner = locate(after, recipe.owner)
    except SourceNotEditable:
        standing = list(after.resources(recipe.owner.type))
        if not recipe.solo or len(standing) > 1:
            raise
        if standing:
            owner = Spot(standing[0][0], standing[0][1].address)
        else:
            owner, created = _new_file(template, recipe, before, after)
    if not (created and recipe.missing) and not recipe.risk(before, owner):
        return _drifted(finding, template, target, recipe, before, owner, lead)
    for change in recipe.edits:
        change.apply(after, owner)
    changed = {path: text for path, text in after.files.items() if path == created or text != files.get(path)}
    case = Case(recipe, before, after, owner, changed, snippet=False)
    diff = "".join(
        diff_of(files.get(path, ""), text, f"a/{path}" if path in files else "/dev/null", f"b/{path}")
        for path, text in sorted(changed.items())
    )
    return _fix(
        finding,
        template,
        target,
        recipe,
        case,
        lead=(*after.notes, *lead),
        imports={},
        scan=scan,
        mode="edit",
        diff=diff,
        files=tuple(
            FixFile(path=path, content=text, before=files.get(path)) for path, text in sorted(changed.items())
        ),
    )


def _new_file(template: Template, recipe: Recipe, before: Workspace, after: Workspace) -> tuple[Spot, str]:
    """A setting that no file makes yet gets a file of its own."""
    name = f"posture_{label_for(template.kind.partition('.')[2])}.tf"
    if name in after.files:
        raise SourceNotEditable(
            f"{name} is there already and does not hold {recipe.owner.type}: move it away first."
        )
    after.files[name] = render_all(recipe.now)
    before.files[name] = "" if recipe.missing else after.files[name]
    if recipe.missing:
        after.added.extend(Spot(name, block.address) for block in recipe.now)
    return Spot(name, recipe.now[0].address), name


def _drifted(
    finding: Finding,
    template: Template,
    target: Target,
    recipe: Recipe,
    space: Workspace,
    owner: Spot,
    lead: tuple[str, ...],
) -> Fix:
    case = Case(recipe, space, space, owner, {}, snippet=False)
    note = (
        f"{owner.address} in {owner.file} already says what it should: what runs has drifted from it. "
        "Apply the configuration again (or run the commands), and find out who changed it."
    )
    return _fix(
        finding,
        template,
        target,
        recipe,
        case,
        lead=(note, *lead),
        imports={},
        scan=False,
        mode="edit",
        diff="",
        files=(),
    )


def _fix(
    finding: Finding,
    template: Template,
    target: Target,
    recipe: Recipe,
    case: Case,
    *,
    lead: tuple[str, ...],
    imports: dict[str, str],
    scan: bool,
    mode: Any,
    files: tuple[FixFile, ...],
    diff: str,
) -> Fix:
    return Fix(
        finding_id=finding.id,
        kind=template.kind,
        title=template.title,
        mode=mode,
        resource=target.uid or target.name,
        address=case.owner.address,
        files=files,
        diff=diff,
        layers=verify(case, scan=scan),
        commands=recipe.commands,
        rollback=recipe.rollback,
        breaks=recipe.breaks,
        notes=tuple(
            dict.fromkeys(
                (
                    *lead,
                    *(case.after.notes if mode == "snippet" else ()),
                    *recipe.notes,
                    *(_IMPORT_NOTE if _kept(imports) else ()),
                )
            )
        ),
        imports=imports,
        checks=recipe.checks,
        replaces=recipe.replaces,
    )
