"""Conditions in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from tools.xql.plan import model
from tools.xql.plan.conditions import OPPOSITE
from tools.xql.plan.model_values import AGE_OPS
from tools.xql.plan.times import epoch_ms
from tools.xql.plan.vocabulary import HAPPENED, PLURAL, place, several, short, shown

_OPS: Final = {
    "eq": "is {}",
    "ne": "is not {}",
    "in": "is {}",
    "not_in": "is neither {}",
    "contains": "contains {}",
    "not_contains": "does not contain {}",
    "starts_with": "starts with {}",
    "ends_with": "ends with {}",
    "matches": "matches the pattern {}",
    "gt": "is more than {}",
    "gte": "is at least {}",
    "lt": "is less than {}",
    "lte": "is at most {}",
    "is_null": "has no value",
    "not_null": "has a value",
    "is_empty": "is empty",
    "not_empty": "is not empty",
    "in_cidr": "is in {}",
    "not_in_cidr": "is outside {}",
}
_NOT: Final = {
    "starts_with": "does not start with {}",
    "ends_with": "does not end with {}",
    "matches": "does not match the pattern {}",
    "gt": "is not more than {}",
    "gte": "is not at least {}",
    "lt": "is not less than {}",
    "lte": "is not at most {}",
    **{op: _OPS[other] for op, other in OPPOSITE.items()},
}
_LATER: Final = {"gt": "after", "gte": "not before", "lt": "before", "lte": "not after"}
_FLAGS: Final = {"has a fix": ("a fix exists", "no fix exists"), "excluded": ("excluded", "not excluded")}


class Words:
    """The words of one dataset's rows: its columns, and those that the plan makes."""

    def __init__(self, dataset: str, compute: Iterable[model.Computed] = ()) -> None:
        self.dataset = dataset
        self.made = {item.name.lower(): item for item in compute}
        self.names: dict[str, str] = {}

    def column(self, name: str) -> str:
        """A column by what it is: a computed one by where it comes from, if that says it."""
        if name.lower() in self.names:
            return self.names[name.lower()]
        item = self.made.get(name.lower())
        if item is None:
            return short(name)
        if item.tag is not None:
            return f"tag {item.tag}"
        if item.json_path is not None:
            last = item.json_path.path[-1]
            return self._place(item.json_path) if not item.array or isinstance(last, int) else last
        since = item.age_days or item.age_hours
        if since is not None and item.until is None:
            word = self.column(since)
            unit = "days" if item.age_days else "hours"
            return f"{unit} since {word}" if word in HAPPENED else f"age in {unit}"
        if item.lower is not None and item.lower.lower() != name.lower():
            return self.column(item.lower)
        return short(name)

    def _place(self, path: model.JsonPath) -> str:
        if path.field.lower() not in self.made:
            return place(path)
        # of an item of an expanded array, the key says enough
        return " / ".join(str(step) for step in path.path)

    def condition(self, item: model.Condition) -> str:
        """A clause: `region is eu-west-1 and (severity is critical or severity is high)`."""
        if isinstance(item, model.All):
            return " and ".join(self._nested(part, model.AnyOf) for part in told(list(item.all)))
        if isinstance(item, model.AnyOf):
            one = self._one_text_in_many(item)
            return one or " or ".join(self._nested(part, model.All) for part in item.any)
        if isinstance(item, model.Not):
            inner = item.none
            if isinstance(inner, model.AnyOf):
                return self.condition(model.All(all=tuple(model.Not(none=part) for part in inner.any)))
            if isinstance(inner, model.Not):
                return self.condition(inner.none)
            if isinstance(inner, model.Related):
                return self.condition(inner.model_copy(update={"absent": not inner.absent}))
            if isinstance(inner, model.Test) and inner.op in _NOT and "is_" not in inner.op:
                return agreed(self.subject(inner), self._said(inner, _NOT))
            return f"not ({self.condition(inner)})"
        if isinstance(item, model.Related):
            from tools.xql.plan.noun_phrases import related

            return f"they {related(item, self.dataset)}"
        return self.test(item)

    def _nested(self, part: model.Condition, kind: type) -> str:
        inner = part
        while isinstance(inner, model.All | model.AnyOf) and len(_parts(inner)) == 1:
            inner = _parts(inner)[0]
        text = self.condition(inner)
        mixed = isinstance(inner, kind) and (" or " in text if kind is model.AnyOf else " and " in text)
        return f"({text})" if mixed else text

    def _one_text_in_many(self, item: model.AnyOf) -> str | None:
        """`name or description contains x` for one text looked for in several columns."""
        tests = [part for part in item.any if isinstance(part, model.Test) and part.other is None]
        if len(tests) < 2 or len(tests) < len(item.any):
            return None
        first = tests[0]
        if first.op not in ("contains", "starts_with", "ends_with", "matches", "eq") or any(
            (test.op, test.value) != (first.op, first.value) for test in tests
        ):
            return None
        names = list(dict.fromkeys(map(self.subject, tests)))
        return f"{several(names, 'or')} {self._said(first)}" if len(names) > 1 else None

    def subject(self, test: model.Test) -> str:
        if test.field is not None:
            return self.column(test.field)
        return f"tag {test.tag}" if test.json_path is None else self._place(test.json_path)

    def test(self, test: model.Test) -> str:
        subject = self.subject(test)
        if subject in _FLAGS and test.op in ("eq", "ne") and str(test.value).lower() in ("true", "false"):
            return _FLAGS[subject][(str(test.value).lower() == "true") != (test.op == "eq")]
        if test.op in AGE_OPS or test.op in ("before", "after"):
            return when(subject, test)
        if test.tag is not None and test.op in ("is_null", "not_null", "is_empty", "not_empty"):
            return f"there is {'no' if test.op in ('is_null', 'is_empty') else 'a'} tag {test.tag}"
        if test.other is not None and subject in HAPPENED and test.op in _LATER:
            return f"{subject} {_LATER[test.op]} {self.column(test.other)}"
        return agreed(subject, self._said(test))

    def _said(self, test: model.Test, ops: Mapping[str, str] = _OPS) -> str:
        if test.other is not None:
            return ops[test.op].format(self.column(test.other))
        positive = (test.op in ("eq", "in")) == (ops is _OPS)
        if test.op in ("in", "not_in"):
            values = [shown(value) for value in test.values]
            if len(values) == 1:
                return f"is {values[0]}" if positive else f"is not {values[0]}"
            return f"is {several(values, 'or')}" if positive else f"is neither {several(values, 'nor')}"
        if test.op in ("eq", "ne") and isinstance(test.value, str):
            return _wild("eq" if positive else "ne", test.value)
        return ops[test.op].format("" if test.value is None else shown(test.value))


