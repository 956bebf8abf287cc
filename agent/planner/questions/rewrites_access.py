"""Idioms of identities, keys and Kubernetes put into the words that the lists know: "unused for 90 days", "cluster roles", "guests"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_SPAN: Final = r"(?:(?:the|a|more than|over|at least|longer than|about) )*(?:(?:last|past|previous) )?(?P<span>(?:\d+|an?|one|two|three|six|nine|twelve|thirty|sixty|ninety|hundred) ?(?:days?|weeks?|months?|years?|quarters?|d|w|h|hours?)|(?:day|week|month|quarter|year)\b)"
_FOR: Final = r"(?:for|since|in|within|during|over)"
_NOT: Final = r"(?:not|never|haven't|hasn't|weren't|wasn't|aren't|isn't|didn't|don't)"
_KEYS: Final = r"(?P<keys>(?:access|service account|user[- ]managed|sa) keys?)"
_REWRITES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # keys are rotated by making new ones, secrets by changing their value
        (rf"\b{_KEYS},? (?:(?:that|which|were|was|are|is|have|has|had|did|been) )*{_NOT} (?:been |being |got )*(?:rotated|renewed|rotating) {_FOR} {_SPAN}", r"\g<keys> older than \g<span>"),
        (rf"\b{_KEYS} (?:without|with no) (?:a )?rotation {_FOR} {_SPAN}", r"\g<keys> older than \g<span>"),
        (rf"\b(?P<what>secrets?\b[^.?;]{{0,50}}?) {_NOT} (?:been |being |got |yet )*(?:rotated|renewed) {_FOR} {_SPAN}", r"\g<what> not changed in the last \g<span>"),
        (r"\b(?P<what>secrets?\b[^.?;]{0,50}?) (?:last )?rotated (?=(?:more than|over|before|longer than)\b)", r"\g<what> last changed "),
        (rf"\b(?P<what>secrets?) older than (?={_SPAN})", r"\g<what> last changed more than "),
        # what was not done for so long was not done in that time
        (rf"\b(?P<n>{_NOT}) (?P<been>been )?(?P<did>used|assumed|accessed|exercised|active|changed|rotated|updated|modified) (?:for|since) {_SPAN}", r"\g<n> \g<did> in the last \g<span>"),
        (rf"\b(?:unused|idle|dormant|inactive) {_FOR} {_SPAN}", r"not used in the last \g<span>"),
        (rf"\((?:no|without) (?:use|usage|activity) {_FOR} {_SPAN}\)", r"not used in the last \g<span>"),
        (rf"\b(?:with no|without|no) (?:use|usage|recent use) {_FOR} {_SPAN}", r"not used in the last \g<span>"),
        # permissions and their use
        (r"\b(?:for which|where|whose) (?:the )?ciem (?:data )?(?:has|shows|knows|records|lists) no last access(?: time)? (?:on|for|of) any of (?:their|its|the) permissions?\b", "where no permission was ever used"),
        (r"\b(?:none|not one|not a single one) of (?:whose|their|its) permissions? (?:was|were|is|are|has been|have been) (?:ever )?used\b", "where no permission was ever used"),
        (r"\b(?:that |which |who )?(?:have |has )?(?:never used any|used none|use none|not used any|never exercised any) of (?:their|its) permissions?\b", "where no permission was ever used"),
        (r"\blast acc?ess(?:ed)?,? \(ciem\)", "ciem permissions last access"),
        (r"\b(?:according to|in|from|per) (?:the )?ciem(?: data)?\b(?! permission)", "in ciem permissions"),
        # the root user of an account is one of its settings
        (r"\b(?P<a>(?:aws )?accounts?\b[^.?;]{0,40}?),? (?:on|for|of|at) (?:the |their |its |that )?(?:aws )?root(?: user| account| login)?s?\b", r"\g<a>"),
        (r"\b(?P<a>(?:aws )?accounts?),? (?:where|whose|in which|for which|with) (?:the |their |its |an? )?(?:aws )?root(?: user| account| login)?s? (?:with|has|have|having|lacks|lack|does|is|are|uses)\b", r"aws accounts with"),
        (r"\b(?P<a>(?:aws )?accounts?) (?:without|with no) root (?=mfa|access keys?)", r"aws accounts without "),
        (r"\b(?P<a>(?:aws )?accounts?) with root (?=mfa|access keys?)", r"aws accounts with "),
        (r"\baws accounts with (?:no|not) ", "aws accounts without "),
        # Kubernetes
        (r"\b(?:kubernetes|k8s) (?:resources?|objects?)\b", "kubernetes assets"),
        (r"\bwhat lives in\b(?=.*\bnamespaces?\b)", "kubernetes assets in"),
        (r"\b(?:kubernetes |k8s |rbac )?(?:cluster ?role ?bindings?)\b", "kubernetes role bindings with kind clusterrolebinding"),
        (r"\b(?:kubernetes |k8s |rbac )?(?:cluster ?roles)\b(?! bindings?)", "kubernetes roles with kind clusterrole"),
        (r"(?<!kubernetes )(?<!k8s )\b(?P<s>services? (?:of|with) type (?:loadbalancer|nodeport|clusterip|externalname))\b", r"kubernetes \g<s>"),
        (r"(?<!kubernetes )(?<!k8s )\b(?P<t>loadbalancer|nodeport|clusterip)[ -]services?\b", r"kubernetes services of type \g<t>"),
        # people from outside
        (r"(?<!are )(?<!is )(?<!they )(?<!type )\b(?:azure ad |entra |entra id |aad |external )?guests\b(?! users?| accounts?)", "guest users"),
    )
)  # fmt: skip
_CONTAINERS: Final = re.compile(
    r"\b(?P<before>(?:privileged|root) )?containers\b(?! (?:images?|registr|repos?))"
)
_HARDENED: Final = re.compile(
    r"\b(?:privileged|root|limits?|requests?|read[- ]?only|writable|capabilit\w+|host ?paths?|host ?networks?|securitycontext|security context|escalation|probes?)\b"
)
_WORKLOADS: Final = re.compile(
    r"\b(?:pods?|deployments?|workloads?|daemonsets?|statefulsets?|images?|vulnerab\w*|cves?)\b"
)


def of_access(text: str) -> str:
    """A text in lower case with idioms of access in plainer words; what is quoted stays."""
    if '"' in text or "`" in text or re.search(r"(?<!\w)'[^']+'(?!\w)", text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    if _CONTAINERS.search(text) and _HARDENED.search(text) and not _WORKLOADS.search(text):
        # how containers run stands in what starts them
        text = _CONTAINERS.sub(lambda m: f"deployments with {m['before'] or ''}containers", text, count=1)
    return text
