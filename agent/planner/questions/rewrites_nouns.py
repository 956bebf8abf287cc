"""Nouns said in passing: the name of the thing asked for, whose cloud an account is of, values to be counted one by one."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_LEADS: Final = r"(?:(?:storage|security|network|load|db|ec2|s3|rds|eks|aks|gke|k8s|kubernetes|lambda|cloud|iam|virtual|sql|web|log|api|key|container|azure|aws|gcp|route|file) )*"
_RECORDS: Final = re.compile(r"\b(?:issues?|findings?|alerts?|vulnerabilit(?:y|ies)|vulns?|cves?|cases?)\b")
_NAMED: Final = re.compile(
    rf"(?<![\w-])(?:the |their |its )?{_LEADS}(?P<noun>bucket|function|lambda|instance|vm|machine|server|database|db|table|cluster|group|nsg|sg|role|deployment|pod|node|queue|topic|vault|account|app|"
    r"registry|repository|network|vpc|subnet|host|balancer|distribution|snapshot|trail|gateway|resource|statefulset|daemonset|workload) names?\b(?! (?:is|are|contain|start|end|begin|like|match|includ|with)\w*)"
)
_STATES: Final = r"(?:new|in progress|under investigation|reopened|open|closed|resolved)"
_SEVERITIES: Final = r"(?:critical|high|medium|low|informational)"
_ISSUES: Final = r"(?:(?:open|new|all|our|the) )*(?:issues?|alerts?|cases?|incidents?|vulnerabilit(?:y|ies))"
_HELD: Final = r"(?:s3 )?buckets?"
_CLOUD: Final = r"(?:microsoft azure|azure|gcp|google cloud|google)"
_ON: Final = r"(?:on|enabled|turned on|switched on|active|activated)"
_OFF: Final = r"(?:off|disabled|turned off|switched off|inactive|not|without|(?:do|does)(?: not|n't)(?: have it)?|have it (?:off|disabled))"


def _several(ref: str) -> Callable[[re.Match[str]], str]:
    def said(match: re.Match[str]) -> str:
        values = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", match["values"])
        return f"number of {match['what']} that are {' or '.join(values)} by {ref}"

    return said


def _named_so(match: re.Match[str]) -> str:
    how = "contains" if match["how"] == "in" else match["how"]
    parts = [match["a"], *match["b"].split(", ")[1:], match["c"]]
    whose = "whose " if match["how"] == "in" else ""
    return whose + " or ".join(f"name {how} {part}" for part in parts)


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bfile extension categor(?P<w>y|ies)\b", r"file categor\g<w>"),
        (r"\b(?:container |docker )?images? (?:in|from|of|on|stored in) (?:the |our |aws |amazon )*ecr\b", "container images on aws"),
        (r"\becr (?:container )?image(?P<s>s?)\b", r"aws container image\g<s>"),
        (r"^\W*tags?: (?=(?:which|what|how|list|show)\b)", ""),
        (r"\bnone of (?:the|their|its|our) (?P<what>[\w\s-]{3,40}?) (?P<be>is|are|has|have)\b", r"no \g<what> \g<be>"),
        # users of the console are those with a password for it
        (r"\b(?:aws |iam )?console users?(?= (?:with|without|that|who|whose)\b)", "iam users with console access and"),
        (r"\b(?:aws |iam )?console users?\b", "iam users with console access"),
        # "per azure subscription", "in each gcp project"
        (rf"\b(?:in|of|on|for|from|within) (?:each|every)(?: of (?:our|the))? (?P<c>{_CLOUD}) (?P<a>subscription|account|project)s?\b", r"in \g<c> for each \g<a>"),
        (rf"\b(?:per|each|every) (?P<c>{_CLOUD}) (?P<a>subscription|account|project)s?\b", r"in \g<c> per \g<a>"),
        (rf"\bby (?P<c>{_CLOUD}) (?P<a>subscription|account|project)s?\b", r"in \g<c> by \g<a>"),
        # nothing is several of these at once: each has its number
        (rf"^\W*how many (?P<what>{_ISSUES}) (?:are|do we have that are|were) (?P<values>{_STATES}(?:(?:, and|,| and) {_STATES})+)\W*$", _several("status")),
        (rf"^\W*how many (?P<what>{_ISSUES}) (?:are|do we have that are|were) (?P<values>{_SEVERITIES}(?:(?:, and|,| and) {_SEVERITIES})+)\W*$", _several("severity")),
        (rf"^\W*how many (?P<what>(?:\w+ )?[\w-]+?)s? (?:have|has|with|use) (?P<s>[a-z][\w -]{{3,30}}?) {_ON}(?:,? (?:and|vs\.?|versus)(?: how many)?(?: have it| are| have| with)?|,) {_OFF}\W*$", r"number of \g<what>s by \g<s>"),
        # "for each bucket, how many issues does it have"
        (r"^\W*for (?:each|every)(?: of (?:our|the))? (?P<x>(?!the\b)[\w-]+(?: (?!the\b|top\b|by\b)[\w-]+){0,2}?),? (?:(?:show|give|tell|list) (?:me )?)?(?:how many|the (?:number|count) of|(?:number|count) of) (?P<y>[\w -]{3,50}?)(?: (?:(?:does|do|did) (?:it|they|each|this|we)(?: one)? (?:have|has)|(?:it|they) (?:has|have)|are there|there are|are on it|are in it))?\W*$", r"number of \g<y> per \g<x>"),
        # "the 5 tables with more items" are those with most
        (r"^(?P<top>\W*(?:(?:show|list|give|me|which|what|are|the|top|first) )*(?:\d+|two|three|four|five|six|ten) [\w -]{3,40}?) (?:with|having|that have|which have) (?:the )?more (?=[\w -]+?\W*$)(?![\w -]*\bthan\b)", r"\g<top> with the most "),
        # one row for each, and what a rule does
        (r",? \b(?:one|1)(?: (?:entry|item))? (?:per|by|in each|on each|for each|each|a) (?:line|row)(?: please)?\b", ", one row each"),
        (r",? \b(?:one|a) (?P<w>\w+) (?:per|by|in each|on each|on every|in every) (?:line|row)(?: please)?\b", r", one row per \g<w>"),
        (r"\bwhether (?:it|they|the rule|each|each rule|that) (?:is |are )?(?:allow(?:s|ed)?|permit(?:s|ted)?) or (?:is |are )?(?:den(?:y|ies|ied)|block(?:s|ed)?)\b(?: (?:it|traffic))?", "action"),
        # how it is encrypted
        (r"\bencrypted (?:only|just|solely) (with|by|using)\b", r"encrypted \1"),
        (r"(?<!s3 )\bbuckets(?= (?:[\w-]+ ){0,3}sse-)", "s3 buckets"),
        (rf"\b(?P<how>(?:sse-|aws )?kms|aes-?256|sse-s3|cmk|customer managed key)[ -]encrypted (?P<what>{_HELD})\b", r"\g<what> encrypted with \g<how>"),
        (rf"\b(?P<what>{_HELD}) (?P<that>that |which )?(?:are |is )?(?:us(?:e|es|ing)|with|ha(?:ve|s|ving)) (?:an? |the )?(?:aws |sse-)?kms(?:[ -](?:encryption|keys?))?(?: for encryption| encryption)?(?=\W*$| (?:in|per|by|and)\b)", r"\g<what> encrypted with kms"),
        (rf"\b(?P<what>{_HELD}) (?P<that>that |which )?(?:are |is )?(?:us(?:e|es|ing)|with|ha(?:ve|s|ving)|encrypted (?:with|by|using)) (?:aes-?256|sse-s3)(?: encryption)?\b", r"\g<what> with encryption algorithm aes256"),
        # each of several parts of a name
        (r"\bnames? (?:that )?(?P<how>contain(?:s|ing)?|includ(?:es?|ing)|start(?:s|ing)? with|begin(?:s|ning)? with|end(?:s|ing)? (?:with|in)) (?P<a>[\w.-]+)(?P<b>(?:, [\w.-]+)*),? or (?P<c>[\w.-]+)(?=\W*$| (?:in|and|that|which|with|on|of)\b)", _named_so),
        (r"\b(?:with|having|that have|which have) (?P<a>[\w.-]+)(?P<b>(?:, [\w.-]+)*),? or (?P<c>[\w.-]+) (?P<how>in) (?:the|their|its) names?\b", _named_so),
        # the category of an issue
        (r"\bdata(?:[ -]security)? (?P<w>issues|alerts)\b(?! (?:findings|patterns))", r"\g<w> of category data"),
    )
)  # fmt: skip


def _name(match: re.Match[str]) -> str:
    said, noun = match.string[: match.start()], match["noun"]
    plural = f"{noun[:-1]}(?:y|ies)" if noun.endswith("y") else f"{noun}(?:e?s)?"
    kinds = r"storage " if noun == "account" else ""
    if re.search(rf"\b{kinds}{plural}\b", said) is None and noun != "resource":
        return match.group(0)
    return "asset name" if _RECORDS.search(said) else "name"


def of_nouns(text: str) -> str:
    """A text in lower case with such nouns in plainer words; what is quoted stays."""
    if '"' in text or "`" in text or re.search(r"(?<!\w)'[^']+'(?!\w)", text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return _NAMED.sub(_name, text)
