"""Idioms of what people and services did in the cloud, put into the words of the audit log: "made changes to", "from which IP"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

# the audit log is spoken of, or something that only it has
_OF_LOG: Final = re.compile(
    r"\b(?:audit|operations?|api calls?|changes?|changed|modif\w+|actions?|activity|who|did|happened|callers?|acted|console|attached|detached|created|deleted|launched)\b"
)
_PEOPLE: Final = r"(?:real |actual )?(?:human (?:users?|identities|beings|actors)|people|persons?|humans?|individuals|employees|colleagues)"
_SERVICES: Final = r"(?:service (?:accounts?|identities|principals?)|machine identities|services?|automations?|machines?|bots?|robots?|non-?humans?)"
_PIPELINE: Final = r"(?:pipelines?|ci(?:/cd)?|terraform|iac|automation)"
_VERSUS: Final = r"(?:vs\.?|versus|compared (?:to|with)|against|and|or)"
_USERS: Final = r"(?:users?|persons?|people|humans?|human (?:users|identities)|identities|admins?|employees|colleagues|principals|callers|who)"
_MADE: Final = r"(?:made|did|do|performed|carried out|executed|initiated|caused|makes?)"
_SOME: Final = r"(?:(?:any|some|the|all|most|manual|of) )*"
_LOG: Final = r"(?:the |our )?(?:cloud |aws |azure |gcp )?audit (?:logs?|trails?|events?)"
_N: Final = r"(?P<n>\d+|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_OVER: Final = re.compile(r"\b(?:over|for|during|across) (?:the )?(?=\d+ (?:days|weeks|months)\b)")
_HUMAN: Final = re.compile(
    r"\b(?:persons?|people|humans?|employees|colleagues|identity type user|users only|no (?:services?|pipelines?|machines?|robots?|bots?))\b"
)


def _human(said: str) -> str:
    return " with identity type = user" if _HUMAN.search(said) else ""


def _changed(match: re.Match[str]) -> str:
    return f"who changed{_human(match.group(0))}"


def _newest(match: re.Match[str]) -> str:
    several = match["noun"].endswith("s")
    return f"audit events, newest first, top {(match['n'] or ('10' if several else '1')).strip()} on "


def _seen_most(match: re.Match[str]) -> str:
    return f"top {match['n']} users in audit events{_human(match.group(0))}"


def _changed_most(match: re.Match[str]) -> str:
    return f"audit events by resource, most first{', top ' + match['n'].strip() if match['n'] else ''}"


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # what was said first is put right
        (rf"\b{_N} (?:[\w]+ )?\w+, (?:i mean|or rather|that is)(?: to say)?,? (?:their |the )?(?P<what>[\w ]+?),(?= )", r"\g<n> \g<what>"),
        (rf"\b{_N} callers?, (?:their |the )?(?P<what>ip addresses|ips),(?= )", r"\g<n> \g<what>"),
        # by whom
        (rf"\b(?:{_MADE} )?by (?:the )?(?:{_PEOPLE}|{_PIPELINE}|{_SERVICES}|users) {_VERSUS} (?:by )?(?:the )?(?:{_PEOPLE}|{_PIPELINE}|{_SERVICES}|users)\b", "by identity type"),
        (rf"\b(?P<hand>by hand|manually|manual(?= changes)|in the console|through the console)[,;]? (?:rather than|and not|not|instead of|but not) (?:by |through |via |with )?(?:the |a |our )?{_PIPELINE}\b", "through the console"),
        (r"\b(?:by hand|manually)\b", "through the console"),
        (rf"\b(?:{_MADE} )?(?:by|of) {_PEOPLE}\b(?!,? {_VERSUS}\b)(?:,? \(?(?:and |but )?not (?:by )?(?:the |a |any )?(?:{_PIPELINE}|{_SERVICES})\)?)?", "with identity type = user"),
        (rf"\b(?:{_MADE} )?by (?:the |any )?{_SERVICES}\b(?!,? {_VERSUS}\b)", "with identity type = service"),
        # from where
        (r"\b(?:from )?(?:which|what) (?:source |caller |client )?(?:ips?|ip address(?:es)?|addresses) (?:did|does|do|has|have|was|is|were) (?P<who>[\w.@-]*[@.-][\w.@-]+|the pipeline|pipeline) (?:use|used|using|come|came|coming|act|acted|acting|work|worked|working|connect|connected|sign in|signed in|log in|logged in|operate|operated|operating|call|called|active)(?: (?:from|with))?", r"audit events with user \g<who> by ip"),
        (r"^\W*from where (?:did|does|has|have) (?P<who>[\w.@-]*[@.-][\w.@-]+|the pipeline|pipeline) \w+(?: \w+)?", r"audit events with user \g<who> by ip"),
        (r"\b(?:which|what) (?:identities|users|principals|people|callers|accounts) (?:acted|operated|worked|came|called|connected|signed in|logged in|were active|was active) (?:from|via) (?:the )?(?:ip )?(?:address )?(?=\d)", "in the audit log, who came from "),
        (rf"\b(?:ips?|ip address(?:es)?|addresses) from (?:where|which) most (?:of )?{_LOG}(?: entries| events| records)? (?:came|come|originated?|were made|are made)\b", "ips with the most audit events"),
        # who made changes
        (rf"^(?:\W*(?:(?:show|list|give|tell|find|me|us|all|the|which|what|please) )*){_USERS}(?: \([^()]*\))?(?: who| that| which)?(?: have| has| had)? {_MADE} {_SOME}(?:changes?|modifications?|something)(?: (?:to|on|of|in)(?= (?!the (?:last|past)|{_LOG})))?", _changed),
        (rf"\bwho(?: has| have| had)? {_MADE} {_SOME}(?:changes?|modifications?)(?: (?:to|on|of|in)(?= (?!the (?:last|past)|{_LOG})))?", "who changed"),
        (rf"^\W*(?:(?:show|list|give|tell|find|me|us|all|the|which|what|please) )*{_USERS}(?: \([^()]*\))?(?: who| that| which)? did change\b", _changed),
        (r"\b(?P<who>who|which|that) did change\b", r"\g<who> changed"),
        (r"\bwho (?:made|gave|did) (?=(?:any |the |new )?(?:azure )?role assignments?\b)", "who changed "),
        (r"^(?P<deed>\W*who (?:\w+ )?(?:changed|modified|deleted|removed|created|touched|did|launched|terminated|updated|added)) (?:something|anything|stuff|things|resources?|any resources?)(?=\W|$)", r"\g<deed>"),
        (rf"^(?P<deed>\W*who (?:\w+ )?(?:changed|modified|deleted|removed|created|touched|launched|terminated|updated|added)\b.*?) (?:in|from|according to|per|as per|by) {_LOG}", r"\g<deed>"),
        # of a thing that belongs to another, the other is what operations are named after
        (r"\b(?P<deed>attached|detached) (?:any |new )?(?P<to>role|user|group) polic(?:y|ies)\b", r"\g<deed> policies to \g<to>s"),
        (r"\b(?P<deed>who (?:\w+ )?(?:changed|modified|put|set|updated|edited|replaced)) (?:the |any )?(?P<of>bucket|key|vault|repository|queue|topic|secret) polic(?:y|ies)\b", r"\g<deed> \g<of>s with operation containing policy"),
        # the root user
        (r"\b(?:aws )?root(?: user| account)?(?:'s)? (?:activity|activities|usage|actions|events|operations|log-?ins?|sign-?ins?)\b", "audit events with user root"),
        (r"\b(?:activity|activities|usage|actions|events|operations|log-?ins?|sign-?ins?) (?:of|by|from) (?:the |an? )?(?:aws )?root(?: user| account)?(?=\W|$)", "audit events with user root"),
        # what operations are named after, where it is no resource of its own
        (r"^(?P<deed>\W*who (?:\w+ )?(?:created|deleted|removed|updated|made|rotated)) (?:an? |any |the |new )?(?:iam )?access keys?\b", r"\g<deed> with operation containing accesskey"),
        # how often
        (r"\b(?P<who>users?|identities|people|principals|callers|who) (?:who |that |which )?(?:have |has |had )?failed (?:operations?|calls?|actions?) (?:more than once|at least twice|repeatedly|several times|multiple times)\b", r"users with more than 1 failed audit events"),
        # whether anybody did
        (r"^\W*(?:did|has|have) (?:anybody|anyone|somebody|someone|any user|any one|people) (?:ever |recently |been )?(?=[a-z]+\b)", "who "),
        (r"\b(?:that )?(?:came |coming |were made |made |done |are )?(?:from )?outside (?:of )?(?:the )?terraform(?: pipelines?)?\b", "not by terraform"),
        (r"\b(?:per|by|for each|did each|does each|each) person(?: have| do| make| cause)?\b", "per user with identity type = user"),
        (r"\boperations (?:on|against|performed on|done on) (?=(?:the |our )?(?!audit)[a-z])", "operations in audit events on "),
        # what happened to a thing
        (r"^\W*(?:show |tell |list |give )?(?:me |us )?(?:the )?(?:last|latest|most recent|newest) (?P<n>\d+ )?(?:recorded )?(?P<noun>changes?|modifications?|operations?|audit events?|actions?) (?:made )?(?:to|on|of|at|for) ", _newest),
        (r"^\W*(?:what|which changes?) (?:has |have |had |was |were |all )*(?:changed|happened|been done|done|modified) (?:on|to|with|at|in|of) (?:the )?(?:asset |resource |bucket |instance |key vault |database |role |user )?(?P<what>[\w./:@-]*[\d./:@-][\w./:@-]*)(?: (?:recently|lately|of late))?", r"audit events on \g<what>"),
        (r"^\W*(?:which|what|show|list|top)? ?(?P<n>\d+ )?(?:resources?|assets?) (?:that )?(?:were |was |have been |got |are )?(?:changed|modified|touched|altered) (?:the )?most(?: often| frequently)?(?: in the (?:cloud )?audit logs?)?\b", _changed_most),
        (r"\b(?P<kind>security groups?|buckets?|iam roles?|roles?|key vaults?|vaults?|databases?|instances?|machines?|firewalls?|users?|vms?) changes (?:that |which )?(?:were |was |are |have been )?(?:made |done |performed |carried out )?", r"changes to \g<kind> "),
        # who is seen most
        (rf"^\W*(?:which|what|who are|show|list|name|give me|tell me)? ?(?:the |our )?{_N} (?:human |most active )*(?:users?|identities|persons|people|principals|callers|accounts)(?: \([^()]*\))? (?:that |which |who )?(?:appear|appears|show up|occur|act|are seen|are active|turn up|were active|are busiest) most (?:often|frequently)?(?: in| of)? {_LOG}", _seen_most),
        (r"^\W*(?:(?:show|list|give|count|number|of|the|all|me|us|how many) )*(?:changes|actions|operations|activity)(?= (?:by|with) identity type\b)", "number of audit events"),
        (r"\b(?P<top>(?:top \d+ |most frequent |most common )?operations) (?P<who>with identity type = (?:user|service))", r"\g<top> in audit events \g<who>"),
    )
)  # fmt: skip


def of_doings(text: str, *, logged: bool = False) -> str:
    """A text in lower case with what it says of doings in plainer words; what is quoted stays.

    `logged`: it is about the audit log, whatever its words.
    """
    if '"' in text or "`" in text or not (logged or _OF_LOG.search(text)):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    if "audit" in text:
        text = _OVER.sub("in the last ", text)
    return re.sub(r"\s{2,}", " ", text).strip()
