"""Shares: of which things (the base), which of them (the part), and by what: "of X, what percentage is Y", "G where most X are Y"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Form, Item, Kinds, Measure, Rank, Ref
from agent.planner.questions.reader_phrases import Phrases
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.setting_other import Understand
from agent.planner.questions.share_words import DIM, PERCENT, SHARE, VERBS, limit_of, percent_of

_ASK: Final = r"^\W*(?:(?:what(?:'s| is| are| was)?|which|show(?: me)?|give me|tell me|calculate|compute|determine|please|i need|i want|we need|state|report|the|a|an|and|so|now|how (?:big|large|high) is|current|overall|total|list|get|see|know|to) )*"
_BY: Final = rf"(?:,? (?:and )?(?:split |broken down |grouped )?(?:per|by|for each|for every|in each|in every|of each|across(?: the| all)?|each) (?P<by>{DIM}(?:(?: and|,| by) {DIM})?))?"
_VERB: Final = rf"(?P<verb>{VERBS})"
# "of the X, what percentage is Y", "among X, the share of Y"
_OF_BASE: Final = re.compile(
    rf"^\W*(?:and |so |out )?(?:of|among|amongst|within|from) (?:all )?(?:of )?(?:the |our |all |my |those |these )*(?P<base>[^,?]{{3,80}}?),? (?:what|which|how (?:much|big a|large a)|the|a|show (?:me )?the|give (?:me )?the)\s+{SHARE}(?: of (?:them|those|these|it))?\s+(?:(?:that|which|who) )?{_VERB} (?P<part>[^,?]{{2,80}}?){_BY}\W*$"
)
# "share of users without mfa among console users"
_AMONG: Final = re.compile(
    rf"{_ASK}{SHARE} (?:of )?(?:the |our |all )*(?P<part>[^,?]{{3,80}}?),? (?:among|amongst|out of|as (?:a )?(?:share|part|percentage|fraction) of|relative to) (?:all )?(?:of )?(?:the |our |all )*(?P<base>[^,?]{{3,80}}?){_BY}\W*$"
)
# "what percentage of X is in Y", "the share of X that has Y"
_PLAIN: Final = re.compile(
    rf"{_ASK}{SHARE} (?:of )?(?:all )?(?:of )?(?:the |our |all |my )*(?P<base>[^,?]{{3,80}}?) (?:(?:that|which|who) )?{_VERB} (?P<part>[^,?]{{2,80}}?){_BY}\W*$"
)
# "share of console users with mfa"
_CONSOLE: Final = re.compile(
    rf"{_ASK}{SHARE} (?:of )?(?:the |our |all )*(?P<base>iam users with console access)(?: and)? (?P<part>(?:with|without|that|who) [^,?]{{2,60}}?){_BY}\W*$"
)
# "accounts where more than 10 % of the volumes are unencrypted"
_BOUND: Final = rf"(?P<op>more than|over|above|at least|less than|fewer than|under|below|at most|exactly)? ?(?P<n>\d+(?:\.\d+)? ?(?:{PERCENT})|(?:a |one )?(?:half|third|quarter)|two thirds|three quarters|the majority|a majority|most)"
_WHERE: Final = re.compile(
    rf"^(?P<lead>.*?)\b(?P<g>{DIM})(?: (?:are|is) there)?,? (?:where|in which|with|for which|that have|which have|have|has|having|whose) (?:a share of )?{_BOUND} (?:of )?(?:all )?(?:of )?(?:the |their |its |his |our )*(?P<whole>[^,?]{{3,100}}?)\W*$"
)
_SPLIT: Final = re.compile(rf"^(?P<base>.+?) (?:(?:that|which|who) )?{_VERB} (?P<part>.+)$")
# "teams ranked by the share of their assets with critical issues"
_RANKED: Final = re.compile(
    rf"^(?P<lead>.*?)\b(?P<g>{DIM})(?: (?:sorted|ranked|ordered))?(?:,? (?:(?P<by>by)|with|has|have|having|that has|that have|show|shows)) (?:the |their |its )*(?P<way>highest |largest |biggest |greatest |worst |lowest |smallest |best )?{SHARE} of (?:the |their |its |all |our )*(?P<whole>[^,?]{{3,100}}?)\W*$"
)
# "open issues by severity in percent", "the share of each severity among open issues"
_IN_PERCENT: Final = rf",? (?:(?:expressed|given|shown) )?(?:in|as)(?: an?)? (?:{PERCENT}|percentages?)"
_OVER: Final = (
    r"(?:by|per|over|across|among|between|for each|in each|of each|into)(?: the)?(?: different| individual)?"
)
_SPREAD: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ASK}(?:percentage|percent|relative|%|percentual)[ -]?(?:wise )?(?:distribution|breakdown|split) of (?:all )?(?:the |our )*(?P<base>.+?) {_OVER} (?P<by>{DIM})\W*$",
        rf"{_ASK}(?:(?:distribution|breakdown|split|spread|number|count) of )?(?:all )?(?:the |our )*(?P<base>(?:(?!\b{SHARE}\b).)+?)(?: are)?(?: distributed| split| spread| divided| broken down)? {_OVER} (?P<by>{DIM}){_IN_PERCENT}\W*$",
        rf"{_ASK}{SHARE} (?:of|for) (?:each|every) (?P<by>{DIM}) (?:among|amongst|in|of|within|out of)(?: all)?(?: of)?(?: the| our)* (?P<base>.+?)\W*$",
        rf"{_ASK}(?P<top>(?:top |the )?(?:(?:\d+|one|two|three|four|five|ten) )?)(?P<by>{DIM}) (?:that |which )?(?:accounts? for|makes? up|contributes?(?: to)?|represents?|(?:is|are) responsible for) (?:the )?(?P<way>largest|biggest|highest|greatest|most|smallest|lowest)(?: {SHARE})?(?: of)? (?:all )?(?:the |our )*(?P<base>.+?)\W*$",
        rf"{_ASK}{SHARE} of (?:all )?(?:the |our )*(?P<base>.+?) (?:by|per|for each|in each|for every) (?P<by>{DIM})\W*$",
    )
)
_ELSEWHERE: Final = re.compile(r"\b(?:where|in which|for which)\b")
_THOSE: Final = re.compile(r"(?:those|ones|them)\b ?")
_LOW: Final = ("lowest", "smallest")
_OPS: Final[dict[str, Any]] = {
    "": "gte", "more than": "gt", "over": "gt", "above": "gt", "at least": "gte", "less than": "lt", "fewer than": "lt",
    "under": "lt", "below": "lt", "at most": "lte", "exactly": "eq",
}  # fmt: skip


def read_share(text: str, estate: Estate, now: datetime, understand: Understand) -> Form | None:
    """The form of a share whose base and part are both wholly understood; None otherwise."""
    reader = _Shares(estate, now, understand)
    for pattern, take in (
        (_WHERE, reader.bounded),
        (_OF_BASE, reader.plain),
        (_CONSOLE, reader.among),
        (_PLAIN, reader.plain),
        (_AMONG, reader.among),
        (_RANKED, reader.ranked),
        *((pattern, reader.spread) for pattern in _SPREAD),
    ):
        if (match := pattern.match(text)) is not None and (form := take(match)) is not None:
            return form
    return None


def _noun(said: str) -> str:
    """Things without what is said of them after their noun."""
    return re.split(r" (?:with|without|that|who|which|in|on|of|from|for)\b", said)[0]


def _clause(verb: str, part: str) -> str:
    """What is said of the base, as words that can follow its noun."""
    if verb.split()[0] in (
        "is",
        "are",
        "was",
        "were",
        "sits",
        "sit",
        "lies",
        "lie",
        "falls",
        "fall",
        "lives",
        "live",
        "comes",
        "come",
    ):
        return f"that are {part}"
    if verb in ("has", "have", "had") and (match := re.match(r"(?:no|not any|neither)\b ?", part)):
        return f"without {part[match.end() :]}"
    if verb in ("has", "have", "had"):
        return f"that have {part}"
    return f"that {verb} {part}"


class _Shares(Phrases):
    """Reads the base and the part, each by the reader of conditions."""

    def plain(self, match: re.Match[str]) -> Form | None:
        return self.shared(match["base"], _clause(match["verb"], match["part"]), match["by"])

    def shared(self, base: str, clause: str, by: str | None) -> Form | None:
        """A share of the base that is so as the clause says."""
        whole, group = self.form(base), self.group(base, by)
        if whole is None or group is None:
            return None
        full = self.form(f"{base} {clause}")
        if full is None and _noun(base) != base:
            # each of them by itself
            full = self.form(f"{_noun(base)} {clause}")
            if full is not None:
                more = tuple(i for i in whole.items if i not in full.items and not isinstance(i, Kinds))
                full = full.model_copy(update={"items": (*full.items, *more)})
        return _made(whole, full, group, self.estate) if full is not None else None

    def among(self, match: re.Match[str]) -> Form | None:
        """The part has a noun of its own, which is that of the base, or none at all."""
        base = match["base"]
        if (pronoun := _THOSE.match(base)) is not None:
            base = f"{_noun(match['part'])} {base[pronoun.end() :]}"
        said = match["part"] if match.re is _AMONG else f"{_noun(base)} {match['part']}"
        whole, part = self.form(base), self.form(said)
        group = self.group(base, match["by"])
        if whole is None or part is None or group is None or part.entity != whole.entity:
            return None
        kept = [i for i in part.items if not isinstance(i, Kinds) and i not in whole.items]
        return _of(whole, tuple(kept), group) if kept else None

    def bounded(self, match: re.Match[str]) -> Form | None:
        """Groups of which more than so much is so."""
        if match["n"] == "most" and not _ELSEWHERE.search(match.string[match.end("g") : match.start("n")]):
            # "the account with most issues" is no share
            return None
        form = self.of_whole(match["whole"], match["g"])
        number = percent_of(match["n"])
        if form is None or number is None:
            return None
        op = _OPS[match["op"] or ("" if match["n"].strip()[0].isdigit() else "more than")]
        return form.model_copy(update={"having": (op, number)})

    def ranked(self, match: re.Match[str]) -> Form | None:
        """Groups in the order of their shares."""
        form = self.of_whole(match["whole"], match["g"])
        if form is None or not (match["way"] or match["by"]):
            return None
        descending = not (match["way"] or "").startswith(_LOW)
        limit = limit_of(match["lead"], match["g"]) if match["way"] or "top" in match["lead"] else None
        return form.model_copy(update={"rank": Rank(descending=descending), "limit": limit})

    def spread(self, match: re.Match[str]) -> Form | None:
        """The part that each group has of all; of what is so by itself its rate in each group is meant."""
        base = self.form(match["base"])
        group = self.group(match["base"], match["by"])
        if base is None or not group:
            return None
        bare = match.re is _SPREAD[-1]
        if bare and any(not isinstance(i, Kinds) and not _open(i) for i in base.items):
            return None
        made = base.model_copy(update={"measure": Measure(function="percent"), "group": group, "columns": ()})
        told = match.groupdict()
        if (way := told.get("way")) is None:
            return made
        limit = limit_of(told["top"] or "", match["by"]) or 1
        return made.model_copy(update={"rank": Rank(descending=not way.startswith(_LOW)), "limit": limit})

    def of_whole(self, said: str, by: str) -> Form | None:
        """Base and part in one: with a verb between them, else the kind and what is said of it."""
        if (match := _SPLIT.match(said)) is not None and (
            made := self.shared(match["base"], _clause(match["verb"], match["part"]), by)
        ) is not None:
            return made
        full, group = self.form(said), self.group(said, by)
        if full is None or not group:
            return None
        told = tuple(i for i in full.items if not isinstance(i, Kinds) and not _open(i))
        rest = tuple(i for i in full.items if i not in told)
        return _of(full.model_copy(update={"items": rest}), told, group) if told else None


def _made(whole: Form, full: Form, group: tuple[Ref, ...], estate: Estate) -> Form | None:
    """The share of the first that is as the second says; the kinds are those of the second, which may know better."""
    if full.entity != whole.entity:
        return None
    told = [i for i in whole.items if not isinstance(i, Kinds)]
    if any(i not in full.items for i in told):
        return None
    same = [i for i in whole.items if isinstance(i, Kinds)]
    if full.entity != "asset":
        # on which assets they are is a condition like others
        return (
            _of(whole, rest, group)
            if (rest := tuple(i for i in full.items if i not in whole.items))
            else None
        )
    kinds = [i for i in full.items if isinstance(i, Kinds)]
    part: tuple[Item, ...] = tuple(i for i in full.items if i not in told and not isinstance(i, Kinds))
    if not part and same and len(kinds) > len(same):
        others = [k for k in kinds if k not in same]
        part, kinds = tuple(others), same
        if not all(types_of([one], estate) & types_of(same, estate) for one in others):
            # nothing is both
            return None
    if not part:
        return None
    return _of(full.model_copy(update={"items": (*kinds, *told), "status": whole.status}), part, group)


def _of(base: Form, part: tuple[Item, ...], group: tuple[Ref, ...]) -> Form:
    states = any(_open(i, any_state=True) for i in part)
    return base.model_copy(
        update={
            "measure": Measure(function="percent", part=part),
            "group": group,
            "columns": (),
            "status": "all" if states and base.status else base.status,
        }
    )


def _open(item: Item, *, any_state: bool = False) -> bool:
    if isinstance(item, Either):
        return any(_open(i, any_state=any_state) for i in item.items)
    if not isinstance(item, Atom) or item.ref.name not in ("status", "result"):
        return False
    return any_state or item.values == ("open",)
