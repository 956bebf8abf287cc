"""How things are asked for, put into the words that the lists know: "share the list of", "account wise", "how much %"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.tokens import quotes

_ATTRIBUTE: Final = r"(?:account|subscription|project|region|location|provider|cloud|severity|status|category|type|team|owner|environment|env|application|app|rule|check|namespace|cluster|service|month|week|day|assignee|analyst|package|user|vpc|subnet)"
_MEASURE: Final = r"(?:count|number|size|age|score|amount|total|volume|items?|records?)"
_PERCENT: Final = r"(?:percent(?:age)?|per cent|%|pct)"
_RULES: Final = r"(?P<which>(?:(?:configuration|security|compliance|posture|failed|cspm) )*)(?P<what>rules?|checks?|controls?)"
_OFTEN: Final = r"(?:most (?:often|frequently|of(?:ten)? the time)|the most|most|more than (?:any )?others?)"

_KINDS: Final = {
    "ec2": "ec2 instances", "vm": "vms", "azure vm": "azure vms", "rds": "rds instances", "lambda": "lambda functions",
    "instance": "ec2 instances", "engine": "rds instances", "runtime": "lambda functions", "size": "vms",
}  # fmt: skip


def _of_each(match: re.Match[str]) -> str:
    kind = match["k"] or match["a"].split()[0].rstrip("s")
    return f"number of {_KINDS.get(kind, 'machines')} by {match['a']}"


def _most_used(match: re.Match[str]) -> str:
    """What runs a system is a machine; the other things are of whatever has them."""
    system = re.match(r"operating|os|instance|vm", match["x"]) is not None
    package = match["x"].startswith("package")
    thing = "vulnerabilities" if package else "machines" if system else "assets"
    return f"top 1 {match['x']} per {match['y']} by number of {thing}"


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bat(least|most)\b", r"at \1"),
        (r"\bseverity levels?\b", "severity"),
        (r"\bsizes? in (?:gb|gib|tb|mb|bytes|gigabytes?) of\b", "size of"),
        # two columns, and no range
        (r"\bfrom[ -]?port (?:and|&) (?:the )?to[ -]?port\b", "from port, to port"),
        # the whole of them
        (r"^\W*what(?:'s| is) the (?=(?:total|overall|combined|sum of|summed) (?:sizes?|storage|capacity) (?:in \w+ )?of\b)", ""),
        (r"\b(?P<t>total|sum of|average|overall) (?P<a>sizes?|storage|capacity) of (?:all (?:of )?)?(?:the |our |my )", r"\g<t> \g<a> of "),
        # "share" as a verb is no percentage
        (rf"^(?P<lead>\W*(?:(?:please|pls|plz|kindly|can you|could you|will you|ok|hi|hello|also|now) )*)share (?:(?:with )?(?:me|us) )?(?:the |an? )?(?:(?:complete |full |whole )?(?:list|details?|names?|inventory|overview) (?:of|for|on) (?:the |all )?)?(?!of\b|{_PERCENT}|by\b|per\b)(?=\w)", r"\g<lead>list "),
        (r"\b(?:date|time|day) of (?:the )?creation\b|\bcreation (?:time|day|timestamp)\b", "creation date"),
        # "account wise", "item count wise"
        (rf"\b(?P<a>\w+ {_MEASURE})[ -]?wise\b", r"by \g<a>"),
        (rf"\b(?P<a>{_ATTRIBUTE})[ -]?wise\b", r"per \g<a>"),
        (r"^(?P<lead>\W*(?:(?:show|list|give|me|the|all|our|please|need) )*)(?P<what>[\w -]{3,40}?) (?P<a>[a-z]+)[ -]?wise (?:counts?|numbers?|split|break-?up|break-?down)\W*$", r"\g<lead>number of \g<what> by \g<a>"),
        # percentages
        (rf"\bhow (?:much|many) ?{_PERCENT}(?: of)?(?: the| our| all)? (?=\w)", "percentage of "),
        (rf"\b(?:how (?:much|many)|what) (?:of )(?:the |our |all )?(?P<what>[\w\s-]{{3,50}}?) (?P<be>is|are|has|have) (?P<part>[\w\s./-]{{2,60}}?),? (?:in|as(?: an?)?|expressed in) {_PERCENT}\b", r"percentage of \g<what> that \g<be> \g<part>"),
        (r"\b(?:are|is) not having\b", "without"),
        (r"\b(?:are|is) having\b", "with"),
        (rf"\b{_RULES} (?:with|having|that have|which have) (?:the )?(?:most|highest number of|largest number of) (?:failures?|fails|failed findings|violations?|failing (?:assets|resources))\b", r"\g<what> by number of failed \g<which>findings"),
        (rf"\b(?P<n>\d+|one|two|three|five|ten) most (?:often |frequently |commonly )?(?:failed|failing|violated|broken) {_RULES}\b", r"top \g<n> \g<what> by number of failed \g<which>findings"),
        # rules by how often they fail: of one, the first
        (rf"\b(?:which|what) (?:single |one )?(?P<which>(?:(?:configuration|security|compliance|posture) )*)(?P<what>rule|check|control) (?:fails?|failed|is failing|is violated|gets violated|is broken) {_OFTEN}\b", r"top 1 \g<what> by number of failed \g<which>findings"),
        (rf"\b{_RULES} (?:that |which )?(?:fails?|failed|is failing|are failing|is violated|are violated|gets? violated|is broken|are broken) {_OFTEN}\b", r"\g<what> by number of failed \g<which>findings"),
        (rf"\bmost (?:frequently|often|commonly) (?:failing|failed|violated|broken) {_RULES}\b", r"top \g<what> by number of failed \g<which>findings"),
        (r"\b(?P<what>rules?|checks?) by number of failed (?P<which>(?:\w+ )?)findings (?P<per>(?:per|(?:for|in|on|of) (?:each|every)|by) (?:cloud )?\w+)", r"\g<what> \g<per> by number of failed \g<which>findings"),
        # "of which each has most"
        (rf"\b(?:what|which) (?:kinds?|types?|sorts?) of (?:asset|resource)s? (?:does|do|has|have) (?:each|every) (?P<a>{_ATTRIBUTE}) (?:have |has |own |owns |use |uses |run |runs )?(?:the )?most(?: of)?\b", r"top 1 asset type per \g<a> by number of assets"),
        (rf"\b(?:what|which) is the most (?:common|frequent|used) (?:kind|type|sort) of (?P<w>asset|resource) (?:in|of|for|on|per) (?:each|every) (?P<a>{_ATTRIBUTE})\b", r"top 1 \g<w> type per \g<a> by number of assets"),
        (r"^(?P<lead>\W*(?:(?:list|show|give|me|all|our|the|what|which|are|please) )*)(?P<kind>(?:(?:azure|aws|gcp|google|ec2|k8s|kubernetes|rds) )?(?:vm|machine|database|bucket|function|lambda|volume|disk|cluster|node|container|user|server)|rds|ec2|eks|aks|gke|s3) (?P<a>[a-z][\w ]{2,28}?)s?(?: are used| are in use| do we use)?,? (?:and |with )?how (?:many|often) (?:are there |do we have |there are |we have )?(?:of|for|in|with|on) each(?: of them| one)?\b", r"number of \g<kind>s by \g<a>"),
        # which of something how many have
        (r"\bhow many (?P<what>[\w -]{2,40}?) (?:use|uses|have|has|run|runs|are on|are in|are of|is on|is in) (?:which|what) (?=\w)", r"number of \g<what> by "),
        (r"^(?P<lead>\W*)(?:the )?(?:population|totality|entirety|universe|full set|complete set) of (?:all )?(?=\w)", r"\g<lead>list "),
        (r"\b(?:are|do) we (?:currently )?(?:running|using|operating|run|use|operate|own)(?: (?:today|now|currently|at the moment))?(?=\W*$| (?:in|on) (?!which|what))", ""),
        # regions of one cloud
        (r"\b(?P<by>(?:in|for|on) (?:each|every)|per|by) (?P<c>aws|azure|gcp|google cloud) (?P<a>regions?|locations?)\b", r"on \g<c> \g<by> \g<a>"),
        (r"\bdefault routes?\b", "route 0.0.0.0/0"),
        # sizes
        (r"\b(?:total|overall|sum of|summed|combined) (?:ebs|volume|disk|block) (?:storage|size|capacity|space|volume)s?(?: size| capacity)?(?: in (?:gb|gib|tb|gigabytes?))?(?! of)", "total size of ebs volumes"),
        # what is there, or not
        (r"\b(?:for|of|on|to|from) (?:which|whom) (?:there (?:is|are|exists?) )?(?:no|not any) (?P<w>[\w-]+(?: (?!is\b|are\b|was\b|were\b|has\b|have\b|exists?\b)[\w-]+)?) (?:is|are|was|were|has been|have been)? ?(?:there|available|present|taken|made|recorded|known|found|exists?|existing|in place|configured)\b", r"without \g<w>"),
        (r"\b(?:for|of|on|to|from) (?:which|whom) (?:there (?:is|are|exists?)|exists?) (?:no|not any) (?=\w)", "without "),
        # checks that are passed
        (r"\b(?:(?:that|which|who) )?(?:(?:do|does|did)(?:n't| not) fail (?:any|a single|one)|fails? no|failed no|failing no|have no failed|has no failed|never fail(?:s|ed)?(?: any| a)?) (?:configuration |security |compliance )?(?:checks?|rules?|controls?)\b", "without failed findings"),
        (r"\b(?:(?:that|which) )?pass(?:es|ed|ing)? (?:all|every)(?: of the| of our| the| single)? (?:configuration |security |compliance )?(?:checks?|rules?|controls?)\b", "without failed findings"),
        # how long, and since when
        (r"\b(?:still |remain(?:s|ed|ing)? |stay(?:s|ed|ing)? |left )?open after (?=(?:more than |over )?\d+ ?(?:days?|weeks?|months?|d\b))", "open for more than "),
        (r"\bhow (?:many days|long)(?: on average)? (?:does|do|did) (?:it|we|our team|the team|they)(?: usually| normally| typically| generally)? (?:take|need)s? (?:(?:for )?(?:us|our team|the team|people|them|the \w+ team),? )?(?:(?:on|in) average,? )?(?:to|until we|till we) (?:resolve|fix|close|remediate|solve|handle)s? (?:an? |the |our |all )?(?P<what>[\w -]{3,40}?)(?: (?:on|in) average)?(?=\W*$|,| per | by | in )", r"average time to resolve of \g<what>"),
        (r"^(?P<lead>\W*(?:(?:show|list|give|me|us|the|which|what|are|get|please|pls|need|i need) )*)(?P<n>\d{1,4}|five|ten|three) (?P<what>(?!most\b|top\b|or\b|days?\b|weeks?\b|hours?\b|months?\b)[a-z][\w -]{2,50}?) (?=(?:with|having|that have|which have|by) (?:the )?(?:most|fewest|highest|largest|biggest|lowest|greatest|oldest|newest)\b)", r"\g<lead>top \g<n> \g<what> "),
        # titles
        (r"\b(?:the )?(?:top |first )?(?P<n>\d+|five|ten|three) most (?:common|frequent|widespread|frequently seen) (?P<w>(?:(?:open|new|critical|high|medium|low|severity|posture|configuration) )*)(?P<e>issue|finding|alert)(?: (?:names?|titles?)|s)?\b", r"top \g<n> \g<e> names by number of \g<w>\g<e>s"),
        (r"\bmost (?:common|frequent|widespread) (?P<w>(?:(?:open|new|critical|high|medium|low|severity|posture|configuration) )*)(?P<e>issue|finding|alert)(?: (?:name|title))?\b(?!s)", r"top 1 \g<e> name by number of \g<w>\g<e>s"),
        (r"\b(?P<top>(?:top|first) (?:\d+|five|ten|three) )(?P<w>(?:(?:open|new|critical|high|medium|low) )+)(?P<e>issue|finding|alert) (?P<t>names?|titles?)(?: (?:by|with|and|with the|and the|by the) (?:counts?|numbers?|how (?:often|many)))?", r"\g<top>\g<e> \g<t> by number of \g<w>\g<e>s"),
        (r"\b(?P<top>(?:top|first) (?:\d+|five|ten|three) )(?P<e>issue|finding|alert) (?P<t>names?|titles?) (?:by|with|and|with the|and the|by the) (?:counts?|numbers?)(?! of)", r"\g<top>\g<e> \g<t> by number of \g<e>s"),
        # how it spreads
        (r"^\W*(?:(?:show|give|list|me|us|the|a|what is|what's|please|need|i need|i want) )*(?:repartition|break-?down|split|spread|distribution|allocation) of (?:all |the |our )*(?P<what>[\w -]{3,60}?) (?=(?:by|per|across|over|among) )", r"number of \g<what> "),
        # protocols that are let
        (r"\b(?:(?:that|which) )?(?:still )?(?:accept|allow|support|permit|use|speak|run|take)(?:s|ing|ed)? (?:the )?tls ?(?:v|version )?(?P<v>1[._]\d)\b(?! or (?:higher|above|later))", r"with minimum tls version \g<v>"),
        # Kubernetes has services too
        (r"(?<!kubernetes )(?<!k8s )\bservices (?=[^.?!]{0,30}\bnamespace\b)", "kubernetes services "),
        # the service is the cloud's: it says nothing of whose keys
        (r"\bmanaged (?=(?:(?:kubernetes|k8s|container) clusters?|disks?)\b)", ""),
        # the one that each has most of
        (rf"\b(?:what(?:'s| is)|which is|which|show|the) (?:the )?(?:most|single most) (?:used|common|popular|frequent|widespread|widely used) (?P<x>(?:operating systems?|os(?:es)?|instance types?|instance sizes?|vm sizes?|runtimes?|engines?|engine versions?|versions?|regions?|packages?|asset types?|resource types?)) (?:in|on|for|of|per|within) (?:(?:each|every)(?: of (?:the|our))? )?(?P<y>{_ATTRIBUTE})\b(?!s)", _most_used),
        # all of them, wherever
        (r"^(?P<start>(?!.*\b(?:how many|number|count|per|top|share|percent\w*)\b).*?)\s*,? (?:in|across|on|over|from) (?:every|all|any|all of our|all our|all the) (?:clouds?|cloud providers?|providers?|csps?)(?=\W*$)", r"\g<start>"),
        (r"\b(?:(?:that|which) )?(?:(?:are|is|were|be) )?missing (?:an? |the |any )?(?=[a-z])(?!values?\b|data\b|fields?\b|\w+ or not)", "without "),
        (r"\b(?P<p>password (?:auth\w*|logins?|log-?ins?|based login))(?: enabled)? (?:over|via|through|by|using|with|for) ssh\b", r"\g<p>"),
        (r"\b(?:with|whose|where|having|that have|which have)(?: the)? (?:image )?tags? (?:(?:are|is|can be) )?(?P<no>im)?mutable\b", r"with image tag mutability \g<no>mutable"),
        (r"\b(?P<w>guest|external|member|disabled|user) accounts (?=(?:in|of|from) (?:the |our )?(?:azure ad|aad|entra(?!/)|azure active))", r"\g<w> users "),
        (r"\bclassified(?: as)? (?=(?:pii|phi|pci|confidential|restricted|internal|public data|sensitive)\b)", "tagged "),
        (r"\s*\((?:no|without|not|excluding|except) (?:the )?default (?:rules?|ones?)\)", ""),
        (r",? by (?:the )?(?:date|day|time|month) (?:on which |when |that )?(?:they|it|these) (?:were|was|got) (?:first )?(?:seen|opened|found|detected|created|raised)\b", ""),
        # what there is of each
        (r"\b(?:tally|count|numbers?|break-?down|split|distribution|list with counts?) of (?:the |our |all )*(?P<k>ec2|vm|rds|lambda|azure vm)? ?(?P<a>instance types?|engine versions?|engines?|runtimes?|sizes?)(?: in use| used| we use| we have)?(?=\W*$| (?:in|on) )", _of_each),
        # what is open on something: its issues
        (r"^(?P<lead>\W*(?:(?:please|pls|show|me|tell|list) )*)(?:what(?:'s| is|s)?|all that is|everything (?:that is )?) (?:currently |still )?open (?:on|for|against|at) (?!(?:the )?(?:internet|world|public|port|ports|everyone|anyone)\b)", r"\g<lead>open issues on "),
        # who may sign in
        (r"\b(?:(?:who|that|which) )?(?:can|may|could|(?:are|is) (?:able|allowed) to) (?:log|sign)(?: |-)?in(?:to)?(?: to| on| at)? (?:the )?(?:aws )?(?:management |web )?console\b", "with console access"),
        # rules of posture, by their issues
        (r"\b(?:config|configuration|posture) (?P<what>rules?|checks?)(?P<mid>(?: (?!by\b)[\w-]+){0,4}) by (?P<n>number of )?(?P<w>(?:(?:open|critical|high|medium|low|new) )*)(?P<e>issues|findings)\b", r"\g<what>\g<mid> by \g<n>\g<w>configuration \g<e>"),
        (r"\bconfig (?=(?:issues?|findings?|problems?|checks?|rules?)\b)", "configuration "),
        # groups that are bounded
        (rf"\b(?P<a>{_ATTRIBUTE})s (?:where|in which|on which|for which|which|that) (?:there (?:are|is)|we have|i have|have|has) (?P<op>more than|at least|over|less than|fewer than|exactly|at most) (?P<n>\d)", r"\g<a>s with \g<op> \g<n>"),
        # packages are as vulnerable as their vulnerabilities are many
        (r"\b(?P<top>(?:top|first) (?:\d+|two|three|five|ten) )(?:most )?vulnerable (?P<w>packages?|libraries|software packages?) (?P<per>(?:for|in|of|per|on) (?:(?:each|every) )?\w+)(?: ?\((?:by )?(?:the )?(?:count|number)s?(?: of (?:findings|vulnerabilities|cves))?\))?", r"\g<top>packages \g<per> by number of vulnerabilities"),
        # what is counted in a ranking
        (r"\b(?P<top>(?:top|most|first|worst|biggest) .{0,60}?)\bby (?:the )?(?:number of )?(?:affected|impacted|vulnerable|exposed) (?P<w>(?:assets?|hosts?|machines?|resources?|instances?|systems?))\b", r"\g<top>by number of \g<w>"),
    )
)  # fmt: skip


# what lies in a VPC or subnet says so by its id
_PARENT: Final = r"(?P<p>vpc|subnet|ami|namespace)s?"
_CHILD: Final = r"(?P<c>(?:(?:private|public|running|stopped|aws) )?(?:subnets?|(?:ec2 |rds )?instances?|ec2s?|security groups?|sgs?|route tables?|load balancers?|network interfaces?|nat gateways?|lambdas?|lambda functions?|vms|machines|db instances?|rds databases?|(?:kubernetes |k8s )?(?:pods?|deployments?|services?|service accounts?|secrets?|config ?maps?|ingresses|roles?|daemonsets?|statefulsets?|workloads?)))"
_PLACED: Final = r"(?P<in> (?:in|on) (?:the |our )?(?:aws|account [\w-]+|\w+-\w+(?:-\w+)*))?"
_WITHIN: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (rf"\b(?P<top>(?:top|first) \d+ )?{_PARENT}{_PLACED} (?:with|having|that have|which have|that has|has|have|by|that contain|containing|contain)(?: the)? (?P<way>most|fewest|highest number of|largest number of|number of) {_CHILD}(?:(?: in| inside| within| sitting in)(?: it| them)?)?(?!\w)", "most"),
        (rf"\b{_PARENT}{_PLACED} (?:with|having|that have|which have|that has|has|have|that contain|containing|hosting) (?:(?P<op>more than|at least|over|less than|fewer than|under|at most|exactly) )?(?P<n>\d+)(?P<or> or more|\+| and more)? {_CHILD}(?!\w)", "bound"),
        (rf"\b(?:how many|number of|count(?: of)?|nr of) {_CHILD}(?P<rest>[^,.;?]{{0,40}}?) (?:per|by|in each|for each|of each|in every|does each|do each|has each)(?: of (?:the|our))? {_PARENT}(?: (?:has|have|contain|contains|hold))?(?!\w| (?:cidr|name))", "each"),
        (rf"\b{_CHILD}(?: count)?(?P<rest>) per {_PARENT}(?!\w| (?:cidr|name))", "each"),
        (rf"\b(?:for each|per|every|each) {_PARENT},? (?:the |show the |give me the |list the )?(?:number|count) of {_CHILD}(?P<rest>)(?!\w)", "each"),
        (rf"\bhow many {_CHILD}(?P<rest>) (?:does|do|has|have|are in|sit in) (?:each|every) {_PARENT}(?: have| has| contain| hold)?(?!\w)", "each"),
    )
)  # fmt: skip
_IDS: Final = {"vpc": "vpcid", "subnet": "subnetid", "ami": "imageid", "namespace": "namespace"}


def _within(match: re.Match[str], way: str) -> str:
    child, group = match["c"], _IDS[match["p"]]
    if group == "namespace" and re.match(r"pods?|deployments?|k8s|kubernetes", child) is None:
        # services and roles of a namespace are those of Kubernetes
        child = f"kubernetes {child}"
    if child.rstrip("s") == match["p"]:
        return match.group(0)
    if way == "each":
        # what lies in none is in no group
        held = "" if group == "namespace" else f" with {group}"
        rest = re.sub(
            r"\b(?:runs?|running|are|is|exists?|live|lives|sit|sits|do we have|there)\b", "", match["rest"]
        ).rstrip()
        return f"number of {child}{rest}{held} by {group}"
    place = match["in"] or ""
    if way == "bound":
        bound = "at least" if match["or"] else match["op"] or "exactly"
        return f"number of {child}{place} by {group}, only those with {bound} {match['n']}"
    counted = f"{group} by number of {child}{place}"
    if match["top"]:
        return f"{match['top']}{counted}"
    first = "fewest" if match["way"] == "fewest" else "most"
    one = re.search(rf"\b{match['p']}\b(?!s)", match.group(0)) is not None and " has " in match.group(0)
    held = "" if group == "namespace" else f" with {group}"
    return f"number of {child}{place}{held} by {group}, {first} first{', first 1' if one else ''}"


def as_asked(text: str) -> str:
    """A text in lower case with such idioms in plainer words; one with something quoted stays."""
    if quotes(text):
        return text
    for pattern, way in _WITHIN:
        said = pattern.sub(lambda m, way=way: _within(m, way), text)  # type: ignore[misc]
        if said != text:
            text = said
            break
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text
