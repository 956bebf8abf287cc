"""Read a question: take what is known out of it, piece by piece, then decide what it asks for."""

from __future__ import annotations

import re
from datetime import datetime

from agent.planner import words as w
from agent.planner.concepts import BY_NAME, CONCEPTS, PORTS, find_rules
from agent.planner.intents import intent_of
from agent.planner.reading import ConceptUse, Intent, Reading, TagUse
from agent.planner.scan import Scanner, take_limit, take_ordinal, take_since
from agent.planner.vocabulary import Vocabulary, looks_like_region
from tools.results import utcnow

_NEGATION = re.compile(
    r"\b(?:not|no|non|never|isn't|aren't|is not|are not|without|don't|doesn't|excluding|except|other than|but not)(?: \w+)?$"
)
_BACK = (
    r"(?:which|how many|any|one|some|most|all|each|what|who) of (?:these|those|them|that list)|of (?:these|those|them)|(?:only|just) (?:the )?(?:ones?|those|these|them)"
    r"|(?:those|these|the ones|them|the same|same(?: question| thing| list)?)(?: for| in| with| but)?|and (?:in|for|on|with|what about|how about|only)|what about|how about|narrow(?: it| that| this)?(?: down)?|filter(?: it| that| them)?|instead|that list|now only|restrict(?: it| that| them)?"
)


def understand(
    text: str, vocabulary: Vocabulary, previous: Reading | None = None, *, now: datetime | None = None
) -> Reading:
    """The reading of one message. `previous` is the reading that a follow-up may refine."""
    now = now or utcnow()
    scan = Scanner(text)
    slots: dict[str, object] = {"text": text}
    if (query := _as_xql(text)) is not None:
        return Reading(intent=Intent.XQL, xql=query, text=text)
    if (comment := re.search(r'["“]([^"”]{2,2000})["”]', text)) is not None:
        slots["comment"] = comment.group(1)
    intent = intent_of(scan, text)
    _take_ids(scan, vocabulary, slots)
    refers_back = scan.take(_BACK) is not None
    _take_frameworks(scan, slots)
    slots["since"] = take_since(scan, now)
    slots["limit"] = take_limit(scan)
    _take_tags(scan, vocabulary, slots)
    _take_group(scan, slots)
    concepts = _take_ports(scan) + _take_concepts(scan)
    _take_places(scan, vocabulary, slots)
    if intent not in {Intent.LIST, Intent.COUNT, Intent.CHANGES, Intent.CONTROLS, Intent.REPORT}:
        slots["ordinal"] = take_ordinal(scan)
    _take_severities(scan, slots, intent)
    slots["order"] = _take_order(scan)
    nouns = _take_nouns(scan)
    if not nouns:
        nouns = [noun for use in concepts if use.name != "port" for noun in BY_NAME[use.name].nouns]
    findings = scan.take(w.FINDING_WORDS) is not None
    while scan.take(w.FINDING_WORDS):
        pass
    if scan.take(r"pass(?:ed|ing|es)?|compliant"):
        slots["status"] = "PASS"
    elif scan.take(r"manual(?:ly)?(?: checks?)?"):
        slots["status"] = "MANUAL"
    names = _take_names(scan, vocabulary)
    rest = [
        word
        for word in scan.words()
        if word.strip("'") not in w.STOP and not word.isdigit() and len(word) > 1
    ]
    if named := [word for word in rest if word in vocabulary.tag_values]:
        used = [TagUse(keys=vocabulary.tag_values[v], values=(v,), label=v) for v in dict.fromkeys(named)]
        slots["tags"] = (*slots.get("tags", ()), *used)  # type: ignore[misc]
        rest = [word for word in rest if word not in named]
    rules: tuple[str, ...] = ()
    if rest and intent in {
        Intent.LIST,
        Intent.COUNT,
        Intent.UNKNOWN,
        Intent.FIX_FIRST,
        Intent.FIX,
        Intent.EXPLAIN,
        Intent.SHOW,
    }:
        found, rest = find_rules(rest, vocabulary.rules, nouns)
        # One word that happens to stand in a rule's name, in a question about something else, is no reading.
        if not rest or nouns or concepts or findings or slots.get("tags") or slots.get("regions"):
            rules = tuple(r.id for r in found)
        elif found:
            rest = [word for word in scan.words() if word not in w.STOP]
    services = tuple(s for s in slots.pop("services", ()) if not (concepts and nouns and s in _SAID_BY_NOUN))  # type: ignore[attr-defined]
    reading = Reading.model_validate(
        {
            **{k: v for k, v in slots.items() if v is not None},
            "intent": intent,
            "nouns": tuple(nouns),
            "concepts": tuple(concepts),
            "rules": rules,
            "findings": findings,
            "services": services,
            "names": tuple(names),
            "refers_back": refers_back,
            "left_over": tuple(rest),
            "near": tuple(n for word in rest for n in vocabulary.near(word, 2)),
        }
    )
    reading = _settle_intent(reading)
    if previous is None:
        return reading
    return _refine(reading, previous, verbless=intent is Intent.UNKNOWN)


