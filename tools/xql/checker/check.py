"""The check of a whole query: language, catalog, policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tools.xql.ast import (
    Between,
    Comp,
    Config,
    Dataset,
    Duration,
    Join,
    Limit,
    Node,
    Number,
    Query,
    Search,
    Stage,
    String,
    Tag,
    Target,
    Union,
    View,
)
from tools.xql.ast.walk import walk
from tools.xql.catalog import Catalog
from tools.xql.checker.model import CheckPolicy, CheckReport, Diagnostic
from tools.xql.checker.scope import Findings
from tools.xql.checker.stages import StageChecker, issue_in_events
from tools.xql.errors import XqlError, XqlSyntaxError
from tools.xql.parser import parse
from tools.xql.printer import format_query

_DEFAULT_POLICY = CheckPolicy()


def check(source: str | Query, catalog: Catalog, policy: CheckPolicy = _DEFAULT_POLICY) -> CheckReport:
    """Never raises on bad queries: what is wrong is in the report.

    `xql` is the text to send: canonical, with the limit that policy adds; for text that does not parse it is the
    text as given. Rules are listed in `checker.rules`.
    """
    if isinstance(source, str):
        try:
            query = parse(source)
        except XqlSyntaxError as error:
            message = error.message
            if error.expected:
                message += f" (expected {', '.join(error.expected)})"
            diagnostic = Diagnostic(
                rule=error.rule,
                line=error.line,
                column=error.column,
                message=message,
                suggestions=error.suggestions,
            )
            return CheckReport(parsed=False, valid=False, xql=source, errors=(diagnostic,))
    else:
        query = source
    found = Findings(query.text, catalog, policy)
    StageChecker(found).query(query)
    _policy(query, found)
    limited = _limited(query, found)
    try:
        text = format_query(limited)
    except XqlError as error:
        found.error("unprintable", query, str(error))
        text = query.text
    return CheckReport(
        parsed=True,
        valid=not found.errors,
        xql=text,
        errors=tuple(found.errors),
        warnings=tuple(found.warnings),
        query=limited,
    )


def _policy(query: Query, found: Findings) -> None:
    policy = found.policy
    joins = datasets = 0
    for node in walk(query):
        if isinstance(node, Target | Tag) and not policy.allow_writes:
            stage = "target" if isinstance(node, Target) else "tag"
            found.error(
                "read-only",
                node,
                f"the stage {stage} writes; queries are read-only here",
                (f"remove | {stage} ...",),
            )
        elif isinstance(node, Join | Union):
            joins += 1
        elif isinstance(node, Dataset):
            datasets += len(node.names)
        elif isinstance(node, Limit) and isinstance(node.count, Number):
            if int(node.count.text) > policy.max_limit:
                found.error(
                    "limit-bound",
                    node,
                    f"the limit is over {policy.max_limit:,}",
                    (f"limit {policy.max_limit}",),
                )
        elif isinstance(node, Config):
            _config(node, found)
        elif isinstance(node, Query):
            event = issue_in_events(node)
            if event is not None:
                found.error(
                    "issues-dataset", event, "issues are a dataset of their own", ("dataset = issues",)
                )
    if joins > policy.max_joins:
        found.error("cost-bound", query, f"{joins} joins and unions, at most {policy.max_joins} are accepted")
    if datasets > policy.max_datasets:
        found.error("cost-bound", query, f"{datasets} datasets, at most {policy.max_datasets} are accepted")
    _window(query, found)


def _config(node: Config, found: Findings) -> None:
    from tools.xql.local.timeframe import before, instant

    now = datetime.now(UTC).replace(tzinfo=None)
    most = timedelta(days=found.policy.max_timeframe_days)
    for setting in node.settings:
        value = setting.value
        if setting.name == "max_runtime_minutes" and isinstance(value, Number):
            if int(value.text) > found.policy.max_runtime_minutes:
                found.error(
                    "cost-bound", setting, f"at most {found.policy.max_runtime_minutes} minutes are accepted"
                )
            continue
        try:
            if (
                isinstance(value, Between)
                and isinstance(value.start, String)
                and isinstance(value.end, String)
            ):
                start, end = instant(value.start.value, now), instant(value.end.value, now)
                if start > end:
                    found.error("timeframe-order", setting, "the time frame ends before it begins")
                elif end - start > most and value.start.value.strip().lower() != "begin":
                    _too_long(setting, found)
            elif (
                isinstance(value, Duration)
                and setting.name == "timeframe"
                and now - before(now, value.text) > most
            ):
                _too_long(setting, found)
        except XqlError as error:
            found.error("timeframe-format", setting, str(error))


def _too_long(node: Node, found: Findings) -> None:
    days = found.policy.max_timeframe_days
    found.error(
        "timeframe-bound", node, f"the time frame is over {days} days", (f"config timeframe = {days}d",)
    )


def _window(query: Query, found: Findings) -> None:
    """Logs without a time frame are cut to the last 24 hours."""
    if any(setting.name == "timeframe" for config in query.configs for setting in config.settings):
        return
    source = query.source or Dataset(("xdr_data",))
    if not isinstance(source, Dataset):
        return
    known = [found.catalog.dataset(name) for name in source.names]
    if any(item is not None and not item.state for item in known):
        found.warn(
            "default-window",
            source,
            "no time frame is given: only the last 24 hours are read",
            ("config timeframe = 7d",),
        )


def _limited(query: Query, found: Findings) -> Query:
    """The query with a limit, unless it has one or yields one row."""
    policy = found.policy
    stages = list(query.stages)
    tail: list[Stage] = []
    while stages and isinstance(stages[-1], View | Target | Tag):
        tail.insert(0, stages.pop())
    if not policy.add_limit or any(isinstance(stage, Limit) for stage in stages):
        return query
    if stages and isinstance(stages[-1], Comp) and not stages[-1].by:
        return query
    if isinstance(query.source, Search) and not stages:
        tail = []
    found.warn("limit-added", query, f"no limit is given: | limit {policy.default_limit} is added")
    added = Limit(Number(str(policy.default_limit)))
    return replace(query, stages=(*stages, added, *tail))
