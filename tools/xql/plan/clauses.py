"""Conditions in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from tools.xql.plan import model
from tools.xql.plan.links import KEYS as ROW_KEYS
from tools.xql.plan.model_values import AGE_OPS
from tools.xql.plan.times import epoch_ms
from tools.xql.plan.vocabulary import COLUMNS, HAPPENED, place, several, short, shown

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
        if item.json_path is not None and not item.array:
            return self._place(item.json_path)
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
            return " and ".join(self._nested(part, model.AnyOf) for part in item.all)
        if isinstance(item, model.AnyOf):
            one = self._one_text_in_many(item)
            return one or " or ".join(self._nested(part, model.All) for part in item.any)
        if isinstance(item, model.Not):
            return f"not ({self.condition(item.none)})"
        if isinstance(item, model.Related):
            from tools.xql.plan.noun_phrases import related

            return f"they {related(item, self.dataset)}"
        return self.test(item)

    def _nested(self, part: model.Condition, kind: type) -> str:
        inner = part
        while isinstance(inner, model.All | model.AnyOf) and len(_parts(inner)) == 1:
            inner = _parts(inner)[0]
        text = self.condition(inner)
        return f"({text})" if isinstance(inner, kind) and " or " in text + " and " else text

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
        return f"{subject} {self._said(test)}"

    def _said(self, test: model.Test) -> str:
        if test.other is not None:
            return _OPS[test.op].format(self.column(test.other))
        if test.op in ("in", "not_in"):
            values = [shown(value) for value in test.values]
            if test.op == "not_in" and len(values) == 1:
                return f"is not {values[0]}"
            return _OPS[test.op].format(several(values, "or" if test.op == "in" else "nor"))
        if test.op in ("eq", "ne") and isinstance(test.value, str):
            return _wild(test.op, test.value)
        return _OPS[test.op].format("" if test.value is None else shown(test.value))


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
    happened = subject in HAPPENED
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


def _parts(item: model.All | model.AnyOf) -> tuple[model.Condition, ...]:
    return item.all if isinstance(item, model.All) else item.any


__all__ = ["COLUMNS", "ROW_KEYS", "Words", "date", "when"]