_OPEN = r"(?:open|exposed|reachable|accessible|listening|allow(?:s|ed|ing)?|expos(?:es|ing))"
_TO_NET = r"(?:to|from|by) (?:the )?(?:internet|world|public|outside|anyone|anywhere|everyone|any address|0\.0\.0\.0/0)"
# Words that name both a service and its resource; beside the noun they narrow nothing.
_SAID_BY_NOUN = frozenset(
    {
        "s3",
        "ec2",
        "iam",
        "rds",
        "kms",
        "eks",
        "sqs",
        "sns",
        "ecr",
        "vpc",
        "awslambda",
        "cloudtrail",
        "redshift",
        "efs",
    }
)


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


def _take_ids(scan: Scanner, vocabulary: Vocabulary, slots: dict[str, object]) -> None:
    found = []
    for match in scan.take_all(
        r"prowler-[\w.:/@+=,\-]+|(?:finding|issue|alert) (?:id )?#?\d{3,20}|#\d{4,20}|\d{6,20}"
    ):
        raw = match.group(0)
        digits = re.search(r"\d{3,20}$", raw)
        key = raw if raw.startswith("prowler-") else (digits.group(0) if digits else raw)
        if key in vocabulary.finding_ids:
            found.append(vocabulary.finding_ids[key])
        elif key in vocabulary.accounts:
            slots["accounts"] = (*slots.get("accounts", ()), vocabulary.accounts[key])  # type: ignore[misc]
        else:
            found.append(key)
    for word in scan.words():
        if len(word) >= 6 and word in vocabulary.finding_ids and scan.take_text(word):
            found.append(vocabulary.finding_ids[word])
    slots["finding_ids"] = tuple(dict.fromkeys(found))


def _take_frameworks(scan: Scanner, slots: dict[str, object]) -> None:
    controls = [
        m.group(0)
        for m in scan.take_all(
            r"(?:§ ?)?164\.3\d\d(?:\([a-z0-9]+\))*|[a-z]{2}\.[a-z]{2}-\d{1,2}|[a-z]{2}-\d{1,2}(?:\(\d+\))?(?= control| in nist)"
        )
    ]
    slots["controls"] = tuple(controls)
    for pattern, framework in w.FRAMEWORKS:
        if scan.take(pattern):
            slots.setdefault("framework", framework)
    if controls and str(controls[0]).lstrip("§ ").startswith("164."):
        slots.setdefault("framework", "hipaa")


