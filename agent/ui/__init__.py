"""The chat page: a Chainlit app with our own look, login, history and approval cards.

`serve` starts it. Everything on the page that carries weight (tables, scores, fixes, cards) is drawn by the
elements in `static/public/elements` from data that trusted code prepared; no text of a model or a finding is
ever interpreted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.ui.server import serve

__all__ = ["serve"]


def __getattr__(name: str) -> Any:
    if name == "serve":
        from agent.ui.server import serve

        return serve
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
