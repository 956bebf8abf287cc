"""The end of a turn: the text of the answer, and what stands under it."""

from __future__ import annotations

from collections.abc import Iterable

from agent.events import TurnEnded
from agent.neutral import plain
from agent.ui.elements import PageElement, approval_cards, elements_for, follow_ups
from agent.ui.text import page_markdown
from tools.results import ToolResult


def answer_text(ended: TurnEnded) -> str:
    """The answer as the page shows it, with what had to be left out or noticed at its end."""
    parts = [page_markdown(ended.answer.strip())]
    if ended.grounding.dropped:
        count = len(ended.grounding.dropped)
        what = "1 sentence was" if count == 1 else f"{count} sentences were"
        parts.append(f"*{what} left out: the data did not support {'it' if count == 1 else 'them'}.*")
    parts.extend(f"*{page_markdown(plain(notice, 400))}*" for notice in ended.notices)
    return "\n\n".join(part for part in parts if part) or "There is nothing to answer here."


def answer_elements(
    results: Iterable[ToolResult], ended: TurnEnded, waiting: Iterable[str] = ()
) -> list[PageElement]:
    """What stands under an answer: evidence, cards to decide on, and what to ask next."""
    results = list(results)
    drawn: list[PageElement] = []
    for result in results:
        drawn.extend(element for element in elements_for(result) if element not in drawn)
    made = _made_now(results)
    drawn.extend(approval_cards(p for p in ended.proposals if p in made))
    shown = {proposal for element in drawn for proposal in element.props.get("proposals", ())}
    older = [proposal for proposal in (*ended.proposals, *waiting) if proposal not in shown]
    drawn.extend(approval_cards(older, compact=True))
    drawn.extend(follow_ups(ended.suggestions))
    return drawn


def _made_now(results: Iterable[ToolResult]) -> set[str]:
    """Ids of the proposals that this turn's own calls made; others waited before it."""
    made: set[str] = set()
    for result in results:
        for item in result.data.get("waiting", ()) if result.kind == "proposals" else ():
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                made.add(item["id"])
    return made
