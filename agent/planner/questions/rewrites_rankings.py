"""Idioms of rankings, of who and of how many beside a list, in the words that the lists know: "which week had the most"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_UNIT: Final = r"(?P<unit>hour|day|week|month|year)"
_MOST: Final = r"(?P<way>most|highest number of|largest number of|biggest number of|fewest|least|lowest number of|smallest number of)"
_HAD: Final = r"(?:had|has|saw|see|sees|brought|shows?|showed|produced|got|were|was|are|is|did we (?:have|see|get|open|close|resolve|fix)|do we (?:have|see|get)|have we (?:had|seen)|with|were there|was there)"
_DIM: Final = r"(?:accounts?|subscriptions?|projects?|regions?|teams?|owners?|clouds?|providers?|environments?|applications?|apps?|severit(?:y|ies)|types?|categor(?:y|ies))"
_FEW: Final = ("fewest", "least", "lowest", "smallest")
_THEM: Final = r"(?:them|these|those|it|the (?:cases?|issues?|incidents?|vulnerabilit(?:y|ies)))"
_WORKS: Final = r"(?:is|are|was) (?:working|assigned|responsible|investigating|handling)(?: (?:on|to|for))?|works on|handles|holds|has|owns|investigates|deals with|takes care of|looks after|works with|is in charge of"


def _when(match: re.Match[str]) -> str:
    order = "fewest first" if match["way"].startswith(_FEW) else "most first"
    span = match.groupdict().get("in") or ""
    return f"number of {match['what'].strip()}{span} per {match['unit']}, {order}, first 1"


def _busiest(match: re.Match[str]) -> str:
    return f"number of {match['what'].strip()} per {match['unit']}, most first, first 1"


def _long(match: re.Match[str]) -> str:
    """Groups by their average, issues each by its own."""
    most = "highest" if match["w"] == "longest" else "lowest"
    if "average" in match.group(0) or re.search(
        r"\b(?:types?|teams?|rules?|categor\w+|accounts?|severit\w+)\s*$", match.string[: match.start()]
    ):
        return f"with the {most} average time to resolve"
    return f"with the {most} time to resolve"


def _oldest(match: re.Match[str]) -> str:
    noun = {"vulnerability": "vulnerabilities"}.get(match["noun"], f"{match['noun']}s")
    limit = f", first {match['n']}" if match["n"] else ""
    return f"maximum age of {match['what']}{noun} per {match['x']}, highest first{limit}"


def _aged(match: re.Match[str]) -> str:
    noun = {"vulnerability": "vulnerabilities"}.get(match["noun"], f"{match['noun']}s")
    kind = "median" if match["m"] == "median" else "average"
    return f"{kind} age of {match['what']}{noun}"


def _commonest(match: re.Match[str]) -> str:
    """An issue that occurs often is its rule."""
    what, rest = match["x"].strip(), match["rest"]
    if re.search(r"\b(?:issue|alert|finding)$", what):
        return f"top 1 rule by number of {what}s{rest} in each {match['g']}"
    return f"the most common {what}{rest} in each {match['g']}"


def _took(match: re.Match[str]) -> str:
    """Of what was resolved, how long it had been open."""
    said = (match["op"] or "at most").strip()
    count = (
        float(match["n"]) if match["n"].isdigit() else {"a": 1, "one": 1, "two": 2, "three": 3}[match["n"]]
    )
    days = count * {"h": 1 / 24, "d": 1, "w": 7, "m": 30}[match["u"][0]]
    word = (
        "above"
        if said in ("over", "more than", "longer than")
        else "at most"
        if said == "at most"
        else "below"
    )
    return f"with time to resolve {word} {days:g}"


def _by_name(match: re.Match[str]) -> str:
    plural = {"vulnerability": "vulnerabilities"}.get(match["w"], f"{match['w']}s")
    plural = "issues" if plural == "rules" else plural
    return f"number of {plural} by {'cve' if match['w'] == 'vulnerability' else 'rule'}"


def _covered(match: re.Match[str]) -> str:
    return f"{'without' if match['not'] else 'with'} {match['w']}"


def _number(match: re.Match[str]) -> str:
    what = match["what"]
    return f"number of {match['kept']}{what[:-1] + 'ies' if what.endswith('y') else what + 's'}"


def _bytes(match: re.Match[str]) -> str:
    told = re.search(r"firewall|ngfw|flow|traffic|session|connection", match.string)
    return f"{match['pre']}bytes{match['post']}" + ("" if told else " in the flow logs")


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # the day, week or month of the most
        (rf"^\W*(?:(?:please|and|so|tell me|show me|do you know|in|on|during|for) )*(?:which|what|the) {_UNIT}(?P<in> (?:in |of |during )?(?:this|last|the last|the past) (?:\\d+ )?(?:days?|weeks?|months?|quarter|year))? {_HAD} (?:the )?{_MOST} (?P<what>[\w\s'-]{{3,80}}?)\W*$", _when),
        (rf"^\W*(?:(?:please|and|so|tell me|show me|do you know) )*when (?:did we|was there|were there|were|was|have we|did) (?:have |see |get |open |seen |had )?(?:the )?{_MOST} (?P<what>[\w\s'-]{{3,80}}?)(?:,? (?:by|per) {_UNIT})\W*$", _when),
        (rf"^\W*(?:(?:please|and|so|tell me|show me|what is|what was|what's|which is|the|our) )*(?:busiest|noisiest|worst|most active|heaviest) {_UNIT} (?P<way>of|for|in|by|with) (?:the |our )?(?P<what>[\w\s'-]{{3,80}}?)\W*$", _busiest),
        (r"\bhow (?:did|does|do|has|have) (?:the )?(?:count|number|amount) of (?P<what>[\w\s'-]{3,60}?) (?:develop|evolve|change|trend|move|grow|go)d?(?P<rest>\b|ed\b)", r"number of \g<what> over time\g<rest>"),
        (r"\bhow (?:did|does|do|has|have) (?P<what>(?:the |our )?[\w\s'-]{3,60}?) (?:develop|evolve|trend)(?:e?d)? (?=month over month|week over week|day by day|per|by|each|over|since|in|during|from|this|last|for)", r"\g<what> over time "),
        (r"\bdid (?P<who>each|every|the|we|our|all) (?P<more>(?:[a-z]+ )?)open(?= per| by| each| every| in| last| this|\W*$)", r"were new for \g<who> \g<more>"),
        # the most of each
        (r"^\W*(?:(?:please|show me|list|what is|what was|which is|give me) )*(?:the )?most affected (?P<what>\w+) (?:of|in|for|per) (?:each|every) (?P<g>[\w ]+?) by (?P<of>[\w\s-]+?)\W*$", r"the \g<what> with the most \g<of> in each \g<g>"),
        (r"\bbottom (?P<n>\d+|two|three|four|five|six|seven|eight|nine|ten) (?P<what>[\w-]+) by (?:number of |count of )?(?P<of>[\w\s-]+?)(?=[?.,;]|$)", r"\g<n> \g<what> with the fewest \g<of>"),
        # "retention at most 7" is no number of rows
        (r"(?:, (?:limit|limited to|max(?:imum)?|at most|only|just|cap(?:ped)? at)|(?<!hop)(?<!memory)(?<!cpu)(?<!rate) (?:limit|limited to|cap(?:ped)? at))(?: to| of)? (?P<n>\d+)(?: rows?| results?| entries| lines?| items?)?\W*$", r", first \g<n>"),
        (r",? (?:max(?:imum)?|at most|only|just)(?: of)? (?P<n>\d+) (?:rows?|results?|entries|lines?|items?)\W*$", r", first \g<n>"),
        (r"^\W*(?:please )?rank (?:the |our |all |my )?(?=(?:teams?|accounts?|owners?|regions?|assets?|rules?|applications?|apps?|subscriptions?|projects?|providers?|clouds?|services?|machines?|buckets?|environments?|types?)\b)", ""),
        (r"\b(?P<user>(?:which|what) (?:user|person|identity|principal|account holder)|who) (?:did|made|performed|executed|ran|triggered|issued) (?:the )?most (?P<what>operations|changes|api calls|actions|events|calls)(?P<rest> (?:in|of|for|per|on) (?:each|every) \w+)", r"top 1 user by number of \g<what>\g<rest>"),
        # what took long
        (r"\b(?:(?:that|which|who) )?(?:took|take|takes|needed|need|have taken|has taken) (?:the )?(?P<w>longest|shortest)(?: time)? to (?:be )?(?:resolved?|fix(?:ed)?|closed?|remediated?|solved?)(?: on average| in average)?\b", _long),
        # how long it took
        (r"\b(?:(?:that|which) )?(?:were |was |got |have been |been )?(?:resolved|closed|fixed|remediated) (?:with)?in (?P<op>less than |under |at most |over |more than )?(?P<n>\d+|a|one|two|three) (?P<u>hours?|days?|weeks?|months?)\b(?! (?:ago|of the last))", _took),
        (r"\b(?:(?:that|which) )?(?:took|take|needed|need|have taken)(?: us)? (?P<op>less than |under |at most |over |more than |longer than )(?P<n>\d+|a|one|two|three) (?P<u>hours?|days?|weeks?|months?) to (?:be )?(?:close[d]?|resolved?|fix(?:ed)?|remediated?)\b", _took),
        # to nobody
        (r"\b(?:(?:that|which) )?(?:nobody|no ?one|no one) (?:is )?(?:looks? (?:at|into|after)|looking (?:at|into|after)|work(?:s|ing) on|handl(?:es|ing)|car(?:es|ing) (?:about|for)|deal(?:s|ing) with|investigat(?:es|ing)|takes care of)(?: them| it)?\b", "that are unassigned"),
        (r"\b(?:not|n't) (?:being )?(?:handled|worked on|looked at|investigated)(?: by any(?:one|body))?\b", "unassigned"),
        # by their names
        (r"\b(?P<w>issue|rule|finding|vulnerability) names?,? (?:and|with) (?:how often (?:they|it|each|each of them) (?:occurs?|appears?|is raised|are raised)|their (?:count|number|frequency)|counts?)", _by_name),
        # an agent by what it does
        (r"\b(?P<not>not |n't )?(?:protected|covered|monitored|secured|guarded) by (?:an?|the|our|any) (?P<w>(?:xdr |cortex |endpoint )?agents?)\b", _covered),
        (r"\bconnector (?:problems|issues|errors|failures|troubles)\b", "failed connector events"),
        (r"^\W*(?:are|is) (?:all |all of |the |our )*connectors? (?:healthy|ok(?:ay)?|fine|working|running|well)(?: well| fine)?\W*$", "connector health events whose status is not success"),
        (r"\b(?:public|external|externally|internet)[ -](?:facing|exposed)\b(?! ip)", "internet facing"),
        (r"\b(?P<n>top \d+|most) noisy\b", r"\g<n>"),
        (r"(?<= )(?:rn|rly|tbh|ngl)\b(?=\W*$)", ""),
        (rf"^\W*(?:for each|for every|per|in each|in every) (?P<g>(?:cloud )?{_DIM}),? (?:which|what|name the (?:one|single)|the one|tell me the (?:one|single)) (?P<x>[\w\s-]+?) (?:that |which )?(?:occurs?|appears?|happens?|(?:is|was|were|are) (?:seen|raised|recorded|found|reported)) (?:the )?most (?:often|frequently)(?P<rest>(?: in the [\w\s]+?)?)(?=\W*$|[?.!])", _commonest),
        (r",? (?:together |along )?with the (?:person|people|analyst|user|colleague)s? (?:to whom|that|who) (?:each|each of them|it|they|these) (?:is|are) assigned(?: to)?\b", ", with their assignee"),
        (rf"\b(?P<m>most (?:common|frequent|widespread|used) [\w ]{{2,30}}?|commonest [\w ]{{2,30}}?) (?:per|by) (?P<g>{_DIM})(?=\W*$)", r"\g<m> in each \g<g>"),
        (r"\b(?:that |which )?(?:nobody|no ?one|no one) (?:has|have|had)? ?(?:taken|picked up|claimed|accepted|been assigned)\b", "that are unassigned"),
        (r"\b(?P<a>(?:critical|high|medium|low) (?P<noun>issues|vulnerabilities|findings)) (?:but|and) (?:no|without|not any) (?P<b>critical|high|medium|low)(?: ones)?(?! (?:issues|vulnerabilities|findings))\b", r"\g<a> but without \g<b> \g<noun>"),
        (rf"\b(?P<x>{_DIM}) (?:that |which )?(?:hold|holds|contain|contains|keep|keeps|store|stores|process|processes) (?P<w>pii|phi|pci|personal data|health data|card ?holder data|sensitive data)\b", r"\g<x> with assets tagged \g<w>"),
        (r"\b(?P<e>each|every)(?: (?:single|one|individual))? of (?:the|our|my|these|those|all (?:the|our))(?: \d+)? (?=\w)", r"\g<e> "),
        # for each, how many
        (rf"^\W*(?:for each|for every|per|in each) (?P<g>(?:asset |cloud |issue )?{_DIM}),? how many (?P<what>[\w\s'-]{{3,60}}?)(?: (?:are there|do we have|exist|does it have|do they have|are known|were found))?\W*$", r"number of \g<what> per \g<g>"),
        (rf"^\W*(?:(?:the|which|list|show|what is) )*(?P<x>asset|resource|machine|host|server|vm|bucket|database|function|instance|image|rule|package|cve|team|owner|application) with (?:the )?(?P<way>most|fewest) (?P<w>[\w\s-]+?) (?:per|by|in each|for each|of each) (?P<g>{_DIM})\W*$", r"the \g<x> with the \g<way> \g<w> in each \g<g>"),
        (rf"\btop (?P<what>(?:open |critical |high |medium |low )*issue|finding) (?:in|per|for|of) each (?P<g>{_DIM})\b", r"top 1 rule by number of \g<what>s in each \g<g>"),
        (rf"\btop (?P<n>\d+|two|three|five|ten) (?P<what>(?:(?:open|critical|high|medium|low) )*)issues (?:in|per|for|of|by)(?: each| every)? (?P<g>{_DIM})(?=\W*$)", r"top \g<n> rules by number of \g<what>issues in each \g<g>"),
        (rf"\b(?P<n>\d+|two|three|four|five|ten)? ?(?P<x>{_DIM}) with the oldest (?P<what>(?:[a-z]+ )*)(?P<noun>issue|vulnerability|finding|case)s?\b", _oldest),
        (r"\bhow old (?:is|are) (?:the|our|an?) (?P<m>average|median|typical|mean) (?P<what>[\w\s-]*?)(?P<noun>issue|vulnerability|finding|case)s?\b", _aged),
        (r"\b(?P<by>per|by|for each) (?:tag )?values? of (?:the )?(?:tag )?(?=\w)", r"\g<by> "),
        (r"\bcase (?P<id>\d{3,8})(?:'s)? issues\b", r"issues in case \g<id>"),
        (r"\b(?P<done>closed|resolved|fixed) by (?:nobody|no ?one|no one)\b", r"\g<done> and unassigned"),
        (r"\b(?P<with>with|and|,) (?:the )?(?:asset|resource) (?=(?:owner|team|environment|account|region|application|criticality)s?\b(?! (?:is|are|=)))", r"\g<with> their "),
        # "what % of"
        (r"(?<=\s)% of\b", "percentage of"),
        # who has the most to do
        (r"\bwho (?:has|have|got|holds?|is (?:working|sitting) on|works on|handles|is assigned|was assigned) (?:got )?(?:the )?(?P<way>most|fewest|highest number of|largest number of) (?P<what>[\w\s-]{3,50}?)(?: (?:assigned|on (?:his|her|their|the) (?:plate|desk|name|list|table))(?: to (?:them|him|her))?)?(?=[?.,;]|$)", r"which assignee has the \g<way> \g<what>"),
        (r"\bnewly (?:detected|found|discovered|opened|created|reported|raised|seen|appeared)\b", "new"),
        (r"\b(?:top|first) (?P<n>\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty) (?P<what>cves?|rules?|checks?|packages?) by (?:the )?(?:affected|impacted|exposed|distinct|hit) (?P<things>assets|resources|machines|hosts|servers|vms|instances)\b", r"top \g<n> \g<what> by number of affected \g<things>"),
        (r"\bwhat(?:'s| is| could be)? (?:wrong|up|the matter|the problem|the trouble|the issue|going on|broken|bad)(?: here)? (?:with|about|on|in|at) (?=\S)", "open issues on "),
        (
            r"^(?P<pre>.*?)\b(?:total |sum of |number of |how many )?bytes (?:were |was |are |been )?(?:transferred|transmitted|moved|exchanged|sent over|shipped|passed)\b(?P<post>.*?)\W*$",
            _bytes,
        ),
        (r"^(?P<who>\W*(?:please |tell me |show me )?who (?:has |have )?(?:deleted|created|changed|modified|removed|updated|stopped|started|terminated|touched)) (?:something|anything|things|stuff)\b", r"\g<who>"),
        (r"\bproblem(?:atic)? (?P<what>machines?|assets?|resources?|buckets?|vms?|servers?|hosts?|accounts?|databases?)\b", r"problematic \g<what>"),
        (r"\bmost vulnerable (?P<what>(?:[a-z]+ )?(?:images?|machines?|hosts?|servers?|vms?|assets?|resources?|functions?|instances?|applications?|teams?|accounts?|subscriptions?|projects?|environments?|regions?|containers?|workloads?))\b", r"\g<what> with the most vulnerabilities"),
        # a number of each, beside the things
        (r"^(?P<a>[^,.;?]*?\bcves?),? (?:and|with|by|sorted by) (?:the |their )?(?:number|count) of (?:affected |impacted |distinct |different )?(?P<b>hosts|machines|servers|vms|assets|resources|instances|images)(?: affected| each| for each(?: of them)?| per cve| they (?:affect|are on))?(?:,? (?:highest|most|worst) first)?\W*$", r"\g<a> affecting at least 1 \g<b>"),
        (r"^(?P<a>(?!.*\b(?:how many|top|by|per)\b)[^,.;?]*?\b(?:images?|machines?|hosts?|servers?|vms?|assets?|resources?|buckets?|databases?|functions?|instances?|clusters?)\b[^,.;?]*?),? (?:and|with) (?:the |their )?(?:number|count) of (?:their |its |open )?(?P<b>(?:[a-z]+ ){0,2}?(?:issues|findings|vulnerabilities|vulns|cves))(?: each| for each(?: of them)?| per \w+)?(?:,? (?:highest|most|worst) first)?\W*$", r"\g<a> by number of \g<b>"),
        (r"\bcves? (?P<c>(?:with|of|whose|having) (?:a )?cvss[^,;?]*?) (?P<v>affecting|that affect|on|hitting|found on|present on) (?P<n>(?:more than|at least|over|less than|fewer than) \d+ )", r"cves \g<c> and affecting \g<n>"),
        (r"\bcves? (?:found |present |that are |which are )?on (?P<n>(?:more than|at least|over|less than|fewer than) \d+ )", r"cves affecting \g<n>"),
        (r"(?P<n>\b(?:more than|at least|over|less than|fewer than) \d+) (?P<env>production|prod|staging|dev|development|test) (?P<b>hosts|machines|servers|vms|assets|resources|instances|buckets|databases)\b", r"\g<n> \g<b> in \g<env>"),
        # of a fix: there or not
        (r"\b(?:whether|if) (?:there is |there's )?(?:a |the |any )?(?:fix|patch)(?:es)?(?: (?:is|are|exists?|was))?(?: available| there| known)?(?: or not)?\b", "fix availability"),
        (r"\b(?:fixable or not(?: fixable)?|fixable (?:and|vs\.?|versus|or) (?:not fixable|unfixable|non-fixable)|with (?:and|or|vs\.?|versus) without (?:a |an available )?(?:fix|patch)(?: available)?)\b", "fix availability"),
        # owned by nobody
        (r"\b(?:that |which )?(?:are |is )?(?:owned by|belonging to|that belong to|belong to|assigned an owner of) (?:nobody|no ?one|noone|none|no owner|no person)(?![\w@.])", "without owner"),
        # a noun before "count"
        (r"\b(?P<kept>(?:(?:open|unresolved|critical|high|medium|low|failed|resolved|closed|new|kev|fixable) )*)(?P<what>issue|finding|vulnerability|vuln|asset|resource|alert|machine|bucket|event|cve)s? counts?\b(?! of)", _number),
        # groups with and without
        (r"^(?P<lead>\W*(?:(?:which|what|list|show|name|give me|find) )*(?:the |all )?(?:regions?|accounts?|subscriptions?|projects?|teams?|owners?|environments?|applications?|apps?|clouds?|providers?)) (?:where|in which|with which|for which) (?:we have|there are|exist) (?:assets|resources|something|anything),? (?:but|and|yet) (?:no|not any|without) (?P<what>[\w\s-]{3,50}?)\W*$", r"\g<lead> without \g<what>"),
        # noise
        (r"\b(?:noisiest|loudest|most frequent|most often (?:raised|seen|found|reported)) (?P<what>rules?|checks?|cves?|detections?)\b", r"\g<what> with the most issues"),
        (r"\b(?:top|first) (?P<n>\d+) (?P<what>rules|checks) with the most issues\b", r"top \g<n> \g<what> by number of issues"),
        (r"\b(?P<n>\d+|two|three|four|five|six|seven|eight|nine|ten) (?P<what>rules|checks) with the most issues\b", r"top \g<n> \g<what> by number of issues"),
        (r"\b(?P<dim>packages?|rules?|checks?|cves?|librar(?:y|ies)|teams?|accounts?|apps?|applications?|owners?|services?|subscriptions?|projects?|regions?)(?: (?:that|which))? (?:causes?|caused|generates?|generated|produces?|raises?|raised|create|creates|contributes?|introduces?|bring|brings|account for|are responsible for|is responsible for|triggers?|fires?|carry|carries|suffers? from|contains?) (?:the )?(?P<way>most|fewest)\b", r"\g<dim> with the \g<way>"),
        (r"\b(?P<by>per|by|each|every|of each) (?:owning|responsible|accountable) (?P<w>teams?|owners?|squads?|departments?)\b", r"\g<by> \g<w>"),
        (r"\b(?P<cve>cve-\d{4}-\d{3,8})(?:'s)? (?:affected|impacted|vulnerable) (?P<what>hosts|machines|servers|assets|resources|vms|instances|images)\b", r"\g<what> affected by \g<cve>"),
        # columns of what it is on
        (r"\b(?:the |their |its )?(?:asset|resource|machine|bucket)(?:'s|s') (?=(?:owner|environment|team|account|region|tags?|application|provider|criticality|type|cost)\b)", "their "),
        (r",? (?:incl\.?|including|include|plus|along with|together with|show) (?:the |their |its )?(?=(?:account|owner|team|region|environment|asset|severity|cvss|assignee|age|application|provider|category|criticality|fix version|package)(?: name| id)?s?\b(?! (?:is|are|=|other)))", " with their "),
        (r",? and (?:which|what) (?P<w>team|owner|squad|department)s? (?:is|are) (?:responsible|accountable|in charge|the owner)(?: for (?:them|it|each|each of them))?(?=\W*$)", r", with their \g<w>"),
        (r",? and who (?:is|are) (?:responsible|accountable|in charge)(?: for (?:them|it|each|each of them))?(?=\W*$)", ", with their owner"),
        (r"\b(?:with|and|having) (?:a |an )?(?:public|internet|external) exposure\b", "and that are publicly accessible"),
        (r"\b(?:that |which )?(?:have |has )?(?:pass(?:es|ed|ing)?|compl(?:y|ies) with|fulfil(?:l|s)?|meets?|satisf(?:y|ies)) (?:all|every) (?:of )?(?:the |their |its |our )?(?:checks?|rules?|controls?|findings?)\b", "without failed findings"),
        (r"\b(?P<r>passed|failed|passing|failing) checks\b(?! (?:more|than))", r"\g<r> findings"),
        (r"\bwho (?:has |have )?(?:closed|resolved|fixed) (?:the )?(?P<way>most|fewest) (?P<what>[\w\s-]{3,40}?)(?=[?.,;]|$| (?:in|this|last|since|over|during)\b)", r"which assignee has the \g<way> resolved \g<what>"),
        (r"\b(?:(?:that|which|who) )?fail(?:s|ed|ing)? (?P<n>(?:more than|at least|over|less than|fewer than|at most|exactly) \d+) (?:different )?(?:checks?|rules?|controls?)\b", r"with \g<n> failed findings"),
        (r"\b(?:open |outstanding |that are )?(?:for )?between (?P<a>\d+) and (?P<b>\d+) (?P<u>days|weeks|months) (?:old|of age)\b", r"first seen in the last \g<b> \g<u> and older than \g<a> \g<u>"),
        (r"\bmost failures\b", "most failed findings"),
        # where they are
        (r",? and (?:in|on|under|from) (?:which|what) (?P<w>accounts?|regions?|subscriptions?|projects?|clouds?|providers?|teams?|environments?) (?:do|does|are|is) (?:they|it|these|those|each)(?: of them)?(?: live| sit| reside| run| located| in| placed| hosted| belong(?: to)?)?\W*$", r", with their \g<w>"),
        # silent for some time
        (r"\b(?:(?:that|which|who) )?(?:(?:have|has|did|do|does|had) ?(?:not|n't)|haven't|hasn't|didn't|not) (?:been )?(?:connect(?:ed)?|check(?:ed)?[ -]?in|report(?:ed)?(?: in| back)?|call(?:ed)?(?: home| in| back)?|seen|been seen|online|heard(?: of| from)?|sync(?:ed|hronized)?|communicat(?:ed|e)|contact(?:ed)?(?: us)?)(?: to (?:us|the (?:console|tenant|server)))? (?:in|for|since|within|during|over) (?:the )?(?:last |past |more than |over |at least )*(?P<n>\d+|a|one|two|three|four|six) (?P<u>days?|weeks?|months?|hours?)\b", r"last seen more than \g<n> \g<u> ago"),
        # by whom, beside a list or a number
        (rf"(?P<count>\b(?:how many|number of|count of|count)\b.*?),? and (?:by whom|who (?:{_WORKS})(?: (?:on|to|for))?(?: {_THEM})?|to whom(?: are they assigned)?|for whom)\W*$", r"\g<count> by assignee"),
        (rf"(?P<list>^(?!.*\b(?:how many|number of|count of)\b).*?\b(?:cases?|incidents?|issues?|alerts?|vulnerabilit(?:y|ies))\b.*?),? and (?:by whom|who (?:{_WORKS})(?: (?:on|to|for))? {_THEM}|who (?:holds|handles|works on) {_THEM}|to whom(?: are they assigned)?)\W*$", r"\g<list>, with their assignee"),
        # the number that a bound is about is shown beside
        (r"(?P<list>^(?!.*\b(?:how many|number of)\b).*\b(?:more than|over|at least|less than|fewer than|at most|>=?|<=?) ?(?:than )?\d+ (?:\w+ ){0,4}?(?:issues?|findings?|vulnerabilit(?:y|ies)|vulns?|cves?|alerts?|problems?|files?)\b.*?),? (?:and|with|incl\.?|including|plus|show)(?: the| their| its| me)* (?:exact |actual |total )?(?:counts?|numbers?|how many(?: each| of them)?|amounts?)(?: (?:of (?:them|each|issues|findings)|each|per asset))?\W*$", r"\g<list>"),
    )
)  # fmt: skip


def ranked(text: str) -> str:
    """A text in lower case with idioms of rankings in plainer words; what is quoted stays."""
    if '"' in text or "`" in text or re.search(r"(?<!\w)'[^']+'(?!\w)", text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text
