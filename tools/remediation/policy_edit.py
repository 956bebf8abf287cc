"""Changes a policy where it is written: in `jsonencode`, in JSON text, or in an `aws_iam_policy_document`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.remediation.edits import Companion
from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl import edit
from tools.remediation.hcl.evaluate import evaluate, key_text
from tools.remediation.hcl.expr import Expr
from tools.remediation.hcl.values import Encoded, Raw, Unknown, flat, literal, unquote
from tools.remediation.policy import Statement, Transform, statements
from tools.remediation.policy_document import edit_document
from tools.remediation.workspace import Spot, Workspace

_DOCUMENT = re.compile(r"data\.aws_iam_policy_document\.([\w-]+)(?:\[\d+\])?\.json\Z")


@dataclass(frozen=True, slots=True)
class EditPolicy:
    """Transforms the statements of a policy attribute: of the owner, or of a companion.

    Where there is no policy block at all, `fresh` (a whole policy) is written into a new companion;
    `optional` says that the fix holds without this edit.
    """

    attribute: str
    transform: Transform
    add: tuple[Statement, ...] = ()
    companion: Companion | None = None
    fresh: Mapping[str, Any] | None = None
    optional: bool = False

    def apply(self, space: Workspace, owner: Spot) -> None:
        spot: Spot | None = owner
        if self.companion is not None:
            spot = self.companion.find(space, owner)
            if spot is None and space.block(owner).body.attribute(self.attribute):
                spot = owner
        if spot is None or space.block(spot).body.attribute(self.attribute) is None:
            self._write_fresh(space, owner, spot)
            return
        self._edit(space, spot)

    def _write_fresh(self, space: Workspace, owner: Spot, spot: Spot | None) -> None:
        if self.fresh is None and self.optional:
            space.notes.append(
                f"{owner.address}: the {self.attribute} that runs is not in this folder; whoever made it "
                "must narrow it."
            )
            return
        if self.fresh is None:
            raise SourceNotEditable(
                f"{owner.address} has no {self.attribute} in this folder: the policy was made elsewhere; "
                "use the command, or draft the fix without the folder."
            )
        if spot is not None:
            space.set(spot, (self.attribute,), Encoded(self.fresh))
        elif self.companion is not None:
            space.add(owner, self.companion.new(owner, {self.attribute: Encoded(dict(self.fresh))}))

    def _edit(self, space: Workspace, spot: Spot) -> None:
        text = space.files[spot.file]
        found = space.block(spot).body.attribute(self.attribute)
        assert found is not None
        expr = found.value
        written = text[expr.start : expr.end]
        space.touch(spot, (self.attribute,))
        if expr.kind == "call" and expr.name == "jsonencode" and len(expr.items) == 1:
            space.files[spot.file] = self._in_object(space, spot, text, expr.items[0])
        elif expr.kind == "template":
            space.files[spot.file] = edit.splice(text, expr.start, expr.end, self._in_text(written, spot))
        elif named := _DOCUMENT.match(written):
            edit_document(space, spot, named.group(1), self.transform, self.add)
        else:
            raise SourceNotEditable(
                f"{self.attribute} of {spot.address} is {written[:60]!r}: only jsonencode, JSON text and "
                "aws_iam_policy_document are edited; change it by hand."
            )
        if space.files[spot.file] == text and not _DOCUMENT.match(written) and not self.optional:
            raise SourceNotEditable(
                f"{self.attribute} of {spot.address} has no statement to change: what runs differs from this "
                "folder."
            )

    def _in_object(self, space: Workspace, spot: Spot, text: str, policy: Expr) -> str:
        """Statement by statement, last first, so that earlier positions stay good."""
        held = (
            next(
                (
                    v
                    for k, v in zip(policy.keys, policy.items, strict=True)
                    if key_text(k, text) == "Statement"
                ),
                None,
            )
            if policy.kind == "object"
            else None
        )
        if held is None or held.kind not in ("tuple", "object"):
            raise SourceNotEditable(
                f"the statements of {spot.address} are not written out: change them by hand."
            )
        items = held.items if held.kind == "tuple" else (held,)
        scope = space.scope(spot.file)
        kept = len(items)
        changes: list[tuple[int, int, str]] = []
        for item in items:
            before = evaluate(item, text, scope)
            if not isinstance(before, dict):
                continue
            after = self.transform(before)
            if after is None:
                kept -= 1
                changes.append((*_with_comma(text, item), ""))
            elif after != before:
                changes.extend(_statement_changes(text, item, before, after))
        if not kept and not self.add:
            raise SourceNotEditable(
                f"nothing would be left of the policy of {spot.address}: remove it by hand."
            )
        if self.add:
            changes.extend(_additions(text, held, list(self.add)))
        for start, end, new in sorted(changes, reverse=True):
            text = edit.splice(text, start, end, new)
        return text

    def _in_text(self, written: str, spot: Spot) -> str:
        """JSON text: interpolations stand inside its strings and are carried over as they are."""
        heredoc = written.startswith("<<")
        first, _, rest = written.partition("\n")
        body = rest[: rest.rfind("\n") + 1] if heredoc else unquote(written)
        try:
            policy = json.loads(body or "")
        except ValueError:
            policy = None
        if not isinstance(policy, dict):
            raise SourceNotEditable(
                f"the policy text of {spot.address} is not plain JSON: change it by hand."
            )
        changed = {
            **policy,
            "Statement": [after for item in statements(policy) if (after := self.transform(item)) is not None]
            + list(self.add),
        }
        if changed.get("Statement") == statements(policy):
            return written
        if not heredoc:
            return literal(json.dumps(changed))
        pad = re.match(r"[ \t]*", body or "")
        lead = pad.group() if pad else ""
        lines = json.dumps(changed, indent=2, ensure_ascii=False).splitlines()
        return "\n".join([first, *(lead + line for line in lines), written[written.rfind("\n") + 1 :]])


def _statement_changes(text: str, item: Expr, before: Any, after: Any) -> list[tuple[int, int, str]]:
    """Only the values that differ, as deep as the keys are the same; else the whole value."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        pairs = zip(item.keys, item.items, strict=True)
        return [
            change
            for key, value in pairs
            if after[name := key_text(key, text)] != before[name]
            for change in _statement_changes(text, value, before[name], after[name])
        ]
    new = raw(after)
    if "\n" in text[item.start : item.end]:
        return [(item.start, item.end, literal(new, _line_indent(text, item.start)))]
    return [(item.start, item.end, flat(new))]