def _take_tags(scan: Scanner, vocabulary: Vocabulary, slots: dict[str, object]) -> None:
    tags: list[TagUse] = []
    lead = r"(?:(?:that are|which are|are|with|having|the|a|by|carrying) )*(?:tag(?:ged|s)?(?: as| with)?|label(?:l?ed|s)?(?: as| with)?|tag) "
    for match in list(scan.take_all(rf"(?:{lead})?([a-z][\w\-]*)\s*[:=]\s*([\w.\-@/]+)")):
        if keys := vocabulary.tag_keys.get(match[1]):
            tags.append(
                TagUse(
                    keys=keys,
                    values=(match[2],),
                    label=f"{keys[0]}={match[2]}",
                    negated=_negated(scan, match),
                )
            )
    for label, values in w.DATA_CLASSES.items():
        words = "|".join(re.escape(v) for v in values)
        tail = r"(?: (?:data|tagged|tag|records|information))?"
        for match in scan.take_all(
            rf"(?:{lead}|(?:that )?(?:contain(?:s|ing)?|hold(?:s|ing)?|stor(?:e|es|ing)|with) (?:the )?)?(?:{words}){tail}"
        ):
            keys = tuple(dict.fromkeys([*w.DATA_CLASS_KEYS, *vocabulary.tag_values.get(label.lower(), ())]))
            tags.append(TagUse(keys=keys, values=(label,), label=label, negated=_negated(scan, match)))
    for name, values in w.ENVIRONMENTS.items():
        words = "|".join(re.escape(v) for v in values)
        match_env = scan.take(
            rf"(?:{lead}|in (?:the )?|(?:our|the) )?(?:{words})(?: (?:environments?|accounts?|estate|systems?))?"
        )
        if match_env is not None:
            keys = tuple(
                dict.fromkeys(
                    [*w.ENVIRONMENT_KEYS, *(k for v in values for k in vocabulary.tag_values.get(v, ()))]
                )
            )
            tags.append(TagUse(keys=keys, values=values, label=name, negated=_negated(scan, match_env)))
    match_tag = scan.take(rf"(?:{lead})([\w.\-@/]+)")
    if match_tag is not None:
        value = match_tag[1]
        if keys := vocabulary.tag_values.get(value):
            tags.append(TagUse(keys=keys, values=(value,), label=value, negated=_negated(scan, match_tag)))
        elif keys := vocabulary.tag_keys.get(value):
            tags.append(TagUse(keys=keys, label=value, negated=_negated(scan, match_tag)))
        else:
            tags.append(TagUse(keys=(value,), values=(value,), label=value))
    match_owner = scan.take(
        r"(?:owned by|belong(?:s|ing)? to|of team|owner(?: is)?|owners?:?) (?:the )?([\w.\-@]+)(?: team)?"
    )
    if match_owner is not None:
        value = match_owner[1]
        known = {
            k
            for v, keys in vocabulary.tag_values.items()
            if value in (v, v.removesuffix("-team"))
            for k in keys
        }
        values = tuple(v for v in vocabulary.tag_values if value in (v, v.removesuffix("-team"))) or (value,)
        tags.append(
            TagUse(
                keys=tuple(sorted(known)) or ("Owner", "owner", "Team", "team"),
                values=values,
                label=f"owner {value}",
            )
        )
    slots["tags"] = tuple(tags)


def _negated(scan: Scanner, match: re.Match[str]) -> bool:
    return bool(_NEGATION.search(scan.before(match.start())))


def _take_group(scan: Scanner, slots: dict[str, object]) -> None:
    for pattern, group in w.GROUPS:
        if scan.take(
            rf"(?:per|by(?: each| every)?|for each|for every|in each|in every|across(?: all)?(?: the)?|grouped by|group(?:ed)? (?:them )?by|broken down by|break(?:down)? (?:it )?(?:down )?by|split by|each) (?:the )?(?:aws |cloud )?(?:{pattern})"
        ):
            slots["group_by"] = group
            return
    match = scan.take(
        r"(?:which|what) (service|account|region|provider|rule)s? (?:has|have|had|holds?|contains?|shows?|with|carr(?:y|ies)|is|are) (?:the )?(?:most|highest|fewest|worst|largest|any)"
    )
    if match is not None:
        slots["group_by"] = match[1]


