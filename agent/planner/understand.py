"""Read a question: take what is known out of it, piece by piece, then decide what it asks for."""

from __future__ import annotations

import re
from datetime import datetime

from agent.planner import estate_words, shape
from agent.planner import words as w
from agent.planner.concepts import BY_NAME, find_rules
from agent.planner.intents import intent_of
from agent.planner.negation import before_absent, before_present, negated
from agent.planner.reading import ConceptUse, Intent, Reading, TagUse
from agent.planner.scan import Scanner, take_limit, take_ordinal, take_since
from agent.planner.spelling import mended
from agent.planner.vocabulary import Vocabulary
from agent.planner.weakness import take_concepts, take_ports
from tools.results import utcnow

_MOST_READ = 2_000
"""Characters of a message that are read as a question; longer ones are pasted text."""
# Words that name both a service and its resource; beside the noun they narrow nothing.
_SAID_BY_NOUN = frozenset(
    "s3 ec2 iam rds kms eks sqs sns ecr vpc awslambda cloudtrail redshift efs cloudfront elbv2 secretsmanager apigateway".split()
)
_WITH_RULES = frozenset(
    {Intent.LIST, Intent.COUNT, Intent.UNKNOWN, Intent.FIX_FIRST, Intent.FIX, Intent.EXPLAIN, Intent.SHOW}
)
_ASKS_TAGS = r"who (?:owns|runs|is responsible for)|(?:the )?(?:owners?|tags?|labels?) (?:of|on|for|does)|(?:which|what) (?:tags?|labels?)|(?:tagged|labell?ed)(?: with| as)?(?=\W*$)"
_ONE = frozenset({Intent.EXPLAIN, Intent.SHOW, Intent.FIX, Intent.COMMENT, Intent.SEVERITY})
_THERE = re.compile(
    r"enabled|enforced|configured|attached|exists|_lock|lifecycle|waf|replication|validation|immutab|monitoring|insights|scan|"
    r"no_dead_letter|protection|inside_vpc|in_use|authorizers|default_root"
)


def understand(text: str, vocabulary: Vocabulary, *, now: datetime | None = None) -> Reading:
    """What one message wants done, and the names and filters in it."""
    now = now or utcnow()
    if (query := _as_xql(text)) is not None:
        return Reading(intent=Intent.XQL, xql=query, text=text)
    read = text[:_MOST_READ]
    slots: estate_words.Slots = {"text": text}
    if (comment := re.search(r'["“]([^"”]{2,2000})["”]', text)) is not None:
        slots["comment"] = comment.group(1)
    scan = Scanner(mended(read, vocabulary))
    intent = intent_of(scan, scan.rest)
    asks_scan = scan.take(
        r"(?:did |does |do |has )?(?:the |this |our |that )?(?:last |latest )?(?:scan|scanner|prowler) (?:finds?|found|says?|said|reports?|reported)"
    )
    estate_words.take_ids(scan, vocabulary, slots)
    estate_words.take_names(scan, vocabulary, slots, plain=False)
    if slots.get("names"):
        slots["asks_tags"] = scan.take(_ASKS_TAGS) is not None
    estate_words.take_frameworks(scan, slots)
    slots["since"] = take_since(scan, now)
    estate_words.take_tags(scan, vocabulary, slots)
    shape.take_group(scan, slots)
    slots["limit"] = take_limit(scan)
    concepts = take_ports(scan) + take_concepts(scan)
    estate_words.take_places(scan, vocabulary, slots)
    if intent in _ONE:
        slots["ordinal"] = take_ordinal(scan)
    shape.take_severities(scan, slots, intent)
    slots["order"] = shape.take_order(scan)
    estate_words.take_services(scan, vocabulary, slots, nouns_too=True)
    nouns = _take_nouns(scan, slots)
    estate_words.take_services(scan, vocabulary, slots, nouns_too=False)
    findings = asks_scan is not None
    while scan.take(w.FINDING_WORDS):
        findings = True
    if scan.take(r"pass(?:ed|ing|es)?|compliant"):
        slots["status"] = "PASS"
    elif scan.take(r"manual(?:ly)?(?: (?:checks?|reviews?|work))?"):
        slots["status"] = "MANUAL"
    estate_words.take_names(scan, vocabulary, slots, plain=True)
    nouns, concepts = _fit(nouns, concepts, findings)
    rest = _take_values(scan, vocabulary, slots, _left(scan))
    if rest and intent in _WITH_RULES:
        rest = _take_rules(
            scan,
            vocabulary,
            slots,
            rest,
            nouns,
            anchored=bool(nouns or concepts or findings),
            narrowed=bool(concepts or slots.get("tags")),
        )
    slots["services"] = _services(slots, nouns, concepts, findings)
    if findings and not concepts and set(slots["services"]) & set(w.SERVICE_NOUNS):
        nouns = [n for n in nouns if n not in {w.SERVICE_NOUNS.get(s) for s in slots["services"]}]
    reading = Reading.model_validate(
        {
            **{k: v for k, v in slots.items() if v is not None},
            "intent": intent,
            "nouns": tuple(nouns),
            "concepts": tuple(concepts),
            "findings": findings,
            "left_over": tuple(rest),
        }
    )
    if reading.left_over:
        near = (n for word in reading.left_over[:4] for n in vocabulary.near(word, 2))
        reading = reading.model_copy(update={"near": tuple(dict.fromkeys(near))})
    return _settle_intent(reading)