def agreed(subject: str, said: str) -> str:
    """Subject and verb, the verb in the plural where the subject is."""
    if subject in PLURAL:
        verb, _, rest = said.partition(" ")
        many = {"is": "are", "has": "have", "does": "do", "contains": "contain"}
        said = f"{many.get(verb, verb)} {rest}"
    return f"{subject} {said}"


def _wild(op: str, value: str) -> str:
    """`web*` as what it means."""
    core = value.strip("*")
    if "*" not in value or "*" in core:
        return _OPS[op].format(shown(value))
    positive = op == "eq"
    if not core:
        return "has a value" if positive else "has no value"
    if value.startswith("*") and value.endswith("*"):
        return _OPS["contains" if positive else "not_contains"].format(shown(core))
    verb = "start" if value.endswith("*") else "end"
    return f"{verb}s with {shown(core)}" if positive else f"does not {verb} with {shown(core)}"


def when(subject: str, test: model.Test) -> str:
    """A condition on a time."""
    if subject == "time":
        subject = "recorded"
    happened = subject in HAPPENED or subject == "recorded"
    if test.op in AGE_OPS:
        unit = AGE_OPS[test.op][1].lower()
        count = int(str(test.value))
        length = f"{count} {unit}{'' if count == 1 else 's'}"
        if test.op.startswith("older"):
            return f"{subject} more than {length} ago" if happened else f"{subject} is more than {length} ago"
        last = f"the last {unit if count == 1 else length}"
        return f"{subject} in {last}" if happened else f"{subject} is in {last}"
    moment = date(str(test.value))
    tail = f"before {moment}" if test.op == "before" else f"on or after {moment}"
    return f"{subject} {tail}" if happened else f"{subject} is {tail}"


def date(text: str) -> str:
    """`2026-01-02`, or with the time of day (UTC) where it is not midnight."""
    moment = datetime.fromtimestamp(epoch_ms(text) / 1000, UTC)
    shape = "%Y-%m-%d" if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else "%Y-%m-%d %H:%M UTC"
    return moment.strftime(shape)


def told(parts: list[model.Condition]) -> list[model.Condition]:
    """Conditions without those that only say that a column tested beside them has a value."""
    tested = {_about(part) for part in parts if not _only_present(part)}
    return [part for part in parts if not _only_present(part) or _about(part) not in tested]


def _only_present(part: model.Condition) -> bool:
    return isinstance(part, model.Test) and part.op == "not_null"


def _about(part: model.Condition) -> tuple[object, ...]:
    if isinstance(part, model.Not):
        return _about(part.none)
    return (part.field, part.tag, part.json_path) if isinstance(part, model.Test) else (id(part),)


def _parts(item: model.All | model.AnyOf) -> tuple[model.Condition, ...]:
    return item.all if isinstance(item, model.All) else item.any


__all__ = ["Words", "date", "told", "when"]
