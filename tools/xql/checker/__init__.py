"""Is a query right: the language, the names and types, and what policy allows."""

from tools.xql.checker.check import check
from tools.xql.checker.model import CheckPolicy, CheckReport, Diagnostic

__all__ = ["CheckPolicy", "CheckReport", "Diagnostic", "check"]
