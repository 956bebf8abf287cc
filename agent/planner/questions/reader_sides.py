"""Groups by what is in them and what is not: "accounts with databases but no backup vault", "more X than Y"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.build import ANY_STATUS, build
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, Item, Kinds, Measure, Ref, Side
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.reader_groups import of_accounts
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.settings import key_words, stem
from agent.planner.questions.tokens import Token, tokenize
from agent.planner.questions.weaknesses import where_of

_DIMS: Final = frozenset({"account", "region", "provider", "type", "category", "class", "namespace"})
_HAVE: Final = r"(?:have|has|had|having|runs?|owns?|uses?|contains?|hosts?|holds?|operates?|with|without|lacks?|do|does|don't|doesn't|are|is|not|no|never|none|zero|there)"
_SPLIT: Final = re.compile(
    rf"\s*[,;]?\s*\b(?:but|yet|and|while|though)\b\s+(?:(?:also|that|which|they|it|who|where|at the same time|still)\s+)*(?={_HAVE}\b)|\s+and\s+(?=(?:more than|at least|fewer than|less than|at most|exactly)\s+(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s)|\s+(?:have|has|with|and|of which|but)\s+(?=(?:not a single one|not one|none)\b)"
)
_LEAD: Final = re.compile(
    r"^\W*(?:(?:that|which|who|whose|where|in which|do|does|did|have|has|had|having|is|are|be|there|runs?|running|owns?|owning|uses?|using|contains?|containing|hosts?|hosting|holds?|operates?|with|got|get|both|also|still|exists?|found|the|our|any|a|an|some|in|of)\b\s*)*"
)
_NOT: Final = re.compile(
    r"^\W*(?:(?:that|which|who|where|in which|do|does|did|have|has|had|are|is|there|still|also|runs?|with|own|use)\s+)*(?P<not>not a single one|not a single|not one|no|not|without|never|none|zero|lacks?|lacking|don't|doesn't|cannot|haven't|hasn't|neither)\b\s*(?:(?:have|has|contain|own|run|use|host|hold|operate|any|a|an|single|at all|even|one|of|which|that|is|are)\b\s*)*"
)
_BOUND: Final = re.compile(
    r"(?P<op>more than|at least|no fewer than|fewer than|less than|at most|no more than|exactly|only|over)\s+(?P<n>\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\s+"
)
_OPS: Final[dict[str, Any]] = {
    "more than": "gt", "over": "gt", "at least": "gte", "no fewer than": "gte", "fewer than": "lt", "less than": "lt", "at most": "lte",
    "no more than": "lte", "exactly": "eq", "only": "eq",
}  # fmt: skip
_WORDS: Final = {
    w: n for n, w in enumerate("zero one two three four five six seven eight nine ten".split())
} | {"twelve": 12, "twenty": 20}
_MORE: Final = re.compile(
    r"^\W*(?:(?:that|which|who|have|has|with|having|own|run|contain|where there are)\s+)*more\s+(?P<a>(?!than\b)[^,]+?)\s+than\s+(?P<b>[^,?.]+)"
)
_ALL: Final = re.compile(
    r"^\W*(?:where|in which|whose)\s+(?P<all>all|every|each|only)\s+(?:of\s+)?(?:the\s+|their\s+)?(?P<noun>[\w\s-]+?)\s+(?:is|are|has|have)\s+(?P<rest>[^,?.]+)"
)
_NOTHING: Final = re.compile(
    r"^\W*(?:where|in which)\s+(?:nothing|no(?:ne|t one| single)?\s+(?P<noun>(?!of\b)[\w\s-]+?))\s+(?P<be>is|are|has|have)\s+(?P<rest>[^,?.]+)"
)
_ANY: Final = re.compile(r"(?:assets|resources)")
_TAIL: Final = re.compile(
    r"\W*\b(?:at all|whatsoever|list them|please|pls|thanks|in them|in it|with the (?:number|count)s?)\b\W*"
)


def read_sides(text: str, estate: Estate, now: datetime) -> Form | None:
    """The form of a question about groups of assets with and without, or None where it is not one."""
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    head = next((m for m in marks if m.has("attr", "tag", "kind", "entity")), None)
    if head is None:
        return None
    ref = _dim(head, tokens)
    if ref is None and head.kind != "kind":
        return None
    reader = _Clauses(estate, now)
    body = _TAIL.sub(" ", text[tokens[head.end - 1].end :])
    sides, more = reader.sides(body)
    negated = any((s.op, s.count) == ("eq", 0) for s in sides)
    if not sides or (len(sides) < 2 and not negated and ref is not None and head.kind != "kind"):
        # one thing only: the ordinary reading
        return None
    if ref is None or ref.name == "namespace":
        if negated or (len(sides) < 2 and (sides[0].op, sides[0].count) == ("gt", 0)):
            return None
        ref = ref or _by_id(head, tokens, sides[0], estate)
        if ref is None:
            return None
    before = [m for m in marks if m.end <= head.start]
    said = " ".join(tokens[n].raw for n in range(head.start, head.end - 1)) if head.kind == "kind" else ""
    items = reader.items(f"{_prefix(before, tokens)} {said}".strip())
    if items is None:
        return None
    counted = any(m.kind == "agg" and m.data == "count" for m in before)
    return Form(
        entity="asset", items=items, group=(ref,), measure=Measure(function="count"), sides=tuple(sides), more=more,
        over="count" if counted else "",
    )  # fmt: skip


def _dim(mark: Mark, tokens: list[Token]) -> Ref | None:
    last = tokens[mark.end - 1].norm
    if of_accounts(mark, tokens[mark.start : mark.end]):
        return Ref(name="account")
    if mark.kind == "kind" and last == "namespace":
        return Ref(name="namespace")
    if mark.kind not in ("kind", "entity") and mark.get("attr") in _DIMS:
        return Ref(name=str(mark.get("attr")))
    return mark.get("tag") if mark.has("tag") and mark.kind != "kind" else None


def _by_id(mark: Mark, tokens: list[Token], side: Side, estate: Estate) -> Ref | None:
    """The setting of the things counted that says which subnet, network or cluster they are in."""
    kinds = [i for i in side.items if isinstance(i, Kinds)]
    wanted = {stem(tokens[n].norm) for n in range(mark.start, mark.end)}
    places = [
        s
        for s in estate.settings.of(types_of(kinds, estate))
        if not s.many
        and s.kind == "text"
        and key_words(s.leaf)[-1:]
        and set(key_words(s.leaf)) - {"id", "name"} == wanted - {"aws", "azure", "gcp"}
    ]
    least = min((len(s.path) for s in places), default=0)
    kept = tuple(where_of(s) for s in places if len(s.path) == least)
    return Ref(name=tokens[mark.end - 1].norm, places=kept) if kept else None


def _prefix(marks: list[Mark], tokens: list[Token]) -> str:
    """What is said before the group: of which cloud, tagged how."""
    kept = [m for m in marks if m.kind in ("value", "tenant", "weakness", "tagvalue")]
    return " ".join(tokens[n].raw for m in kept for n in range(m.start, m.end))


class _Clauses:
    """Reads what groups have or lack."""

    def __init__(self, estate: Estate, now: datetime) -> None:
        self.estate, self.now = estate, now

    def items(self, text: str) -> tuple[Item, ...] | None:
        if not text:
            return ()
        form = self._form(f"assets {text}")
        return form.items if form is not None and form.entity == "asset" else None

    def sides(self, body: str) -> tuple[list[Side], bool]:
        """The sides, and whether the first is to be more than the second; none where the words say no such thing."""
        if (match := _MORE.match(body)) is not None:
            first, second = match["a"].strip(), match["b"].strip(" ?.!")
            pair = [self._side(text, ("gt", 0.0)) for text in (first, second)]
            if pair[0] is None or not _noun(pair[0]):
                # "more public than private buckets"
                pair[0] = self._side(f"{first} {second.split()[-1]}", ("gt", 0.0))
            return ([p for p in pair if p is not None], True) if None not in pair else ([], False)
        if (match := _NOTHING.match(body)) is not None:
            said = "that are" if match["be"] in ("is", "are") else "with"
            side = self._side(f"{match['noun'] or 'assets'} {said} {match['rest']}", ("eq", 0.0))
            return ([side] if side is not None else []), False
        if (match := _ALL.match(body)) is not None:
            return self._all(match), False
        found: list[Side] = []
        for clause in _SPLIT.split(body):
            made = self._both(clause) or [self._clause(clause, found)]
            if None in made:
                return [], False
            found += [side for side in made if side is not None]
        return found, False

    def _both(self, clause: str) -> list[Side | None]:
        """ "buckets and databases": each of them, where both are nouns."""
        if _NOT.match(clause) is not None:
            return []
        parts = re.split(r"\s+and\s+(?:also\s+)?", _LEAD.sub("", clause, count=1))
        if len(parts) < 2:
            return []
        sides = [self._clause(part, []) for part in parts]
        whole = all(
            s is not None and (s.entity != "asset" or any(isinstance(i, Kinds) for i in s.items))
            for s in sides
        )
        return sides if whole else []

    def _all(self, match: re.Match[str]) -> list[Side]:
        whole = self._side(match["noun"], ("gt", 0.0))
        good = self._side(f"{match['noun']} that are {match['rest']}", ("eq", 0.0))
        if whole is None or good is None or len(good.items) != len(whole.items) + 1:
            return []
        *kept, last = good.items
        if isinstance(last, Kinds):
            return []
        turned = last.model_copy(update={"negated": not last.negated})
        label = f"{whole.label} that are not {match['rest'].strip()}"
        return [whole, good.model_copy(update={"items": (*kept, turned), "label": label})]

    def _clause(self, clause: str, before: list[Side]) -> Side | None:
        negation = _NOT.match(clause)
        rest = clause[negation.end() :] if negation is not None else _LEAD.sub("", clause, count=1)
        if (
            negation is not None
            and re.match(r"not (?:a single )?one|not one|none", negation["not"])
            and before
        ):
            # "and not a single one that is public": of the things just named
            noun = before[-1].label
            return self._side(f"{noun} that are {rest}", ("eq", 0.0))
        bound: tuple[Any, float] = ("eq", 0.0) if negation is not None else ("gt", 0.0)
        if negation is None and (match := _BOUND.match(rest)) is not None:
            number = float(match["n"]) if match["n"].isdigit() else float(_WORDS[match["n"]])
            bound, rest = (_OPS[match["op"]], number), rest[match.end() :]
        return self._side(rest, bound)

    def _side(self, phrase: str, bound: tuple[Any, float]) -> Side | None:
        phrase = phrase.strip(" ,.?!;:")
        form = self._form(phrase)
        if form is None or form.entity not in ("asset", "issue", "finding", "vulnerability"):
            return None
        if (
            form.group
            or form.rank
            or form.having
            or form.limit
            or (not form.items and form.entity == "asset" and not _ANY.fullmatch(phrase))
        ):
            return None
        any_status = (ANY_STATUS,) if form.entity == "issue" and form.status == "all" else ()
        items = (*form.items, *any_status)
        return Side(items=items, entity=form.entity, op=bound[0], count=bound[1], label=phrase)

    def _form(self, phrase: str) -> Form | None:
        from agent.planner.questions.ask import understand

        state = understand(phrase, self.estate, self.now)
        left = [t for t in state.left if len(t.text) > 2]
        if (
            left
            or state.unknown
            or state.missing
            or state.twofold
            or state.vague
            or state.compare is not None
        ):
            return None
        return build(state)


def _noun(side: Side) -> bool:
    return side.entity != "asset" or any(isinstance(i, Kinds) for i in side.items)
