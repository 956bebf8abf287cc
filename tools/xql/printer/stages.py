"""Stages and queries to text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tools.xql.ast import (
    Aggregate,
    Alter,
    ArrayExpand,
    Assignment,
    Between,
    Bin,
    Comp,
    Config,
    Dataset,
    Dedup,
    Field,
    Fields,
    Filter,
    GetRole,
    IpLoc,
    Join,
    Limit,
    Node,
    Preset,
    Query,
    ReplaceNull,
    Saved,
    Search,
    Sort,
    SortKey,
    Source,
    Stage,
    Tag,
    Target,
    Top,
    Transaction,
    Union,
    View,
    ViewOption,
    WindowComp,
    WindowFunction,
)
from tools.xql.printer.expressions import ExpressionPrinter, split_comments
from tools.xql.printer.text import STEP, WIDTH, dataset_name, name_text, quoted

N = TypeVar("N", bound=Node)

# A start column so far to the left that everything fits on one line, and the mark below which it is meant.
ONE_LINE = -10_000_000
FLAT = -1_000_000


class QueryPrinter(ExpressionPrinter):
    """Prints queries, one stage on a line."""

    # --- queries ---

    def flat_query(self, query: Query) -> str:
        return " | ".join(self.stage(part, 0, ONE_LINE) for part in _parts(query))

    def query_lines(self, query: Query, indent: int) -> list[str]:
        pad = " " * indent
        lines: list[str] = []
        if not self.has_comments(query) and indent:
            text = self.flat_query(query)
            if indent + len(text) <= WIDTH and "\n" not in text:
                return [pad + text]
        for number, part in enumerate(_parts(query)):
            lead, tail = split_comments(part.comments)
            lines += [pad + text for text in lead]
            start = "| " if number else ""
            lines.append(pad + start + self.stage(part, indent, indent + len(start)) + tail)
        lines += [pad + comment.text for comment in query.comments]
        return lines

    def sub(self, head: str, query: Query, indent: int, column: int) -> str:
        """`head(` query `)`."""
        if column < FLAT:
            return f"{head}({self.flat_query(query)})"
        if not self.has_comments(query):
            text = f"{head}({self.flat_query(query)})"
            if indent + len(text) <= WIDTH - 30 and "\n" not in text:
                return text
        return self.closed(f"{head}(", self.query_lines(query, indent + STEP), indent)

    # --- stages ---

    def stage(self, part: Config | Source | Stage, indent: int, column: int) -> str:
        """One stage; `column` far below zero asks for one line."""
        if isinstance(part, Filter):
            return f"filter {self.expr(part.condition, indent, column + 7)}".replace(
                "filter \n", "filter\n", 1
            )
        if isinstance(part, Alter):
            return self._list("alter", part.assignments, self._assignment, indent, column)
        if isinstance(part, Fields):
            head = "fields -" if part.exclude else "fields"
            return self._list(
                head, part.items, lambda item, *_: _aliased(name_text(item.name), item.alias), indent, column
            )
        if isinstance(part, Comp):
            return self._comp(part, indent, column)
        if isinstance(part, Sort):
            return self._list("sort", part.keys, _sort_key, indent, column)
        if isinstance(part, Limit):
            return f"limit {self.flat(part.count)}"
        if isinstance(part, Dedup):
            head = f"dedup {_names(part.fields)}"
            return self._list(f"{head} by", part.by, _sort_key, indent, column) if part.by else head
        if isinstance(part, Join):
            return self._join(part, indent, column)
        if isinstance(part, Union):
            if isinstance(part.source, str):
                return f"union {dataset_name(part.source)}"
            return self.sub("union ", part.source, indent, column)
        if isinstance(part, WindowComp):
            return self._list("windowcomp", part.functions, self._window, indent, column)
        if isinstance(part, ReplaceNull):
            return f"replacenull {name_text(part.field)} = {self.side(part.value, indent, column)}"
        if isinstance(part, Transaction):
            return self._transaction(part, indent, column)
        return self._small_stage(part, indent, column)

    def _small_stage(self, part: Config | Source | Stage, indent: int, column: int) -> str:
        if isinstance(part, Config):
            return "config " + " ".join(self._setting(item.name, item.value) for item in part.settings)
        if isinstance(part, Dataset):
            return _dataset(part)
        if isinstance(part, Preset):
            return ("datamodel " if part.datamodel else "") + f"preset = {dataset_name(part.name)}"
        if isinstance(part, Saved):
            params = "".join(f" {key} = {self.side(value, indent, column)}" for key, value in part.params)
            return f"call {quoted(part.name)}{params}"
        if isinstance(part, Search):
            scope = f"dataset in ({', '.join(map(dataset_name, part.datasets))}) " if part.datasets else ""
            return f"search {scope}{quoted(part.text)}"
        if isinstance(part, Bin):
            return self._bin(part)
        if isinstance(part, ArrayExpand):
            return f"arrayexpand {name_text(part.field)}" + (
                f" limit {self.flat(part.limit)}" if part.limit else ""
            )
        if isinstance(part, IpLoc):
            suffix = f" {_suffix(part.suffix)}" if part.suffix is not None else ""
            if not part.columns:
                return f"iploc {name_text(part.field)}{suffix}"
            head = f"iploc {name_text(part.field)}{suffix}"
            return self._list(
                head, part.columns, lambda i, *_: _aliased(name_text(i.name), i.alias), indent, column
            )
        if isinstance(part, GetRole):
            return _aliased(f"getrole {name_text(part.field)}", part.alias)
        if isinstance(part, Top):
            count = f"{self.flat(part.count)} " if part.count else ""
            by = f" by {_names(part.by)}" if part.by else ""
            names = f" as {_names(part.aliases)}" if part.aliases else ""
            return f"top {count}{name_text(part.field)}{by}{names}"
        if isinstance(part, Target):
            append = "" if part.append is None else f"append = {_flag(part.append)} "
            return f"target type = {part.type} {append}{dataset_name(part.name)}"
        if isinstance(part, Tag):
            return "tag add " + ", ".join(map(quoted, part.tags))
        if isinstance(part, View):
            return " ".join([f"view {part.kind}", *map(self._view_option, part.options)])
        raise TypeError(f"no form for {type(part).__name__}")

    def _list(
        self, head: str, items: Sequence[N], render: Callable[..., str], indent: int, column: int
    ) -> str:
        """`head a, b`, or with one item on a line."""
        flat = f"{head} {', '.join(render(item, 0, ONE_LINE) for item in items)}"
        commented = any(self.has_comments(item) for item in items)
        if not commented and column + len(flat) <= WIDTH and "\n" not in flat:
            return flat
        if not commented and len(items) == 1:
            return f"{head} {render(items[0], indent, column + len(head) + 1)}"
        inner = indent + STEP
        return "\n".join([head, *self.item_lines(items, lambda item: render(item, inner, inner), inner)])

    def _assignment(self, item: Assignment, indent: int, column: int) -> str:
        text = self.expr(item.value, indent, column + len(item.name) + 3)
        return f"{name_text(item.name)} ={'' if text.startswith(chr(10)) else ' '}{text}"

    def _comp(self, part: Comp, indent: int, column: int) -> str:
        tail = f" by {_names(part.by)}" if part.by else ""
        if part.addrawdata is not None:
            tail += f" addrawdata = {_flag(part.addrawdata)}"
            tail += f" as {name_text(part.raw_alias)}" if part.raw_alias else ""
        text = self._list("comp", part.aggregates, self._aggregate, indent, column + len(tail))
        return text + ("\n" + " " * (indent + STEP) + tail[1:] if "\n" in text and tail else tail)

    def _aggregate(self, item: Aggregate, indent: int, column: int) -> str:
        return _aliased(self.call(item.function, item.args, indent, column), item.alias)

    def _window(self, item: WindowFunction, indent: int, column: int) -> str:
        text = self.call(item.function, item.args, indent, column)
        if item.by:
            text += f" by {_names(item.by)}"
        if item.sort:
            text += f" sort {', '.join(map(_sort_key, item.sort))}"
        if item.frame:
            text += f" between {self.flat(item.frame.start)}"
            text += f" and {self.flat(item.frame.end)}" if item.frame.end else ""
            text += f" frame_type = {item.frame.kind}" if item.frame.kind else ""
        return _aliased(text, item.alias)

    def _join(self, part: Join, indent: int, start: int) -> str:
        head = "join "
        head += f"conflict_strategy = {part.conflict} " if part.conflict else ""
        head += f"type = {part.type} " if part.type else ""
        text = f"{self.sub(head, part.query, indent, start)} as {name_text(part.alias)}"
        column = start if start < FLAT else len(text) - text.rfind("\n") + indent
        condition = self.expr(part.condition, indent, column)
        return f"{text}{'' if condition.startswith(chr(10)) else ' '}{condition}"

    def _bin(self, part: Bin) -> str:
        text = f"bin {name_text(part.field)}"
        text += f" bins = {self.flat(part.bins)}" if part.bins else ""
        text += f" span = {self.flat(part.span)}" if part.span else ""
        text += f" timeshift = {self.flat(part.timeshift)}" if part.timeshift else ""
        return text + (f" timezone = {quoted(part.timezone)}" if part.timezone is not None else "")

    def _transaction(self, part: Transaction, indent: int, column: int) -> str:
        text = f"transaction {_names(part.fields)}"
        text += f" span = {self.flat(part.span)}" if part.span else ""
        text += f" timeshift = {self.flat(part.timeshift)}" if part.timeshift else ""
        text += f" timezone = {quoted(part.timezone)}" if part.timezone is not None else ""
        for name, condition in (("startswith", part.startswith), ("endswith", part.endswith)):
            if condition is not None:
                text += f" {name} = {self.expr(condition, indent, column)}"
                text += "\n" + " " * indent if self.ends_open(text, part) else ""
        text += f" allowunclosed = {_flag(part.allowunclosed)}" if part.allowunclosed is not None else ""
        return text + (f" maxevents = {self.flat(part.maxevents)}" if part.maxevents else "")

    def _setting(self, name: str, value: object) -> str:
        if isinstance(value, Between):
            return f"{name} between {self.flat(value.start)} and {self.flat(value.end)}"
        return f"{name} = {self.flat(value)}"  # type: ignore[arg-type]

    def _view_option(self, option: ViewOption) -> str:
        # a word of view is no column: `full`, `table`
        values = ", ".join(v.name if isinstance(v, Field) else self.flat(v) for v in option.values)
        return f"{option.name}({values})" if option.call else f"{option.name} = {values}"


def _parts(query: Query) -> list[Config | Source | Stage]:
    parts: list[Config | Source | Stage] = list(query.configs)
    if query.source is not None:
        parts.append(query.source)
    return parts + list(query.stages)


def _dataset(part: Dataset) -> str:
    names = ", ".join(map(dataset_name, part.names))
    head = "datamodel" if part.datamodel else ""
    if part.names:
        word = "cold_dataset" if part.cold else "dataset"
        body = f"{word} = {names}" if len(part.names) == 1 else f"{word} in ({names})"
        return f"{head} {body}".strip()
    return head


def _aliased(name: str, alias: str | None) -> str:
    return f"{name} as {name_text(alias)}" if alias is not None else name


def _sort_key(key: SortKey, *_: int) -> str:
    return f"{key.direction} {name_text(key.field)}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(name_text, names))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _suffix(text: str) -> str:
    return text if text.replace("_", "a").isalnum() and not text[:1].isdigit() and text else quoted(text)
