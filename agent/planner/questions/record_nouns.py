"""Which datasets of records a question is about: by their nouns, by what only they have, by what is done to them."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import words_of
from agent.planner.questions.record_values import rows_of
from agent.planner.questions.record_words import RECORDS
from agent.planner.questions.tokens import Token

_TRAFFIC: Final = re.compile(
    r"\b(?:talkers?|accept\w*|reject\w*|den(?:y|ied)|allow\w*|block\w*|bytes?|packets?|ports?|sources?|destinations?|srcaddr|dstaddr|connections?|addresses|ips?|interfaces?|from \d|to \d|according to)\b"
)
_SETTING: Final = re.compile(
    r"\b(?:without|enabled|disabled|turned (?:on|off)|switched (?:on|off)|missing|no|lack\w*|are off|is off|are on)\b"
)
_MEMBER: Final = re.compile(
    r"(?:show\w* up|appear\w*|listed|present|exist\w*|missing|absent|records?|entr(?:y|ies)|rows?|found|contained|included|known|registered|not|are|is)\s+(?:in|from|by|at)\s+(?:the\s+|our\s+)?\Z|according to (?:the |our )?(?:\w+ ){0,2}\Z"
)
CHANGES: Final = re.compile(
    r"^\W*(?:(?:show|list|give|find|get|see|all|me|us|the|which|what|every|any|how many|number of|count|of|recent|latest|please)\b\W*)*(?:changes?|modifications?|deletions?|creations?|updates?) (?:to|of|on|in)\b"
)
LOGIN: Final = re.compile(r"\b(?:console |portal |failed |successful )*(?:log-?ins?|sign-?ins?|logons?)\b")
_SHADOW: Final = re.compile(r"\bshadow (?:backups?|copies|copy)\b")
_SCANS: Final = re.compile(
    r"\b(?:scans?|runs?) (?:failures?|errors?)\b|\b(?:failed|unsuccessful|successful|failing) (?P<n>scans?|runs?)\b|\b(?:discovery|dspm|ads|registry|serverless) (?P<q>scans?|runs?)\b|\b(?P<m>scans?|runs?) (?:that )?(?:have |has |did )?(?:failed|not)\b"
)
_INSTALLED: Final = re.compile(
    r"\b(?:installed|host inventory|host_inventory|software inventory|manufacturers?|hardware models?)\b"
)
_AGENT: Final = re.compile(r"\bagents?\b")
_MOVED: Final = re.compile(
    r"\b(?:accepted|rejected|denied|allowed|blocked|dropped|permitted) (?P<n>traffic|packets?)\b"
)
_RUNNING: Final = re.compile(
    r"\b(?:hosts?|machines?|servers?|computers?|boxes)\b(?: \w+){0,2} (?:run|runs|running|have|has|having|with|use|using|contain) (?:the )?(?P<app>[\w.+-]+)"
)
_CHANGED: Final = re.compile(
    r"\b(?:(?:changes?|actions?|operations?|modifications?|things|everything|anything) (?:that )?(?:was |were |have been |has been |been |got |people |somebody |someone |users? )*(?P<n>made|done|performed|executed|carried out|did)\b|(?P<m>activity|actions) (?:of|by) )|\b(?:console|portal|manual|failed|human|terraform) (?P<o>changes|actions|operations|activity|modifications)\b"
)
_PUBLISHED: Final = re.compile(
    r"\b(?P<n>cves?)\b.*\b(?:published|disclosed|publication|exploitability|affected (?:hosts?|products?))\b|\b(?:affected products?|published|exploitability|impact scores?) .*\b(?P<m>cves?)\b"
)
_USERS: Final = frozenset("identity principal user role account".split())
HOSTS: Final = frozenset("host machine server computer device box instance".split())


def entity_of(mark: Mark, text: str) -> str:
    """The entity of records that a mark names."""
    if mark.kind == "entity":
        return str(mark.data)
    if mark.kind in ("weakness", "setting", "kind") and mark.also.get("entity") in (
        "flow",
        "traffic",
        "event",
    ):
        entity = str(mark.also["entity"])
        if (_TRAFFIC.search(text) or entity == "event") and not _SETTING.search(text):
            return entity
    return ""


def mark_nouns(text: str, marks: list[Mark], tokens: list[Token], estate: Estate) -> None:
    """Nouns of records that are no nouns elsewhere: logins, shadow backups, scans that failed, installed software."""
    for mark in marks:
        if mark.kind == "entity" and mark.data == "permission":
            after = tokens[mark.end].norm if mark.end < len(tokens) else ""
            if after == "boundary":
                # a permissions boundary is a setting of a user or role
                mark.kind, mark.data, mark.also = "word", tokens[mark.start], {}
                continue
        # without an inventory of packages, those that have vulnerabilities are known
        bare = mark.kind == "entity" and mark.data == "package" and not estate.has_rows("cwp_packages_raw")
        if bare and any(m.kind == "entity" and m.data == "vulnerability" for m in marks):
            mark.kind, mark.data, mark.also = "attr", "package", {}
    events = [m for m in marks if m.kind == "entity" and m.data == "event"]
    for mark in events:
        if normal(mark, tokens) in ("operation", "api operation", "action", "api call") and _told_apart(
            mark, marks, ranked=len(events) < 2
        ):
            mark.kind, mark.data, mark.also = "attr", "operation", {}
            break
    if _SCANS.search(text) and estate.has_rows("cloud_health_auditing"):
        for mark in marks:
            if mark.kind == "entity" and mark.text.lower() in ("connector", "connectors"):
                mark.kind, mark.data, mark.also = "attr", "connector", {}
    for pattern, entity, dataset in (
        (_SHADOW, "file", "dspm_asset_file_inventory"), (_SCANS, "health", "cloud_health_auditing"), (_MOVED, "flow", "amazon_aws_raw"), (_MOVED, "traffic", "panw_ngfw_traffic_raw"),
        (_CHANGED, "event", "cloud_audit_logs"), (_PUBLISHED, "cve", "va_cves"),
    ):  # fmt: skip
        match = pattern.search(text)
        if (
            match is None
            or not estate.has_rows(dataset)
            or any(
                (m.kind == "kind" and tokens[m.start].start < match.start()) or entity_of(m, text) == entity
                for m in marks
            )
        ):
            continue
        if entity == "traffic" and any(m.kind == "entity" and m.data == "flow" for m in marks):
            continue
        last = max(n for n, t in enumerate(tokens) if t.start < match.end())
        if "n" in pattern.groupindex:
            at = next((match.start(g) for g in pattern.groupindex if match[g]), match.start())
            last = next(n for n, t in enumerate(tokens) if t.end > at)
        mark = next(m for m in marks if m.start <= last < m.end)
        if mark.kind == "id":
            # one CVE by its id, not the noun
            continue
        mark.kind, mark.data, mark.also = "entity", entity, {}
    running = _RUNNING.search(text)
    known = (
        running is not None
        and running["app"] in estate.values("host", "application")
        and not any(low.startswith(running["app"]) for low in estate.values("asset", "os"))
    )
    if (
        (known or (_INSTALLED.search(text) and not _AGENT.search(text)))
        and estate.has_rows("host_inventory")
        and not estate.has_rows("cwp_packages_raw")
    ):
        for mark in marks:
            if mark.kind == "kind" and tokens[mark.end - 1].norm in HOSTS:
                mark.kind, mark.data, mark.also = "entity", "host", {}


def _told_apart(mark: Mark, marks: list[Mark], *, ranked: bool = False) -> bool:
    """Whether different ones are meant: "top 5 operations", "the most frequent operations", "which operations".

    With `ranked` only a ranking tells them apart.
    """
    before = [m for m in marks if m.end <= mark.start]
    while (
        before and before[-1].kind in ("number", "stop") and before[-1].text.lower() not in ("which", "what")
    ):
        before.pop()
    if not before:
        return False
    last = before[-1]
    return (
        last.kind == "top"
        or (last.kind == "rank" and last.data in ("common", "most", "fewest"))
        or (not ranked and last.kind == "agg" and last.data == "distinct")
        or (not ranked and last.text.lower() in ("which", "what"))
    )


def subject_of(text: str, marks: list[Mark], tokens: list[Token], named: tuple[str, ...]) -> str:
    """What is asked for, where that is records."""
    heads = [m for m in marks if m.kind in ("entity", "kind") or entity_of(m, text)]
    for mark in heads:
        entity = entity_of(mark, text)
        outright = entity in RECORDS and mark.text.lower() == ENTITIES[entity].dataset
        if outright and not _MEMBER.search(text[: tokens[mark.start].start]):
            rows = rows_of(entity)
            own = own_words(entity)
            earlier = [h for h in heads if h.start < mark.start]
            if all(normal(h, tokens) in rows | own for h in earlier):
                return entity
    for mark in heads:
        entity = entity_of(mark, text)
        if entity in RECORDS:
            return entity
        words = {t.norm for t in tokens[mark.start : mark.end]}
        users = (
            mark.kind == "kind" and words <= _USERS | {"iam", "cloud", "aws", "service"} and words & _USERS
        )
        if users and "permission" in named and mark.get("attr") != "account":
            continue
        if mark.kind == "kind" and mark.has("attr") and mark.get("attr") == "user" and "event" in named:
            continue
        if mark.kind == "kind" and any(
            normal(mark, tokens) in own_words(e) for e in named if e in ("flow", "traffic")
        ):
            # "which firewall rules let through the most sessions"
            continue
        return ""
    return ""


@lru_cache(maxsize=32)
def own_words(entity: str) -> frozenset[str]:
    """The words of an entity's attributes, with and without plural endings."""
    spelled = [text for texts in RECORDS[entity].attributes.values() for text in texts.split("|")]
    return frozenset([*spelled, *(" ".join(words_of(text)) for text in spelled)])


