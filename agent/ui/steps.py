"""How a tool call reads on the page: its name in plain words, its icon, what went in and what came out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agent.neutral import plain
from agent.ui.text import code_safe, page_markdown, plain_value
from tools.results import QueryRecord, ToolResult


@dataclass(frozen=True)
class StepWords:
    """A tool's name while it runs, when it is done, and its Lucide icon."""

    doing: str
    done: str
    icon: str


_WORDS = {
    "query_posture": StepWords("Querying posture data", "Queried posture data", "database"),
    "search_findings": StepWords("Searching findings", "Searched findings", "search"),
    "get_finding": StepWords("Reading the finding", "Read the finding", "file-search"),
    "explain_priority": StepWords("Explaining the score", "Explained the score", "gauge"),
    "attack_paths": StepWords("Tracing attack paths", "Traced attack paths", "route"),
    "correlate_activity": StepWords("Correlating activity", "Correlated activity", "activity"),
    "search_controls": StepWords("Searching controls", "Searched controls", "book-open"),
    "gap_report": StepWords("Assessing controls", "Assessed controls", "clipboard-check"),
    "posture_summary": StepWords("Summing up posture", "Summed up posture", "layout-dashboard"),
    "draft_fix": StepWords("Drafting and checking a fix", "Drafted and checked a fix", "wrench"),
    "detect_drift": StepWords("Looking for drift", "Looked for drift", "git-compare"),
    "propose_writeback": StepWords("Preparing a write-back", "Prepared a write-back", "file-pen"),
    "list_proposals": StepWords("Looking up proposals", "Looked up proposals", "clipboard-list"),
    "writeback_outcome": StepWords(
        "Carrying out what was approved", "Carried out what was approved", "check"
    ),
    "read_more": StepWords("Reading further rows", "Read further rows", "list"),
}


def words_for(tool: str) -> StepWords:
    """The words for a tool; one that is not known keeps its own name."""
    plain_name = tool.replace("_", " ").strip() or "tool"
    return _WORDS.get(tool, StepWords(f"Running {plain_name}", f"Ran {plain_name}", "terminal"))


def done_name(tool: str, result: ToolResult | None, ok: bool) -> str:
    """The line of a finished step, with how much came back."""
    words = words_for(tool)
    if not ok or result is None:
        return f"{words.doing}: failed"
    if result.rows:
        return f"{words.done}: {counted(result.returned, result.total)}"
    return words.done


def counted(returned: int, total: int) -> str:
    """`7 of 7 rows`, with thousands separated."""
    return f"{returned:,} of {total:,} {'row' if total == 1 else 'rows'}"


def shown_args(args: dict[str, Any]) -> str:
    """The arguments as indented JSON, safe inside a code block."""
    if not args:
        return ""
    return code_safe(json.dumps(plain_value(args), indent=2, ensure_ascii=False))


def shown_query(queries: tuple[QueryRecord, ...]) -> str:
    """The XQL that left us, one query after the other."""
    return "\n\n".join(code_safe(query.xql.strip()) for query in queries)


def shown_outcome(summary: str, result: ToolResult | None, error: str | None) -> str:
    """What a step says when opened, as Markdown: the outcome, and what each query covered."""
    if error is not None:
        return page_markdown(plain(error, 2_000))
    lines = [plain(summary, 1_000)]
    for query in result.queries if result is not None else ():
        parts = [f"Read as: {plain(query.reading, 600)}"] if query.reading else []
        if query.window:
            parts.append(f"window: {plain(query.window, 200)}")
        parts.append(counted(query.rows, query.total) + (", cut" if query.truncated else ""))
        parts.append(f"as of {query.as_of:%Y-%m-%d %H:%M} UTC")
        lines.append(". ".join(parts[:1]) + (" · " + " · ".join(parts[1:]) if len(parts) > 1 else ""))
    return page_markdown("\n\n".join(line for line in lines if line))
