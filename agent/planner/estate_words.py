"""Take the estate's own words out of a question: ids, tags, places, services, names."""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agent.planner import words as w
from agent.planner.negation import negated
from agent.planner.reading import TagUse
from agent.planner.scan import Scanner
from agent.planner.spelling import known_words
from agent.planner.vocabulary import Vocabulary, looks_like_region

Slots = dict[str, Any]

_SERVICE_NAMES = {
    "lambda": "awslambda",
    "lambdas": "awslambda",
    "alb": "elbv2",
    "elb": "elbv2",
    "nlb": "elbv2",
    "elasticsearch": "opensearch",
    "ebs": "ec2",
    "secrets manager": "secretsmanager",
    "api gateway": "apigateway",
    "guard duty": "guardduty",
    "security hub": "securityhub",
    "cloud trail": "cloudtrail",
    "dynamo": "dynamodb",
}
_LEAD = (
    r"(?:(?:that are|which are|are|with|having|the|a|by|carrying) )*"
    r"(?:tag(?:ged|s)?(?: as| with| by)?|label(?:l?ed|s)?(?: as| with| by)?|marked(?: as| with)?|classified(?: as)?|flagged(?: as)?) (?:as |with )?(?:the )?"
)
_HOLDS = r"(?:(?:that |which |who )?(?:contain(?:s|ing)?|hold(?:s|ing)?|stor(?:e|es|ing)|hav(?:e|ing)|with|keep(?:s|ing)?|process(?:es|ing)?) (?:any |the |our |some )?)"


def take_ids(scan: Scanner, vocabulary: Vocabulary, slots: Slots) -> None:
    """Finding and issue ids; a bare number may also be an account."""
    found = []
    for match in scan.take_all(r"(?:account|subscription|project) (?:id |number )?#?(\d{6,20})"):
        if match[1] in vocabulary.accounts:
            _put(slots, scan, match, "accounts", vocabulary.accounts[match[1]])
        else:
            slots["unknown"] = (*slots.get("unknown", ()), match[1])
    for match in scan.take_all(
        r"prowler-[\w.:/@+=,\-]+|(?:finding|issue|alert) (?:id )?#?\d{3,20}|#\d{4,20}|\d{6,20}"
    ):
        raw = match.group(0)
        digits = re.search(r"\d{3,20}$", raw)
        key = raw if raw.startswith("prowler-") else (digits.group(0) if digits else raw)
        if key in vocabulary.finding_ids:
            found.append(vocabulary.finding_ids[key])
        elif key in vocabulary.accounts:
            _put(slots, scan, match, "accounts", vocabulary.accounts[key])
        else:
            found.append(key)
    for word in scan.words():
        if len(word) >= 6 and word in vocabulary.finding_ids and scan.take_text(word):
            found.append(vocabulary.finding_ids[word])
    slots["finding_ids"] = tuple(dict.fromkeys(found))


def take_frameworks(scan: Scanner, slots: Slots) -> None:
    """Compliance frameworks and control numbers."""
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


def take_tags(scan: Scanner, vocabulary: Vocabulary, slots: Slots) -> None:
    """Tags by key and value, data classes, environments, owners."""
    tags: list[TagUse] = []
    for match in list(scan.take_all(rf"(?:{_LEAD})?([a-z][\w\-]*)\s*[:=]\s*([\w.\-@/]+)")):
        if keys := vocabulary.tag_keys.get(match[1]):
            label = f"{keys[0]}={match[2]}"
            tags.append(TagUse(keys=keys, values=(match[2],), label=label, negated=negated(scan, match)))
        elif match[1] in {"owner", "team", "env", "environment", "tag"}:
            tags.append(TagUse(keys=(match[1],), values=(match[2],), label=match[2]))
    for label, values in w.DATA_CLASSES.items():
        said = "|".join(re.escape(v) for v in values)
        tail = r"(?: (?:data|tagged|tags?|records?|information))?"
        for match in scan.take_all(rf"(?:{_LEAD}|{_HOLDS}|(?:the )?)?(?:{said}){tail}"):
            keys = tuple(dict.fromkeys([*w.DATA_CLASS_KEYS, *vocabulary.tag_values.get(label.lower(), ())]))
            tags.append(TagUse(keys=keys, values=(label,), label=label, negated=negated(scan, match)))
    for name, values in w.ENVIRONMENTS.items():
        said = "|".join(re.escape(v) for v in values)
        for match in scan.take_all(
            rf"(?:{_LEAD}|(?:in|on|from) (?:the |our )?|(?:our|the) )?(?:{said})(?: (?:environments?|env|accounts?|estate|systems?|ones?))?"
        ):
            keys = tuple(
                dict.fromkeys(
                    [*w.ENVIRONMENT_KEYS, *(k for v in values for k in vocabulary.tag_values.get(v, ()))]
                )
            )
            tags.append(TagUse(keys=keys, values=values, label=name, negated=negated(scan, match)))
    unknown = _take_owner(scan, vocabulary, tags) + _take_tagged(scan, vocabulary, tags)
    slots["unknown"] = (*slots.get("unknown", ()), *unknown)
    slots["tags"] = tuple(_without_repeats(tags))


