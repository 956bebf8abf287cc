"""A data question of the chat: what it asks as a plan, with its weaknesses told by the tenant's checks."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from agent.planner.cells import with_assets
from agent.planner.checked import by_checks, only_passed
from agent.planner.idioms import form_of, understood
from agent.planner.questions.ask import plan_question
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Atom, Form, Kinds, Rank, Ref
from agent.planner.questions.planned import planned
from agent.planner.questions.reading import reading_of
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.weaknesses import find_weaknesses
from agent.planner.reading import Reading
from agent.planner.restate import restated
from agent.planner.said import in_words
from agent.planner.vocabulary import looks_like_region
from agent.planner.words import SERVICE_NOUNS

_THING: Final = re.compile(r"\b(?:resources?|assets?|things?|accounts?|regions?|services?)\b", re.IGNORECASE)
_ONE_FIRST: Final = re.compile(r"\b(?:top|first|one|single|1)\b", re.IGNORECASE)
_HAVING: Final = re.compile(
    r"\b(?:with(?:out)?|having|have|has|had|lacks?|lacking|get|got|no)\b", re.IGNORECASE
)
_POINTS: Final = re.compile(
    r"^\W*(?:and|only|just|but|also|now|what about|how about|except|without|not|in|on|for|with|by|per)\b|\b(?:them|those|these|ones?|they|it|same)\b",
    re.IGNORECASE,
)
_SERVICES: Final = {"lambda": "awslambda", "elb": "elbv2", "alb": "elbv2"}
_BARE_SERVICE: Final = re.compile(
    r"\b(s3|ec2|rds|redshift|kms|eks|sqs|sns|ecr|efs|lambda|cloudfront|cloudtrail|elb|alb|vpc)\b(?!s?[ -](?:buckets?|instances?|databases?|dbs?|machines?|servers?|clusters?|keys?|queues?|topics?|repositor\w+|repos?|file|functions?|distributions?|trails?|load|flow|subnets?|endpoints?|snapshots?|volumes?|security|groups?))",
    re.IGNORECASE,
)


def ask(text: str, estate: Estate, previous: Asked | None, reading: Reading, now: datetime) -> Asked:
    """What a message asks of the data; or why nothing can be asked. Never raises for any text."""
    said = restated(text, follows=previous is not None, names_one=bool(reading.asset_ids))
    # A weakness is told by checks, so it is not read as a setting; where that gives nothing, it is.
    weak = previous is None and bool(find_weaknesses(said.lower(), estate))
    asked = plan_question(said, estate, previous, now, settings=not weak)
    if weak and asked.outcome != "answer":
        asked = plan_question(said, estate, previous, now)
    alone = previous is None or not _POINTS.search(text)
    if (
        alone
        and _second_look(asked, reading, estate)
        and (form := _other(reading, estate, asked)) is not None
    ):
        other = planned(form, text, estate, now)
        asked = other if other.outcome == "answer" else asked
    if asked.outcome != "answer" or asked.form is None:
        return asked.model_copy(update={"question": text})
    return told_by_checks(asked.model_copy(update={"question": text}), estate, now)


def _second_look(asked: Asked, reading: Reading, estate: Estate) -> bool:
    """Whether the older reader is heard: where nothing was read; where items of an array ("resources", "ports") or kinds
    that the tenant has nothing of were; for results that passed or need a person; and for findings read as things.
    """
    form = asked.form
    if asked.outcome != "answer" or form is None or reading.status is not None:
        return True
    if getattr(form, "each", None) is not None:
        return True
    kinds = [i for i in form.items if isinstance(i, Kinds) and not i.negated]
    if kinds and not types_of(kinds, estate) and any(estate.words.type_ids.get(n) for n in reading.nouns):
        return True
    if form.entity != "asset":
        return False
    if reading.findings and not _HAVING.search(reading.text):
        return True
    return bool(reading.severities) and not kinds and not _THING.search(reading.text)


def told_by_checks(asked: Asked, estate: Estate, now: datetime) -> Asked:
    """The same question over what checks reported; it stays as it is where no plan says that."""
    assert asked.form is not None
    form = by_service(as_open(asked.form, estate), estate, asked.question)
    form = by_checks(whole_ranking(form, asked.question), estate)
    whole = worst_first(only_passed(form, estate))
    made = planned(whole, asked.question, estate, now) if whole != asked.form else asked
    if made.plan is None:
        form, whole, made = asked.form, asked.form, asked
    assert made.plan is not None
    note = ", as a check that passed shows" if len(whole.items) > len(form.items) else ""
    reading = in_words(reading_of(form, estate)) + note
    plan = with_assets(made.plan, uid=estate.has_fact("issue", "xdm.finding.uid"))
    return asked.model_copy(update={"form": form, "plan": plan, "reading": reading})


def as_open(form: Form, estate: Estate) -> Form:
    """Findings that fail are asked for to be worked on: those that are open, as the ranked list has them."""
    if form.entity != "finding" or form.status != "open" or form.columns:
        return form
    if any(isinstance(i, Atom) and i.ref.name in ("result", "finding_category") for i in form.items):
        return form
    items = form.items
    if any(value != "posture" for value in estate.values("issue", "domain")):
        posture = Atom(ref=Ref(name="domain"), op="in", values=("POSTURE",), label="of posture")
        items = (*items, posture)
    return form.model_copy(update={"entity": "issue", "items": items})


def whole_ranking(form: Form, text: str) -> Form:
    """Which group has the most is answered by all of them in order, the first one first."""
    if form.limit != 1 or not form.group or form.per or _ONE_FIRST.search(text):
        return form
    return form.model_copy(update={"limit": None})


def worst_first(form: Form) -> Form:
    """A list of issues in no asked order begins with the gravest."""
    listed = form.measure is None and not form.group and not form.span and not form.per
    if form.entity != "issue" or not listed or form.rank is not None or form.limit is not None:
        return form
    return form.model_copy(update={"rank": Rank(ref=Ref(name="severity"))})


def by_service(form: Form, estate: Estate, text: str) -> Form:
    """Findings "for rds" are those of the service, not only those on what is called an RDS instance."""
    if form.entity not in ("issue", "finding"):
        return form
    named = [
        service
        for word in _BARE_SERVICE.findall(text.lower())
        if (service := _SERVICES.get(word, word)) in SERVICE_NOUNS and service in estate.words.services
    ]
    if len(named) != 1 or sum(isinstance(i, Kinds) for i in form.items) != 1:
        return form
    atom = Atom(ref=Ref(name="service"), op="in", values=(named[0],), label=f"of service {named[0]}")
    items = tuple(
        atom.model_copy(update={"negated": i.negated}) if isinstance(i, Kinds) else i for i in form.items
    )
    return form.model_copy(update={"items": items})


def _other(reading: Reading, estate: Estate, asked: Asked) -> Form | None:
    """The form by the older reader, where it understood all. A region that the tenant has nothing in is empty, not unknown."""
    if not understood(reading):
        return None
    if asked.outcome == "clarify":
        return None
    if asked.outcome == "no_such" and any(
        region not in estate.words.regions and not looks_like_region(region) for region in reading.regions
    ):
        return None
    return form_of(reading, estate)
