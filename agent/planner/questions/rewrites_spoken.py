"""How people type: negations without an apostrophe, short nouns, slashes, "day by day", "make it 10"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.tokens import quotes

_NUMBER: Final = (
    r"(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty|hundred)"
)
_DIGITS: Final = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
_LEVEL: Final = r"(?:critical|high|medium|low|severe|informational)"


def _keys(match: re.Match[str]) -> str:
    user = match["w"] if match["w"].endswith("s") else f"{match['w']}s"
    number = (match["n"] or "1").strip()
    return f"{_DIGITS.get(number, number)} {match['r']} {match['s']}access keys of {user}"


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(?<![\w-])(?P<v>do|does|is|are|was|were|has|have|had|did|would|should|could)nt(?![\w-])", r"\g<v>n't"),
        (r"(?<![\w-])can ?not(?![\w-])", "can't"),
        (r"(?<![\w-])(?:cant|wont)(?= (?:be|have|read|write|log|reach|access|connect|rotate|expire)\b)", "can't"),
        (r"(?<![\w-])(?P<l>critical|high)s(?![\w-])(?! (?:issues|findings))", r"\g<l> issues"),
        (r"\b(?P<w>no|without(?: an?)?|lacking(?: an?)?|missing(?: an?)?|lack(?: an?)?) (?:cortex xdr|xdr|cortex|edr) agents?\b", r"\g<w> endpoint agent"),
        (r"\b(?P<t>top (?:\d+ )?)(?:most )?vulnerable packages(?= by (?:the )?number of (?:vulnerabilities|cves|findings))", r"\g<t>packages"),
        (r"\b(?P<t>top (?:\d+ )?)(?:most )?vulnerable packages\W*$", r"\g<t>packages by number of vulnerabilities"),
        # short nouns, where they are none of the tenant's
        (r"(?<![\w-])(?P<l>lambda |azure |cloud )fns?(?![\w-])", r"\g<l>functions"),
        (r"(?<![\w-])(?:fns)(?![\w-])", "functions"),
        (r"(?<![\w-])(?P<l>ecr|container|docker|image|artifact) repos(?![\w-])", r"\g<l> repositories"),
        (r"(?<![\w-])(?P<l>ecr|container|docker|image) repo(?![\w-])", r"\g<l> repository"),
        (r"(?<![\w-])(?P<l>rds|sql|cloud sql|postgres|mysql) dbs(?![\w-])", r"\g<l> databases"),
        (r"\b(?:entra(?: id)?|aad|azure ad) ?/ ?(?:entra(?: id)?|aad|azure ad)\b", "azure ad"),
        (r"(?<=[a-z]) / (?=[a-z])", " and "),
        (r"(?<![\w-])(?:rn|atm|btw|asap|fyi|imo|tbh)(?![\w-])", ""),
        (r"\b(?:accept|support|tolerat|respond to|honou?r|serv|speak|us|answer)(?:e|es|s|ing)? (?=imds ?v? ?1|(?:instance )?metadata (?:service )?v(?:ersion )?1)", "allow "),
        # "has most critical issues": the level is theirs, and no rank
        (rf"\b(?P<h>has|have|had|got|gets|get|with|sees|shows|carries|holds|having) most (?={_LEVEL} )", r"\g<h> the most "),
        # time bins
        (r"\b(?P<u>day|week|month|hour)[ -](?:by|after|over)[ -](?P=u)\b", r"per \g<u>"),
        # the number of an answer changed
        (rf"^\W*(?:(?:ok|okay|please|pls|and|now|no|actually|hmm)\W+)*(?:make|change|turn|set|extend|expand|cut|reduce|limit|increase) (?:it|that|this|the list|the limit|them|those)(?: down| up)?(?: to| into)?(?: (?:a|the))?(?: (?:top|first))? (?P<n>{_NUMBER})(?: (?:rows|results|items|entries|lines|of them))?(?:,? (?:instead|please|pls|then))*\W*$", r"top \g<n>"),
        (rf"^\W*(?:(?:ok|okay|please|pls|and|now|no|actually|hmm)\W+)*(?:only |just )?(?:the )?(?P<n>{_NUMBER})(?:,? (?:instead|please|pls|is enough|will do|are enough))+\W*$", r"top \g<n>"),
        # what a preface is for
        (r"^\W*(?:for|re|regarding|as part of|in preparation (?:of|for)|as input (?:for|to)|to complete|to fill) (?:the |our |my |an? |this )?(?:(?!only\b|each\b|every\b)[\w'/-]+ ){0,4}(?:annex|appendix|section|chapter|slides?|deck|dashboard|minutes|document|evidence|paper|memo|summary|report|audit|review|workshop|exercise|board)\s*:\s+(?=\w)", ""),
        (r"^\W*(?:annex|appendix|section|chapter)(?: [\w.]{1,12}){0,2}\s*:\s+(?=\w)", ""),
        # what an answer was not, and is to be instead
        (r"^\W*(?:no|nope|sorry|wait|hmm)\b[, ]*(?:(?:sorry|wait)[, ]+)?(?:i (?:mean|meant)|rather|make that|actually)\b[, ]*(?:(?:only|just)? ?(?=those\b|the\b|with\b|in\b))", "only "),
        (r"^\W*(?:ok |and |now |then )*(?:the )?other way (?:round|around)\b[,:;]+ ?(?=\w)", ""),
        (r"^\W*no\b[, ]*(?=(?:only|just|those)\b)", ""),
        (r"\bip[ -]?forwarding\b", "canipforward"),
        (r"\b(?:our|all(?: the)?|the) storage (?=(?:is|are|that|which)\b)", "storage buckets "),
        (rf"^(?P<lead>\W*(?:(?:which|what|show|list|give|me|the|are) )*)(?P<n>{_NUMBER}) (?P<g>regions|accounts|teams|owners|applications|providers|clouds|environments) (?:that |which )?(?:host|hold|have|contain|run|own|keep|carry)(?:s|ing)? (?:the )?most (?P<w>[\w -]{{3,50}}?)\W*$", r"\g<lead>top \g<n> \g<g> by number of \g<w>"),
        # groups
        (r"\bassigned to (?:each|every) (?:person|analyst|engineer|assignee|user|one|colleague|individual)\b", "for each assignee"),
        (r"\b(?P<e>for|in|of|per) (?P<each>each|every) (?P<k>team|owner|application|app|environment|env|tier|cost ?center) tag\b", r"\g<e> \g<each> \g<k>"),
        # nothing to complain of
        (r"\b(?:(?:that|which) )?(?:are|is|being) (?:all |completely |totally )?(?:clean|spotless|healthy|green)(?:,? \(?(?:i\.? ?e\.?,?|so|meaning|that is,?|with) (?:no|without|zero) (?P<w>[\w ]{4,30}?)\)?)?(?=\W*$)", lambda m: f"without {m['w'] or 'open issues'}"),
        (r"\bwhere (?:the|an|its|their|our) (?:endpoint |xdr |cortex |edr )?agent is (?:missing|not installed|absent|not there|not present)\b", "without an endpoint agent"),
        # columns
        (r",? (?:and |with |plus |incl(?:uding|\.)? )?(?:show |tell |say )?(?:who|whom) (?:they are|it is|it's|they're|each is|is it|are they|each one is) assigned to\b", " with assignee"),
        (r"\b(?P<w>(?:with|and|show|plus)(?: the| their| its)?) encryption and (?P<o>[a-z]+) (?P<s>status(?:es)?|states?|settings?)\b", r"\g<w> \g<o> \g<s> and whether they are encrypted"),
        (r"\b(?P<by>by|per) (?:their |the )?encryption(?: at rest)? (?:status|state|setting)s?\b", r"\g<by> encrypted"),
        (r"(?<!by )(?<!per )(?:,? (?:and|with|plus|including))*(?: (?:the|their|its))? encryption (?:status|state|setting)s?\b", " and whether they are encrypted"),
        # what everybody can do
        (r"\b(?:(?:that|which) )?(?:allow(?:s|ing|ed)?|accept(?:s|ing|ed)?|permit(?:s|ting|ted)?|let(?:s|ting)?|with|support(?:s|ing)?) (?:unauthenticated|anonymous|public) (?:invocations?|calls|requests|invokers?|callers?|execution)\b", "that are publicly accessible"),
        (r"\bany(?:[ -]to[ -]|[ -]|/)any\b(?= (?:rules?|traffic|access)\b|\W*$| (?:in|on|per|by)\b)", "all ports from anywhere"),
        # accounts that are there
        (r"\b(?P<a>(?:cloud )?(?:accounts?|subscriptions?|projects?))(?P<in> \([^)]*\))? (?:are|is|have been|has been|were|do we have|have we|we have) (?:currently )?(?:onboarded|connected|integrated|in scope|monitored|covered)\b", r"\g<a>"),
        # keys of users, the oldest first
        (rf"\b(?:top )?(?P<n>{_NUMBER} )?(?P<w>(?:iam |aws )?users?) (?:with|having|that have|who have) (?:the )?(?P<r>oldest|newest) (?P<s>active )(?:access )?keys?\b(?! (?:in|per|for|of) (?:each|every)|\s*\?*\s+per )", _keys),
        # what no file of was looked at
        (r"\b(?:(?:that|which) )?(?:have|has|with|without|having) (?:no|any|not any|not a single) (?:classified|scanned) files?\b", "without files"),
        (r"\b(?:(?:that|which) )?(?:dspm has not|dspm hasn't|dspm never|has dspm not|hasn't dspm) (?:classified|scanned|looked at|covered|analy[sz]ed)(?: any(?: files?)?(?: (?:of|in|on))?| yet)*(?=\W*$)", "without files"),
        (r"\bwithout (?:any )?(?:classified|scanned) files?\b", "without files"),
        # what the records of a log are called
        (r"\b(?P<r>rejected|accepted|denied|blocked|allowed) flow logs? (?:records?|entries|lines|events?)\b", r"flow records \g<r>"),
        (r"\bflow logs? (?=(?:records?|entries|lines|events?)\b)", "flow "),
        (r"\b(?:api calls?|api requests?)\b(?! gateway)", "audit events"),
        (rf"\b(?P<lead>who (?:are|is) (?:the )?|(?:show|list|give)(?: me)? (?:the )?|which are (?:the )?|what are (?:the )?|the )?(?:top )?(?P<n>{_NUMBER} )?(?:busiest|most active) (?P<w>identities|users|principals|people|accounts|callers)(?P<in> (?:in|of|on) (?:the |our )?(?:cloud )?(?:audit (?:log|logs|trail|events)|cloudtrail))\b", r"top \g<n>\g<w> by number of audit events"),
        (r"\b(?P<w>identit(?:y|ies)|users?|principals?|people|persons|who) (?:that |which |who )?(?:made|did|performed|executed|ran|issued|triggered) (?P<op>more than|at least|over|fewer than|less than|exactly) (?P<n>\d+) (?:operations|actions|calls|audit events|changes)\b", lambda m: f"{'users' if m['w'] in ('people', 'persons', 'who') else m['w']} with {m['op']} {m['n']} audit events"),
        (r"\b(?:which|what) (?P<w>identity|user|principal|person) (?:that |which |who )?(?:made|did|performed|executed|ran|issued|triggered) (?:the )?most (?:operations|actions|calls|audit events|changes)\b", r"top 1 \g<w> by number of audit events"),
        (rf"\b(?P<top>top (?:{_NUMBER} )?|busiest |most active |most frequent )?(?:sources? (?:ips?|addresses)|ips|source ip addresses) (?:that (?:are )?|which (?:are )?)?(?:hit(?:ting)?|scan(?:ning)?|prob(?:e|ing)|attack(?:ing)?|connect(?:ing)? to|contact(?:ing)?|knock(?:ing)? on|try(?:ing)?) (?P<port>port \d+)\b", r"\g<top>source ip by number of flow records to \g<port>"),
    )
)  # fmt: skip


def as_spoken(text: str) -> str:
    """A text in lower case in the spelling and the nouns of the lists; one with something quoted stays."""
    if quotes(text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text