def _take_ports(scan: Scanner) -> list[ConceptUse]:
    names = "|".join(re.escape(n) for n in sorted(PORTS, key=len, reverse=True))
    tail = r"(?: (?:is |are )?(?:open|exposed|reachable|accessible|allowed))?(?: (?:to|from|on|by) (?:the )?(?:internet|world|public|outside|anyone|anywhere|everyone|any address|0\.0\.0\.0/0))?"
    head = r"(?:(?:that |which )?(?:is |are )?(?:open|exposed|reachable|accessible|allow(?:s|ed|ing)?|listening|expos(?:e|es|ing)|lets?|accepts?) )?(?:to (?:the )?(?:internet|world|public|outside|anyone|everyone) )?(?:(?:on|via|over|through|with|at|by) )?"
    uses: list[ConceptUse] = []
    for match in scan.take_all(
        rf"{head}(?:(?:tcp|udp|inbound|open) )?ports? (\d{{1,5}})(?:/tcp|/udp)?{tail}"
    ):
        uses.append(ConceptUse(name="port", port=int(match[1]), negated=_negated(scan, match)))
    for match in scan.take_all(
        rf"{head}(?:(?:public|open|inbound|internet|world[ -]open) )?({names})(?: (?:access|port|ports|traffic|connections?))?{tail}"
    ):
        uses.append(ConceptUse(name="port", port=PORTS[match[1]], negated=_negated(scan, match)))
    if not uses:
        known = "|".join(str(p) for p in sorted(set(PORTS.values()), reverse=True))
        match_bare = scan.take(
            rf"(?:is |are )?{_OPEN}(?: {_TO_NET})?(?: (?:on|via|over|through|at|with))? ({known})(?:/tcp)?{tail}"
            rf"|(?:on|via|over|at) ({known})(?:/tcp)?{tail}"
        )
        if match_bare is not None:
            port = next(g for g in match_bare.groups() if g)
            uses.append(ConceptUse(name="port", port=int(port), negated=_negated(scan, match_bare)))
    if uses:
        scan.take(
            r"(?:open|exposed|reachable|accessible)? ?(?:to|from) (?:the )?(?:internet|world|public|outside|anyone|everyone)"
        )
    return list(dict.fromkeys(uses))


def _take_concepts(scan: Scanner) -> list[ConceptUse]:
    uses: list[ConceptUse] = []
    for concept in CONCEPTS:
        for match in list(scan.take_all(concept.phrases)):
            negated = _negated(scan, match) or _affirms_good(concept.name, match.group(0))
            if not any(u.name == concept.name for u in uses):
                uses.append(ConceptUse(name=concept.name, negated=negated))
    return uses


def _affirms_good(name: str, phrase: str) -> bool:
    """`encrypted buckets` asks for those without the weakness; `unencrypted` and `no encryption` for the others."""
    return name in {"unencrypted"} and bool(re.fullmatch(r"encrypted(?: at rest)?", phrase))


def _take_places(scan: Scanner, vocabulary: Vocabulary, slots: dict[str, object]) -> None:
    regions: list[str] = []
    for word in scan.words():
        if (word in vocabulary.regions or looks_like_region(word)) and scan.take_text(word):
            regions.append(word)
    slots["regions"] = tuple(dict.fromkeys(regions))
    providers = [code for name, code in w.PROVIDERS.items() if scan.take(re.escape(name) + r"(?:'s)?")]
    slots["providers"] = tuple(dict.fromkeys(providers))
    accounts: list[str] = list(slots.get("accounts", ()))  # type: ignore[call-overload]
    for name in sorted(vocabulary.accounts, key=len, reverse=True):
        if name in scan.rest and scan.take(
            rf"(?:the |our )?(?:account |subscription |project )?{re.escape(name)}(?: (?:account|subscription|project)s?)?"
        ):
            accounts.append(vocabulary.accounts[name])
    slots["accounts"] = tuple(dict.fromkeys(accounts))
    services = []
    for word in scan.words():
        spelled = {"lambda": "awslambda", "lambdas": "awslambda"}.get(word, word)
        if spelled in vocabulary.services:
            services.append(spelled)
    slots["services"] = tuple(dict.fromkeys(services))


def _take_severities(scan: Scanner, slots: dict[str, object], intent: Intent) -> None:
    if intent in {Intent.SEVERITY, Intent.COMMENT}:
        for pattern, severity in w.SEVERITIES:
            if scan.take(rf"(?:to |as |at |= ?)(?:severity )?(?:{pattern})"):
                slots["new_severity"] = severity
        if "new_severity" not in slots and intent is Intent.SEVERITY:
            for pattern, severity in w.SEVERITIES:
                if scan.take(pattern):
                    slots["new_severity"] = severity
        return
    found = []
    order = [s for _, s in w.SEVERITIES]
    for pattern, severity in w.SEVERITIES:
        if scan.take(
            rf"(?:{pattern})(?: severity)? (?:and|or) (?:above|higher|worse|up)|(?:at least|above|over|minimum(?: of)?) (?:{pattern})"
        ):
            found += order[: order.index(severity) + 1]
        elif scan.take(rf"(?:{pattern})(?:[ -]severity)?"):
            found.append(severity)
    slots["severities"] = tuple(dict.fromkeys(found))