def _without_repeats(tags: Iterable[TagUse]) -> list[TagUse]:
    """One use per tag; several values of the same keys are alternatives ("prod or staging")."""
    kept: list[TagUse] = []
    for tag in tags:
        same = next((t for t in kept if t.keys == tag.keys and t.negated == tag.negated and tag.values), None)
        if same is None:
            kept.append(tag)
        elif same.label != tag.label and same.values:
            kept[kept.index(same)] = same.model_copy(
                update={"values": (*same.values, *tag.values), "label": f"{same.label} or {tag.label}"}
            )
    return kept


def _take_tagged(scan: Scanner, vocabulary: Vocabulary, tags: list[TagUse]) -> list[str]:
    """Words behind "tagged"; those that are no tag here come back."""
    match = scan.take(rf"(?:{_LEAD})([\w.\-@/]+)")
    if match is None:
        if (match := scan.take(r"untagged|(?:without|no|missing) (?:any )?tags?")) is not None:
            tags.append(TagUse(keys=(), label="any tag", negated=True))
        return []
    value = match[1]
    if value in w.STOP:
        return []
    excluded = negated(scan, match)
    if keys := vocabulary.tag_values.get(value):
        tags.append(TagUse(keys=keys, values=(value,), label=value, negated=excluded))
    elif keys := vocabulary.tag_keys.get(value):
        tags.append(TagUse(keys=keys, label=value, negated=excluded))
    else:
        return [value]
    return []


_OWNER = (
    r"(?:(?:is |are |was )?owned by|(?:that |which )?belong(?:s|ing)? to|(?:of|by|from) (?:the )?team|owners?(?: is| are|:|=| tag)?) "
    r"(?:the )?([\w.\-@]+)(?: team| group| department)?"
)


def _take_owner(scan: Scanner, vocabulary: Vocabulary, tags: list[TagUse]) -> list[str]:
    """Owners by the values of any tag; names that own nothing here come back."""
    for pattern in (
        _OWNER,
        r"(?:run|managed|maintained|operated) by (?:the )?([\w.\-@]+)(?: team| group| department)?",
        r"(?:does |do |did )(?:the )?([\w.\-@]+)(?: team| group)? (?:own|run|have|manage)",
        r"(?:the )?([\w.\-@]+)(?:'s| team's) (?:resources|assets|things|stuff)",
        r"(?:the )?([\w.\-@]+) team",
    ):
        match = scan.take(pattern)
        if match is None:
            continue
        value = match[1]
        values = tuple(v for v in vocabulary.tag_values if value in (v, v.removesuffix("-team")))
        if not values and pattern is not _OWNER:
            scan.put_back(match)
            continue
        if not values:
            return [value]
        known = {k for v in values for k in vocabulary.tag_values[v]}
        tags.append(
            TagUse(
                keys=tuple(sorted(known)),
                values=values,
                label=f"owner {value}",
                negated=negated(scan, match),
            )
        )
        break
    return []


def take_places(scan: Scanner, vocabulary: Vocabulary, slots: Slots) -> None:
    """Regions, providers, accounts, services; what is excluded goes to `excluded`."""
    for word in scan.words():
        if word not in vocabulary.regions and not looks_like_region(word):
            continue
        if (match := scan.take(rf"(?:the )?(?:regions? )?{re.escape(word)}(?: regions?)?")) is not None:
            _put(slots, scan, match, "regions", word)
    for name, code in w.PROVIDERS.items():
        # "kubernetes clusters" is a kind of resource, not a provider.
        if (match := scan.take(re.escape(name) + r"(?:'s)?(?! clusters?)")) is not None:
            _put(slots, scan, match, "providers", code)
    for name in sorted(vocabulary.accounts, key=len, reverse=True):
        if name not in scan.rest:
            continue
        match = scan.take(
            rf"(?:the |our )?(?:accounts? |subscription |project )?{re.escape(name)}(?: (?:account|subscription|project)s?)?"
        )
        if match is not None:
            if name in vocabulary.twofold and not re.search(r"account|subscription|project", match.group(0)):
                slots["ambiguous"] = (name,)
            _put(slots, scan, match, "accounts", vocabulary.accounts[name])
    _take_part_of_account(scan, vocabulary, slots)


