"""Idioms about configuration put into the words that the lists know: powered off, incl., deny plain http."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_MACHINES: Final = r"(?:vms?|virtual machines?|machines?|instances?|ec2s?|boxes|computers?)"
_OFF: Final = re.compile(
    rf"\b(?:powered|shut)[ -](?:off|down)\b|\bshutdown\b|\b(?:switched|turned)[ -]off(?= {_MACHINES}\b)"
    rf"|(?P<what>\b{_MACHINES}(?: (?:that|which|are|is|currently|still))+ )(?:switched|turned)[ -]off\b"
)
# what a key of a value ends with
_VALUES: Final = r"(?:algorithms?|types?|versions?|sizes?|class(?:es)?|engines?|runtimes?|modes?|tiers?|skus?|retentions?|periods?|schemes?|timeouts?|protocols?|images?|identifiers?|endpoints?|timestamps?|times?|dates?)"


def _versioned(match: re.Match[str]) -> str:
    return f"with version {'below' if match['o'] in ('older', 'lower', 'earlier') else 'above'} {match['v']}"


# what things should have: "without versioning and logging" has neither
_GOOD: Final = r"(?:(?:object |bucket )?versioning|(?:(?:server )?access )?log(?:ging|s)|flow logs?|encryption(?: at rest)?|(?:automat(?:ed|ic) )?backups?|mfa|(?:key )?rotation|deletion protection|multi-?az|purge protection|soft delete|(?:detailed )?monitoring|ddos protection|secure boot|scan on push|pitr|https|tls|ssl|lifecycle(?: (?:rules?|polic(?:y|ies)))?|tags?|owners?|team|environment|cost ?center|(?:memory|cpu|resource) (?:limits?|requests?)|(?:liveness|readiness) probes?)"
_NEITHER: Final = re.compile(
    rf"\b(?P<no>without|lacking|missing|no) (?P<first>(?:an? |any )?{_GOOD})(?P<rest>(?:(?:, | and | or |, and |, or | nor | as well as )(?:an? |any )?{_GOOD})+)(?! (?:off|on|disabled|enabled|is|are|older|newer|that)\b)(?=\W|$)"
)
_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # versions are below one another, and no older
        (r"\b(?P<o>older|newer|lower|higher|earlier|later) than version (?P<v>\d[\w.]*)", _versioned),
        (r"\b(?P<w>postgres(?:ql)?|mysql|mariadb|oracle|aurora)(?P<d> databases?| dbs?| instances?)? (?:with|on|at) version (?=below|above|before|after|\d)", r"\g<w>\g<d> with engine version "),
        # nobody's disks
        (r"\b(?P<w>disks?|volumes?) (?:(?:that|which) )?(?:are |is )?(?:not|n't|aren't|isn't) attached to (?:an?y? |any |a single )?(?:vms?|machines?|instances?|virtual machines?|servers?|anything)\b", r"unattached \g<w>"),
        # what runs nowhere by itself
        (r"\b(?P<w>images?|functions?|lambdas?) (?:that are |which are )?running (?P<in>in|on) ", r"\g<w> \g<in> "),
        # firewalls of Azure services
        (r"\b(?:(?:that|which) )?(?:allow(?:s|ing)?|let(?:s|ting)?|open(?:s|ed)? (?:to|for)|accept(?:s|ing)?) (?:in )?(?:all |other |any )?azure services(?: in)?\b", "with a firewall rule with start ip address 0.0.0.0"),
        (r"\b(?:with|having|whose)(?: (?:a|the))? (?:firewall|network|network rules?|network acls?)(?: rules?)? default(?: action)?(?: is| set)?(?: to| =| of)? ?(?P<a>allow|deny)\b", r"with network acls default action \g<a>"),
        # asked for beside
        (r"(?:,|\(|\band\b)?\s*\b(?:incl\.|incl\b|inclusive of\b|inc\.)\s*", ", with "),
        (rf"^\W*(?:(?:please|can you|could you|i need|show|list|give|print|display|get|tell|provide|what is|what are|which)(?: me)? )+(?:the )?(?P<key>(?:[\w-]+ ){{0,3}}{_VALUES}(?:(?:, | and |, and )(?:the )?(?:[\w-]+ ){{0,3}}{_VALUES})*) (?:of|for|on) (?:every|each|all)(?: of)?(?: the| our)* (?P<kind>[\w ]+?)\W*$", r"list \g<kind> with the \g<key>"),
        (r"\bwith (?:the |their )?(?P<a>(?!\d)[^.?]{2,80}?),? and whether (?:they|it|each|these)(?: one)? (?:are|is|have|has) (?P<b>[\w -]{3,40}?)(?=\W*$)", r"with the \g<a> and \g<b>"),
        # neither of two
        (r"\b(?:lacking|without|missing|free of) both (?P<a>[\w -]{3,30}? (?:issues|findings)) and (?P<b>[\w -]{3,30}? (?:issues|findings))\b", r"without \g<a> and without \g<b>"),
        # "policies that allow iam:PassRole on everything"
        (r"\b(?P<p>(?:iam |managed |customer )*polic(?:y|ies)) (?:(?:that|which) )?(?:allow|grant|permit|give)(?:s|ing)? (?P<a>[a-z][\w-]*:[\w*]+) (?:on|to|for|over) (?:'?\*'?|everything|all resources|any resource|every resource)(?=\W*$| (?:in|per|by)\b)", r"\g<p> with a statement that has effect allow and action \g<a> and resource '*'"),
        # "vpcs in which no instance runs"
        (r"\b(?:in|on) which (?:no|not a single) (?P<y>[a-z][\w -]{2,25}?) (?:runs?|is running|are running|sits?|lives?|exists?|is|are)(?: deployed| running| placed)?(?=\W*$)", r"without any \g<y>"),
        # "subnets that no instance uses"
        (r"\b(?:that|which) no (?P<y>(?!rule|one\b|statement|container|member)[a-z][\w -]{2,25}?) (?:uses?|references?|refers? to|needs?|(?:is|are) (?:using|attached to|connected to))(?=\W*$|,? (?:and|but|in|on|per|by)\b)", r"not used by any \g<y>"),
        # "routes that go to an internet gateway" are those of route tables
        (r"^(?P<lead>\W*(?:(?:list|show|give|me|which|what|are|the|all|our|print|how many|number of|count)\b ?)*)routes\b(?! (?:of|in|per|tables?)\b)(?=.*\b(?:gateway|peering|0\.0\.0\.0|destination|internet)\b)", r"\g<lead>routes of route tables"),
        # what a vault lets one do with what it keeps
        (r"\b(?P<p>access polic(?:y|ies)) (?:(?:that|which|to) )?(?:(?:allow|grant|permit|give)(?:s|ing)?|with)(?: access to)? (?P<w>secret|key|certificate)s? (?P<v>get|list|set|delete|purge|backup|restore|recover|create|update|import|all)\b(?: permissions?)?", r"\g<p> whose \g<w>s contain \g<v>"),
        (r"\b(?P<p>access polic(?:y|ies)) (?:(?:that|which|to) )?(?:(?:allow|grant|permit|give)(?:s|ing)?|with)(?: the)? (?P<v>get|list|set|delete|purge|backup|restore|recover|create|update|import|all)(?: permissions?)? (?:on |for |to |of )?(?P<w>secret|key|certificate)s\b", r"\g<p> whose \g<w>s contain \g<v>"),
        (r"\brole ?bindings? (?:whose|where the) subjects? (?:is|are) (?:an? )?(?P<k>service ?account|group|user)s?\b", lambda m: f"kubernetes role bindings with subject kind {m['k'].replace(' ', '')}"),
        # what is named and no longer there
        (r"\bwhose (?:(?:source|original|origin|parent|underlying|base) )?(?P<x>[a-z][\w -]{2,30}?) (?:no longer exists?|no longer is there|(?:does|do)(?: not|n't) exist(?: any ?more)?|(?:is|are|was|were|has been|have been) (?:gone|deleted|removed)(?: already)?|(?:is|are)(?: not|n't) there(?: any ?more)?)(?=\W*$)", r"without \g<x>"),
        (r"\b(?:that |which )?(?:auto(?:matically)?[ -]?)?(?:gives?|hands?|giving|handing|assigns?|assigning) (?:out )?(?:(?:machines|instances|things|them) )?(?:an? )?public (?:ip )?(?:ips|address(?:es)?|ip)(?: (?:by default|automatically|on launch))?\b", "with map public ip on launch"),
        (r",? (?:and )?(?:who (?:owns?|is the owner of|are the owners of) (?:them|it|each(?: of them)?|these|those)|who (?:are|is) (?:the|their) owners?)\W*$", ", with owner"),
        (rf",? (?:and )?(?:in )?(?:which|what) (?P<what>region|account|subscription|project|vpc|engine|runtime|version|{_VALUES}) (?:are they (?:in|on|running)|do they (?:run|use|have|live in|belong to)|they (?:are in|are on|run|use|have))\W*$", r", with \g<what>"),
        (r"\b(?:whose|where the|with a) (?:bucket |resource )?polic(?:y|ies) (?:that )?(?:does ?n[o']?t|do(?:es)? not|doesnt|dont|don't|fails? to) (?:enforce|require|force|demand|mandate|insist on) (?:the use of )?(https|tls|ssl|secure transport|encryption in transit)\b", r"without \1"),
        (r"\b(?:attached to (?:nothing|no (?:instances?|vms?|machines?|one))|not attached(?: to (?:anything|any (?:instances?|vms?|machines?)))?)(?=\W*$|,| and | or | in )", "unattached"),
        (r"(?<=\d) ?(?:gigs?|gigabytes?|gibibytes?)\b", " gb"),
        (r"(?<=\d) ?(?:megs?|megabytes?)\b", " mb"),
        (r"(?<=\d) ?(?:terabytes?|teras?)\b", " tb"),
        (r"\bproject[- ]wide (?:public )?ssh keys?\b|\bblock[- ]project[- ]ssh[- ]keys\b", lambda m: "block project wide keys" if m[0].startswith("block") else "project wide keys"),
        (r"\b(?:with|have|has|having) (?:an? )?(?:bucket |resource |repository |key )?polic(?:y|ies) (?:that |which )?(?:allow|let|grant|permit)(?:s|ing)? (?:access to )?(?:everyone|anyone|everybody|anybody|the public|all users)(?: in| to read| access| to access)?\b", "that are open to the public"),
        (r"\bddos(?: protection)? plans?\b", "ddos protection"),
        (r",? (?:and )?when (?:they|it|each|these) (?:were|was|are|is) (first|last) seen\W*$", r", with \1 seen"),
        (r"\b(?:which|that) (?:nobody|no one|none) (?:has |have )?(?P<v>rotated|changed|used|touched|updated)\b", r"not \g<v>"),
        (r"\b(?P<lb>load balancers?|albs?|elbs?)(?P<mid>(?: (?!without\b|no\b|not\b|never\b|lacking\b)[\w-]+){0,3}?) (?:(?:that|which|are|still|listen(?:s|ing)?|with|having|have|a|an|plain|only) )*(?:on |over |via )?(?:plain |unencrypted )?http(?: listeners?| only)*(?:,? (?:on )?port 80)?(?=\W*$| and | in |,)", r"\g<lb>\g<mid> with plain http"),
        (r"\bservices? exposed (?:via|through|with|by|on) (?:an? )?(?:external )?load ?balancers?\b(?: in (?:k8s|kubernetes))?", "kubernetes services of type loadbalancer"),
        (r"\ball (?:four|4)(?: of the)?(?= (?:public|block))", "all"),
        (r"\b(?:nbr|num|no\.|cnt) of\b", "number of"),
        (r"\b(from|to|source|dest|destination|dst|src)-(ports?)\b", r"\1 \2"),
    )
)  # fmt: skip


def configured(text: str) -> str:
    """A text in lower case with such idioms in plainer words."""
    if re.search(rf"\b(?:{_MACHINES}|servers?)\b", text):
        text = _OFF.sub(lambda m: f"{m['what'] or ''}stopped", text)
    text = _NEITHER.sub(_each_without, text)
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text


def _each_without(match: re.Match[str]) -> str:
    """ "without a, b or c" as "without a and without b and without c"."""
    things = [match["first"], *re.split(r"(?:,? (?:and|or|nor|as well as) |, )", match["rest"])[1:]]
    return " and ".join(f"{match['no']} {thing}" for thing in things)