def _take_order(scan: Scanner) -> str | None:
    if scan.take(r"newest|latest|most recent|recent(?:ly)?(?: (?:found|discovered|added))?|new"):
        return "newest"
    if scan.take(r"oldest|longest open"):
        return "oldest"
    if scan.take(r"(?:sort(?:ed)? |order(?:ed)? |ranked )?by severity|most severe"):
        return "severity"
    if scan.take(
        r"(?:sort(?:ed)? |order(?:ed)? |ranked )?by (?:priority|score|risk)|riskiest|most (?:urgent|dangerous|risky|important|pressing)|worst|highest(?: priority| score| risk)?|top"
    ):
        return "priority"
    return None


def _take_nouns(scan: Scanner) -> list[str]:
    nouns = []
    for pattern, noun in sorted(w.NOUN_PHRASES, key=lambda p: -len(p[0])):
        while scan.take(pattern):
            if noun not in nouns:
                nouns.append(noun)
    # "user roles" or "database snapshot" is about the last word; the longer phrase was taken first.
    if "snapshot" in nouns and "database" in nouns:
        nouns.remove("database")
    return nouns


def _take_names(scan: Scanner, vocabulary: Vocabulary) -> list[str]:
    found = []
    for word in scan.words():
        bare = word.strip("'").removesuffix("'s")
        if bare in vocabulary.names:
            scan.take_text(bare)
            found.append(vocabulary.names[bare])
    return list(dict.fromkeys(found))


def _settle_intent(reading: Reading) -> Reading:
    """Decide what an open question is once its slots are known."""
    intent = reading.intent
    if intent is Intent.UNKNOWN and (reading.constrained or reading.findings or reading.group_by):
        intent = Intent.COUNT if reading.group_by else Intent.LIST
    if intent is Intent.UNKNOWN and reading.finding_ids:
        intent = Intent.SHOW
    if intent in {Intent.UNKNOWN, Intent.LIST} and reading.controls and not reading.concepts:
        intent = Intent.CONTROLS
    if intent is Intent.LIST and reading.group_by and not reading.nouns:
        intent = Intent.COUNT
    return reading.model_copy(update={"intent": intent})


def _refine(reading: Reading, previous: Reading, *, verbless: bool) -> Reading:
    """A follow-up: what it names replaces or narrows what was asked before."""
    asks_rows = {Intent.LIST, Intent.COUNT, Intent.UNKNOWN, Intent.FIX_FIRST}
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
    )
    if reading.intent not in asks_rows or previous.intent not in {
        Intent.LIST,
        Intent.COUNT,
        Intent.FIX_FIRST,
        Intent.CHANGES,
    }:
        return reading
    if not (reading.refers_back or (verbless and bare and narrows and not reading.left_over)):
        return reading
    if reading.left_over and not narrows and not reading.concepts and not reading.rules:
        return reading
    merged = previous.model_dump()
    for slot in (
        "severities",
        "providers",
        "accounts",
        "regions",
        "services",
        "names",
        "status",
        "group_by",
        "limit",
        "order",
        "since",
    ):
        if value := getattr(reading, slot):
            merged[slot] = value
    merged["tags"] = (*previous.tags, *(t for t in reading.tags if t not in previous.tags))
    merged["concepts"] = (*previous.concepts, *(c for c in reading.concepts if c not in previous.concepts))
    if reading.rules:
        merged["rules"] = (*previous.rules, *reading.rules)
    if reading.nouns:
        merged["nouns"] = reading.nouns
    intent = previous.intent if reading.intent is Intent.UNKNOWN else reading.intent
    if previous.intent is Intent.FIX_FIRST and intent is Intent.LIST:
        intent = Intent.FIX_FIRST
    merged |= {
        "text": reading.text,
        "refers_back": True,
        "left_over": reading.left_over,
        "near": reading.near,
        "intent": intent,
    }
    if reading.group_by:
        merged["intent"] = Intent.COUNT
    return Reading.model_validate(merged)
