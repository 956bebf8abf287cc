"""Bindings of IAM policies on Google Cloud: who holds which role on projects, buckets, functions and the like."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.build import build
from agent.planner.questions.element_places import Array, arrays_of
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Each, Form, Item, ItemTest, Kinds, Measure, Rank, Ref, Where
from agent.planner.questions.settings import ITEM

_LONGEST: Final = 200
_KINDS: Final = (
    ("GOOGLE_CLOUD_PROJECT", "projects", re.compile(r"\b(?:(?:gcp|google cloud|google) )?projects?\b(?:'s)?(?: (?:in|on|of) (?:gcp|google cloud)\b)?")),
    ("GOOGLE_CLOUD_STORAGE_BUCKET", "buckets", re.compile(r"\b(?:(?:gcp|google cloud|google|gcs|cloud storage|storage) )*buckets?\b(?:'s)?(?: (?:in|on|of) (?:gcp|google cloud)\b)?")),
    ("GOOGLE_CLOUD_FUNCTION", "cloud functions", re.compile(r"\b(?:(?:gcp|google cloud|google|cloud) )*functions?\b(?:'s)?(?: (?:in|on|of) (?:gcp|google cloud)\b)?")),
    ("GOOGLE_KMS_KEY", "kms keys", re.compile(r"\b(?:(?:gcp|google cloud|google|kms|crypto|cloud) )+keys?\b")),
)  # fmt: skip
# without one of these it is no question about bindings
_ABOUT: Final = re.compile(
    r"\bbindings?\b|\bmembers?\b|\ball(?:authenticated)?users\b|\broles/[\w.]+|\b(?:owner|editor|viewer) role\b|\broles? (?:(?:are|is|were|that are) )?(?:granted|bound)\b"
)
_GOOGLE: Final = re.compile(r"\b(?:gcp|google|gcs|projects?|roles/[\w.]+|all(?:authenticated)?users)\b")
_OTHERS: Final = re.compile(
    r"\b(?:azure|aws|kubernetes|k8s|clusterroles?|rolebindings?|cluster ?role ?bindings?|role bindings? of|issues?|findings?|groups? members|namespaces?|subscriptions?)\b"
)
_COUNT: Final = re.compile(r"\b(?:how many|(?:the )?number of|count(?: of)?|how often)\b")
_OFTEN: Final = re.compile(
    r"\b(?:are |is )?(?:(?:granted|used|bound|given|assigned) )?(?:the )?(?:most (?:often|common(?:ly)?|frequent(?:ly)?|used|granted)|top \d+)\b(?: (?:granted|used|bound|given|assigned))?"
)
_BOUND: Final = re.compile(
    r"\b(?P<op>more than|over|at least|less than|fewer than|at most|exactly) (?P<n>\d+|one|two|three|four|five|ten) (?:\w+ )?(?P<what>bindings?|members?|roles?)\b"
)
_OPS: Final[dict[str, Any]] = {
    "more than": "gt",
    "over": "gt",
    "at least": "gte",
    "less than": "lt",
    "fewer than": "lt",
    "at most": "lte",
    "exactly": "eq",
}
_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_PER: Final = re.compile(
    r"\b(?:per|by|for each|for every|in each|of each|on each|each|every)\s+(?P<what>roles?|members?|principals?|projects?|buckets?|functions?)\b(?: (?:has|have|is|are|granted|bound|held))*"
)
_ROLE: Final = re.compile(
    r"(?:\b(?:the|an?|with|for|have|has|having|holds?|holding|granted|granting|giv(?:es?|ing|en)|as|role|is|=)\s+)*(?:(?P<full>roles/[\w.]+)|(?P<basic>owner|editor|viewer)(?:\s+role)?)(?:\s+role)?\b(?:\s+(?:granted|assigned|bound)\b)?"
)
_MEMBERS: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (re.compile(r"\ballauthenticatedusers\b"), "in", "allAuthenticatedUsers"),
    (re.compile(r"\ballusers\b|\bpublic(?:ly)?\b|\b(?:the )?internet\b|\banyone\b|\beveryone\b|\beverybody\b"), "in", "allUsers"),
    (re.compile(r"\b(?:members? (?:that are|of type|which are) )?service accounts?\b(?: as (?:an? )?members?)?"), "starts", "serviceAccount:"),
    (re.compile(r"\b(?:members? (?:that are|of type|which are) )groups?\b|\bgroups? as (?:an? )?members?\b"), "starts", "group:"),
    (re.compile(r"\b(?:members? (?:that are|of type|which are) )(?:human )?users?\b"), "starts", "user:"),
)  # fmt: skip
_ITEMS: Final = re.compile(
    r"\b(?:iam |role |policy )*(?P<what>bindings?|members?|principals?|roles?)\b(?: (?:that |which )?(?:are |is )?(?:bound|granted|assigned|attached|held|there|defined|set))?"
)
# "one line per bucket, role and member", "each member in its own row"
_OWN_ROWS: Final = re.compile(
    r"\b(?:one|a|1) (?:row|line|entry) (?:per|for (?:each|every)|each)(?: (?:bucket|project|function|binding|role|member|principal|pair)s?\b(?:,? (?:and )?)?)*|\b(?:each|every) (?:\w+ )?(?:in|on) (?:its|their) own (?:row|line)\b"
)
_ASKED: Final = re.compile(
    r"(?:,|\band\b|\bwith\b)\s+(?:(?:which|what|the|their)\s+)?(?:roles?|members?|principals?)\b(?:\s+(?:is it|are they|it is|they have|each))?\W*$"
)
_NO: Final = re.compile(r"\b(?:without|with no|have no|has no|no|do not have|don't have|not)\b")
_LISTS: Final = re.compile(
    r"^\W*(?:please )?(?:list|show|give|which|what|who|print|enumerate|bindings?|members?|iam|roles? and|all)\b"
)
_WORDS: Final = re.compile(
    r"\b(?:list|show|give|me|us|print|enumerate|please|the|a|an|all|any|every|each|of|in|on|for|from|to|with|their|its|and|or|which|what|who|that|have|has|having|holds?|is|are|there|do|does|we|our|via|through|iam|polic(?:y|ies)|where|whose|one|row|line|per|by|granted|bound|got|include[sd]?|including|contain(?:s|ing)?|find|get|list|together|along|accessible|access|gives?|granting|grants?|at least|direct(?:ly)?|set)\b|[,:.?!;&()]"
)


def read_bindings(text: str, estate: Estate, now: datetime, understand: Callable[..., Any]) -> Form | None:
    """The form of a question about bindings, or None."""
    if len(text) > _LONGEST or _ABOUT.search(text) is None or _OTHERS.search(text) is not None:
        return None
    if _GOOGLE.search(text) is None:
        return None
    left = _OWN_ROWS.sub(" ", text)
    rows = left != text
    per = [match["what"].rstrip("s") for match in _PER.finditer(left)]
    left = _PER.sub(lambda m: f" {m['what']} ", left) if per else left
    types, noun, at = _subject(left)
    for _, _, pattern in _KINDS:
        left = pattern.sub(" ", left)
    arrays = _arrays(estate, types)
    if not arrays:
        return None
    tests, left = _tests(left, arrays)
    bound = _BOUND.search(left)
    left = _BOUND.sub(lambda m: f" {m['what']} ", left)
    often = _OFTEN.search(left) is not None
    left = _OFTEN.sub(" ", left)
    counted = _COUNT.search(left) is not None
    left = _COUNT.sub(" ", left)
    items = [match["what"].rstrip("s") for match in _ITEMS.finditer(left)]
    rows |= _ASKED.search(left) is not None and not counted
    if often and items:
        per, counted = [items[0]], True
    elif bound is not None and noun:
        per, counted = [noun.split()[-1].rstrip("s")], True
    first = next((match.start() for match in _ITEMS.finditer(text)), len(text))
    left = _ITEMS.sub(" ", left)
    negated = _NO.search(left) is not None
    left = _WORDS.sub(" ", _NO.sub(" ", left))
    kinds = Kinds(types=tuple(a.type_id for a in arrays), label=noun or "resources on Google Cloud")
    items_said = _rest(left, kinds, estate, now, understand)
    if items_said is None or not (items or tests):
        return None
    if rows and not counted:
        per = []
    each = _each(
        arrays,
        noun,
        tests,
        items,
        per,
        counted=counted,
        negated=negated,
        subject_first=bool(noun) and at <= first and not rows,
        text=text,
    )
    if each is None:
        return None
    return Form(
        entity="asset", items=(kinds, *items_said), each=each, noun=noun or "resources",
        measure=Measure(function="count") if each.count else None, rank=Rank() if each.count and per else None,
        having=_having(bound),
    )  # fmt: skip


def _having(bound: re.Match[str] | None) -> tuple[Any, float] | None:
    if bound is None:
        return None
    return _OPS[bound["op"]], float(_NUMBERS.get(bound["n"], 0) or bound["n"])


def _subject(text: str) -> tuple[frozenset[str], str, int]:
    """Whose bindings are meant: the kind that is named, where it stands."""
    for type_id, noun, pattern in _KINDS:
        if (match := pattern.search(text)) is not None:
            return frozenset({type_id}), noun, match.start()
    return frozenset(), "", -1


def _arrays(estate: Estate, types: frozenset[str]) -> tuple[Array, ...]:
    every = types or frozenset(t for t in estate.settings.by_type if t.startswith("GOOGLE_"))
    return tuple(a for a in arrays_of(estate, every) if a.path[-2:] == ("iamPolicy", "bindings"))


def _places(arrays: tuple[Array, ...], key: str, kind: str) -> tuple[Where, ...]:
    return tuple(Where(type_id=a.type_id, path=(*a.path, ITEM, key), kind=kind) for a in arrays)


def _tests(text: str, arrays: tuple[Array, ...]) -> tuple[tuple[ItemTest, ...], str]:
    """Which role, and which members."""
    found: list[ItemTest] = []
    role = Ref(name="role", places=_places(arrays, "role", "text"))
    roles = tuple(dict.fromkeys(m["full"] or f"roles/{m['basic']}" for m in _ROLE.finditer(text)))
    if roles:
        found.append(ItemTest(ref=role, op="in", values=roles, label=f"of role {' or '.join(roles)}"))
        text = _ROLE.sub(" ", text)
    member = Ref(name="member", places=_places(arrays, "members", "array"))
    exact: list[str] = []
    for pattern, op, value in _MEMBERS:
        if pattern.search(text) is None:
            continue
        text = pattern.sub(" ", text)
        if op == "in":
            exact.append(value)
        else:
            found.append(
                ItemTest(ref=member, op="starts", values=(value,), label=f"with a member {value.rstrip(':')}")
            )
    if exact:
        found.append(
            ItemTest(ref=member, op="in", values=tuple(exact), label=f"with member {' or '.join(exact)}")
        )
    return tuple(found), text


def _rest(
    left: str, kinds: Kinds, estate: Estate, now: datetime, understand: Callable[..., Any]
) -> tuple[Item, ...] | None:
    """What is said of the resources besides; None where some word has no meaning."""
    words = " ".join(left.split())
    if not words:
        return ()
    state = understand(f"assets in {words}", estate, now, given=(kinds,))
    if (
        state.left
        or state.unknown
        or state.missing
        or state.twofold
        or state.vague
        or state.group
        or state.dims
        or state.compare
        or state.agg
        or state.rank
        or state.limit
        or state.pending_rank
    ):
        return None
    form = build(state)
    if form.entity != "asset" or form.each or form.measure:
        return None
    others = tuple(item for item in form.items if item != kinds)
    # another kind of resource is asked about
    return None if any(isinstance(item, Kinds) for item in others) else others


def _each(
    arrays: tuple[Array, ...],
    noun: str,
    tests: tuple[ItemTest, ...],
    items: list[str],
    per: list[str],
    *,
    counted: bool,
    negated: bool,
    subject_first: bool,
    text: str,
) -> Each | None:
    role = Ref(name="role", places=_places(arrays, "role", "text"))
    member = Ref(name="member", places=_places(arrays, "members", "array"))
    base: dict[str, Any] = {
        "arrays": tuple(Where(type_id=a.type_id, path=a.path, kind="array") for a in arrays),
        "name": "binding",
        "owner": noun or "resources on Google Cloud",
        "tests": tests,
    }
    told = [item for item in items if item not in per]
    if negated:
        return Each(**base, negated=True, count="assets" if counted else "")
    if per or counted:
        what = next((item for item in told if item in ("member", "principal")), "")
        group = tuple(
            ref for name, ref in (("role", role), ("member", member), ("principal", member)) if name in per
        )
        by_asset = any(name in ("project", "bucket", "function") for name in per)
        if what and not {"member", "principal"} & set(per):
            return Each(
                **{**base, "name": "member"}, group=group, count="items", by_asset=by_asset, of=member
            )
        if subject_first and counted and not per:
            return Each(**base, count="assets")
        return Each(**base, group=group, count="items", by_asset=by_asset)
    if subject_first and tests and not _LISTS.search(text.replace("which", "").replace("what", "")):
        return Each(**base, holding=True)
    if subject_first and tests and not any(item in ("binding", "member") for item in told[:1]):
        return Each(**base, holding=True)
    return Each(**base, shown=(role, member))
