"""Queries through the tenant's API: checked, run, explained."""

from tools.xql.service.model import Client, QueryOutcome, Relaxation, Run, XqlApi
from tools.xql.service.service import XqlService
from tools.xql.service.words import describe_query

__all__ = ["Client", "QueryOutcome", "Relaxation", "Run", "XqlApi", "XqlService", "describe_query"]
