"""What a follow-up takes away or puts in another's place, before the rest of it is read."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from agent.planner.questions.build import build
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Form, Has, Item, Kinds, Weakness
from agent.planner.questions.reader_state import State, key_of

Understand = Callable[[str], State]
_OPENING: Final = re.compile(
    r"^\W*(?:(?:(?:no|nope|nah|not quite|wait|sorry)\s*[,.!;:-]+|(?:hmm?|well|ok(?:ay)?|thanks?(?: you)?|thx|great|good|perfect|cool|nice|right|sure|please|pls|fine|alright|super|got it|i see|interesting)\b[\s,.!;:-]*|actually[\s,]+)\s*)+",
    re.IGNORECASE,
)
_REMOVE: Final = re.compile(
    r"(?:^\W*|\b(?:and|but|then|now|also|please|pls|can you|could you|let's|lets|just)\s+)(?P<verb>drop|remove|forget(?: about)?|lose|ditch|leave (?:out|away|off)|take (?:out|away|off)|undo|clear|scrap|get rid of|disregard|never ?mind|delete|cancel|relax|lift|no longer(?: only)?|not only)\s+(?:the\s+|that\s+|any\s+|all\s+|all the\s+|my\s+)?(?P<what>.+?)(?=\s+(?:and|then|but)\s+(?:then\s+|now\s+|please\s+|also\s+)*(?:show|list|give|only|count|group|sort|order|instead|add|make|just|break|split|use|restrict|limit|by|per|tell|keep|how|which|what)\b|\s*[,.;!?]\s*(?=\w)|\s*[.;!?]*\s*$)",
    re.IGNORECASE,
)
_WITHOUT: Final = re.compile(
    r"\b(?:without|ignoring|ignore|skip|minus|regardless of|irrespective of)\s+(?:the\s+|that\s+)?(?P<what>[\w\s-]{3,40}?\s+(?:filter|condition|restriction|constraint|criterion))\b",
    re.IGNORECASE,
)
_NOUNS: Final = re.compile(
    r"\b(?:filter(?:ing)?s?|conditions?|restrictions?|constraints?|part|criterion|criteria|requirements?|limitation|clause|bit|thing|again|too|please|pls|from (?:it|that|the list|there|this|them)|altogether|entirely|once more|for now|(?<=\s)ones)\b",
    re.IGNORECASE,
)
_SWAPS: Final = (
    re.compile(
        r"(?:replace|swap|exchange|substitute|change|switch)\s+(?:the\s+)?(?P<old>[^,.;]+?)\s+(?:with|for|by|to|into)\s+(?P<new>[^,.;]+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:\b(?:make (?:it|that|this|them)|use|take|show|do|(?:the )?same (?:thing )?(?:with|for|but (?:with|for))|with|for|only|now|try)\s+)*(?P<new>[^,.;]+?)\s+(?:instead of|in place of|rather than|in lieu of|not)\s+(?P<old>[^,.;]+)",
        re.IGNORECASE,
    ),
)
_AS: Final = re.compile(
    r"^\W*(?:(?:and|now|please|can you|could you|show|give|put|plot|draw|present|display|render|make|chart|graph|visuali[sz]e|me|us|it|that|them|those|these|this|the (?:same|results?|list|numbers?)|do)\s+)*(?:(?:as|in|into|on)\s+(?:a\s+|an\s+)?(?:\w+\s+)?(?:chart|graph|table|diagram|plot|csv|json|list|pie|bars?|histogram|excel|spreadsheet)(?:\s+(?:chart|graph|please|format))?|(?:chart|graph|plot|visuali[sz]e|draw)\s+(?:it|that|them|this|these|those))\W*(?:please|pls|instead)?\W*$",
    re.IGNORECASE,
)
_PARTS: Final = (
    (re.compile(r"^(?:group(?:ing|ed)?(?: by .*)?|break ?down|split(?:ting)?)$"), ("group",)),
    (re.compile(r"^(?:sort(?:ing)?|order(?:ing)?|rank(?:ing)?)(?: by .*)?$"), ("rank",)),
    (re.compile(r"^(?:limit|top \d+|cap|cut[- ]?off|first \d+|maximum)$"), ("limit", "rank")),
    (re.compile(r"^(?:(?:extra |additional )?columns?)$"), ("columns",)),
)


def presents(text: str, before: Form) -> bool:
    """Whether a message only asks for another way of showing: "as a chart"; a number is no list."""
    if before.measure is not None and re.search(r"\blist\b", text, re.IGNORECASE):
        return False
    return _AS.match(text) is not None


def opened(text: str) -> str:
    """A message without the words that only acknowledge: "no, by size instead"."""
    return _OPENING.sub("", text) or text


def edited(text: str, before: Form, understand: Understand) -> tuple[Form, str]:
    """The form before without what is taken away, and what is left to be read; `understand` reads a few words alone."""
    form = before
    for swap in _SWAPS:
        found = swap.search(text)
        if found is None:
            continue
        kept = _without(form, found["old"], understand)
        if kept is not None:
            form = kept
            text = f"{text[: found.start()]} {found['new']} {text[found.end() :]}".strip()
            break
    text = _WITHOUT.sub(lambda m: f"drop the {m['what']}", text)
    for _ in range(3):
        found = _REMOVE.search(text)
        if found is None:
            break
        what = re.sub(r"\s{2,}", " ", _NOUNS.sub(" ", found["what"])).strip(" ,.;!?")
        rest = re.sub(
            r"^\W*(?:and|then|but)\b\s*",
            "",
            (text[: found.start()] + " " + text[found.end() :]).strip(" ,.;!?"),
        )
        part = next((names for pattern, names in _PARTS if pattern.match(what)), None)
        if part is not None:
            form = form.model_copy(
                update={name: () if name in ("group", "columns") else None for name in part}
            )
            text = rest
            continue
        kept = _without(form, what, understand)
        if kept is None:
            # nothing there says it: what is taken away are rows
            text = f"{rest} not {what}".strip() if rest else f"without {what}"
            break
        form, text = kept, rest
    return form, text


def _without(form: Form, what: str, understand: Understand) -> Form | None:
    """The form without its conditions on what some words name; None where it has none."""
    state = understand(what)
    keys = {key_of(item) for item in build(state).items}
    names = {item.name for item in build(state).items if isinstance(item, Weakness)}
    for mark in state.marks:
        for kind in ("attr", "tag", "setting"):
            data: Any = mark.get(kind)
            if isinstance(data, str):
                keys.add(data)
            elif data is not None and hasattr(data, "key"):
                keys.add(data.key)
                names.add(data.name.lower())
        if mark.kind == "weakness":
            names.add(mark.data.name)
        elif mark.kind == "value":
            keys.add(str(mark.data[0]))
        elif mark.kind == "time":
            keys |= {"first_seen", "last_seen", "modified", "time", "any_time", "resolved"}
    values = {str(v).lower() for item in build(state).items if isinstance(item, Atom) for v in item.values}
    kept = tuple(made for item in form.items if (made := _kept(item, keys, names, values, what)) is not None)
    status = {"status"} & keys and form.status == "open" and form.entity == "issue"
    if kept == form.items and not status:
        return None
    return form.model_copy(update={"items": kept, "status": "all"} if status else {"items": kept})


def _kept(item: Item, keys: set[str], names: set[str], values: set[str], what: str) -> Item | None:
    if isinstance(item, Kinds):
        return item
    if isinstance(item, Has):
        inner = tuple(made for i in item.items if (made := _kept(i, keys, names, values, what)) is not None)
        return item.model_copy(update={"items": inner})
    if isinstance(item, Either):
        rest = tuple(made for i in item.items if (made := _kept(i, keys, names, values, what)) is not None)
        return None if not rest else rest[0] if len(rest) == 1 else item.model_copy(update={"items": rest})
    if isinstance(item, Weakness):
        words = set(re.findall(r"\w{4,}", item.name.lower().replace("_", " ")))
        alike = words & set(re.findall(r"\w{4,}", what.lower()))
        return None if item.name in names or key_of(item) in keys or alike else item
    if isinstance(item, Atom):
        if key_of(item) not in keys and item.ref.name.lower() not in names:
            return item
        said = {str(v).lower() for v in item.values}
        if values and said and not (values & said):
            return item
        left = tuple(v for v in item.values if str(v).lower() not in values)
        if values and left and item.op == "in":
            return item.model_copy(update={"values": left, "label": " or ".join(map(str, left)).lower()})
        return None
    return item


_BARE_TIME: Final = re.compile(
    r"(?:^\W*|\b(?:make (?:it|that)|to|about|with|for|use|try|rather|and|now|only)\s+)(?P<time>(?:\d+|a|one|two|three|four|five|six|seven|ten|fourteen|thirty|sixty|ninety) (?:hours?|days?|weeks?|months?|quarters?|years?))(?! (?:ago|old|or))(?:\s+instead)?",
    re.IGNORECASE,
)


def same_time(text: str, before: Form) -> str:
    """ "make it 60 days": the way of looking back stays."""
    way = next(
        (
            i.op
            for item in before.items
            for i in (item.items if isinstance(item, Has) else (item,))
            if isinstance(i, Atom) and i.op in ("older", "within")
        ),
        "",
    )
    if not way:
        return text
    said = "older than" if way == "older" else "in the last"
    return _BARE_TIME.sub(lambda m: f"{said} {m['time']}", text, count=1)


def in_family(text: str, given: tuple[Kinds, ...], estate: Estate) -> str:
    """ "same for services" after Kubernetes deployments: Kubernetes services."""
    if not any(t.startswith("KUBERNETES_") for kinds in given for t in kinds.types):
        return text
    return re.sub(
        r"(?<!kubernetes )(?<!k8s )\b(\w+?)s?\b",
        lambda m: f"kubernetes {m.group(0)}" if f"kubernetes {m[1]}" in estate.type_names else m.group(0),
        text,
    )
