"""A query read back into a plan: what it asks, where a plan can say it."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlError, XqlPlanError
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.compile import compile_plan
from tools.xql.plan.output import RANK, split
from tools.xql.plan.read_columns import AggregateReader
from tools.xql.plan.read_conditions import Body
from tools.xql.plan.read_frame import frame_of
from tools.xql.plan.read_rows import RowReader, shown_by
from tools.xql.plan.read_shares import percentages
from tools.xql.plan.read_values import UnreadableError, is_call, whole_of
from tools.xql.plan.sides import RowCompiler

_SPAN: Final = re.compile(r"[1-9][0-9]{0,3}(m|h|d|w|mo|y)\Z")
_MOST: Final = 1_000_000


def read_plan(query: ast.Query, catalog: Catalog) -> model.PostureQuery:
    """The plan that says what the query says. Raises `XqlPlanError` with what no plan says."""
    try:
        reader = PlanReader(query, catalog)
        plan = model.PostureQuery.model_validate(reader.body(query.configs))
        compile_plan(plan, catalog)
        late = {item.name for item in split(plan, RowCompiler(catalog).start(plan.dataset)).late}
        if late != reader.late:
            raise UnreadableError("a column that is computed of groups alone")
    except ValidationError as error:
        first = error.errors()[0]
        raise UnreadableError(f"no plan says this: {first['msg']}") from error
    except UnreadableError as error:
        raise UnreadableError(f"no plan says this: {error}") from error
    except XqlPlanError:
        raise
    except (XqlError, RecursionError) as error:
        raise UnreadableError(f"no plan says this: {error}") from error
    return plan


def plan_of(query: ast.Query, catalog: Catalog) -> model.PostureQuery | None:
    """The plan that says what the query says, None where there is none."""
    try:
        return read_plan(query, catalog)
    except XqlPlanError:
        return None


class PlanReader(RowReader):
    """Reads a whole query. Raises `UnreadableError`."""

    def body(self, configs: tuple[ast.Config, ...]) -> Body:
        self.out: Body = {}
        self.limited = False
        self.helped = False
        self.late: set[str] = set()
        self.rows()
        self._kept()
        if not self._grouped():
            self.rows_after_kept()
        self._output()
        body = {**self.parts(), **self.out}
        body["limit"] = min(body.get("limit", _MOST), _MOST)
        frame = frame_of(configs)
        if frame is not None and not self._usual(frame):
            body["timeframe"] = frame
        if self.helped and self.scope.shown is None:
            raise UnreadableError("the parts and wholes of percentages shown beside them")
        if self.scope.shown is not None:
            body["fields"] = [
                name if name.lower() == shown.lower() else {"field": name, "name": shown}
                for name, shown in self.scope.shown
            ]
        return {"dataset": self.dataset, **body}

    # --- one row per key ---

    def _kept(self) -> None:
        order: ast.SortKey | None = None
        stage, after = self.stage(), self.stage(1)
        if isinstance(stage, ast.Sort) and isinstance(after, ast.Dedup) and not after.by:
            order = stage.keys[0] if len(stage.keys) == 1 else None
            self.at += 1
            stage = after
        if not isinstance(stage, ast.Dedup):
            return
        if len(stage.by) > 1:
            raise UnreadableError("a dedup in an order of several columns")
        order = stage.by[0] if stage.by else order
        newest = ast.SortKey("_time", "desc") if self.scope.state.known("_time") else None
        self.out["distinct"] = [self.scope.name(name) for name in stage.fields]
        if order is not None and order != newest:
            self.out["keep"] = {"field": self.scope.name(order.field), "direction": order.direction}
        self.at += 1

    def rows_after_kept(self) -> None:
        """What follows a dedup, where nothing is counted."""
        while (stage := self.stage()) is not None and "distinct" in self.out:
            if isinstance(stage, ast.Filter):
                self._having(stage)
            elif isinstance(stage, ast.Alter):
                self.alter(stage)
            elif isinstance(stage, ast.Fields):
                self.fields(stage)
            elif isinstance(stage, ast.Dedup | ast.Join | ast.ArrayExpand):
                raise UnreadableError("steps after a dedup")
            else:
                return
            self.at += 1

    def _having(self, stage: ast.Filter) -> None:
        tests = self.conditions.conjuncts(stage.condition)
        held = self.out.get("having")
        before = [] if held is None else held["all"] if set(held) == {"all"} and self._many else [held]
        tests = [*before, *tests]
        self._many = len(tests) > 1
        self.out["having"] = tests[0] if len(tests) == 1 else {"all": tests}

    _many = False

    # --- groups ---

    def _grouped(self) -> bool:
        """Bin, expansion of groups, prepared columns, comp."""
        binned = self._bin()
        while isinstance(stage := self.stage(), ast.ArrayExpand):
            name = self.scope.state.own(self.scope.name(stage.field))
            self.scope.state.kinds[name] = Kind.TEXT
            self.scope.state.stages.append(stage)
            self.at += 1
        prepared: dict[str, ast.Expr] = {}
        stage = self.stage()
        if isinstance(stage, ast.Alter) and isinstance(self.stage(1), ast.Comp):
            prepared = {item.name.lower(): item.value for item in stage.assignments}
            self.at += 1
            stage = self.stage()
        if not isinstance(stage, ast.Comp):
            if binned or prepared:
                raise UnreadableError("spans of time that nothing is counted by")
            return False
        if stage.addrawdata:
            raise UnreadableError("raw data of groups")
        self.at += 1
        self._comp(stage, prepared, binned)
        return True

    def _bin(self) -> str | None:
        """The name under which the query groups by spans of time."""
        stage, name = self.stage(), None
        if isinstance(stage, ast.Alter) and isinstance(self.stage(1), ast.Bin) and self.prepares():
            (item,) = stage.assignments
            assert isinstance(item.value, ast.Field)
            source, name = self.scope.name(item.value.name), item.name
            self.scope.add(name, Kind.TIME)
            self.at += 1
            stage = self.stage()
        if not isinstance(stage, ast.Bin):
            return None
        if stage.span is None or not isinstance(stage.span, ast.Duration) or stage.bins is not None:
            raise UnreadableError("bins that are no spans of time")
        span = stage.span.text.lower()
        if not _SPAN.match(span):
            raise UnreadableError(f"spans of {stage.span.text}")
        if name is None:
            source = self.scope.name(stage.field)
            name = stage.field if stage.field.lower() != source.lower() else None
        shift = whole_of(stage.timeshift) if stage.timeshift is not None else None
        if shift is not None and (stage.timezone is None or shift != (345_600 if span.endswith("w") else 0)):
            raise UnreadableError("spans that begin elsewhere")
        if shift is None and stage.timezone is not None:
            raise UnreadableError("spans in a zone without a shift")
        spec: Body = {"field": source, "span": span, "name": name, "timezone": stage.timezone}
        self.out["time_bin"] = {key: value for key, value in spec.items() if value is not None}
        self.at += 1
        return stage.field.lower()

    def _comp(self, stage: ast.Comp, prepared: dict[str, ast.Expr], binned: str | None) -> None:
        reader = AggregateReader(self.scope, self.conditions, prepared)
        groups: list[tuple[str, str]] = []
        found = False
        for shown in stage.by:
            if binned is not None and shown.lower() == binned:
                spec = self.out["time_bin"]
                groups.append((spec.get("name") or spec["field"], shown))
                found = True
                continue
            name = self.scope.name(shown)
            self.out.setdefault("group_by", []).append(name)
            groups.append((name, shown))
        if binned is not None and not found:
            raise UnreadableError("spans of time that nothing is counted by")
        items: list[Body] = []
        numbers: dict[str, int] = {}
        for item in stage.aggregates:
            numbers[item.function] = numbers.get(item.function, 0) + 1
            items.append(reader.read(item, item.alias or f"{item.function}_{numbers[item.function]}"))
        items, taken = percentages(items, self.stage(), self.stage(1))
        self.at += taken
        self.helped = taken > 0
        self.out["aggregates"] = items
        columns = {**{name: Kind.ANY for name, _ in groups}, **{item["name"]: Kind.ANY for item in items}}
        self.scope.state.kinds, self.scope.state.open = columns, False
        renamed = any(name.lower() != shown.lower() for name, shown in groups)
        self.scope.shown = [*groups, *((item["name"], item["name"]) for item in items)] if renamed else None

    # --- the end ---

    def _output(self) -> None:
        while (stage := self.stage()) is not None:
            if self.limited and not isinstance(stage, ast.Fields | ast.View | ast.Limit):
                raise UnreadableError("steps after a limit")
            match stage:
                case ast.Filter():
                    self._filter_after(stage)
                case ast.Alter() if isinstance(self.stage(1), ast.Comp) and self.prepares():
                    self.at += 1
                    self._over(self.stage(), {item.name.lower(): item.value for item in stage.assignments})
                case ast.Alter():
                    self._alter_after(stage)
                case ast.Comp():
                    self._over(stage, {})
                case ast.WindowComp():
                    self._top(stage)
                case ast.Sort():
                    self.out["order"] = [
                        {"field": self.scope.name(key.field), "direction": key.direction}
                        for key in stage.keys
                    ]
                case ast.Fields():
                    self.scope.shown = shown_by(stage, self.scope)
                case ast.Limit():
                    self.out["limit"] = min(whole_of(stage.count), self.out.get("limit", _MOST))
                    self.limited = True
                case ast.View():
                    pass
                case _:
                    raise UnreadableError(f"the stage {type(stage).__name__.lower()} here")
            self.at += 1

    def _over(self, stage: ast.Stage | None, prepared: dict[str, ast.Expr]) -> None:
        """A second `comp`: one row of all groups."""
        if (
            not isinstance(stage, ast.Comp)
            or stage.by
            or stage.addrawdata
            or not self.out.get("group_by")
            or {"over", "top", "order", "time_bin"} & set(self.out)
            or self.helped
        ):
            raise UnreadableError("measures of groups that are more than one row")
        reader = AggregateReader(self.scope, self.conditions, prepared)
        numbers: dict[str, int] = {}
        items: list[Body] = []
        for item in stage.aggregates:
            numbers[item.function] = numbers.get(item.function, 0) + 1
            items.append(reader.read(item, item.alias or f"{item.function}_{numbers[item.function]}"))
        self.out["over"] = items
        self.scope.state.kinds, self.scope.state.open = {item["name"]: Kind.ANY for item in items}, False
        self.scope.shown = None

    def _filter_after(self, stage: ast.Filter) -> None:
        if "over" in self.out:
            raise UnreadableError("a condition on a single row")
        if "top" in self.out:
            raise UnreadableError("a condition after the first rows of each group")
        if "aggregates" in self.out or "distinct" in self.out:
            self._having(stage)
        elif "order" in self.out:
            self.where += self.conditions.conjuncts(stage.condition)
        else:
            raise UnreadableError("a condition here")

    def _alter_after(self, stage: ast.Alter) -> None:
        spec = self.out.get("time_bin")
        if spec is not None and len(stage.assignments) == 1:
            item = stage.assignments[0]
            name = spec.get("name") or spec["field"]
            value = item.value
            if (
                item.name.lower() == name.lower()
                and isinstance(value, ast.Call)
                and is_call(value, "format_timestamp")
                and len(value.args) == 2
                and isinstance(value.args[0], ast.String)
                and isinstance(value.args[1], ast.Field)
                and value.args[1].name.lower() == name.lower()
            ):
                spec["format"] = value.args[0].value
                return
        if "top" in self.out:
            raise UnreadableError("a computed column after the first rows of each group")
        if "aggregates" in self.out:
            self.late |= {item.name for item in stage.assignments}
        self.alter(stage)

    def _top(self, stage: ast.WindowComp) -> None:
        after = self.stage(1)
        function = stage.functions[0]
        rank = (function.alias or "row_number_1").lower()
        if (
            len(stage.functions) != 1
            or function.function != "row_number"
            or len(function.sort) != 1
            or not function.by
            or not isinstance(after, ast.Filter)
            or not isinstance(after.condition, ast.Compare)
            or after.condition.op not in ("<=", "<", "=")
            or not isinstance(after.condition.left, ast.Field)
            or after.condition.left.name.lower() != rank
            or "top" in self.out
            or "order" in self.out
        ):
            raise UnreadableError("a window function that is not the first rows of each group")
        most = whole_of(after.condition.right) - (after.condition.op == "<")
        if after.condition.op == "=" and most != 1:
            raise UnreadableError("a single place in each group")
        self.out["top"] = {
            "n": most,
            "by": [self.scope.name(name) for name in function.by],
            "order": self.scope.name(function.sort[0].field),
            "direction": function.sort[0].direction,
        }
        self.scope.add(RANK, Kind.INT)
        if self.scope.shown is not None:
            self.scope.shown = [pair for pair in self.scope.shown if pair[1] != RANK]
        self.at += 1

    def _usual(self, frame: Body) -> bool:
        """Whether the frame is the one that a plan without one gets."""
        known = self.catalog.dataset(self.dataset)
        return bool(known and known.state) and frame == {"start": "begin"}


__all__ = ["plan_of", "read_plan"]