def _as_xql(text: str) -> str | None:
    body = (
        re.sub(r"^\s*(?:run|execute|xql)\s*:?\s*", "", text, flags=re.IGNORECASE).strip().strip("`").strip()
    )
    body = body.removeprefix("xql\n").strip()
    if re.match(
        r"(?is)^(?:config\b.*\|\s*)?(?:dataset|datamodel|preset|cold_dataset)\s*(?:=|in\b|dataset)", body
    ):
        return body
    return None


def _take_nouns(scan: Scanner, slots: estate_words.Slots) -> list[str]:
    nouns: list[str] = []
    for pattern, noun in sorted(w.NOUN_PHRASES, key=lambda p: -len(p[0])):
        for match in scan.take_all(pattern):
            if negated(scan, match):
                estate_words.exclude(slots, "nouns", noun)
            elif noun not in nouns:
                nouns.append(noun)
    # "user roles" or "database snapshot" is about the last word; the longer phrase was taken first.
    if "snapshot" in nouns and "database" in nouns:
        nouns.remove("database")
    return nouns


def _fit(nouns: list[str], concepts: list[ConceptUse], findings: bool) -> tuple[list[str], list[ConceptUse]]:
    """The kinds that a weakness is about where none was named."""
    if not nouns and not findings:
        nouns = [noun for use in concepts if use.name != "port" for noun in BY_NAME[use.name].nouns]
    return list(dict.fromkeys(nouns)), concepts


def _left(scan: Scanner) -> list[str]:
    words = (word.strip("'.:,").removesuffix("'s") for word in scan.words())
    return [word for word in words if word not in w.STOP and not word.isdigit() and len(word) > 1]


def _take_values(
    scan: Scanner, vocabulary: Vocabulary, slots: estate_words.Slots, rest: list[str]
) -> list[str]:
    """Left words that are values of tags."""
    named = [word for word in dict.fromkeys(rest) if word in vocabulary.tag_values]
    for word in named:
        match = scan.take(re.escape(word))
        out = match is not None and negated(scan, match)
        use = TagUse(keys=vocabulary.tag_values[word], values=(word,), label=word, negated=out)
        slots["tags"] = (*slots.get("tags", ()), use)
    return [word for word in rest if word not in named]


def _take_rules(
    scan: Scanner,
    vocabulary: Vocabulary,
    slots: estate_words.Slots,
    rest: list[str],
    nouns: list[str],
    *,
    anchored: bool,
    narrowed: bool,
) -> list[str]:
    """Left words that are words of rules; what no rule has stays left over.

    Where the question is narrowed already, one word more is rather noise than another weakness.
    """
    if len(rest) == 1 and narrowed:
        return rest
    found, left = find_rules(rest, vocabulary.rules, nouns)
    # One word that happens to stand in a rule's name, in a question about something else, is no reading.
    if left and not (anchored or slots.get("tags") or slots.get("regions")):
        return rest if found else left
    slots["rules"] = tuple(r.id for r in found)
    first = next((word for word in rest if word not in left), None)
    at = scan.find(re.escape(first)) if found and first else None
    if at is not None and all(_THERE.search(r.key) for r in found):
        absent = before_absent(scan, at.start())
        slots["rules_negated"] = not absent and before_present(scan, at.start())
    return left


def _services(
    slots: estate_words.Slots, nouns: list[str], concepts: list[ConceptUse], findings: bool
) -> tuple[str, ...]:
    if findings:
        return tuple(slots.get("services", ()))
    return tuple(s for s in slots.get("services", ()) if not (nouns and s in _SAID_BY_NOUN))


def _settle_intent(reading: Reading) -> Reading:
    """Decide what an open question is once its slots are known."""
    intent = reading.intent
    if intent is Intent.UNKNOWN and (reading.constrained or reading.findings or reading.group_by):
        intent = Intent.COUNT if reading.group_by else Intent.LIST
    if intent is Intent.UNKNOWN and reading.finding_ids:
        intent = Intent.SHOW
    if intent in {Intent.UNKNOWN, Intent.LIST} and reading.controls and not reading.concepts:
        intent = Intent.CONTROLS
    if intent in {Intent.LIST, Intent.FIX_FIRST} and reading.group_by:
        intent = Intent.COUNT
    return reading.model_copy(update={"intent": intent})
