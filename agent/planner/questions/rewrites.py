"""Idioms put into the words that the lists know: "who is responsible for", "how old ... on average", "MTTR"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_LEVEL: Final = r"(?:critical|high|medium|low|informational|open|closed|resolved|new)"
_THING: Final = r"(?P<what>(?:the |our |my |an? |these |those |all )?[\w\s'&-]{3,60}?)"
_REWRITES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # short forms
        (r"(?<![\w/])w/o\b", "without"),
        (r"(?<![\w/])w/(?=\s)", "with"),
        (r"^\W*%\s*(?:of\b)?", "percentage of "),
        # to an answer
        (r"^\W*(?:(?:please|now|then|and|ok|okay) )*(?:restrict|limit|narrow|confine|reduce|cut) (?:it|that|this|them|those|these|the (?:list|results?|search|numbers?|table))(?: down)? to\b(?!\s*(?:the )?(?:top|first|\d))", "only"),
        # neither ... nor: of the same things, then of two
        (rf"\b(?:that |which )?(?:have|has|had|with|having|got|get|use|uses) neither (?:an? |any )?(?P<one>{_LEVEL}),? nor (?:an? |any )?(?P<two>{_LEVEL}) ", r"without \g<one> or \g<two> "),
        (r"\b(?:that |which )?(?:have|has|had|with|having|got|get|use|uses) neither (?P<one>[\w\s'-]{2,50}?),? nor (?P<two>[\w\s'-]{2,50}?)(?=\W*$|[.,;?]| in\b| on\b| by\b| per\b)", r"without \g<one> and without \g<two>"),
        (r"\b(?P<be>are|is|were|was) neither (?P<one>[\w\s'-]{2,40}?),? nor (?P<two>[\w\s'-]{2,40}?)(?=\W*$|[.,;?]| in\b| on\b| by\b| per\b)", r"\g<be> not \g<one> and not \g<two>"),
        # one noun of two
        (r"\b(?:container|docker|oci|container image|image) (repos?|repositor(?:y|ies))\b", r"\1"),
        (r"\b(?:(?:that|who|which) )?(?:can |could |may |are able to )?(?:log|sign|logs|signs|logging|signing)[ -]?in(?:to)?(?: (?:to )?the console)? (?:with (?:only|just|nothing but) (?:a |their |the )?passwords?|with (?:a|their) password (?:alone|only))\b", "without mfa"),
        # said once more, or of no consequence
        (r",? \b(?:according to|going by|judging by|as per) (?:their|its|the|our)(?: [\w-]+){0,3} (?:tags?|labels?|classification)\b", ""),
        (r"\b(?:on|upon) (?:their|his|her|its|his or her) (?:plates?|desks?|tables?|to-?do lists?|lists?|hands)\b", ""),
        (r"\b(not (?:being )?(?:rotated|renewed|updated|patched|upgraded|deleted|expired)|(?:rotate|renew|update|patch|upgrade)s?) automatically\b", r"\1"),
        (r"\b(?P<what>(?:pods?|containers?|deployments?|workloads?|daemonsets?|namespaces?|service accounts?)\b[^.?]*?) (?:in|on|across|within) (?:all |any )?(?:of )?(?:our|the|my) (?:k8s |kubernetes |eks |gke |aks )?clusters?(?=\W*$)", r"\g<what>"),
        # a question before the one that counts: "what kinds of databases do we have? give me databases per region"
        (r"^\W*(?:what|which) (?:kinds?|types?|sorts?) of [\w\s-]{3,40}? (?:do we have|have we|are there|exist|are in use)\s*[?.,:;]+\s*(?:and )?(?=(?:give me|show me|show|list|count|how many|number of)\b(?!.*\b(?:of each|each (?:type|kind|sort|one))\b).*\b(?:per|by|for each|in each)\b)", ""),
        (r"\bper asset type\b", "by type"),
        # a value said of a tag or column
        (r"\b(?P<key>(?:tag|label|column|field|attribute|key)s? [\w.-]+) (?:with|having|has|have|of|whose|and) (?:the |a )?values? (?:is |of |equal to |equals |= ?)?(?!(?:above|over|below|under|more|greater|less|between|not|in|missing|higher|lower|at|empty|set)\b)(?=\w)", r"\g<key> = "),
        (r"\b(?P<key>[\w-]+) (?:tag|label)s? (?P<op>contain(?:s|ing)?|start(?:s|ing)? with|end(?:s|ing)? (?:in|with)|equals?(?: to)?|==?|!=|other than)(?=\s)", r"\g<key> \g<op>"),
        (r"\b(?P<key>(?:tag(?:ged)?|label(?:led)?) (?:with |as )?[\w.-]+) ?: (?=\w)", r"\g<key> = "),
        # owners
        (
            r"\bwho(?:m)? (?:is|are|'s) (?:the )?(?:(?:\w+ )?(?:owner|owners|contact|contacts|responsible|accountable|in charge|on the hook)(?: person| people)?) (?:for|of|behind)\b",
            "who owns",
        ),
        (
            r"\bwho(?:m)? (?:should|do|can|must|could) (?:i|we) (?:contact|ask|talk to|call|mail|write to|ping|chase|speak to|turn to|go to|approach|inform|notify)(?: to)?(?: about| regarding| for| concerning)\b",
            "who owns",
        ),
        (r"\bwho (?:looks after|takes care of|cares for|is behind|runs|maintains|manages)\b", "who owns"),
        (
            r"\b(which|what) (teams?|squads?|owners?|people|person|department|departments) (?:is|are) (?:responsible|accountable|in charge)(?: for| of)\b",
            r"which \2 own",
        ),
        (r"\bwho (?:do|does) (?P<what>[\w\s-]{3,60}?) belong to\b", r"who owns \g<what>"),
        # durations and ages
        (
            rf"\bhow (?:old|long open) (?:is|are|was|were) {_THING} (?:on average|in average|on the average|averagely)\b",
            r"average age of \g<what>",
        ),
        (
            r"\bon average,? how (?:old|long)\b(?: (?:is|are|have|do|does|has|been))*",
            "average age of",
        ),
        (
            r"\bhow (?:long|old) on average (?:(?:is|are|have|has|been|were|do|does) )*(?P<what>[\w\s'-]{3,60}?) (?:(?:is|are|have|has|been|stay|stayed|remain) )*(open|unresolved)\b(?: now| so far| already)?",
            r"average age of open \g<what>",
        ),
        (
            r"\bhow long (?:do|does|did|are|is|have|has) (?P<what>[\w\s'-]{3,60}?) (?:stay|stayed|remain|been|be|kept|keep)? ?(open|unresolved)(?: for)? on average\b",
            r"average age of open \g<what>",
        ),
        (
            r"\bhow many days old (?:is|are) (?:the |our )?(?:oldest)\b",
            "maximum age in days of the",
        ),
        (r"\bhow old is (?:the|our) (?:single )?oldest\b", "maximum age of the"),
        (r"\bhow old is (?:the|our) (?:single )?(?:youngest|newest)\b", "minimum age of the"),
        (
            r"\b(?:mttr|mean time to (?:remediate|resolve|fix|resolution|remediation|close|repair)|(?:average|mean|avg) time (?:to|until|till) (?:resolve|fix|close|remediate|resolution|remediation|closure)|(?:average|mean|avg) (?:resolution|remediation|fix|closing) (?:time|duration))\b",
            "average time to resolve",
        ),
        (
            r"\bmedian (?:time (?:to|until|till) (?:resolve|fix|close|remediate|resolution|remediation|closure)|(?:resolution|remediation) (?:time|duration))\b",
            "median time to resolve",
        ),
        (
            r"\bhow long (?:does|did|do) it (?:usually |typically |normally )?take (?:us |them |me )?(?:on average )?to (?:resolve|fix|close|remediate)(?: an| a| our| the)?(?P<what>[\w\s-]{0,40}?)(?: on average)?(?=[?.,]|$| per\b| by\b)",
            r"average time to resolve\g<what>",
        ),
        # seen and unseen
        (
            r"\b(?:that |which |who )?(?:we |i )?(?:have not|haven't|has not|hasn't|not) (?:been )?(?:heard (?:from|of)|seen|checked in|reported in|connected|contacted us|reported)(?: back)?(?: in| for)? (?:the )?(?:longest(?: time)?|longest while)\b",
            "with the oldest last seen",
        ),
        (r"\b(?:since|for) the longest(?: time)?\b", "oldest first"),
        (r"\b(group|split|break|count|bucket|aggregate) (?:that|it|them|those|these|this|the (?:results?|list|numbers?|same)) (?:up |down |out )?(by|per)\b", r"\2"),
        # sizes and records
        (r"\bhow many (?:bytes|gigabytes|megabytes|terabytes|gb|mb|tb|gib) (?:(?:do|does|are|is|have|in|of|for|the|all|our) )*(?P<what>[\w\s-]{3,50}?)(?: (?:have|has|take|occupy|hold|use|sum up to|add up to|amount to|make up))(?: up)?(?: (?:together|in total|altogether|combined|in all))?(?=[?.,;]|$)", r"total size of \g<what>"),
        (r"\bhow (?:big|large) (?:is|are) (?P<what>[\w\s-]{3,50}?) (?:in total|altogether|together|combined|taken together|in sum)\b", r"total size of \g<what>"),
        (r"\b(?:the )?(?:total )?(?:number of|count of|how many) records (?:(?:in total|altogether|overall) )?(?:(?:are|is|were|do|does) )?(?:held |contained |stored |kept |found |counted )?(?:by|in|within|across|of|inside)\b(?! (?:each|every)\b)", "total record count of"),
        # shares, counts, measures
        (r"\b(?:pct|prct|perc|per cent|procent|prozent)\.?(?: of)?\b", "percentage of"),
        (r"\bwhat (?:portion|part|fraction|slice|chunk) of\b", "what percentage of"),
        (r"\bhow (?:big|large|high) (?:is|a) (?:the |a )?(?:share|part|portion|percentage|proportion|fraction) of\b", "what percentage of"),
        (r"\bhow much percent(?:age)? of\b", "what percentage of"),
        (r"\b(?:out of|of) all (?:the |our )?(?P<what>[\w\s-]{3,40}?),? (?:what|which|how much) (?:percentage|share|percent|proportion|fraction)\b(?: of them)?", r"what percentage of \g<what>"),
        (r"\bsum up (?:the )?(?=\w)", "sum of "),
        (r"\b(?:all in all|all together|taken together)\b", "in total"),
        (r"\b(fattest|heaviest|bulkiest|hugest|most voluminous)\b", "largest"),
        (r"\b(tiniest|slimmest|littlest)\b", "smallest"),
        (r"\b(?:,? ?(?:expressed |given |measured |counted )?in (?:bytes|gb|gib|mb|gigabytes|megabytes|days|usd|numbers))\b(?! (?:for|ago|old))", ""),
        (r"^(?P<said>.*\b(?:percentage|share|fraction|proportion|ratio|rate)\b.*?),? ?(?:expressed |given |measured |counted )?in (?:percent\b|%)", r"\g<said>"),
        (r"\b(live|lives|living|lived) (?=in (?:the )?(?:vpc|subnet|account|region|project|subscription|cluster|namespace|network|vnet)?)", "are "),
        (r"\bseperate(ly)?\b", r"separate\1"),
    )
)  # fmt: skip


_Q: Final = r"(?:\"[^\"]+\"|'[^']+'|`[^`]+`|[\w.-]*[\d._-][\w.-]*)"
# "with 'sync' or 'runner' somewhere in the name"
_IN_NAME: Final = re.compile(
    rf"\b(?:that |which )?(?:with|w/|has|have|having|containing|contain|carrying|include|includes|including) (?P<what>{_Q}(?:(?:,| or|, or) {_Q})*) (?:somewhere |anywhere |occurring |appearing )?(?:as (?:a )?part of|in|inside|within) (?:the |their |its |it's )?(?:resource |asset |display )?names?\b"
)


def rewritten(text: str) -> str:
    """A text in lower case with idioms in plainer words; what is quoted stays."""
    text = _IN_NAME.sub(lambda m: f"whose name contains {m['what']}", text)
    if '"' in text or "`" in text or re.search(r"(?<!\w)'[^']+'(?!\w)", text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text
