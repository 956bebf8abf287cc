"""Questions about rules of networks: which groups let whom in on which port, their rules one by one, and how many there are."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from agent.planner.questions.build import build
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, ItemTest, Kinds, Ref, Where
from agent.planner.questions.network_form import NetworkReader, Shape, formed
from agent.planner.questions.network_places import arrays, subjects
from agent.planner.questions.network_words import (
    ACCESS,
    ALL_TRAFFIC,
    ANYWHERE,
    ASIDE,
    CIDR,
    COLUMNS,
    COUNTS,
    DIRECTIONS,
    EACH,
    EXACTLY,
    FEATURES,
    NO_RULES,
    OTHERS,
    PER,
    PORT_LISTS,
    PROTOCOLS,
    ROWS,
    RULES,
    SERVICES,
    TIES,
    TOP,
    WHICH_PORTS,
)
from agent.planner.questions.plan_one_item import atoms_of
from agent.planner.questions.settings import ITEM

_LONGEST: Final = 400
_FROM_GROUP: Final = re.compile(
    r"\b(?:(?:coming |with (?:a |the )?source |open |sourced )*(?:from|to)|referenc(?:es?|ing)|that (?:reference|name)s?|source is|with) (?:an?|another|other|some|the same|itself|any other) (?:other )?(?:(?:aws |ec2 )?security[ -]groups?|sgs?|group)\b(?: as (?:the |a )?source)?"
)
_THEIR_RULES: Final = re.compile(
    r"\b(?:and|with|plus|incl(?:uding|\.)?) (?:all (?:of )?)?(?:their|its|the) (?:\w+ ){0,2}?rules\W*$"
)
_ANYBODY: Final = ("0.0.0.0/0", "::/0", "*", "Internet", "Any")

_MEASURED: Final = re.compile(r"\b(?:average|avg|mean|median) (?:number|count|amount)\b|\bon average\b")


def read_network(text: str, estate: Estate, now: datetime) -> Form | None:
    """The form of a question about rules of security groups, firewalls or network ACLs; None where it is none."""
    if len(text) > _LONGEST or OTHERS.search(text) is not None or FEATURES.search(text) is None:
        return None
    if _MEASURED.search(text) is not None:
        # what the numbers of rules are on average is told by the reader of items
        return None
    text = PER.sub(r"per \1", text)
    subject = subjects(text, estate)
    if subject is None:
        return None
    reader = NetworkReader(text, subject.types, arrays(subject.types, text, estate), subject.noun, text)
    if not reader.arrays:
        return None
    for start, end in subject.spans:
        reader.left = reader.left[:start] + " " * (end - start) + reader.left[end:]
    reader.cut(ASIDE)
    ruled = bool(reader.cut(RULES)) or subject.ruled
    lacking = bool(reader.cut(NO_RULES))
    top = reader.cut(TOP)
    counted = bool(reader.cut(COUNTS))
    rows = bool(reader.cut(ROWS))
    rows |= _THEIR_RULES.search(text) is not None
    counted |= subject.per and ruled and not rows
    _groups(reader)
    if reader.group and not counted and re.match(r"\W*(?:please )?(?:list|show|give me|print)\b", text):
        # "list the rules by priority": their order
        reader.shown, reader.group = reader.group, []
    asked = _columns(reader)
    ports = bool(reader.cut(WHICH_PORTS)) and not subject.first
    if not _conditions(reader) or not _of_groups(reader):
        return None
    state_form = _rest(reader, estate, now)
    if state_form is None:
        return None
    each = subject.grouped or EACH.search(text) is not None
    limit = int(top[0]["n"] or 0) if top else 0
    shape = Shape(ruled, lacking, counted, rows, ports, asked, subject.first, each, limit)
    return formed(reader, state_form, shape)


def ported(form: Form) -> bool:
    """Whether a port is asked about."""
    return form.each is not None and any(test.op in ("port", "exact") for test in form.each.tests)


def of_rules(form: Form) -> bool:
    """Whether rules themselves are asked for, or what the groups that let somebody in cannot tell."""
    each = form.each
    assert each is not None
    told = bool(each.shown or each.group or (each.negated and not each.tests)) or each.count == "items"
    return told or any(test.op == "exact" for test in each.tests)


def _conditions(reader: NetworkReader) -> bool:
    """Who may come in, on which port, by which protocol; False where something of it can't be told."""
    for match in reader.cut(CIDR):
        named = match["cidr"]
        values = _ANYBODY if named in ("0.0.0.0/0", "::/0") else (named,)
        if not reader.test("source", "source", values, f"from {named}"):
            return False
    sourced = any(t.op == "source" for t in reader.tests)
    if (
        reader.cut(ANYWHERE)
        and not sourced
        and not reader.test("source", "source", _ANYBODY, "from anywhere")
    ):
        return False
    opened = re.search(r"\b(?:open(?:s|ed|ing)?|expos(?:es?|ed|ing))\b", reader.text) is not None
    exact = bool(reader.cut(EXACTLY))
    for pattern in PORT_LISTS:
        for match in reader.cut(pattern):
            said = match["ports"]
            numbers = [float(n) for n in re.findall(r"(?<!\d)\d{1,5}(?!\d)", said)] or [
                float(SERVICES[word]) for word in re.findall(r"[a-z]+", said) if word in SERVICES
            ]
            negated = bool(match.groupdict().get("no"))
            if not numbers or not _port(reader, numbers, negated=negated, exact=exact):
                return False
    if reader.cut(ALL_TRAFFIC) and not any(t.op == "port" for t in reader.tests):
        every = reader.test("protocol", "in", ("-1", "*", "all", "Any"), "for all traffic")
        if not every:
            return False
        if any(a.type_id.startswith("AZURE") for a in reader.arrays):
            reader.test("port", "in", ("*",), "on all ports")
    for match in reader.cut(PROTOCOLS):
        if not any(t.op == "port" for t in reader.tests):
            word = match["protocol"]
            number = {"tcp": "6", "udp": "17", "icmp": "1"}[word]
            if not reader.test(
                "protocol", "in", (word, word.capitalize(), word.upper(), number), word.upper()
            ):
                return False
    for match in reader.cut(DIRECTIONS):
        way = "Outbound" if match[0].startswith(("out", "egress")) else "Inbound"
        flag = "true" if way == "Outbound" else "false"
        reader.test("direction", "in", (way, flag), way.lower())
    for match in reader.cut(ACCESS):
        word = "Deny" if match[0].startswith(("den", "block")) else "Allow"
        if (
            not reader.test("access", "in", (word, word.lower(), word.upper()), word.lower())
            and word == "Deny"
        ):
            return False
    ported = any(t.op in ("port", "exact") for t in reader.tests)
    if opened and ported and not any(t.op == "source" for t in reader.tests):
        # a port that is open, is so to all
        reader.test("source", "source", _ANYBODY, "from anywhere")
    if any(t.op in ("source", "port", "exact") for t in reader.tests):
        # what is let in is asked about, where nothing else is said
        said = {t.ref.name for t in reader.tests}
        if "direction" not in said:
            reader.test("direction", "in", ("Inbound", "false"), "inbound")
        if "access" not in said:
            reader.test("access", "in", ("Allow", "allow", "ALLOW"), "allow")
    return True


