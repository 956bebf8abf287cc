"""Idioms of what other systems record put into the words of their datasets: agents' versions, records in files, who tried a port."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.tokens import quotes

_DATA: Final = r"(?:personal|private|health|medical|patient|card|cardholder|payment|credit card|sensitive|classified|pii|phi|pci)"
_RECORDS: Final = rf"(?:(?P<of>{_DATA})(?: data)? records|records (?:of|with|holding|containing|about) (?P<with>{_DATA})(?: data| information)?)"
_KEEPERS: Final = (
    r"(?P<by>buckets?|data stores?|databases?|storage accounts?|accounts?|regions?|teams?|patterns?|assets?)"
)
_NOBODY: Final = r"(?:nobody|no one|no-one|noone|none)"
_IDENTITY: Final = r"(?P<who>(?:(?:gcp|google|cloud) )?service accounts?|(?:iam |aws |human |machine )?(?:users|identities|principals))"
_TRIED: Final = r"(?:tried|attempted|probed|hit|knocked on|scanned|connected|connect|reached|talked|accessed|went|came in|were seen)(?: (?:to (?:connect to|reach|access|hit|get to|use)|to|on|at|for))?"
_MACHINES: Final = r"(?:hosts?|machines?|servers?|systems?|devices?|computers?|boxes)"
_SSM: Final = re.compile(r"\b(?:ssm|systems manager)\b")


def _kept(match: re.Match[str]) -> str:
    """The number of records in files of some data."""
    data = match["of"] or match["with"]
    name = data if data in ("pii", "phi", "pci", "sensitive", "classified") else f"{data} data"
    return (
        f"number of records in files with {'sensitive data' if data in ('sensitive', 'classified') else name}"
    )


def _most(match: re.Match[str]) -> str:
    top = f", {match['top'].strip()}" if match["top"] else ""
    data = _kept(match) if match["of"] or match["with"] else "number of records in files"
    return f"{data} by {match['by'].rstrip('s')}, most first{top}"


def _tried(match: re.Match[str]) -> str:
    rest = re.sub(
        r"^\W*(?:(?:and|but) )?(?:(?:were|was|got|have been|being) )?(?P<v>rejected|denied|blocked|refused|dropped|accepted|allowed)\b",
        "",
        match["rest"],
    )
    verdict = re.search(r"\b(?:rejected|denied|blocked|refused|dropped|accepted|allowed)\b", match["rest"])
    return f"{verdict[0] + ' ' if verdict else ''}flow records to port {match['port']} by source ip{rest}"


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # what never was is not only what is open
        (r"\b(?:(?:that|which|who|where we|in which we) )?(?:have |has |had )?never (?:yet |once |ever )?(?:had|have|seen|got|gotten|raised|produced|generated|received|shown|triggered|reported|been hit by|been affected by)(?: (?:a|an|any|one|single|even|reported))* (?P<sev>(?:(?:critical|high|medium|low|severe) (?:or |and )?)*)(?:open )?(?:issues?|alerts?)\b(?: at all)?", r"without \g<sev>issues of any status"),
        (r"\b(?:(?:that|which|who) )?(?:have |has |had )(?:not|n't)? ?(?:ever )?had (?:a|an|any)(?: single| one)? (?P<sev>(?:critical |high |medium |low )*)(?:issues?|alerts?) (?:at all|ever|so far|yet)\b", r"without \g<sev>issues of any status"),
        (r"\bwithout (?:(?:a|an|any|single|even|one) )*(?P<sev>(?:critical |high |medium |low )*)(?:issues?|alerts?),? (?:ever|open or closed|past or present|closed or open|at any time)\b", r"without \g<sev>issues of any status"),
        # identities by the permissions that they use
        (rf"\b{_IDENTITY}(?: that| which| who)? (?:{_NOBODY} (?:has |have |had )?(?:ever )?(?:used|uses|needs|needed)|(?:(?:are|were|was|have been|has been|is) )?never (?:been )?used|(?:has|have) never been used)(?: yet| so far| at all)?", r"which \g<who> never used any of their permissions"),
        (r"\b(?:unused|never used|idle|dormant) (?P<who>(?:(?:gcp|google|cloud) )?service accounts?)\b", r"which \g<who> never used any of their permissions"),
        (rf"\b(?P<who>(?:iam |aws )?roles?)(?: that| which)? {_NOBODY} (?:has |have |had )?(?:ever )?(?:used|uses|assumes|assumed|needs)(?: yet| so far| at all)?", r"unused \g<who>"),
        # keys of users are access keys
        (r"\b(?P<who>users?(?: (?:in|of|on|from) [\w.-]+){0,2}) whose (?P<how>(?:active |oldest |old )?)(?:access )?keys? (?:is|are|was|were) (?=older|newer|more than|over|at least|\d)", r"\g<who> with \g<how>access keys "),
        (r"\b(?P<who>users?(?: (?:in|of|on|from) [\w.-]+){0,2} (?:with|having|that have|who have)(?: (?:an|a|any|active|old|unused|inactive|two|multiple|more than \w+))*) (?P<key>keys?)\b", r"\g<who> access \g<key>"),
        # records in files
        (rf"\b(?P<top>top \d+ )?{_KEEPERS} (?:with|by|having|that have|that hold|which hold|which have|holding)(?: the)? (?:most|highest number of|largest number of|number of) (?:{_RECORDS}|records)\b(?! (?:in|of|from) )", _most),
        (rf"\b(?:how many|number of|count of|total(?: number of)?|sum of)(?: the| all)? {_RECORDS}(?: are there| do we (?:have|hold|keep|store)| are held| exist)?", _kept),
        (r"\b(?:sum|total|total number|number) of (?:the )?(?:sensitive )?records (?P<by>(?:per|by|for each|in each) (?:bucket|data store|storage account|file type|folder|pattern|data pattern))\b", r"number of records in files \g<by>"),
        # who tried a port
        (rf"^\W*(?:(?:show|list|give|tell|me|us) )*(?:which|what|the)? ?(?:source |external |outside )?(?:ips?|ip addresses|addresses|sources|hosts) (?:that |which )?(?:have |has |had )?{_TRIED} (?:the )?(?:port )?(?P<port>\d{{2,5}})\b(?P<rest>.*)$", _tried),
        # what a flaw is fixed in
        (r"^\W*(?:(?:which|what|the|is|are|show|list|give|me|tell|get|please) )*(?:fix|fixed|patched|fixing) versions? (?:(?:is|are|do we have|exists?) )?(?:for|of|to fix|against) (?P<what>(?:(?:the|all|our) )*(?:cve-[\d-]+|(?:critical |high )?(?:vulnerabilities|cves)\b))", r"vulnerabilities of \g<what> with their fix version"),
        (r"^\W*(?:in )?(?:which|what) versions? (?:of \S+ )?(?:fix|fixes|is|was|are) (?:the fix for |fixing |fixed )?(?P<what>cve-[\d-]+)(?: fixed| patched)?(?: in)?\W*$", r"vulnerabilities of \g<what> with their fix version"),
        # endpoints by their CVEs, software by the hosts that have it
        (r"\b(?P<top>top \d+ )?(?:endpoints?|agents?) (?:with|having|that have|by|which have)(?: the)? (?P<way>most|fewest|highest number of|number of)(?: (?:known|different|open))? (?:cves?|vulnerabilit(?:y|ies)|vulns)\b(?! (?:of|that|which|with|in)\b)", r"\g<top>va_endpoints with the most cves"),
        (r"^\W*(?:(?:show|list|give|me|the|what is|please) )*(?:how many|number of|count of|count)(?: different| known| open)? (?:cves|vulnerabilities|vulns) (?:per|by|for each|on each|does each|of each) (?:endpoint|agent)(?: have| has)?(?:,? (?:and )?(?P<top>top \d+))?\W*$", r"\g<top> va_endpoints with the most cves"),
        (r"\b(?P<top>top \d+ )?(?:which |what )?(?:software packages?|packages|software|applications?|apps|programs)(?: (?:is|are))? (?:(?:most (?:often|frequently|widely|commonly) installed|installed (?:most often|most frequently|the most|most))|(?:by|with) (?:the )?(?:most |number of )?(?:installations|installs))\b", r"\g<top>applications in the host inventory"),
        (r"\bmost (?:installed|used|common|widespread|frequently installed|commonly installed) (?:software packages?|software|applications?|programs)\b(?! (?:in|on) (?:vuln|find))", "top applications in the host inventory"),
        # connectors and what scanners found
        (r"\bhealth (?P<what>errors?|failures?|problems?)\b", r"connector health events with \g<what>"),
        (r"\b(?:the )?last (?P<how>successful|failed|good|completed) (?P<what>(?:\w+ )?(?:runs?|scans?|health events?|discovery|audit events?|logins?))\b(?! (?:\d|week|month|day|hour))", r"latest \g<how> \g<what>"),
        (r"\bsecrets (?:(?:that )?(?:were|are|have been|we) )?(?:found|detected|discovered)\b(?! in\b)", "findings of category secrets"),
        (r"\b(?:that|which|who) (?:can|may|could|are able to|are allowed to) (?:still )?(?:log ?-?in|sign ?-?in|log on|logon|login)(?: to| into| on| via| through| in)* (?:the )?(?:aws |management |web )*console\b", "with console access"),
        (r"\b(?P<v>rejected|accepted|denied|blocked|allowed|dropped) connections\b(?=(?!.*\b(?:firewalls?|ngfw|zones?)\b).*\b(?:accounts?|interfaces?|enis?|vpcs?|aws)\b)", r"\g<v> flow records"),
        (r"\bbytes (?P<way>sent|received|transferred)? ?(?:through|via|over|by|across) (?:the |our )?firewalls?\b", "bytes of firewall traffic records"),
        # how fast, how long
        (r"^\W*(?:(?:show|tell|me|us|and|so) )*(?:which|what) (?P<who>team|account|owner|application|region)(?P<many>s?) (?:fix|resolve|close|remediate)(?:es|s)? (?:(?:its |their |the )?(?:issues|alerts|vulnerabilities|things) )?(?:the )?(?P<way>fastest|quickest|slowest)\b", lambda m: f"average time to resolve per {m['who']}, {'highest' if m['way'] == 'slowest' else 'lowest'} first{'' if m['many'] else ', first 1'}"),
        (r"\b(?P<m>max|maximum|longest|min|minimum|average|avg|mean|median) (?:number of )?(?:days|time) open\b(?!.*\b(?:issues?|cases?|alerts?|findings?)\b)", r"\g<m> age of open issues"),
        # as columns
        (r"(?:,| and| with| plus)+ (?:also )?(?:to )?who(?:m|ever)? (?:they|it|each|these|those)(?: each)? (?:are|is|were|has been|have been) assigned(?: to)?\b", " with their assignee"),
        (r"\b(?P<how>different|distinct|unique) packages (?:that )?(?:are|is|have been) (?:vulnerable|affected)\b", r"\g<how> packages of vulnerabilities"),
        # datasets by themselves
        (r"^(?P<lead>\W*(?:(?:show|list|give|get|me|us|the|our|all|please|see) )*)(?:vpc |aws |network )?flow logs?\W*$", r"\g<lead>flow records"),
        (r"^(?P<lead>\W*(?:(?:show|list|give|get|me|us|see|what is|what's|how big is|how large is) )*)(?:the|our|my) (?:current |open )?backlog\W*$", r"\g<lead>open issues"),
        # what was done, as a noun
        (r"^(?P<lead>\W*(?:(?:show|list|give|count|number|of|how|many|all|the|any|me|us|recent|latest) )*)(?:(?:resource|asset) )?(?P<what>deletion|creation|modification|removal)s?(?= (?:in the|in|during|over|since|last|this|yesterday|today|per|by|on|from|between|within|of)\b|\W*$)(?! (?:of|in|on) (?!the last|the past|last|this))", r"\g<lead>\g<what> audit events"),
        # groups of guests and roles
        (r"\b(?P<who>azure ad guests?|azure guests?|guest users?|guests?)(?: users?)? (?:(?:that|which|who) )?(?:hold|have|has|holding|with|having|holds|got) (?:a |an |any |some )?(?:azure |rbac )?roles?(?: assignments?)?(?: assigned)?\b(?: in azure)?", "users reported for guest holds a role"),
    )
)  # fmt: skip
# the agent that is meant is that of the endpoints, where SSM is not spoken of
_VERSIONS: Final = re.compile(
    rf"\bagent versions?\b(?=.*\b{_MACHINES}\b)|\b{_MACHINES}\b(?=.*\bagent versions?\b)"
)
_OF_MACHINES: Final = re.compile(rf"\b{_MACHINES}\b")
_WHICH_VERSIONS: Final = re.compile(
    r"^\W*(?:which|what) (?:(?:xdr|cortex|endpoint) )?agent versions?(?: (?:are|do|is|we|there|in use|running|run|have|deployed|installed|out there|around))*(?:,? (?:and )?(?:on |with )?how many (?:endpoints|agents|of each)(?: (?:have|run|use|are on) (?:each|them|it))?)?\W*$"
)


def of_sources(text: str) -> str:
    """A text in lower case with such idioms in plainer words; one with something quoted stays."""
    if quotes(text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    if not _SSM.search(text):
        if _VERSIONS.search(text):
            text = _OF_MACHINES.sub("endpoints", text)
        text = _WHICH_VERSIONS.sub("number of endpoints by agent version", text)
    return text
