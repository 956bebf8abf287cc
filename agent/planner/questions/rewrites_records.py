"""Categories, domains, reasons and doers put into the words that the lists know: "in the identity category", "a DATA finding"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_ISSUES: Final = re.compile(r"\b(?:issues?|alerts?|problems?|misconfigurations?)\b")
_FINDINGS: Final = re.compile(r"\bfindings?\b")
# what the platform sorts findings and issues by
_CATEGORY: Final = r"(?P<v>configuration|identity|data|secrets?|vulnerability|credential[ _]access|malware|network|compliance|kubernetes|api|ai)"
_WHICH: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            rf"\b(?:of|with|in|from) (?:the )?categor(?:y|ies)(?: of| is|:| =)? ?{_CATEGORY} (?:or|and) {_CATEGORY.replace('?P<v>', '?P<w>')}\b(?! (?:issues?|findings?))",
            r"with {of} category = \g<v> or {of} category = \g<w>",
        ),
        (
            rf"\b(?:in|of|from|under|within|for) (?:the )?{_CATEGORY} category\b",
            r"with {of} category = \g<v>",
        ),
        (
            rf"\(\s*(?:of |in )?(?:the )?category(?: of| is|:| =)? ?{_CATEGORY}\s*\)",
            r"with {of} category = \g<v>",
        ),
        (
            rf"\b(?:of|with|in|from) (?:the )?category(?: of| is|:| =)? ?{_CATEGORY}\b(?! (?:issues?|findings?))",
            r"with {of} category = \g<v>",
        ),
    )
)
# the thing that a record is about, by its name
_OF_ASSET: Final = re.compile(
    r"(?P<lead>(?:with|and|,|plus|including|showing|show|their|its|the)\s+)(?:the )?(?:"
    r"(?:names?|ids?|identit(?:y|ies)) of (?:the |their |its )?(?:affected |related |respective |impacted |underlying )?(?:asset|resource)s?\b"
    r"|(?:affected|related|respective|impacted|underlying|corresponding) (?:asset|resource)(?:'s)?(?: (?:name|id)s?)?\b"
    r"|(?:asset|resource)'s (?:name|id)\b)(?! (?:in|on|of|with|that|which|tagged))"
)
_FROM_ALL: Final = re.compile(r"\bfrom (?:source )?\*(?=\s|$|[,.;?)])")
# accounts of one cloud are where something is, unless they are what is asked for
_ACCOUNTS: Final = re.compile(
    r"(?<=[\w,] )(?:in|on|of|from|across|within|over) (?:(?:all|any|the|our|my|each of) )*(?P<cloud>aws|amazon) accounts?\b(?! (?:that|which|where|having|have|has|who|called|named|\d|\w+-\w))"
)
_DOMAIN: Final = re.compile(
    r"\b(?:of|in|from|under|within|for) (?:the )?(?P<v>security|posture|health|it|hunting) domain\b"
)
# a word before "finding" is its category; plain "data findings" of stores are the same
_A_FINDING: Final = re.compile(r"\b(?P<v>data|identity|secrets?|configuration) (?P<noun>findings?)\b")
# it is called SECRETS
_SECRET: Final = re.compile(r"(\bcategory = )secret\b")
_REASON: Final = re.compile(
    r"\b(?:with|for|by|under|giving|because of) (?:the |a )?(?:resolution |close |closing )?reason(?! (?:of|for) (?:the |their )?(?:resolution|closing|closure|resolving)\b)(?: of| being| is|:| =)? (?=[\w\"'])"
)
_RATED: Final = re.compile(
    r"\b(?:rated|ranked|graded|classed|scored|marked|labelled|flagged) (?:as )?(?=(?:critical|high|medium|low|informational)\b)"
)
_USERS_OF: Final = re.compile(
    r"\b(?P<noun>users?|people|persons?|identities)(?P<verb>(?: accounts?)?) (?:in|of|from|within) (?:the |our |my )?(?:azure[ -]?(?:active[ -]directory|ad)|entra(?: id)?|aad|active directory)\b"
)
_AD: Final = re.compile(r"\bazure active[ -]directory\b")
_DEEDS: Final = r"(?:changed|modified|updated|edited|altered|deleted|removed|created|launched|started|stopped|terminated|attached|detached|opened|granted|disabled|enabled|rotated|touched|added)"
_DOERS: Final = re.compile(
    rf"^\W*(?P<lead>(?:(?:please|show|list|give|tell|find|me|us|all|the|which|what) )*)(?P<noun>users?|persons?|people|humans?|identities|admins?|employees|colleagues)\s*(?P<human>\([^()]*\))? (?P<that>who |that |which )?(?:have |has |had |did )?(?P<deed>{_DEEDS})\b"
)
_HUMAN: Final = re.compile(
    r"\b(?:identity type user|human|no (?:service|machine|pipeline|robot|bot)s?|not (?:the |a |any )?(?:pipelines?|services?|machines?|robots?|bots?|automation|ci|service accounts?|roles?))\b"
)
# flaws by the names of the press
_NICKNAMES: Final = {
    "log4shell": "cve-2021-44228", "heartbleed": "cve-2014-0160", "shellshock": "cve-2014-6271", "eternalblue": "cve-2017-0144",
    "dirty cow": "cve-2016-5195", "dirty pipe": "cve-2022-0847", "pwnkit": "cve-2021-4034", "spring4shell": "cve-2022-22965",
    "zerologon": "cve-2020-1472", "bluekeep": "cve-2019-0708", "regresshion": "cve-2024-6387", "baron samedit": "cve-2021-3156",
    "looney tunables": "cve-2023-4911", "printnightmare": "cve-2021-34527", "xz backdoor": "cve-2024-3094", "text4shell": "cve-2022-42889",
    "sweet32": "cve-2016-2183", "ghostcat": "cve-2020-1938", "citrix bleed": "cve-2023-4966", "rapid reset": "cve-2023-44487",
}  # fmt: skip
_NICKNAME: Final = re.compile(rf"(?<![\w./-])(?:{'|'.join(_NICKNAMES)})(?![\w/-])")
# a name that its CVE stands behind: "log4shell (CVE-2021-44228)"
_WITH_CVE: Final = re.compile(r"(?<![\w./-])[\w.-]+,? \(\s*(?P<cve>cve-\d{4}-\d+)\s*\)")
_VULNERABLE: Final = re.compile(
    r"\b(?P<has>with|has|have|having|running|using|run|use|contain|containing) (?:an? |any |some )?(?:vulnerable|affected) (?:versions? of (?:the )?)?(?P<name>[\w.+-]+) (?:package|library|component|version)s?\b"
)
# of flow logs: "accepted traffic on port 22" is what was accepted
_FLOWS: Final = re.compile(r"\bflow (?:logs?|records?)\b")
_LET_IN: Final = re.compile(
    r"\b(?P<verdict>accept(?:ed|s)?|reject(?:ed|s)?|allowed|denied|blocked|dropped) (?:any |some |the |inbound |incoming )*(?:traffic|connections?|packets?|flows?)\b(?! (?:logs?|records?)\b)"
)
_OPS: Final = re.compile(
    r"\bops\b(?=.*\b(?:audit|log|last|past|by|who)\b)|(?<=audit )ops\b|(?<=failed )ops\b"
)
_SOMETHING: Final = re.compile(
    r"\b(?:something|anything|entries|lines|messages) (?=with (?:status |state )?(?:failed|error|success|informational|failure)\b)"
)
# "changed security group ingress rules": of the rules, the group is what operations are named after
_GROUP_RULES: Final = re.compile(
    r"\b(security groups?|firewalls?|nsgs?) (?:(?:in|e)gress |inbound |outbound )?rules?\b"
)


def of_records(text: str) -> str:
    """A text in lower case with what it says of issues, findings and doers in plainer words."""
    of = "issue" if _ISSUES.search(text) else "finding" if _FINDINGS.search(text) else ""
    text = _RATED.sub("", text)
    text = _NICKNAME.sub(lambda m: _NICKNAMES[m.group(0)], _WITH_CVE.sub(r"\g<cve>", text))
    if _FLOWS.search(text):
        text = _LET_IN.sub(r"\g<verdict>", text)
    text = _VULNERABLE.sub(r"with vulnerabilities in package \g<name>", text)
    text = _SOMETHING.sub("records ", _OPS.sub("operations", text))
    if of:
        text = _OF_ASSET.sub(r"\g<lead>asset name", text)
        for pattern, words in _WHICH:
            text = pattern.sub(words.replace("{of}", of), text)
        text = _A_FINDING.sub(r"\g<noun> with finding category = \g<v>", text)
        text = _SECRET.sub(r"\1secrets", text)
    if of == "issue":
        text = _DOMAIN.sub(r"with domain = \g<v>", text)
        text = _REASON.sub("with resolution ", text)
    text = _FROM_ALL.sub("from anywhere", text)
    text = _ACCOUNTS.sub(r"on \g<cloud>", text)
    text = _USERS_OF.sub("azure ad users", text)
    text = _AD.sub("azure ad", text)
    return _doers(text)


def _doers(text: str) -> str:
    """ "Which users (not the pipeline) changed ...": who changed it, of the people among those who do."""
    found = _DOERS.match(text)
    if found is None or not (found["that"] or "wh" in found["lead"]):
        return text
    human = found["human"] is not None and _HUMAN.search(found["human"]) is not None
    human = human or found["noun"].startswith(("person", "people", "human", "employee", "colleague"))
    rest = _GROUP_RULES.sub(r"\1", text[found.end() :])
    made = f"who {found['deed']}{rest}".rstrip(" ?.!")
    return f"{made} with identity type = user" if human else made