def _take_part_of_account(scan: Scanner, vocabulary: Vocabulary, slots: Slots) -> None:
    """ "account payments" where the account is called acme-payments: the accounts whose name has that part."""
    kind = r"(?:accounts?|subscriptions?|projects?)"
    match = scan.find(rf"{kind} ([\w.\-]{{3,}})") or scan.find(rf"([\w.\-]{{3,}}) {kind}")
    if match is None:
        return
    part = match[1]
    found = [key for name, key in vocabulary.accounts.items() if part in re.split(r"[\s_.\-]+", name)]
    if found:
        scan.blank(*match.span())
    for key in dict.fromkeys(found):
        _put(slots, scan, match, "accounts", key)


def take_services(scan: Scanner, vocabulary: Vocabulary, slots: Slots, *, nouns_too: bool) -> None:
    """Services by name. First those whose name also names a kind of resource (`nouns_too`; they stay, unless they are
    excluded), later the others.
    """
    spelled = dict.fromkeys(scan.words()) | _SERVICE_NAMES
    for name, service in ((n, s or n) for n, s in spelled.items()):
        if service not in vocabulary.services or (service in w.SERVICE_NOUNS) != nouns_too:
            continue
        # Scanners have a service "account", and people have accounts.
        lead = "(?:service )" if name in w.COMMON_SERVICES else "(?:(?:the )?service )?"
        match = scan.find(rf"{lead}{re.escape(name)}(?: service)?")
        if match is None:
            continue
        if negated(scan, match):
            scan.blank(*match.span())
            _exclude(slots, "services", service)
            continue
        if service not in slots.get("services", ()):
            slots["services"] = (*slots.get("services", ()), service)
        if not nouns_too:
            scan.blank(*match.span())


def _put(slots: Slots, scan: Scanner, match: re.Match[str], slot: str, value: str) -> None:
    if negated(scan, match):
        _exclude(slots, slot, value)
    elif value not in slots.get(slot, ()):
        slots[slot] = (*slots.get(slot, ()), value)


def _exclude(slots: Slots, slot: str, value: str) -> None:
    excluded = slots.setdefault("excluded", {})
    excluded[slot] = (*excluded.get(slot, ()), value)


exclude = _exclude
_NAMED = r"(?:named|called|resource|asset|table|topic|queue|domain|cluster|repository|warehouse)"
_MADE_UP = re.compile(r"[\d\-_./:@]")


def take_names(scan: Scanner, vocabulary: Vocabulary, slots: Slots, *, plain: bool) -> None:
    """Resources by name. A name that is also an ordinary word (`logs`) counts only where a kind stands before it.

    First those, and names with marks or digits in them; later (`plain`) the others.
    """
    for name in vocabulary.spaced_names if plain else ():
        if name in scan.rest and (match := scan.take(re.escape(name))) is not None:
            _put_name(slots, scan, match, vocabulary, name)
    for word in scan.words():
        bare = word.strip("'").removesuffix("'s").rstrip(".:,")
        if bare not in vocabulary.names:
            continue
        common = bare in known_words() or bare in w.STOP
        if plain == (common or _MADE_UP.search(bare) is not None):
            continue
        pattern = rf"{_NAMED} {re.escape(bare)}" if common else rf"[\"'`]?{re.escape(bare)}(?:'s)?[\"'`]?"
        if (match := scan.take(pattern)) is not None:
            _put_name(slots, scan, match, vocabulary, bare)


def _put_name(slots: Slots, scan: Scanner, match: re.Match[str], vocabulary: Vocabulary, key: str) -> None:
    _put(slots, scan, match, "names", vocabulary.names[key])
    slots["asset_ids"] = (*slots.get("asset_ids", ()), *vocabulary.name_ids.get(key, ()))
