"""Make typing slips readable before the grammar sees them: lost apostrophes, short forms, near misses of known words.

Only words that nothing here knows are touched, and only where one known word is clearly meant; names, tags and
quoted text stay as they are.
"""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Container
from difflib import SequenceMatcher
from functools import lru_cache

from agent.planner.words import STOP

# Words worth recognising when they are mistyped. Short ones are left out: too much is like them.
_TARGETS = frozenset(
    """account accounts accessible address administrator admins alerts approval approvals attached available backup backups
    bucket buckets cluster clusters comment compliance control controls critical criticals customer database databases
    deletion development disabled distribution distributions draft enabled encrypt encrypted encryption everyone exposed
    explain finding findings firewall function functions group groups health hipaa identity informational instance
    instances internet issue issues lambda logging machine machines managed medium misconfiguration misconfigurations
    multi-factor network networks newest oldest overview permissions personal policies policy posture priority
    problem problems production protection public publicly queue queues reachable readable region regions registry
    remediation repositories repository requirements resource resources roles rotated rotation secret secrets security
    server servers service services severity severities snapshot snapshots staging storage subnet subnets summary tagged
    terraform topic topics unencrypted unused unversioned users version versioning versions volume volumes vulnerable
    weakness weaknesses without world writable which""".split()
)
SPELLED = {
    "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't",
    "werent": "weren't", "havent": "haven't", "hasnt": "hasn't", "cant": "can't", "wont": "won't", "whats": "what's",
    "wheres": "where's", "whos": "who's", "theres": "there's", "thats": "that's", "w/o": "without", "w/": "with",
    "wo": "without", "pls": "please", "plz": "please", "u": "you", "ur": "your", "r": "are", "prio": "priority",
    "sev": "severity", "crit": "critical", "crits": "critical", "vulns": "findings", "misconfigs": "misconfigurations",
    "acct": "account", "accts": "accounts", "hw": "how", "wich": "which", "waht": "what", "teh": "the", "hte": "the",
    "shwo": "show", "lsit": "list", "gimme": "give me", "whose": "who's", "nr": "number", "dbs": "databases",
    "db's": "dbs", "vm's": "vms", "sg's": "sgs", "regoin": "region", "uneccrypted": "unencrypted", "infos": "info",
}  # fmt: skip
_LEAST = 5
_CLOSE = 0.83
_WORD = re.compile(
    r"(?<![\w\-./:@=\\#*])[a-z][a-z/']*[a-z](?![\w\-/:@=*\\]|\.\w)|\bw/(?= )|(?<![\w\-./'])[ur](?= )"
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|`[^`]*`")


def mended(text: str, known: Container[str]) -> str:
    """The text in lower case with clear slips set right. `known` holds the estate's own words."""
    lowered = text.lower().translate(_MARKS)
    pieces = []
    at = 0
    for quoted in _QUOTED.finditer(lowered):
        pieces += [_mend(lowered[at : quoted.start()], known), quoted.group(0)]
        at = quoted.end()
    pieces.append(_mend(lowered[at:], known))
    return "".join(pieces)


_MARKS = str.maketrans("’‘–—", "''--")


def _mend(text: str, known: Container[str]) -> str:
    return _WORD.sub(lambda m: m.group(0) if m.group(0) in known else _spelled(m.group(0)), text)


@lru_cache(maxsize=4_096)
def _spelled(word: str) -> str:
    if (spelled := SPELLED.get(word)) is not None:
        return spelled
    if len(word) < _LEAST or len(word) > 24 or not word.isalpha() or word in _TARGETS or word in STOP:
        return word
    if (
        word in known_words()
        or word.removesuffix("s") in known_words()
        or word.removesuffix("d") in known_words()
    ):
        return word
    best, near = 0.0, ""
    for target in _TARGETS:
        # People hardly ever miss the first letter, or the length by more than two.
        # One that only ends otherwise is another form of the word, not a slip.
        if target.startswith(word) or word.startswith(target):
            continue
        if abs(len(target) - len(word)) > 2 or (target[0] != word[0] and target[:2] != word[1::-1]):
            continue
        ratio = SequenceMatcher(None, word, target).ratio()
        if sorted(word) == sorted(target):
            ratio = max(ratio, 0.95)
        if (ratio, target) > (best, near):
            best, near = ratio, target
    return near if best >= _CLOSE else word


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Every plain word of the grammar: nothing to mend in them."""
    from agent.planner import concept_table, intents, words

    sources = [c.bad + "|" + c.thing + "|" + c.good for c in concept_table.CONCEPTS]
    sources += [pattern for pattern, _ in words.NOUN_PHRASES] + [pattern for pattern, _ in words.GROUPS]
    sources += [pattern for _, pattern in intents.RULES] + [words.FINDING_WORDS, intents.CHANGE.pattern]
    found = {w for s in sources for w in re.findall(r"[a-z]{4,}", s)}
    return frozenset(found | set(_ENGLISH.split()))


# Ordinary words that are near to words of ours and mean something else.
_ENGLISH = """user public bucket weather world grape group great service served serves private critics crucial policing polite
    police politics popular republic instant distance resort resources source sources reason season version mission
    person personal original regional religion notice justice topics tropics cluster closet custom customs database
    network networking story restored reader ready versus counter country account discount amount groups
    table tables domain domains object objects stream streams repos image images pushed lacking another other others
    where there these those whose writes write wrote world's internal external interest ticket tickets secured secure
    scanned scan scans listed lists named names value values marketing clinical payments platform engineering
    finance financial legal support partner vendor vendors supplier tomorrow yesterday today friday monday berlin
    poem poems flight joke jokes recipe recipes movie movies music capital france python script football score scores"""
