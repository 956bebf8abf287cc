"""The words of values: severities, states, clouds, outcomes. Data; words stand without a plural ending."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from typing import Final

# words of values: attribute=value(s)
VALUES: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "severity",
        "CRITICAL",
        "critical|crit|critical severity|critical sev|criticals|sev 1|severity 1|sev1|p1",
    ),
    ("severity", "HIGH", "high|high severity|high sev|highs|sev 2|sev2|p2|high risk"),
    ("severity", "MEDIUM", "medium|medium severity|moderate|mediums|med|sev 3|medium risk"),
    ("severity", "LOW", "low|low severity|lows|minor|sev 4|low risk"),
    ("severity", "INFO,INFORMATIONAL", "informational|info|info severity|informational severity"),
    (
        "status",
        "open",
        "open|still open|unresolved|outstanding|unfixed|not resolved|not closed|active|currently open|not yet resolved|not fixed|not yet fixed|not done|pending|unremediated|remaining|not yet closed|not remediated|standing|existing",
    ),
    (
        "status",
        "closed",
        "did we close|did we fix|did we resolve|we closed|we resolved|we fixed|got closed|got fixed|got resolved|we close|we fix|we resolve|were closed|closed|resolved|fixed|remediated|done|solved|closed out|no longer open|completed|mitigated",
    ),
    (
        "status",
        "all",
        "ever|of any status|whatever their status|open and closed|open or closed|closed and open|closed or open|regardless of status|in any status|any status|all statuses|including closed|including resolved|whether open or closed|both open and closed|resolved or not|open or resolved|including closed ones|including resolved ones|open and resolved|resolved and open|whatever status",
    ),
    ("status", "new", "status new|untouched|unassigned status|in status new|not started|not yet started"),
    (
        "status",
        "progress",
        "in progress|being worked on|under investigation|under way|being investigated|worked on|ongoing|being handled",
    ),
    (
        "result",
        "FAIL",
        "failed|failing|fail|not passed|non compliant|noncompliant|not passing|unsuccessful check",
    ),
    ("result", "PASS", "passed|passing|pass|compliant|not failed"),
    ("result", "MANUAL", "manual|needing manual review"),
    (
        "fixable",
        "true",
        "fixable|patchable|with a fix|that have a fix|have a fix|has a fix|fix available|with fix|a fix exist|with an available fix|that can be fixed|can be fixed|can be patched|with a patch|have a patch|has a patch|patched version|with a fix available|that have a fix available|a fix is available|for which a fix exist|for which there is a fix|for which a fix is available|with known fix|with fix available|with an available patch",
    ),
    (
        "fixable",
        "false",
        "unfixable|unpatchable|without a fix|with no fix|no fix|that have no fix|cannot be fixed|can't be fixed|no fix available|no patch|without a patch|without fix|lacking a fix|with no patch|no available fix|zero day|with no available fix|without any fix|without an available fix|don't have a fix|not fixable|have no fix|for which no fix exist|for which there is no fix|no fix yet|do not have a fix|without available fix|that have no fix available",
    ),
    (
        "exploited",
        "true",
        "exploited|known exploited|actively exploited|exploitable|in kev|on the kev list|in the kev catalog|kev listed|in the cisa kev catalog|in the cisa catalogue of known exploited vulnerability|in the cisa catalog of known exploited vulnerability|in the known exploited vulnerability catalog|in the known exploited vulnerability catalogue|in the cisa catalog|in the cisa catalogue|cisa known exploited|in cisa catalog|exploited in the wild|being exploited|with known exploit|on the kev|known to be exploited|in cisa kev|in the kev|on the cisa kev list|cisa kev|kev|in the wild",
    ),
    ("provider", "AWS", "aws|amazon|amazon web service|amazon cloud"),
    ("provider", "AZURE", "azure|microsoft azure|microsoft cloud|ms azure|microsoft"),
    ("provider", "GCP", "gcp|google cloud|google|google cloud platform|googles cloud"),
    ("provider", "OCI", "oci|oracle cloud"),
    ("provider", "KUBERNETES", "kubernetes|k8s"),
    ("issue_category", "CONFIGURATION", "configuration category|of category configuration"),
    ("excluded", "true", "excluded issue|suppressed|muted|ignored"),
    ("starred", "true", "starred|flagged|favourite|favorite"),
    ("class", "Compute", "compute class"),
    ("endpoint_status", "CONNECTED", "connected|online"),
    ("endpoint_status", "DISCONNECTED", "disconnected|offline|not connected"),
    ("endpoint_status", "LOST", "lost|connection lost"),
    ("endpoint_status", "UNINSTALLED", "uninstalled"),
    ("operation_status", "SUCCESS", "successful|succeeded|success"),
    ("action", "ACCEPT,allow", "accepted|allowed|permitted|accept|let through"),
    ("action", "REJECT,deny,drop,reset-both", "rejected|denied|blocked|dropped|reject|deny|refused"),
    ("operation_status", "FAILED", "failed|unsuccessful|denied|failure|fail"),
    ("health_status", "Error", "error|with error|in error"),
    ("health_status", "Failed", "failed|failing|failure"),
    ("health_status", "Informational", "informational"),
    (
        "assignee",
        "",
        "unassigned|not assigned|assigned to nobody|assigned to no one|not assigned to anyone|not assigned to anybody|without an assignee|nobody assigned|without assignee|with no assignee|assigned to none|that nobody is assigned to|with nobody assigned",
    ),
    ("assignee", "*", "assigned|assigned to someone|assigned to somebody|already assigned|with an assignee"),
    ("health_status", "Success", "successful|succeeded"),
    (
        "resolution",
        "RESOLVED_RISK_ACCEPTED",
        "risk accepted|risk was accepted|risk is accepted|accepted risk|accepted as a risk",
    ),
    (
        "resolution",
        "RESOLVED_FALSE_POSITIVE",
        "false positive|as false positive|as a false positive|false alarm",
    ),
    ("resolution", "RESOLVED_DUPLICATE", "as duplicate|as a duplicate|reason duplicate"),
    ("resolution", "RESOLVED_SECURITY_TESTING", "security testing|as a security test"),
    ("resolution", "RESOLVED_KNOWN_ISSUE", "as known issue|as a known issue"),
    ("platform", "windows", "windows"),
    ("platform", "linux", "linux"),
    ("platform", "mac", "macos|mac|osx"),
)
