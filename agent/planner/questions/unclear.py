"""Questions that name nothing to look for, or that fit two things: asked back with both as choices."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions import too_little
from agent.planner.questions.form import Asked, Atom
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.too_little import STATES, asks_back, may_have

_ANYTHING: Final = frozenset("anything everything stuff thing things item items".split())
_LEAD: Final = r"^\W*(?:(?:and|so|now|please|pls|can you|could you|tell me|show me|show|list|give me|i want to know|i want to see|let me know|any idea|do you know) )*(?:what(?:'s|s)?(?: all)?|everything(?: that| which)?|anything(?: that| which)?|all that|did anything|has anything|was anything|is anything|is there anything|the things that|things that|stuff that|whatever) (?:(?:has|have|had|was|were|is|are|got|did|we|been|just|recently|newly|get) )*"
# what happened, without a word of what it happened to; each with the two things that it may be about
_HAPPENED: Final[tuple[tuple[re.Pattern[str], tuple[str, str]], ...]] = tuple(
    (re.compile(rf"{_LEAD}(?:{verbs})\b(?P<rest>.*)$", re.IGNORECASE), choices)
    for verbs, choices in (
        ("added|add|new|created|appear(?:ed)?|came up|c[ao]me in|popped up|showed up|turned up|discovered|introduced", ("assets first seen", "open issues first seen")),
        ("changed?|modified|updated|edited|touched|different", ("audit events", "issues modified")),
        ("fail(?:ed|s|ing)?|broken?|went wrong|go(?:ne)? wrong|errored(?: out)?|not work(?:ing)?", ("failed findings", "failed audit events")),
        ("happen(?:ed|s|ing)?|going on|went on|gone on", ("audit events", "issues opened")),
        ("closed?|resolved?|fixed|finished|completed|solved", ("issues resolved", "cases closed")),
    )
)  # fmt: skip
_ONES: Final = re.compile(
    r"\b(?P<sev>critical|high|medium|low|severe|serious|urgent)(?P<more>(?:(?: and| or|,) (?:critical|high|medium|low))*) (?:ones?|stuff|things?|items?)\b",
    re.IGNORECASE,
)
# whose keys is said, and not how old
_OLD_KEYS: Final = re.compile(
    r"\b(?P<word>old|stale|ancient|aged|outdated|ageing|aging|forgotten) (?:active |iam |aws |user |users' )*(?P<keys>access keys?|service account keys?)\b",
    re.IGNORECASE,
)
_KEYS: Final = re.compile(
    r"\b(?P<word>old|stale|ancient|unused|aged|outdated|ageing|aging|expired|forgotten) keys?\b",
    re.IGNORECASE,
)
_TOP: Final = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|show|give|list|get|tell|me|us|see|i|we|want|need|what|are|is|the|our|my|which) )*(?:top|worst|first) (?P<n>\d+|ten|five|three|twenty) (?P<noun>assets|resources|things|items|machines|vms|virtual machines|servers|hosts|instances|ec2 instances|buckets|s3 buckets|storage accounts|databases|functions|lambda functions|containers|images|container images|clusters|security groups|users|roles)(?: (?:in|of|from) (?P<rest>[\w .-]+?))?(?:,? please)?\W*$",
    re.IGNORECASE,
)
_ASKS: Final = r"^\W*(?:(?:please|pls|can you|could you|show|give|list|get|tell|me|us|see|i|we|want|need|what|are|is|the|our|my|which) )*"
_TOPS: Final = rf"{_ASKS}(?:top|worst|first) (?P<n>\d+|ten|five|three|twenty) "
_WORST: Final = re.compile(
    rf"{_ASKS}(?:absolute(?:ly)? )?(?P<word>worst|biggest|riskiest|most (?:critical|important|urgent|dangerous|risky|severe)) (?:ones?|stuff|things?|offenders?)\W*$",
    re.IGNORECASE,
)
# how many, and of what is not said
_HOW_MANY: Final = re.compile(
    r"^\W*(?:and |so |please |tell me )*how many (?:do we have|have we(?: got)?|are there|do we run|are running|exist)(?P<rest> (?:in|on|under|at) [\w .-]+)?\W*$",
    re.IGNORECASE,
)
_FINE: Final = (
    r"^\W*(?:and |so |please |tell me |if |whether )*(?:are|is) (?:all |the |our |of |my |all our |all the )*"
)
_OWNERS: Final = re.compile(
    r"\b(?:who (?:are|is) (?:the )?|which |list (?:the |all )?|show (?:me )?(?:the )?|all (?:the )?|^)owners? (?:in|of|on|at|for|within) (?P<where>(?:the |our |azure )*subscription [\w.-]+|(?:the |our |azure )*[\w.-]+(?: azure)? subscription\b)",
    re.IGNORECASE,
)
_IN_AND_OUT: Final = re.compile(
    r"\b(?P<came>opened|created|raised|new|incoming|found|detected) (?:vs\.?|versus|against|compared (?:to|with)|and|/) (?P<went>closed|resolved|fixed|remediated)\b(?! (?:ones|included))",
    re.IGNORECASE,
)
_OUT_AND_IN: Final = re.compile(
    r"\b(?P<went>closed|resolved|fixed|remediated) (?:vs\.?|versus|against|compared (?:to|with)|and|/) (?P<came>opened|created|raised|new|incoming|found|detected)\b",
    re.IGNORECASE,
)
_EXPOSED: Final = re.compile(
    r"\bexposed\b(?!\s+(?:to|on|by|in|at|from|port|ports|over|through|via|secrets?|credentials?|keys?|passwords?|since)\b)",
    re.IGNORECASE,
)


def _owners(state: State, tidy: str) -> Asked | None:
    """Owners of a subscription: who its tags name, or who holds its role of that name."""
    found = _OWNERS.search(tidy)
    roles = any("ROLE_ASSIGNMENT" in t for t in state.estate.types)
    if found is None or not roles or "tag" in tidy.lower():
        return None
    place = re.sub(r"^(?:the |our )", "", found["where"].strip(" ?.!"))
    return asks_back(
        "Owners can be read in two ways.",
        (
            f"number of assets per owner tag in {place}",
            f"role assignments in {place}, with their role definition id and principal id",
        ),
    )


def _flows(tidy: str) -> Asked | None:
    """What came in against what was done: two numbers, each over its own times."""
    found = _IN_AND_OUT.search(tidy) or _OUT_AND_IN.search(tidy)
    if found is None:
        return None
    rest = (tidy[: found.start()] + "{}" + tidy[found.end() :]).strip(" ?.!")
    both = tuple(rest.format(word) for word in (found["came"], found["went"]))
    return asks_back("These are two questions, each about its own times.", both)


def two_readings(state: State, text: str) -> Asked | None:
    """A question back where two things are meant as likely; None where one is."""
    asked = re.sub(r"\s+", " ", text).strip()
    if (back := _owners(state, asked) or _flows(asked)) is not None:
        return back
    if (back := too_little.fares(state, asked) or too_little.faster(asked)) is not None:
        return back
    named = [m for m in state.marks if m.kind in ("entity", "kind") and m.text.lower() not in _ANYTHING]
    tidy = re.sub(r"\s+", " ", text).strip()
    if (top := _TOP.match(tidy)) is not None:
        about = f" in {top['rest']}" if top["rest"] else ""
        start = f"top {top['n']} {top['noun'].lower()}{about}"
        measures = ("by number of open issues", "by number of vulnerabilities")
        return asks_back("Top by what?", tuple(f"{start} {m}" for m in measures))
    if (bare := _bare(named, tidy)) is not None:
        return bare
    if (keys := _KEYS.search(tidy)) is not None and len(named) <= 1 and _two_kinds_of_key(state):
        return asks_back(
            f"Keys are of more than one kind, and {keys['word'].lower()} can be measured in more than one way.",
            ("access keys of IAM users older than 90 days", "KMS keys first seen more than 90 days ago"),
        )
    if (told := _OLD_KEYS.search(tidy)) is not None and not any(m.kind == "time" for m in state.marks):
        which = f"{told['keys'].lower().removesuffix('s')}s"
        return asks_back(
            f"It is not said from when on keys are {told['word'].lower()}.",
            (f"{which} older than 90 days", f"{which} older than 365 days"),
        )
    if (alone := too_little.alone(state, named, tidy)) is not None:
        return alone
    if not named and (worst := _WORST.match(tidy)) is not None:
        return asks_back(
            f"It is not said what is {worst['word'].lower()}.",
            ("assets with the most open issues", "open critical issues"),
        )
    counts = ("agg", "with", "of", "on", "stop", "tenant", "mark", "value", "attr")
    if (
        not named
        and (many := _HOW_MANY.match(tidy)) is not None
        and all(m.kind in counts for m in state.marks)
    ):
        where = (many["rest"] or "").rstrip(" ?.!")
        return asks_back(
            "It is not said what is counted.", (f"how many assets{where}", f"how many open issues{where}")
        )
    if not named and (ones := _ONES.search(tidy)) is not None:
        severity = f"{ones['sev']}{ones['more']}"
        both = tuple(
            tidy[: ones.start()] + f"{severity} {n}" + tidy[ones.end() :]
            for n in ("issues", "vulnerabilities")
        )
        return asks_back("Issues and vulnerabilities have a severity.", both)
    if not named:
        for pattern, nouns in _HAPPENED:
            found = pattern.match(tidy)
            if found is None or _says_more(state, len(tidy) - len(found["rest"])):
                continue
            rest = found["rest"].strip(" ?.!,")
            return asks_back(
                "That may be about more than one thing.", tuple(f"{n} {rest}".strip() for n in nouns)
            )
    return None


def _bare(named: list[Mark], tidy: str) -> Asked | None:
    """ "top 5 buckets", "are the databases ok?": a kind of thing, and no word of what counts."""
    if len(named) != 1 or named[0].kind != "kind":
        return None
    noun = named[0].text.lower()
    if (top := re.match(rf"{_TOPS}{re.escape(noun)}\W*$", tidy, re.IGNORECASE)) is not None:
        start = f"top {top['n']} {noun}"
        return asks_back(
            "Top by what?",
            (f"{start} by number of open issues", f"{start} by number of critical or high issues"),
        )
    if re.match(rf"{_FINE}{re.escape(noun)} {STATES}\W*$", tidy, re.IGNORECASE) is not None:
        return asks_back(
            "That can be told in more than one way.",
            (f"open issues on {noun}", f"{noun} with critical or high issues", f"failed findings on {noun}"),
        )
    return None


def exposed(state: State, text: str) -> Asked | None:
    """Asked back where it is not said to whom things are exposed."""
    if _EXPOSED.search(text) is None or not any(t.text == "exposed" for t in state.left):
        return None
    tidy = re.sub(r"\s+", " ", text).strip(" ?.!")
    ways = ("publicly accessible", "with critical or high issues")
    return asks_back(
        "Exposed can be read in more than one way.", tuple(_EXPOSED.sub(way, tidy) for way in ways)
    )


def _says_more(state: State, at: int) -> bool:
    """Whether what follows a place of the text names something: a weakness, a setting, who did it."""
    told = ("weakness", "setting", "quoted", "id", "by")
    return any(m.kind in told and state.words(m)[0].start >= at for m in state.marks)


def _two_kinds_of_key(state: State) -> bool:
    users = any(t in state.estate.types for t in ("AWS_IAM_USER", "AZURE_AD_USER"))
    return users and any(category == "Key Management" for _, category, *_ in state.estate.types.values())


_REFERS: Final = re.compile(
    r"\b(?:(?:oldest|newest|latest|worst|biggest|first|last|others?) ones\b|(?:of|from|among|about|for|on|by|list|show|sort|group|count|filter|give me|tell me about|break|split|order|narrow)\s+(?:all\s+)?(?:those|these|them|it|that)\b|which ones?\b|(?:those|these|they|them) (?:are|have|do|were)|(?:are|is|do|does|did|were|was|have|has|can) (?:they|those|these|it|them)\b|(?:owns?|uses?|sees?|knows?|runs?|manages?|maintains?|changed|made|touched|opened) (?:them|those|these)\b|the (?:others?|rest|same|ones)\b|how many (?:are|is) (?:they|that|those|it|there of (?:them|those)))",
    re.IGNORECASE,
)


def without_referent(state: State, text: str) -> Asked | None:
    """A question back where "those" refers to nothing: no thing is named and nothing was asked before."""
    if _REFERS.search(text) is None or state.noun or state.dims or state.unknown:
        return None
    if any(
        m.kind in ("entity", "kind", "id", "quoted") or (m.has("tag") and m.kind == "tag")
        for m in state.marks
    ):
        return None
    if any(isinstance(p, Atom) and p.ref.name in ("name", "strong_id", "id") for _, p in state.parts):
        return None
    if (
        ones := re.search(r"\b(?:oldest|newest|latest|worst|biggest|first|last) (?P<ones>ones)\b", text)
    ) is not None:
        pair = tuple(
            text[: ones.start("ones")] + noun + text[ones.end("ones") :] for noun in ("assets", "open issues")
        )
        return asks_back("I cannot tell what this refers to, because nothing was asked before it.", pair)
    body = _REFERS.sub(" ", text).strip(" ?.!,")
    body = re.sub(
        r"^(?:(?:which|what|show|list|only|how many|and|now|me|are|is)\b\s*)+|\s{2,}", " ", body
    ).strip()
    nouns = may_have(state)
    choices = tuple(
        f"{noun} {body}".strip() for noun in (nouns if len(nouns) > 1 else ("assets", "open issues"))
    )
    back = asks_back("I cannot tell what this refers to, because nothing was asked before it.", choices)
    example = " Or name the resources, for example: public buckets."
    return back.model_copy(update={"message": f"{back.message}{example}"})
