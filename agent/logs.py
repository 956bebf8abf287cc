"""Logging: one line per event on stderr, tracebacks without local variables, so that no secret is printed."""

from __future__ import annotations

import logging
import sys
from typing import Any

_level = "WARNING"
_configured = False


class Logger:
    """A structlog logger that is made when it first speaks: the library costs a fifth of a second to import."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        import structlog

        if not _configured:
            _set_up(_level)
        return getattr(structlog.get_logger(self._name), method)


def get_logger(name: str) -> Logger:
    """The logger of a module."""
    return Logger(name)


def configure(level: str = "WARNING") -> None:
    """Set logging up for this process. stdout stays free for a command's result."""
    global _level, _configured
    _level, _configured = level, False
    number = logging.getLevelNamesMapping().get(level.upper(), logging.WARNING)
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )


def _set_up(level: str) -> None:
    global _configured
    import structlog

    _configured = True
    number = logging.getLevelNamesMapping().get(level.upper(), logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
            if not sys.stderr.isatty()
            else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