def unnamed(text: str, marks: list[Mark], tokens: list[Token], estate: Estate) -> str:
    """The records that are asked for by what only they have, where nothing is asked for by its noun."""
    if any(m.kind in ("entity", "kind") for m in marks) and not any(
        t.text in _actions(estate) for t in tokens
    ):
        return ""
    if any(t.text in _actions(estate) for t in tokens):
        users = all(
            m.kind != "entity" and {t.norm for t in tokens[m.start : m.end]} & _USERS
            for m in marks
            if m.kind in ("entity", "kind")
        )
        return "permission" if users else ""
    for mark in marks:
        words = mark.text.lower()
        owner = (
            "file"
            if words.startswith("file ")
            else BELONGS.get(str(mark.data), "")
            if mark.kind == "attr"
            else ""
        )
        if owner in ("file", "health", "endpoint") and mark.data not in ("platform", "pattern", "os"):
            return owner
    kinds = {k for k in estate.values("file", "file_type") if k not in ("data", "log", "web", "image")}
    if any(t.norm in kinds for t in tokens):
        return "file"
    return (
        "host"
        if _INSTALLED.search(text) and not _AGENT.search(text) and estate.has_rows("host_inventory")
        else ""
    )


def _actions(estate: Estate) -> frozenset[str]:
    """Names of actions that permissions are for, where they look like nothing else."""
    return frozenset(
        a for a in estate.values("permission", "operation") if ":" in a or a.count(".") > 1 or "/" in a
    )


def normal(mark: Mark, tokens: list[Token]) -> str:
    """The words of a mark without plural endings."""
    return " ".join(t.norm for t in tokens[mark.start : mark.end])


def without_rows(entity: str, estate: Estate) -> str | None:
    """What is to be said where a dataset of records is empty: an empty answer would look like a safe one."""
    dataset = ENTITIES[entity].dataset
    if entity not in RECORDS or estate.has_rows(dataset) is not False:
        return None
    many = ENTITIES[entity].many
    return f"This tenant's data has no {many}: the dataset {dataset} has no rows. That is not the same as none being there; nothing here collects them."
