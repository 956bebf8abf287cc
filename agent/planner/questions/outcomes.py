"""What is said instead of an answer: refusals, questions back, names that are not there."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent import neutral
from agent.planner.concepts import BY_NAME, find_rules
from agent.planner.questions import leftover
from agent.planner.questions.absent import no_value
from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Kinds, Weakness
from agent.planner.questions.names import accounts_like
from agent.planner.questions.off_topic import off_topic
from agent.planner.questions.reader_lacking import dangling
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import nouns_of
from agent.planner.questions.setting_marks import types_of

# words of rules that say nothing by themselves
_GENERIC: Final = frozenset(
    "day days storage data service services time name level policy rule launched logged password access public internet".split()
)
_STOPPED: Final = frozenset({"storage", "data", "disk", "setting", "settings", "switch", "feature"})
_ASKING: Final = r"^\W*(?:(?:please|pls|kindly|hey|hi|hello|ok|okay|now|then|just|can|could|would|will|you|go|ahead|and|i|we|want|need|would|like|have|id|i'd|to|let's|lets|us|should|must|help|me)\W+)*"
_WRITES: Final = (
    r"delete|erase|nuke|remove|terminate|stop|shut ?down|kill|destroy|disable|revoke|detach|attach|block|close|restart|reboot|rotate|isolate|quarantine|unpublish|lock|"
    r"resolve|dismiss|suppress|mute|snooze|reopen|assign|reassign|(?:un)?tag (?=the|all|every|this|these|those|it|them|any|each|my|our|\S+ (?:as|with))|untag|label (?=the|all|every|this|these|those|it|them|any|each)|encrypt|patch(?! level)|remediate|fix|mitigate|harden|deploy|apply|rollback|roll back|"
    r"grant|modify|rename|move|migrate|escalate|acknowledge|notify|e-?mail|send|post|comment|wipe|purge|drop|truncate|overwrite|turn (?:on|off)|switch (?:on|off)|enable|"
    r"upgrade|downgrade|scale|resize|upload|install|uninstall|restrict|allow ?list|whitelist|blacklist|ban|create|update|edit|insert|schedule|trigger|approve|reject|"
    r"accept the risk|mark|set|change|raise|lower|bump|open (?:a|an|the) (?:ticket|case|port|issue|pull|jira|incident)|add (?:(?:a|an|the|another|this|these|missing|new) )*(?:comment|note|tags?|labels?|exceptions?|rule|user)s?\b(?=.*\b(?:to|for|on)\b)|"
    r"make (?!(?:me |us )?(?:an? |the )?(?:\w+ )?(?:list|table|report|chart|overview|summary|inventory|picture|count)\b)(?:\S+ ){0,5}(?:private|public|encrypted|resolved|critical|high|medium|low)|write (?:a )?(?:comment|note)|close out|shut|clean up|decommission|stop all|silence|whitelist|exempt"
)
_WRITE: Final = re.compile(rf"{_ASKING}(?:{_WRITES})\b(?!\s+(?:of|by|issues\b.*\bper)\b)", re.IGNORECASE)
_THEN_WRITE: Final = re.compile(
    rf"\b(?:save|store|write|export|persist|copy|dump|append)\b.{{1,80}}\b(?:in|into|to) (?:a |an |the |our |my )?(?:\w+ ){{0,2}}(?:lookup|dataset|table)\b|\b(?:and|then|so that you can|before you|also)\s+(?:then |please |immediately |automatically )*(?:{_WRITES})\s+(?:them|it|all|those|these|the|every|each|that|any)\b|"
    r"^\W*(?:please |always |can you |could you |just )*(?:exclude|ignore|hide|skip|filter out|leave out|drop|do(?:n't| not) show|never show)\b.*\b(?:from now on|permanently|for ever|forever|for good|in (?:the )?future|going forward|every time|from today on)\b",
    re.IGNORECASE,
)
# an order in a sentence of its own, after others
_SENTENCE: Final = re.compile(
    rf"[.;!:]\s+(?P<order>(?:then |now |please |and )*(?:{_WRITES})\s+(?:them|all|those|these|every|each|any)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_SAFE_START: Final = re.compile(
    r"^\W*(?:(?:(?:list|show|which|what|give me|the|all|please) )*(?:fix|fixed|patch|patched) (?:versions?|availability|available|status)|(?:delete|create|update|modify|remove|attach|stop|terminate) (?:operations?|events?|calls?|actions?)\b(?! (?:on|from|of) (?:the )?(?:log|audit))|set of|label(?:s|led)|tag(?:s|ged)|fixes|patches|changes|changed|closed|mark(?:ed|eting)|open(?:ed)?|blocks?\b(?= storage)|block(?:ed| storage| volumes?| devices?)|lower ?case|comments|resolve[ds]|update[ds]|disabled|encrypted|fixable|created|patchable|set to|assign(?:ed|ees?))",
    re.IGNORECASE,
)
# after an answer, these are about the question: "drop the severity filter", not "delete them"
_EDITS: Final = re.compile(
    rf"{_ASKING}(?!(?:set|change|move|switch|apply)\b\W+(?:(?:them|those|these|all|everything|each|every)\b|it\b.*\b(?:private|public|encrypted|enabled|disabled|resolved|closed|off)\b))(?:remove|drop|set|change|move|switch|apply|(?:restrict|limit) (?:it|that|this|the (?:list|result|results|search)|them|those|these) to|make (?:it|that|this)\b.*\b(?:instead|rather|in place)|delete the \w+ (?:filter|condition|restriction)|update (?:the|that) (?:list|query|question))\b(?!\W+(?:them|it|those|these|all|everything|each|every)\b\W*(?:$|please|now|immediately|right|at once|from (?:aws|azure|gcp|the)))",
    re.IGNORECASE,
)
_HOW_TO: Final = re.compile(
    r"^\W*(?:please |can you |could you )*(?:how (?:do|can|should|could|would|to|does) (?!many|much)|why\b|what(?:'s| is| are) (?:a|an|the (?:best|difference|meaning|purpose|point|definition|weather|time|capital|stock|news|latest news|recommended|right way)) |"
    r"what does .* mean|explain (?:what|how|why|to me)|tell me a (?:joke|story)|write (?:me )?(?:a |an |some )?(?:\w+ )?(?:poem|script|code|essay|story|song|email|function in|program|blog|python|terraform|policy)|"
    r"translate|recommend|suggest|who (?:won|invented|discovered|wrote|are you)\b|should (?:i|we)\b|what should|is it (?:going|safe|true|ok)|when (?:was|did|will) (?!.*(?:issue|asset|bucket|finding))|define\b|what do you think|do you (?:like|know|think)|summari[sz]e the (?:news|book)|best practices?\b)",
    re.IGNORECASE,
)
CHANGE: Final = (
    "I only read. I change no cloud resource, and I close, tag or assign nothing from a question. I can show what this would be "
    "about, draft a fix, or propose a write-back for a person to approve."
)
SCOPE: Final = (
    "That is outside what I know: assets, issues, findings, vulnerabilities, cases, endpoints and cloud activity of this tenant. "
    "Ask, for example, which buckets are public, or how many open issues each account has."
)
_LANGUAGE: Final = re.compile(
    r"\b(?:zeige?|welche|alle|ohne|wieviele|wie viele|liste|quels?|quelles?|combien|montre[rz]?|avec|sans|cuántos|cuantos|muestra|todos|mostrar|quali|elenca|mir|bitte|und|der|die|das|ist|sind|nicht|les|des|sont|los|las|que)\b",
    re.IGNORECASE,
)


def barred(text: str, *, follows: bool = False) -> Asked | None:
    """What is refused before it is read: nothing said, changes, general questions."""
    if not re.search(r"\w", text):
        return Asked(outcome="refuse", message=f"There is no question in this. {SCOPE}")
    body = text[:600]
    if (
        _WRITE.match(body)
        and not _SAFE_START.match(body)
        and not (follows and _EDITS.match(body) is not None)
    ) or _THEN_WRITE.search(body):
        return Asked(outcome="refuse", message=CHANGE)
    order = _SENTENCE.search(body)
    if order is not None and not (follows and _EDITS.match(order["order"]) is not None):
        return Asked(outcome="refuse", message=CHANGE)
    if (off := off_topic(text, SCOPE)) is not None:
        return Asked(outcome="refuse", message=off)
    if _HOW_TO.match(body) and not re.match(
        r"^\W*what(?:'s| is) the (?:latest|most recent)", body, re.IGNORECASE
    ):
        return Asked(outcome="refuse", message=SCOPE)
    if len(_LANGUAGE.findall(body)) >= 2 and len(_LANGUAGE.findall(body)) * 3 >= len(body.split()):
        return Asked(outcome="refuse", message="I read English only. Ask the same in English, please.")
    return None


def no_vulnerabilities(question: str) -> Asked:
    return Asked(
        outcome="no_such",
        question=question,
        message="This tenant's data has no vulnerabilities: no finding or issue of that category is there. That is not the same as "
        "safe: nothing here looked for them.",
    )


_AGAINST = re.compile(
    r"(?:^|_)(?:no|not|non|without|minimi[sz]e|restrict(?:ed)?|prevent|avoid|disable[ds]?|limit|block(?:ed)?|deny|prohibit(?:ed)?|never|ensure_no)(?:_|$)"
)


def settle_left(state: State) -> None:
    """Words that are left may be words of rules: then what those rules report is meant."""
    words = [t.text for t in state.left if len(t.text) > 2]
    if not words or not state.headed or state.entity not in ("asset", "issue", "finding"):
        return
    kinds = [p for _, p in state.parts if isinstance(p, Kinds)]
    found, unknown = find_rules(words, state.estate.words.rules, nouns_of(kinds, state.estate))
    types = types_of(kinds, state.estate)
    if types:
        # what reports on other kinds of resource says nothing of these
        found = [rule for rule in found if not rule.types or rule.types & types]
    if not found or unknown or len(found) > 25:
        return
    narrowed = any(not isinstance(p, Kinds) for _, p in state.parts)
    if len(words) == 1 and (narrowed or words[0] in _GENERIC):
        state.left = [t for t in state.left if t.text not in _STOPPED]
        return
    first = next(n for n, mark in enumerate(state.marks) if any(t in state.left for t in state.words(mark)))
    around = [m.kind for m in state.marks[max(0, first - 3) : first]]
    after = [m.kind for m in state.marks[first : first + 4]]
    # "with a privileged container" of a rule that keeps these few is what it reports
    against = any(_AGAINST.search(rule.id) for rule in found)
    good = "with" in around and "not" not in around and "off" not in after and not against
    label = f"{'free of' if good else 'reported for'} {' '.join(words)}"
    state.parts.append(
        ("and", Weakness(name=" ".join(words), rules=tuple(r.id for r in found), label=label, negated=good))
    )
    state.left = []
    if "not" in around:
        # what a check reports is what is lacking: "without a waf"
        state.negated = False


def unknown_names(state: State, text: str, estate: Estate) -> Asked | None:
    """Names that nothing here has; a name that two things have."""
    if state.unknown:
        kind, name = state.unknown[0]
        if kind == "name" and (value := no_value(state, name, text, estate)) is not None:
            return value
        return _no_such(kind, name, estate)
    if state.twofold:
        return _which(state.twofold[0], text, estate)
    lacking = [m for m in state.missing if m.startswith("!")]
    if lacking:
        return _nothing_looks(lacking)
    return None


def hindered(state: State, text: str, estate: Estate, named: frozenset[str] = frozenset()) -> Asked | None:
    """Why what was read is not answered, if it is not. `named` are words that are written like names."""
    settle_left(state)
    if state.left:
        state.unused = leftover.settle(state, named)
        settle_left(state)
    state.left += [token for token in leftover.granted(state) if token not in state.left]
    if state.vague and not state.unknown and len(state.left) <= 1:
        return _measure(state, text)
    understood = bool(state.parts or state.group or state.dims or state.columns or state.noun or state.entity)
    left = [t for t in state.left if len(t.text) > 1]
    known = sum(
        m.kind in ("entity", "kind", "tenant", "value", "weakness", "setting", "attr", "tag", "time")
        for m in state.marks
    )
    if not understood or (not state.headed and not state.parts) or len(left) > max(1, known):
        return Asked(outcome="refuse", message=_scope(state, estate))
    if (lacking := unknown_names(state, text, estate)) is not None:
        return lacking
    if state.vague:
        return _measure(state, text)
    if left:
        return _left(left[0].raw, state, estate)
    if word := dangling(state):
        return Asked(
            outcome="clarify",
            message=f"I could not tell what {neutral.inline(word)} is about here, and without it the opposite would be answered. Say what is lacking, for example: without an owner, without open issues.",
        )
    counted = state.measure is None or state.measure.function == "count"
    if state.agg in ("avg", "median", "sum") and counted and not state.over and state.rank is None:
        return Asked(
            outcome="refuse",
            message="I could not tell which number the average or sum is of. Name it, for example: the average age of open issues.",
        )
    if state.compare is not None:
        return Asked(
            outcome="refuse",
            message="I could not tell what the number is about. Name what should be above or below it, for example: more than 5 open issues.",
        )
    return None


def _scope(state: State, estate: Estate) -> str:
    near = [n for t in state.left[:3] for n in estate.words.near(t.text, 2)]
    return SCOPE + (
        f" Names here that look alike: {', '.join(neutral.inline(n) for n in dict.fromkeys(near))}."
        if near
        else ""
    )


def _no_such(kind: str, name: str, estate: Estate) -> Asked:
    near = _near(kind, name, estate)
    what = {"name": "account, region, tag or resource"}.get(kind, kind)
    if kind.startswith("tag "):
        what = f"value of the tag {neutral.inline(kind[4:])}"
    tail = f" Nearest here: {', '.join(neutral.inline(n) for n in near)}." if near else ""
    return Asked(
        outcome="no_such",
        message=f"No {what} called {neutral.inline(name)} is in this tenant.{tail} I looked nothing up, because an empty answer would look like a safe one.",
        choices=tuple(near),
    )


def _near(kind: str, name: str, estate: Estate) -> list[str]:
    from difflib import get_close_matches

    words = estate.words
    pool: dict[str, list[str]] = {
        "account": [*words.accounts],
        "region": [*words.regions],
        "team": [*words.tag_values], "owner": [*words.tag_values], "team or owner": [*words.tag_values], "tag": [*words.tag_keys, *words.tag_values],
        "vulnerability": [*estate.values("vulnerability", "cve")],
        "rule": [rule.id for rule in words.rules],
    }  # fmt: skip
    if kind.startswith("tag "):
        keys = set(words.tag_keys.get(kind[4:].lower(), ()))
        pool[kind] = [value for value, of in words.tag_values.items() if keys & set(of)]
        # the values themselves, where there are few
        return get_close_matches(name.lower(), pool[kind], n=3, cutoff=0.5) or sorted(pool[kind])[:3]
    found = get_close_matches(name.lower(), pool[kind], n=3, cutoff=0.5) if kind in pool else words.near(name)
    if kind == "account":
        found = [*accounts_like(name.lower(), estate), *found][:3]
    return [*dict.fromkeys(found)][:3]


def _which(name: str, text: str, estate: Estate) -> Asked:
    said = re.compile(
        rf"(?:\b(?:in|of|for|on|from|by)\s+(?:the\s+|our\s+)?)?\b{re.escape(name)}\b", re.IGNORECASE
    )
    both = (
        said.sub(lambda _: f"in account {name}", text, count=1),
        said.sub(lambda _: f"tagged {name}", text, count=1),
    )
    keys = " or ".join(estate.words.tag_values.get(name, ())) or "a tag"
    near = sorted(v for v in estate.words.tag_values if name in re.split(r"[-_ .]", v))
    if name not in estate.words.tag_values and near:
        both = (both[0], said.sub(lambda _: f"tagged {near[0]}", text, count=1))
    elif name not in estate.words.tag_values and name == "data":
        both = (both[0], said.sub(lambda _: "on data stores", text, count=1))
    return Asked(
        outcome="clarify",
        message=f"Two readings fit: the account {neutral.inline(name)}, or what is tagged {neutral.inline(name)} ({keys}). They are not the same resources. Which one?",
        choices=both,
    )


def _measure(state: State, text: str) -> Asked:
    word, readings = state.vague[0]
    noun = state.noun or ENTITIES[state.entity or "asset"].many
    choices = tuple(f"{noun} {reading}" for reading in readings) or (
        f"{noun} by number of open issues",
        f"all {noun}",
    )
    return Asked(
        outcome="clarify",
        message=f"{neutral.inline(word)} can be measured in more than one way: {' / '.join(choices)}. Which one do you mean?",
        choices=choices,
    )


def _nothing_looks(lacking: list[str]) -> Asked:
    told = []
    for item in lacking:
        name, _, port = item[1:].partition(":")
        told.append(
            f"port {port} being open" if name == "port" else f"whether resources {BY_NAME[name].label}"
        )
    return Asked(
        outcome="no_such",
        message=f"Unknown: no check and no configuration in this tenant's data shows {' and '.join(dict.fromkeys(told))} for what you ask about. That is not the same as safe.",
    )


def _left(word: str, state: State, estate: Estate) -> Asked:
    near = estate.words.near(word, 3)
    noun = state.noun or ENTITIES[state.entity or "asset"].many
    tail = f" Names here that look alike: {', '.join(neutral.inline(n) for n in near)}." if near else ""
    return Asked(
        outcome="no_such",
        message=f"Nothing in this tenant is called {neutral.inline(word)}, and no check or setting of {noun} goes by that word, so I looked nothing up.{tail}",
        choices=tuple(near),
    )
