"""What people read when something does not work: a sentence that says what to do, never a traceback."""

from __future__ import annotations

import secrets

from agent.logs import get_logger
from agent.neutral import plain
from agent.ui.text import page_markdown

_log = get_logger(__name__)
STOPPED = "**Stopped.** Nothing was written. Ask again when you like."
LOGIN_OVER = "**Your login is no longer valid.** Log out and in again; your conversation is kept."
EMPTY = "Type a question, or choose one of the suggestions."
TOO_LONG = (
    "**That is too long to read as one question** (over 20,000 characters). Shorten it and send it again."
)


def for_person(error: BaseException) -> str:
    """The sentence for an error. Our own errors speak for themselves; anything else is logged under a
    reference.
    """
    known = known_sentence(error)
    if known is not None:
        return known
    reference = secrets.token_hex(4)
    _log.error("the page could not carry out a request", reference=reference, exc_info=error)
    return (
        f"Something went wrong inside Posture Agent (reference {reference}, details in the log). "
        "Nothing was written. Your question is kept: ask it again, and run `posture doctor` if it "
        "happens twice."
    )


def known_sentence(error: BaseException) -> str | None:
    """The message of an error that one of our own parts raised for people to read."""
    if type(error).__module__.split(".", 1)[0] not in {"tools", "agent"}:
        return None
    text = str(error).strip()
    advice = getattr(error, "advice", None)
    if isinstance(advice, str) and advice and advice not in text:
        text = f"{text} {advice}".strip()
    return text or None


def error_markdown(error: BaseException) -> str:
    """The sentence as Markdown for a message."""
    text = for_person(error)
    return text if "`posture doctor`" in text else page_markdown(plain(text, 2_000))
