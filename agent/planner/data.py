"""A data question of the chat: what it asks as a plan, with its weaknesses told by the tenant's checks."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from agent.planner.cells import with_assets
from agent.planner.checked import by_checks, only_passed
from agent.planner.idioms import form_of, understood
from agent.planner.questions.ask import plan_question, planned
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Atom, Form, Kinds, Rank, Ref
from agent.planner.questions.reading import reading_of
from agent.planner.reading import Reading
from agent.planner.said import in_words
from agent.planner.vocabulary import looks_like_region
from agent.planner.words import SERVICE_NOUNS

_GROUP: Final = re.compile(
    r"^\W*(?:(?:please|now|and|then|can you|could you)\W+)*(?:group|split|break|cluster|bucket)\s+(?:(?:it|them|those|these|that|this)\s+)?(?:down\s+|up\s+)?(?=by\b|per\b)",
    re.IGNORECASE,
)
_GROUP_OF: Final = re.compile(
    r"^\W*(?:(?:please|now|and|then|can you|could you)\W+)*(?:group|split)\s+(?=(?:the\s+|all\s+|our\s+)?\w+(?:\s+\w+){0,5}\s+(?:by|per)\b)",
    re.IGNORECASE,
)
_WRONG: Final = re.compile(
    r"^\W*(?:(?:please|tell me|show me|so|and)\W+)*what(?:'s| is| are|s)(?: all)? (?:wrong|broken|insecure|amiss|bad) (with|in|on|for|at)\b",
    re.IGNORECASE,
)
_EXPOSED: Final = re.compile(
    r"(?<!internet )(?<!internet-)(?<!publicly )(?<!over)\bexposed\b(?! (?:to|on|by|in|at|from|port|ports|over|through|via|secrets?|credentials?|keys?|passwords?))",
    re.IGNORECASE,
)
_WITHOUT: Final = re.compile(
    r"^\W*(?:the same |same )?(?:without|regardless of|ignoring|drop|forget|ignore) the (region|account|severity|provider)(?: filter| restriction)?\W*$",
    re.IGNORECASE,
)
_SERVICES: Final = {"lambda": "awslambda", "elb": "elbv2", "alb": "elbv2"}
_BARE_SERVICE: Final = re.compile(
    r"\b(s3|ec2|rds|redshift|kms|eks|sqs|sns|ecr|efs|lambda|cloudfront|cloudtrail|elb|alb|vpc)\b(?!s?[ -](?:buckets?|instances?|databases?|dbs?|machines?|servers?|clusters?|keys?|queues?|topics?|repositor\w+|repos?|file|functions?|distributions?|trails?|load|flow|subnets?|endpoints?|snapshots?|volumes?|security|groups?))",
    re.IGNORECASE,
)


def ask(text: str, estate: Estate, previous: Asked | None, reading: Reading, now: datetime) -> Asked:
    """What a message asks of the data; or why nothing can be asked. Never raises for any text."""
    asked = plan_question(restated(text), estate, previous, now)
    if _second_look(asked, reading) and (form := _other(reading, estate, asked)) is not None:
        other = planned(form, text, estate, now)
        asked = other if other.outcome == "answer" else asked
    if asked.outcome != "answer" or asked.form is None:
        return asked.model_copy(update={"question": text})
    return told_by_checks(asked.model_copy(update={"question": text}), estate, now)


def _second_look(asked: Asked, reading: Reading) -> bool:
    """Whether the older reader is heard: where nothing was read, or items of an array ("resources", "ports") in place of
    the resources themselves, and for results that passed or need a person.
    """
    return asked.outcome != "answer" or _items(asked) or reading.status is not None


def _items(asked: Asked) -> bool:
    return asked.form is not None and getattr(asked.form, "each", None) is not None


def told_by_checks(asked: Asked, estate: Estate, now: datetime) -> Asked:
    """The same question over what checks reported; it stays as it is where no plan says that."""
    assert asked.form is not None
    form = by_service(as_open(asked.form, estate), estate, asked.question)
    form = by_checks(form, estate, asked.question)
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


def restated(text: str) -> str:
    """The words in the forms that the question planner reads: "group" is no group of users, "wrong" is a finding."""
    said = _GROUP_OF.sub("", _GROUP.sub("", text))
    said = _WRONG.sub(lambda m: f"findings {m[1]}", said)
    said = _EXPOSED.sub("exposed to the internet", said)
    return _WITHOUT.sub(lambda m: f"in all {m[1].lower()}s", said)


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
