"""Questions that say too little: how a team does, top ten of nothing, which are critical; each with its readings as choices."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.form import Asked, Kinds
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import nouns_of
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.weaknesses import Found, resolve

_ASKS: Final = r"^\W*(?:(?:please|pls|can you|could you|show|give|list|get|tell|me|us|see|i|we|want|need|what|are|is|the|our|my|which) )*"
STATES: Final = r"(?:all )?(?:ok|okay|fine|healthy|good|in order|alright|all right|in good shape|in a good state|safe|well|secure|secured|compliant|in compliance|protected|clean|at risk|in danger|in trouble|up to standard)(?: (?:now|today|right now|at the moment))?"
# more of the one than of the other
_COMES: Final = r"(?:open|create|find|detect|discover|raise|get|add|introduc|receiv)(?:ing|e?d|s|e)?|opened|found|coming in|come in|got|new ones"
_GOES: Final = r"(?:clos|resolv|fix|remediat)(?:ing|ed|es|e)?|fix"
_FASTER: Final = re.compile(
    rf"\b(?:{_GOES})\b(?: \w+){{0,2}}? (?:more|faster|quicker|fewer|less|slower)\b[^.?!]{{0,30}}? than\b[^.?!]{{0,20}}?\b(?:{_COMES})\b(?P<rest>.*)$"
    rf"|\b(?:{_COMES})\b(?: \w+){{0,2}}? (?:more|faster|quicker|fewer|less|slower)\b[^.?!]{{0,30}}? than\b[^.?!]{{0,20}}?\b(?:{_GOES})\b(?P<more>.*)$"
    rf"|\bmore (?:issues |alerts )?(?:{_GOES}) than (?:{_COMES})\b(?P<than>.*)$|\bmore (?:issues |alerts )?(?:{_COMES}) than (?:{_GOES})\b(?P<then>.*)$",
    re.IGNORECASE,
)
# how a team or account fares
_FARES: Final = re.compile(
    r"^\W*(?:(?:and|so|please|tell me|hi|hello|hey)\W+)*how(?:'s| is| are| does| do|s)(?: the| our)? (?P<where>[\w .-]{2,40}?)(?: (?:account|team|subscription|project))?(?: (?:doing|going|looking|look|faring|coming along|holding up|performing))(?: (?:today|now|right now|at the moment|these days|lately|currently|security[- ]wise|on security|in terms of security|this (?:week|month)))?\W*$"
    r"|^\W*(?:(?:and|so|please|tell me)\W+)*how(?:'s|s) (?:the |our )?(?P<name>[\w.-]+)\W*$",
    re.IGNORECASE,
)
_WELL: Final = re.compile(
    rf"^\W*(?:(?:and|so|please|tell me|if|whether)\W+)*(?:is|are) (?:the |our )?(?P<where>[\w.-]+)(?: (?:account|team|subscription|project))? {STATES}\W*$",
    re.IGNORECASE,
)
# so many, of what is not said; what would follow a question, where none was asked
_ONLY_TOP: Final = re.compile(
    rf"{_ASKS}(?P<top>(?:top|first|worst) (?:\d+|ten|five|three|twenty))(?: ones| results| rows)?(?:,? please)?\W*$",
    re.IGNORECASE,
)
_AND_WHAT: Final = re.compile(
    r"^\W*(?:(?:ok|okay|so|and|now)\W+)*(?:what about|how about|and what of)(?: the (?:ones|same))? (?P<rest>[\w .-]+?)\W*$",
    re.IGNORECASE,
)
_ARE_WORST: Final = re.compile(
    r"^\W*(?:(?:please|tell me|show me|and|so)\W+)*(?:which|what)(?: of (?:the|our|my))? (?P<what>assets|resources|machines|vms|servers|hosts|buckets|databases|instances|users|roles|clusters|images|functions) (?:are|is) (?:in )?(?:the )?(?P<word>worst|riskiest|most dangerous|most risky|most problematic|biggest problems?|worst (?:shape|state|condition))\W*$",
    re.IGNORECASE,
)
_HOW_MANY_ARE: Final = re.compile(
    r"^\W*(?:and |so |please |tell me )*how many (?:ones )?(?P<rest>(?:are|have|do not|don't|lack|allow) (?!there\b|we\b|you\b).+?)\W*$",
    re.IGNORECASE,
)
_CRITICAL: Final = re.compile(
    r"^\W*(?:(?:please|tell me|show me|and|so)\W+)*(?:which|what)(?: of (?:the|our|my))? (?P<what>[\w -]+?) (?:are|is) (?:the )?(?:(?:most|really|very|business|business-) ?)?critical\W*$",
    re.IGNORECASE,
)
_ALL: Final = frozenset("we us things it everything all i you they".split())


def asks_back(why: str, choices: tuple[str, ...]) -> Asked:
    return Asked(outcome="clarify", message=f"{why} Do you mean {', or '.join(choices)}?", choices=choices)


# kinds of resources that may have a weakness that is asked for without a noun
_MAY_HAVE: Final = (
    ("buckets", "Storage Bucket"),
    ("volumes", "Disk"),
    ("databases", "Database"),
    ("machines", "VM Instance"),
    ("users", "IAM User"),
    ("functions", "Serverless Function"),
    ("snapshots", "Snapshot"),
    ("load balancers", "Load Balancer"),
)
_MOST_CHOICES: Final = 4


def may_have(state: State) -> tuple[str, ...]:
    """The kinds of resources that can have the weakness which a question without a noun speaks of."""
    found = next((m.data for m in state.marks if m.kind == "weakness" and isinstance(m.data, Found)), None)
    if found is None:
        return ()
    able: list[str] = []
    for noun, category in _MAY_HAVE:
        kinds = [Kinds(categories=(category,), label=noun)]
        types = types_of(kinds, state.estate)
        if types and resolve(found, state.estate, types, nouns_of(kinds, state.estate)) is not None:
            able.append(noun)
    return tuple(able[:_MOST_CHOICES])


def alone(state: State, named: list[Mark], tidy: str) -> Asked | None:
    """ "Top 10 please", "how many are unencrypted?": nothing says of what; "which machines are critical?": nothing says how."""
    if (critical := _CRITICAL.match(tidy)) is not None and [m.kind for m in named] == ["kind"]:
        what = critical["what"].lower()
        ways = ("with open critical issues", "tagged with the highest criticality")
        return asks_back("Critical can be told by issues or by tags.", tuple(f"{what} {way}" for way in ways))
    if (worst := _ARE_WORST.match(tidy)) is not None and all(m.kind in ("entity", "kind") for m in named):
        what = worst["what"].lower()
        ways = ("with the most open issues", "with open critical issues")
        return asks_back(
            f"It is not said what makes {what} {worst['word'].lower()}.", tuple(f"{what} {w}" for w in ways)
        )
    if named or state.noun or state.dims:
        return None
    if (top := _ONLY_TOP.match(tidy)) is not None:
        both = tuple(
            f"{top['top'].lower()} {noun} by number of open issues" for noun in ("accounts", "assets")
        )
        return asks_back("It is not said of what.", both)
    if (and_what := _AND_WHAT.match(tidy)) is not None and any(
        m.kind in ("time", "tenant") for m in state.marks
    ):
        both = tuple(f"{noun} {and_what['rest']}" for noun in ("open issues", "assets"))
        return asks_back("Nothing was asked before that this could go on from.", both)
    if (many := _HOW_MANY_ARE.match(tidy)) is not None and any(m.kind == "weakness" for m in state.marks):
        nouns = may_have(state)
        nouns = nouns if len(nouns) > 1 else ("assets", "buckets")
        both = tuple(f"how many {noun} {many['rest']}" for noun in nouns)
        return asks_back("It is not said what is counted.", both)
    return None


def fares(state: State, tidy: str) -> Asked | None:
    """ "How is analytics doing?": what is wrong there, or how much of it is right."""
    found = _FARES.match(tidy)
    well = _WELL.match(tidy) if found is None else None
    if found is not None:
        where = (found["where"] or found["name"]).strip()
    elif well is not None and not any(m.kind in ("kind", "entity") for m in state.marks):
        where = well["where"]
    else:
        return None
    things = any(m.kind == "kind" and m.text.lower() in where.lower() for m in state.marks)
    if where.lower() in state.estate.aliases and where.lower() in state.estate.words.tag_values:
        account = state.estate.aliases.get(where.lower(), where)
        return asks_back(
            f"{where} is the name of a team and of an account, and how it does can be told in more than one way.",
            (
                f"number of open issues of team {where} by severity",
                f"number of open issues in account {account} by severity",
                f"percentage of passed findings in account {account}",
            ),
        )
    place = "" if where.lower() in _ALL else f" {'on' if things else 'in'} {where}"
    return asks_back(
        "How something does can be told in more than one way.",
        (f"number of open issues{place} by severity", f"percentage of passed findings{place}"),
    )


_GROWN: Final = re.compile(
    r"^\W*(?:(?:and|so|please|tell me|if|whether)\W+)*(?:did|has|have|is|are|does|do) (?:the |our )?(?:total )?(?:number|amount|count|backlog|pile)(?: of (?:open |unresolved |all )?(?P<what>(?:critical |high |medium |low )?(?:issues|alerts)))?(?: been)? (?:grow(?:n|ing)?|grew|increas(?:e|ed|ing)|ris(?:e|en|ing)|gone up|go up|going up|went up|shr(?:ink|unk|inking)|decreas(?:e|ed|ing)|fall(?:en|ing)?|dropp?(?:ed|ing)?|gone down|go down|going down|went down)\b(?P<rest>.*)$",
    re.IGNORECASE,
)


def faster(tidy: str) -> Asked | None:
    """ "Are we closing more than we open?": two numbers, each over its own times."""
    if (grown := _GROWN.match(tidy)) is not None:
        what, rest = (grown["what"] or "issues").lower(), grown["rest"].strip(" ?.!,")
        both = tuple(f"how many {what} were {done} {rest}".strip() for done in ("opened", "closed"))
        return asks_back("No record says how many were open before; what came and what went is known.", both)
    found = _FASTER.search(tidy)
    if found is None:
        return None
    rest = next((v for v in found.groupdict().values() if v), "").strip(" ?.!,")
    return asks_back(
        "These are two questions, each about its own times.",
        tuple(f"how many issues were {done} {rest}".strip() for done in ("opened", "closed")),
    )


__all__ = ["STATES", "alone", "asks_back", "fares", "faster", "may_have"]
