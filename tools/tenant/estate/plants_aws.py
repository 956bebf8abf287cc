"""The kinds of attack path on AWS that begin at something that runs."""

from __future__ import annotations

from tools.tenant.estate.plants_aws_hosts import (
    UNREACHED,
    exploited_host,
    forged_request,
    peered_store,
    start_script_key,
    uncollected_group,
)
from tools.tenant.estate.plants_aws_services import (
    balanced_secret,
    build_runner,
    function_secret,
    open_function,
    public_database,
)
from tools.tenant.estate.plants_shared import (
    Kind,
)

__all__ = ["AWS_KINDS", "uncollected_group"]

AWS_KINDS = (
    Kind(
        "exploited_host",
        "AWS",
        exploited_host,
        (*UNREACHED, "permission boundary", "explicit deny", "scp deny", "dead end"),
    ),
    Kind("forged_request", "AWS", forged_request, ("metadata tokens", "stopped", "dead end")),
    Kind("function_secret", "AWS", function_secret, ("login", "switched off", "other group", "dead end")),
    Kind("start_script_key", "AWS", start_script_key, ("inactive key", "stopped", "permission boundary")),
    Kind("build_runner", "AWS", build_runner, ("actor filter", "dead end", "permission boundary")),
    Kind("peered_store", "AWS", peered_store, ("other source", "not routed", "network acl", "dead end")),
    Kind(
        "balanced_secret",
        "AWS",
        balanced_secret,
        ("resource policy", "no target", "internal balancer"),
    ),
    Kind(
        "open_function",
        "AWS",
        open_function,
        ("source condition", "organization condition", "switched off", "dead end"),
    ),
    Kind("public_database", "AWS", public_database, ("no route", "closed group", "not public", "dead end")),
)