def _of_groups(reader: NetworkReader) -> bool:
    """Rules whose source is another group, or itself; False where rules of such groups have no place for that."""
    match = _FROM_GROUP.search(reader.text)
    if match is None:
        return True
    start, end = match.span()
    reader.left = reader.left[:start] + " " * (end - start) + reader.left[end:]
    deep = [a for a in reader.arrays if a.path[-1].startswith("IpPermissions")]
    if not deep or "self" in match[0] or "same" in match[0]:
        return False
    places = tuple(
        Where(type_id=a.type_id, path=(*a.path, ITEM, "UserIdGroupPairs", ITEM, "GroupId")) for a in deep
    )
    ref = Ref(name="source group", places=places)
    reader.tests.append(ItemTest(ref=ref, op="starts", values=("sg-",), label="from another group"))
    return True


def _port(reader: NetworkReader, numbers: list[float], *, negated: bool, exact: bool) -> bool:
    """A test on the port: what lets it in, by a range too; of other ports, and exactly so, only what is for just that port."""
    first, last = reader.ref("port"), reader.ref("to port")
    if first is None:
        return False
    told = " or ".join(f"{n:g}" for n in numbers)
    ref = Ref(name="port", places=first.places + (last.places if last is not None else ()))
    if negated or exact:
        label = f"on a port other than {told}" if negated else f"on exactly port {told}"
        values = tuple(f"{n:g}" for n in numbers)
        test = ItemTest(ref=ref, op="exact", values=values, label=label, negated=negated)
    else:
        test = ItemTest(ref=ref, op="port", values=tuple(numbers), label=f"on port {told}")
    reader.tests.append(test)
    return True


