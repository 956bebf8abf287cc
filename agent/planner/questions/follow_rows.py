"""Follow-ups that turn from assets to what is recorded of them: "what issues do they have?", "which packages are affected?", "who changed them?"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.build import ANY_STATUS, build
from agent.planner.questions.config_links import links
from agent.planner.questions.entity_links import reachable
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Item, Kinds, Linked
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_marks import types_of

Understand = Callable[[str], State]
_SO: Final = r"^\W*(?:(?:and|so|ok|okay|now|then|but|please|also|just|can you|could you|show|give|me|us|tell|list|see|i want|i need|let me see|what about|how about)\b\s*)*"
_NOUN: Final = r"(?P<noun>(?:(?:open|critical|high|medium|low|all|the|many|most|different|known|severe|serious|and|or|security|failed|unused|fixable|exploited|kev) )*(?:issues?|alerts?|findings?|failed checks|checks|problems|vulnerabilit(?:y|ies)|vulns?|cves?|packages?|permissions?|files?|data patterns?|(?:kinds? of )?(?:sensitive |personal )?data|audit events|events|cases?))"
_ASK: Final = r"(?:which|what|how many|what are the|what is the|which are the|what kinds? of|what sort of)"
_THEM: Final = r"(?:they|them|those|these|it|that|this|the ones)(?: (?:assets|resources|machines|hosts|servers|vms|instances|buckets|databases|images|containers|functions|volumes|clusters|roles|users|identities|accounts|ones|deployments|pods))?"
_ON: Final = r"(?:on|in|of|for|affecting|against|with|from|about|open on|open for|open against|found on|found in|reported on|reported for|raised on|raised for|there on|there for|there in|present on|present in|known for|known on)"
_TAIL: Final = r"(?P<tail>(?:[\s,]+(?:(?:grouped|group|sorted|sort|broken down|split|count|counted) )?(?:by|per|top|only|in|since|last|this|yesterday|today|during|over|older|newer|with|that|which|sorted|worst|newest|oldest|and|for each)\b.*)?)[\s?.!]*$"
_ROWS: Final[tuple[re.Pattern[str], ...]] = tuple(
    re.compile(f"{_SO}{pattern}{_TAIL}")
    for pattern in (
        rf"(?P<ask>{_ASK}) {_NOUN} (?:do|does|did|have|has) {_THEM}(?: all| each| currently| still)? ?(?:have|has|carry|show|hold|contain|got)?(?: on them| in them| in total| altogether| open)?",
        rf"(?P<ask>{_ASK}) {_NOUN} (?:are |is |exist |were )?(?:there )?{_ON} {_THEM}",
        rf"(?P<ask>{_ASK}) {_NOUN} (?:affect|affects|hit|hits|concern|touch) {_THEM}",
        rf"(?P<ask>{_ASK}) {_NOUN} (?:are|is) (?:affected|involved|vulnerable|concerned|behind (?:it|them|this|that)|responsible|installed|it|they|that|those|these)",
        rf"(?P<ask>(?:count |number of |how many |what are |list )?)(?:all )?(?:of )?(?:their|its) {_NOUN}",
        rf"(?P<ask>(?:count |number of |list )?)(?:the |all )*{_NOUN} {_ON} {_THEM}",
        rf"(?P<ask>(?:count |number of |list )?)(?:those|these) {_NOUN}",
    )
)
_WHO: Final = re.compile(
    rf"{_SO}(?P<who>who (?:last |recently |has |have |had |all |else )*(?P<verb>changed|modified|touched|created|deleted|launched|updated|edited|made|opened|altered)) {_THEM}(?: last| recently| most recently)?{_TAIL}"
)
_LINKED: Final = re.compile(
    rf"{_SO}(?:(?:to|in|on|by|behind) )?(?:which|what) (?P<kind>[\w\s-]{{3,40}}?) (?:(?:do|does|are|is) {_THEM} (?:all )?(?:attached to|in|on|used by|part of|belong to|use|connected to|assigned to|attached|run on|sit in|live in)?|(?:use|uses|using|have|has|reference|are using|are attached to|are in|sit in|run in|run on|live in|belong to|are behind|depend on|are connected to|are protected by|are assigned to|mount) {_THEM})[\s?.!]*$"
)
# records that say themselves where their asset is
_OWNERS: Final = frozenset({"asset", "case", "endpoint", "cmdb", "issue"})
_PLACED: Final = frozenset({"issue", "finding", "vulnerability"})
# the list or the number of packages is of the vulnerabilities in them
_PACKAGES: Final = re.compile(r"\bpackages?\b")
_PATTERNS: Final = re.compile(r"\bdata patterns?\b|\b(?:kinds? of )?(?:sensitive |personal )?data\b")


def rows_of(text: str, before: Form, understand: Understand) -> Form | None:
    """The records of the assets (cases, endpoints) that the answer before gave; None where a message asks for none."""
    if before.entity not in _OWNERS or before.each is not None or before.sides or before.limit is not None:
        return None
    low = text.lower()
    said = next((s for pattern in _ROWS if (s := _said(pattern.match(low)))), "") or _doing(low)
    if not said:
        return None
    state = understand(said)
    if state.left or state.unknown or state.vague or state.twofold or state.missing:
        return None
    added = build(state)
    if added.entity == before.entity or not reachable(added.entity, before.entity):
        return None
    if before.entity != "asset":
        any_status = (ANY_STATUS,) if before.entity == "issue" and before.status == "all" else ()
        whose = Has(entity=before.entity, items=(*before.items, *any_status))
        return added.model_copy(update={"items": (*added.items, whose)})
    return added.model_copy(update={"items": (*added.items, *_of_assets(before, added.entity))})


def linked_to(text: str, before: Form, estate: Estate, understand: Understand) -> Form | None:
    """ "Which instances use them?" after security groups: those that name one of these in their configuration."""
    found = _LINKED.match(text.lower())
    others = [i for i in before.items if isinstance(i, Kinds) and not i.negated]
    if found is None or before.entity != "asset" or len(others) != 1 or before.limit is not None:
        return None
    state = understand(found["kind"])
    form = build(state)
    kinds = [i for i in form.items if isinstance(i, Kinds) and not i.negated]
    if len(kinds) != 1 or state.left or state.unknown or form.entity != "asset":
        return None
    own, other = types_of(kinds, estate), types_of(others, estate)
    ways = links(own, other, estate) if own and other and not own & other else ()
    if not ways:
        return None
    rest = tuple(i for i in before.items if i is not others[0])
    of_type = Kinds(types=tuple(sorted({here.type_id for here, _ in ways})), label=kinds[0].label)
    kept = tuple(of_type if i is kinds[0] else i for i in form.items)
    linked = Linked(kinds=others[0], items=rest, ways=ways)
    return form.model_copy(update={"items": (*kept, linked), "status": ""})


def _said(found: re.Match[str] | None) -> str:
    """What is asked for, without whose it is."""
    if found is None:
        return ""
    noun, ask = found["noun"], found["ask"].strip()
    if _PACKAGES.search(noun):
        noun = f"number of {_PACKAGES.sub('vulnerabilities', noun)} by package"
    elif _PATTERNS.search(noun):
        noun = f"number of {_PATTERNS.sub('files', noun)} by data pattern"
    elif ask in ("how many", "count", "number of"):
        noun = f"how many {noun}"
    return f"{noun}{found['tail']}".strip()


def _doing(text: str) -> str:
    found = _WHO.match(text)
    return f"{found['who']}{found['tail']}".strip() if found is not None else ""


def _of_assets(before: Form, entity: str) -> list[Item]:
    """The conditions on assets as conditions on what they are about."""
    outer: list[Item] = []
    inner: list[Item] = []
    for item in before.items:
        if isinstance(item, Has) and item.entity == entity and not item.negated and item.op is None:
            # of buckets with critical issues, those issues
            outer += item.items
        elif isinstance(item, Kinds):
            (inner if entity == "event" else outer).append(item)
        elif isinstance(item, Atom) and _outer(item, entity):
            outer.append(item)
        else:
            inner.append(item)
    return [*outer, *([Has(entity="asset", items=tuple(inner))] if inner else [])]


def _outer(item: Atom, entity: str) -> bool:
    """Whether a condition means the same of the records: a tag of their asset, where both are."""
    tells_place = item.ref.name in ("account", "region", "provider")
    return bool(item.ref.tags or item.ref.places) if not tells_place else entity in _PLACED


__all__ = ["linked_to", "rows_of"]
