"""Follow-ups of a word or two: "the bottom 5", "in which accounts?", "which is worst", "and the week before", "newer ones"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from agent.planner.questions.form import Atom, Form, Has, Item, Rank, Ref

_SO: Final = (
    r"^\W*(?:(?:and|so|ok|okay|now|then|just|only|please|show|give|me|tell|list|what about|how about|but) )*"
)
_NUMBER: Final = r"(?P<n>\d+|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_WORDS: Final = {
    w: n for n, w in enumerate("zero one two three four five six seven eight nine ten".split())
} | {"twenty": 20}
_DIMS: Final = r"(?P<dim>accounts?|subscriptions?|projects?|regions?|teams?|owners?|clouds?|providers?|environments?|applications?|apps?|severit(?:y|ies)|rules?|services?|packages?|clusters?|namespaces?)"
_OWNERS: Final = re.compile(
    rf"{_SO}(?:with )?(?:the |their )?(?P<dim>owners?|teams?|accounts?|regions?|environments?|applications?|contacts?|assignees?)(?: too| as well)?\W*$"
)
_SHORT: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(rf"{_SO}(?:in|on|for|from|of|under|across|by|at) (?:which|what) {_DIMS}(?: are (?:they|those|these|it))?\W*$"), r"per \g<dim>"),
    (re.compile(rf"{_SO}(?:which|what) {_DIMS}(?: (?:are|is) (?:they|those|these|it|that)(?: all)?(?: (?:in|on|from|of|under|part of))?| (?:do|does) (?:they|those|these|it) (?:belong to|live in|run in|sit in))?\W*$"), r"per \g<dim>"),
    (re.compile(rf"{_SO}(?:the |their )?(?:top|first|worst|biggest) {_NUMBER} {_DIMS}\W*$"), r"per \g<dim>, top \g<n>"),
    (re.compile(rf"{_SO}(?:the |their )?(?:top|worst|biggest|single worst) (?P<dim>account|subscription|project|region|team|owner|environment|application|app|rule|service|package)\W*$"), r"per \g<dim>, top 1"),
    (re.compile(rf"{_SO}(?:the )?(?:first |top )?{_NUMBER}(?: of (?:them|those|these)| ones| rows| results| is enough| are enough)?(?: please)?\W*$"), r"top \g<n>"),
    (re.compile(rf"^\W*{_NUMBER} (?:is|are) enough,? and "), r"top \g<n>, "),
    (re.compile(rf"{_SO}(?:the )?(?:list|details?|items|rows|full list|single ones|actual ones)(?: of (?:them|those|these))?(?: please)?\W*$"), "list them"),
    (re.compile(rf"{_SO}(?:what|which|who) (?:(?:ones )?(?:are|is|were) (?:they|those|these|it|that)|ones)(?: exactly| all)?\W*$"), "list them"),
    (re.compile(rf"{_SO}(?:from )?between (?P<a>\d+) and (?P<b>\d+) (?P<u>days|weeks|months)(?: old| ago| of age)?\W*$"), r"only first seen in the last \g<b> \g<u> and older than \g<a> \g<u>"),
    (re.compile(rf"{_SO}(?P<t>first seen in the last \d+ \w+ and older than \d+ \w+)\W*$"), r"only \g<t>"),
    (re.compile(rf"{_SO}since when(?: is that| are they| is it)?\W*$"), "with their age"),
)  # fmt: skip
_BOTTOM: Final = re.compile(rf"{_SO}(?:the )?(?:bottom|last|lowest|least|fewest) {_NUMBER}(?: ones)?\W*$")
_WHICH: Final = re.compile(
    rf"{_SO}(?:which|what|who)(?: (?:one|of (?:them|those|these)|\w+))?(?: of (?:them|those|these))? (?:has|have|is|are|had|was|were|got) (?:the )?(?P<way>most|worst|highest|biggest|largest|top|fewest|least|lowest|best|smallest)(?: (?:of (?:them|those)|ones?|number|count|share))?\W*$"
)
_SORT: Final = re.compile(
    rf"{_SO}(?:sort|order|rank|reverse)?(?: (?:it|them|that|this|those|these|the list|the order))?(?: in)? ?(?P<way>ascending|asc|descending|desc|lowest first|smallest first|fewest first|highest first|largest first|most first|reverse(?:d)?(?: order)?|the other way (?:a)?round)(?: order)?\W*$"
)
_BEFORE: Final = re.compile(
    rf"{_SO}(?:compared? (?:it |that |this )?(?:to|with) )?(?:the )?(?:(?:week|month|day|year|quarter|period|time|\d+ days) before(?: (?:that|it))?|previous (?:week|month|day|year|quarter|period|time|one)|(?:one|period) before)\W*$"
)
_YOUNG: Final = re.compile(
    rf"{_SO}(?:the )?(?P<way>newer|younger|more recent|older) (?:ones?|issues?|assets?|findings?)?\W*$"
)
_WITHOUT: Final = re.compile(
    rf"{_SO}(?:those |the ones |ones )?(?:without|with none|with no|that don't|not)(?: it| them| any| ones)?\W*$"
)
_BOUND: Final = re.compile(
    rf"{_SO}(?:those |the ones |ones )?(?:with |that have |which have |having )?(?P<op>more than|over|above|at least|less than|fewer than|under|below|at most) (?P<n>\d+)(?: of (?:them|those))?\W*$"
)
_OPS: Final[dict[str, Any]] = {
    "more than": "gt", "over": "gt", "above": "gt", "at least": "gte", "less than": "lt", "fewer than": "lt", "under": "lt", "below": "lt", "at most": "lte",
}  # fmt: skip
_NAMES: Final = re.compile(rf"{_SO}(?:the |their )?names?(?: only| please| of (?:them|those|these))*\W*$")
_WHEN: Final = re.compile(
    rf"{_SO}(?:(?:and )?(?:when|since when|on what date|what date) (?:were|was|did|have|has|are|is) (?:they|those|these|it|that|each of them)(?: all| each)?(?: (?:first|last|been))* (?P<done>created|made|launched|built|pushed|started|opened|raised|found|seen|detected|resolved|closed|fixed|modified|changed|updated|used|rotated|scanned|classified))(?: at| on| last)?\W*$"
)
_DATES: Final = {
    "resolved": "resolution date", "closed": "resolution date", "fixed": "resolution date", "opened": "first seen", "raised": "first seen", "found": "first seen",
    "seen": "first seen", "detected": "first seen", "modified": "last modified", "changed": "last modified", "updated": "last modified", "used": "last used",
    "rotated": "last rotated", "scanned": "last scanned", "classified": "last classified",
}  # fmt: skip
_ALSO: Final = re.compile(r"\b(?:include|add|also|too|as well|plus)\b")
_LESS: Final = frozenset({"fewest", "least", "lowest", "best", "smallest"})


def in_words(text: str, before: Form) -> str:
    """A follow-up of a word or two in the words that questions have."""
    if len(text) > 80:
        return text
    if (bare := _OWNERS.match(text.lower())) is not None:
        # beside a list its owners; of a number, by them
        return f"with their {bare['dim']}" if before.measure is None else f"per {bare['dim']}"
    if (when := _WHEN.match(text.lower())) is not None:
        seen_last = when["done"] == "seen" and re.search(r"\blast\b", text.lower())
        return f"with their {'last seen' if seen_last else _DATES.get(when['done'], 'creation date')}"
    for pattern, words in _SHORT:
        if (found := pattern.match(text.lower())) is not None:
            said = found.expand(words) + text[found.end() :].lower()
            # the cluster that something is in is told by its name
            return re.sub(r"^per clusters?\b", "per cluster name", said)
    return text


def short_form(text: str, before: Form, now: datetime) -> Form | None:
    """The form of a follow-up that only turns, sorts or shifts what was asked; None where it is none of these."""
    if len(text) > 80 or before.each is not None:
        return None
    text = text.lower()
    grouped = bool(before.group) and before.measure is not None
    if (bottom := _BOTTOM.match(text)) is not None and (grouped or before.rank is not None):
        said = bottom["n"]
        number = int(said) if said.isdigit() else _WORDS[said]
        rank = (before.rank or Rank()).model_copy(update={"descending": False})
        return before.model_copy(update={"rank": rank, "limit": number})
    if (which := _WHICH.match(text)) is not None and grouped:
        return before.model_copy(
            update={"rank": Rank(descending=which["way"] not in _LESS), "limit": 1, "per": ()}
        )
    if (sort := _SORT.match(text)) is not None and (grouped or before.rank is not None):
        rank = before.rank or Rank()
        way = sort["way"]
        down = (
            not rank.descending
            if way.startswith(("reverse", "the other"))
            else way.startswith(("desc", "highest", "largest", "most"))
        )
        return before.model_copy(update={"rank": rank.model_copy(update={"descending": down})})
    if _BEFORE.match(text) and (atom := _timed(before)) is not None:
        return _shifted(before, atom, now)
    if (young := _YOUNG.match(text)) is not None and (atom := _timed(before)) is not None:
        return _other_side(before, atom, older=young["way"] == "older")
    if (bound := _BOUND.match(text)) is not None and grouped:
        return before.model_copy(update={"having": (_OPS[bound["op"]], float(bound["n"]))})
    if _NAMES.match(text) and before.measure is None and not before.group:
        return before.model_copy(update={"columns": (Ref(name="name"),), "only_columns": True})
    if _WITHOUT.match(text) and before.items and isinstance(before.items[-1], Has):
        last = before.items[-1]
        turned = last.model_copy(update={"negated": not last.negated})
        return before.model_copy(update={"items": (*before.items[:-1], turned)})
    return None


def _timed(form: Form) -> Atom | None:
    return next(
        (
            i
            for i in form.items
            if isinstance(i, Atom) and i.op in ("within", "range", "older") and not i.negated
        ),
        None,
    )


def _replaced(form: Form, old: Item, new: Item) -> Form:
    return form.model_copy(update={"items": tuple(new if i is old else i for i in form.items)})


def _shifted(form: Form, atom: Atom, now: datetime) -> Form | None:
    """The span of the same length before."""
    if atom.op == "within" and atom.values:
        days = float(atom.values[0])
        start, end = now - timedelta(days=2 * days), now - timedelta(days=days)
    elif atom.op == "range" and atom.start is not None:
        end = atom.start
        start = end - (min(atom.end or now, now) - atom.start)
    else:
        return None
    verb = next(
        (w for w in ("resolved", "last seen", "changed", "first seen") if atom.label.startswith(w)), ""
    )
    label = f"{verb} from {start:%Y-%m-%d} to {end:%Y-%m-%d}".strip()
    return _replaced(
        form,
        atom,
        atom.model_copy(update={"op": "range", "values": (), "start": start, "end": end, "label": label}),
    )


def _other_side(form: Form, atom: Atom, *, older: bool) -> Form | None:
    """ "Newer ones" of what is older than 90 days."""
    wanted = "older" if older else "within"
    if atom.op not in ("older", "within") or atom.op == wanted:
        return None
    label = (
        atom.label.replace("more than", "in the last").replace(" ago", "")
        if wanted == "within"
        else f"{atom.label.replace('in the last', 'more than')} ago"
    )
    return _replaced(form, atom, atom.model_copy(update={"op": wanted, "label": label}))


def beside(items: list[Item], item: Item, text: str) -> list[Item] | None:
    """ "Include high too": one more value beside those before; None where nothing is to be put beside."""
    if not isinstance(item, Atom) or item.op not in ("in", "eq") or item.negated or not _ALSO.search(text):
        return None
    for at, there in enumerate(items):
        if (
            isinstance(there, Atom)
            and there.ref == item.ref
            and there.op in ("in", "eq")
            and not there.negated
        ):
            values: tuple[Any, ...] = tuple(dict.fromkeys((*there.values, *item.values)))
            label = f"{there.label} or {item.label}"
            return [
                *items[:at],
                there.model_copy(update={"op": "in", "values": values, "label": label}),
                *items[at + 1 :],
            ]
    return None


def of_part(before: Form, added: Form) -> Form | None:
    """ "And high?" after the share of critical ones: the share of high ones."""
    measure = before.measure
    if (
        measure is None
        or measure.function != "percent"
        or not measure.part
        or added.group
        or added.measure is not None
    ):
        return None
    part, changed = list(measure.part), False
    for item in added.items:
        at = next(
            (
                n
                for n, p in enumerate(part)
                if isinstance(p, Atom) and isinstance(item, Atom) and p.ref == item.ref
            ),
            None,
        )
        if at is None:
            return None
        part[at], changed = item, True
    return (
        before.model_copy(update={"measure": measure.model_copy(update={"part": tuple(part)})})
        if changed
        else None
    )


__all__ = ["beside", "in_words", "of_part", "short_form"]
