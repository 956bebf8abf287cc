"""Follow-ups: what a message names replaces, narrows, widens or turns round what was asked before."""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

from typing import Any

from agent.planner.concepts import BY_NAME
from agent.planner.reading import ConceptUse, Excluded, Intent, Reading, TagUse
from agent.planner.words import SERVICE_NOUNS

_START = r"^\W*(?:(?:and|now|ok|okay|please|so|then|but|hm+|well|show me|show|give me|list) )*"
BACK = (
    r"(?:which|how many|any|one|some|most|all|each|what|who|none) (?:one |ones )?(?:of|among|in|from) (?:these|those|them|that(?: list)?|it)"
    r"|(?:with|on|for|about|of) (?:it|that|this)(?: one| bucket| resource| machine| instance| database| user| role| function)?(?=\W*$)"
    r"|(?:of|among|from|in|for|about) (?:these|those|them|that list)"
    rf"|{_START}(?:only|just)(?: show| list| give)?(?: me)?(?: the| those| these)? ?(?:ones?|those|these|them)?(?: (?:that|which|who) are)?"
    r"|(?:only|just) (?:the )?(?:ones?|those|these|them)(?: (?:that|which|who) are)?"
    r"|(?<!except )(?<!than )(?<!not )(?<!from )(?<!ing )(?<!without )(?<!except for )(?:those|these|the ones|them)(?: for| in| with| but)?"
    r"|(?:the )?same(?: question| thing| list| query| one)?(?: again)?(?: for| in| with| but)?"
    rf"|^\W*and (?:in|for|on|with|what about|how about|only|just|which|the)|^\W*and(?= [\w.\-]+\W*$)|what about|how about|narrow(?: it| that| this| them)?(?: down)?(?: to)?|filter(?: it| that| them| by| for| on)*"
    rf"|instead|that list|{_START}now(?: only)?|restrict(?: it| that| them)?(?: to)?|limit (?:it|that|them)(?: to)?|(?:how many|what number)(?: \w+)? (?:is|are|was|were) (?:that|there|those|these|they|it)(?: in total)?(?=\W*$)"
    r"|count (?:them|those|these|that|it)|(?:sort|order|group|split|break|rank|list|show|count)(?: me)? (?:them|those|these|it|that)(?: down)?|are (?:they|those|these|any of them)|do (?:they|those|these)"
)
"""Words that point back at the last list."""
REPLACES = r"what about|how about|(?:the )?same(?: \w+)?(?: for)?|and for|instead"
INVERTS = (
    r"(?:and )?(?:which|what|who|the ones?|those)?(?: ones?| of (?:them|those|these))? ?(?:are|is|do|does|have|has|that are|which are)? ?(?:not|don't|aren't|isn't|doesn't|haven't|hasn't)(?: have(?: it)?)?"
    r"|(?:and |what about |how about )?(?:the )?(?:others?|opposite|other ones?)"
)

_ROWS = frozenset({Intent.LIST, Intent.COUNT, Intent.UNKNOWN, Intent.FIX_FIRST})
_BEFORE = frozenset({Intent.LIST, Intent.COUNT, Intent.FIX_FIRST, Intent.CHANGES})
_REPLACED = (
    "severities",
    "providers",
    "accounts",
    "regions",
    "services",
    "status",
    "group_by",
    "limit",
    "order",
    "since",
)