def _groups(reader: NetworkReader) -> None:
    """ "per port", "by protocol"."""
    pattern = re.compile(
        r"\b(?:per|by|for each|for every|for|grouped by|broken down by|split by)\s+(?:each\s+|every\s+|the\s+|inbound\s+|ingress\s+|outbound\s+|open\s+|allowed\s+|single\s+|from\s+|destination\s+|source\s+(?=range|address|cidr|ip))*"
        rf"(?P<what>{'|'.join(COLUMNS)})s?\b(?!\s*(?:\d|order))"
    )
    for match in reader.cut(pattern):
        name = COLUMNS[match["what"]]
        if reader.ref(name) is not None:
            reader.group.append(name)


def _columns(reader: NetworkReader) -> bool:
    """ "with the port and protocol", "incl. priority": what is to be shown."""
    words = "|".join(sorted(COLUMNS, key=len, reverse=True))
    one = rf"(?:(?:the|their|its|allowed|open|each|destination|source|from|inbound|rule|rule's|nsg|group|group's|security group|resource)\s+)*(?:{words})s?(?:\s+(?:ranges?|numbers?|prefix(?:es)?))?"
    pattern = re.compile(
        rf"(?:,|:|\band\b|\bwith\b|\bshow(?:ing)?\b|\blist(?:ing)?\b|\bincluding\b|\bplus\b|\bgive\b|\bi need\b)\s*(?:me\s+)?(?P<all>{one}(?:\s*(?:,|and|&|\+|, and)\s*{one})*)(?:\s+(?:of|for)\s+(?:each|every|the|such|these|those)(?:\s+(?:one|such|of them|rules?))*|\s+(?:they|it|each|which is|that is)?\s*(?:allows?|opens?|permits?|lets? in|exposes?))?(?=\s*(?:$|[.,;?]|\bof\b|\bfor\b|\bin\b))"
    )
    found = reader.cut(pattern)
    for match in found:
        for word in re.findall(rf"\b(?:{words})s?\b", match["all"]):
            name = COLUMNS.get(word) or COLUMNS.get(word.rstrip("s"), "")
            if name and name not in reader.shown:
                reader.shown.append(name)
    return bool(reader.shown)


def _rest(reader: NetworkReader, estate: Estate, now: datetime) -> Form | None:
    """What is said of the groups besides: accounts, regions, tags."""
    from agent.planner.questions.ask import understand

    words = re.sub(r"\s[.,;:?!]+(?=\s|$)", " ", TIES.sub(" ", reader.left)).split()
    body = " ".join(w.strip(",;:?!()") for w in words if w.strip(".,;:?!()-"))
    kinds = Kinds(types=reader.types, label=reader.noun)
    state = understand(f"{reader.noun} {body}".strip(), estate, now, given=(kinds,))
    if (
        state.left or state.unknown or state.missing or state.twofold or state.compare is not None or state.vague
        or state.limit is not None or state.subject or state.pending_rank or state.columns or state.agg
        or (state.measure is not None and state.measure.function not in ("count", "percent"))
    ):  # fmt: skip
        return None
    if (
        any(isinstance(i, Kinds) and i.negated for i in state.items())
        or len([i for i in state.items() if isinstance(i, Kinds)]) > 1
    ):
        return None
    form = build(state)
    if form.entity != "asset" or form.each is not None or form.span:
        return None
    others = tuple(i for i in form.items if not isinstance(i, Kinds))
    if any(ITEM in w.path for i in others for atom in atoms_of(i) for w in atom.ref.places):
        # a bound of a rule is none of its group
        return None
    if any(getattr(i, "kind", "") in ("opening", "weakness", "has") for i in others):
        return None
    return form.model_copy(update={"items": (kinds, *others)})