def _line_indent(text: str, offset: int) -> int:
    line = text[edit.line_start(text, offset) :]
    return len(line) - len(line.lstrip(" \t"))


def _with_comma(text: str, item: Expr) -> tuple[int, int]:
    """An element of a list with the comma and space that follow it, or the comma before it."""
    after = re.compile(r"\s*,\s*").match(text, item.end)
    if after:
        return item.start, after.end()
    before = re.search(r",\s*\Z", text[: item.start])
    return (before.start() if before else item.start), item.end


def _additions(text: str, held: Expr, added: list[Statement]) -> list[tuple[int, int, str]]:
    """Where new statements go, laid out as the list already is."""
    base = _line_indent(text, held.start)
    if held.kind == "object":
        whole = ", ".join([text[held.start : held.end], *(literal(item, base) for item in added)])
        return [(held.start, held.end, f"[{whole}]")]
    if not held.items:
        return [(held.start, held.end, literal(added, base))]
    last = held.items[-1]
    if not text[edit.line_start(text, last.start) : last.start].strip():
        pad = _line_indent(text, last.start)
        return [(last.end, last.end, "".join(f",\n{' ' * pad}{literal(item, pad)}" for item in added))]
    new = "".join(f", {literal(item, base)}" for item in added)
    brace = edit.line_start(text, last.end - 1)
    if brace > last.start and not text[brace : last.end - 1].strip():
        # `}, {` stands one step further in than `}]`, says terraform fmt.
        return [(brace, last.end, f"{' ' * (base + 2)}}}{new}")]
    return [(last.end, last.end, new)]


def raw(value: Any) -> Any:
    """A value ready to be written: unknown parts become the expressions that they were."""
    if isinstance(value, Unknown):
        return Raw(value.text)
    if isinstance(value, Encoded):
        return Encoded(raw(value.value))
    if isinstance(value, dict):
        return {key: raw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [raw(item) for item in value]
    return value