def refine(reading: Reading, previous: Reading, *, verbless: bool) -> Reading:
    """The reading of a follow-up, or the message as it stands where it is none."""
    bare = not (reading.nouns or reading.concepts or reading.rules or reading.findings)
    narrows = bool(
        reading.regions
        or reading.accounts
        or reading.tags
        or reading.severities
        or reading.providers
        or reading.services
        or reading.limit
        or reading.group_by
        or reading.names
        or reading.order
        or reading.excluded
        or reading.drops
        or reading.inverts
    )
    if reading.intent not in _ROWS or previous.intent not in _BEFORE:
        return reading
    if not (
        reading.refers_back or reading.drops or (verbless and bare and narrows and not reading.left_over)
    ):
        return reading
    if reading.left_over and not narrows and not reading.concepts and not reading.rules:
        return reading
    merged: dict[str, Any] = previous.model_dump()
    for slot in reading.drops:
        for name in _REPLACED if slot == "all" else (slot,):
            merged[name] = type(merged[name])() if isinstance(merged[name], tuple | list) else None
        if slot == "all":
            merged["tags"] = ()
    for slot in _REPLACED:
        if value := getattr(reading, slot):
            merged[slot] = value
    if reading.names:
        merged |= {"names": reading.names, "asset_ids": reading.asset_ids}
    merged["excluded"] = _excluded(reading, previous)
    merged["tags"] = _tags(reading, () if {"tags", "all"} & set(reading.drops) else previous.tags)
    merged["concepts"] = _concepts(reading, previous)
    if reading.rules:
        replaced = reading.replaces or not previous.rules
        merged["rules"] = reading.rules if replaced else (*previous.rules, *reading.rules)
        merged["rules_negated"] = reading.rules_negated
    if reading.inverts:
        merged["rules_negated"] = bool(previous.rules) and not previous.rules_negated
    # "only S3" after a list of findings means the service; after a list of resources, the kind.
    said = tuple(
        s for s, noun in SERVICE_NOUNS.items() if noun in reading.nouns and s in reading.text.lower().split()
    )
    if previous.findings and said and not reading.findings:
        merged["services"] = tuple(dict.fromkeys([*said, *reading.services]))
    elif reading.nouns:
        merged["nouns"] = reading.nouns
        merged["findings"] = reading.findings or (
            previous.findings and not reading.concepts and not reading.replaces
        )
    intent = previous.intent if reading.intent is Intent.UNKNOWN else reading.intent
    if reading.intent is Intent.UNKNOWN and previous.intent is Intent.COUNT and not merged["group_by"]:
        intent = Intent.COUNT
    if previous.intent is Intent.FIX_FIRST and intent is Intent.LIST:
        intent = Intent.FIX_FIRST
    if previous.intent is Intent.CHANGES:
        merged["findings"] = True
    merged |= {
        "text": reading.text,
        "refers_back": True,
        "left_over": reading.left_over,
        "near": reading.near,
        "ambiguous": reading.ambiguous,
        "intent": intent,
        "drops": (),
        "inverts": False,
        "replaces": False,
    }
    if intent is Intent.COUNT and not reading.group_by:
        # "how many is that": the whole list, not its first rows.
        merged["group_by"] = None
    if reading.group_by:
        merged |= {"intent": Intent.COUNT, "limit": reading.limit}
    return Reading.model_validate(merged)


def _tags(reading: Reading, before: tuple[TagUse, ...]) -> tuple[TagUse, ...]:
    """Another value of the same tag takes the place of the old one; other tags narrow."""
    kept = [
        old
        for old in before
        if not any(set(new.keys) & set(old.keys) and new.negated == old.negated for new in reading.tags)
    ]
    return (*kept, *reading.tags)


def _concepts(reading: Reading, previous: Reading) -> tuple[ConceptUse, ...]:
    if reading.inverts:
        return tuple(use.model_copy(update={"negated": not use.negated}) for use in previous.concepts)
    if not reading.concepts:
        fits = [
            use
            for use in previous.concepts
            if not reading.nouns
            or use.name == "port"
            or not BY_NAME[use.name].nouns
            or set(BY_NAME[use.name].nouns) & set(reading.nouns)
        ]
        return tuple(fits)
    if reading.replaces:
        return reading.concepts
    names = {(use.name, use.port) for use in reading.concepts}
    return (*(use for use in previous.concepts if (use.name, use.port) not in names), *reading.concepts)


def _excluded(reading: Reading, previous: Reading) -> Excluded:
    """Exclusions add up; what is asked for again is no longer excluded."""
    merged = {}
    for slot in Excluded.model_fields:
        wanted = set(getattr(reading, slot, ()))
        old = () if slot in reading.drops else getattr(previous.excluded, slot)
        kept = [v for v in old if v not in wanted]
        merged[slot] = tuple(dict.fromkeys([*kept, *getattr(reading.excluded, slot)]))
    return Excluded.model_validate(merged)
