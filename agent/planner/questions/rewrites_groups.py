"""Idioms of counts, groups, ages and rankings put into the words that the lists know: "account by account", "split into"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.tokens import quotes

_ATTRIBUTE: Final = (
    r"(?:(?:cloud |issue |asset |finding |case |resource |business |operating |file |aws )?(?:severity|severities|sev|status|statuses|account|accounts|region|regions|provider|providers|cloud|clouds|category|categories|"
    r"type|types|team|teams|owner|owners|environment|environments|application|applications|app|apps|class|classes|rule|rules|check|checks|namespace|namespaces|service|services|system|package|packages|assignee|assignees|state|subscription|project|platform|runtime|engine))"
)
_COUNTED: Final = r"(?:(?:critical|high|medium|low) )?(?:asset|resource|issue|finding|alert|case|vulnerability|cve|bucket|instance|user|role|event|file|endpoint|machine|vm)"
_TIMED: Final = r"(?:\w+ )?(?:seconds?|minutes?|hours?|days?|weeks?|fortnights?|months?|quarters?|years?|mins?|hrs?|wks?|yrs?|h\b|d\b|w\b)"
_NUMERIC: Final = r"(?:score|cvss|size|number|count|age|amount|value|risk|rating|total|percentage|share)"
_OPEN: Final = r"(?:open|opened|around|waiting|unresolved|pending|outstanding|unfixed|there|lying around|hanging around|standing|untreated|in the backlog|alive|known|with us)"
_BE: Final = r"(?:is|are|was|were|have|has|been|had|do|does|did|being|stay|stayed|remain|remained|kept|keep)"
_AVERAGE: Final = r"(?:on|in|at) (?:the )?average|averagely|on the mean"
_FIX: Final = r"(?:resolve|fix|close|remediate|solve|repair|get rid of|clear|handle)"
_END: Final = r"(?:resolution|closure|closing|fix|fixing|remediation|being (?:fixed|resolved|closed)|resolved|closed|fixed)"
_START: Final = r"(?:first seen|first detection|first sight|opening|creation|detection|discovery|being (?:found|seen|opened|detected|discovered)|open|opened|found|detected|discovered|the first time seen)"
_MACHINES: Final = re.compile(r"\b(?:vms?|machines?|instances?|servers?|hosts?|ec2s?|boxes)\b")
_BIG: Final = {
    "big": "biggest", "large": "largest", "huge": "largest", "old": "oldest", "ancient": "oldest", "new": "newest", "young": "newest", "recent": "most recent",
    "high": "highest", "low": "lowest", "small": "smallest", "little": "smallest", "long": "longest", "short": "shortest", "great": "greatest", "heavy": "largest", "bad": "worst",
}  # fmt: skip
_MEASURES: Final = {
    "longest": "maximum", "maximum": "maximum", "max": "maximum", "highest": "maximum", "greatest": "maximum", "shortest": "minimum", "minimum": "minimum", "lowest": "minimum",
    "quickest": "minimum", "fastest": "minimum", "slowest": "maximum", "average": "average", "mean": "average", "avg": "average", "median": "median", "typical": "average",
}  # fmt: skip
_KIND: Final = "|".join(_MEASURES)
_TOTALS: Final = r"(?:gigabytes?|gbs?|gibs?|gib|megabytes?|mbs?|terabytes?|tbs?|bytes|storage|capacity|disk space|storage space|space|volume of data)"


def _state(match: re.Match[str]) -> str:
    told = "power state" if _MACHINES.search(match.string) else "status"
    return f"{match['by']} {told}"


def _measure(match: re.Match[str]) -> str:
    return f"{_MEASURES[match['m']]} time to resolve {match['what'] or ''}".rstrip()


_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # "by asset count": what is counted
        (rf"\b(?P<by>by|with|having|of)(?: (?:the|their|its))? (?:total |overall |open )?(?P<what>{_COUNTED})[ -](?:count|number|total|volume)s?\b(?! by)", r"\g<by> number of \g<what>s"),
        # the last ones without a unit of time are the newest
        (rf"\b(?:the )?(?:last|most recent) (?P<n>\d{{1,4}}|two|three|four|five|six|seven|eight|nine|ten|twenty)(?= (?!{_TIMED})[a-z])", r"the latest \g<n>"),
        # slips of the pen that turn a bound into something else
        (r"\b(more|less|fewer|older|bigger|larger|greater|higher|lower|longer|newer|smaller|worse|younger) (?:then|thn|that|as) (?=\d|one\b|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b|a\b|an\b)", r"\1 than "),
        # groups
        (r"\b(?P<a>account|region|cloud|provider|team|severity|owner|category|type|environment|application|app|rule|check|project|subscription|service|namespace|class)(?: |-)(?:by|for|after|per)(?: |-)(?P=a)\b", r"per \g<a>"),
        (r"\b(?:split|splitted|splited|divided|separated|segmented|broken|sliced|cut|partitioned|itemi[sz]ed|summed|bucketed|tabulated|structured|arranged|ordered out|listed out|subdivided|sectioned|counted|totall?ed|tallied|rolled)(?: up| down| out| apart)? (?:into|by|per|in|on|along|over|across|according to|based on|for)(?: the| their| its)?(?: different| various| respective)? (?=\w)", "by "),
        (r"\b(?:grouped|clustered|aggregated|organi[sz]ed|categori[sz]ed|summari[sz]ed|broken down|distributed) (?:into|in|on|along|over|across|according to|based on|after|for)(?: the| their| its)?(?: different| various| respective)? (?=\w)", "by "),
        (r"\b(?:for|of|in|on|from|with) each (?:one )?(?:of (?:the|our|my|these|those) )?(?:individual |single |different |distinct |separate |various )?(?=\w)", "for each "),
        (rf"\b(?:a |an |the )?(?:matrix|cross-?\s?tab(?:le|ulation)?|pivot(?: table)?|grid|heat ?-?map|two-?way table|contingency table)\b(?: of| with| showing| for| from)?[:,]? ?(?P<pre>(?:all |the |our |open )*)(?P<a>{_ATTRIBUTE}) (?:against|versus|vs\.?|x|by|and|over|to|with|times) (?P<b>{_ATTRIBUTE})\b", r"number by \g<a> and \g<b> \g<pre>"),
        (rf"\b(?P<a>{_ATTRIBUTE}) (?:against|versus|vs\.?|x|crossed with|times) (?P<b>{_ATTRIBUTE})\b(?! (?:in|is|of) )", r"by \g<a> and \g<b>"),
        (r"\b(?:a |an |the )?(?:matrix|cross-?tab|pivot(?: table)?|heat ?map) (?:of|with|for|by)\b", "number of"),
        (r"\b(?:attached|linked|belonging|connected|related|tied|assigned|grouped) (?:to|with|in|under) (?:each|every)(?: of the| of our)? (?=\w)", "per "),
        (r"\baudit(?:ed)? (?P<w>operations?|actions?|calls?)\b", r"\g<w> in the cloud audit log"),
        (r"\b(?P<by>by|per|each|every|and)(?: the)? (?:current |power |running )?states?\b(?! of)", _state),
        (rf"\b(?:which|what) (?P<a>{_ATTRIBUTE}) (?:has|have|holds?|gets?|got|owns?|shows?) how (?:many|much)\b", r"number by \g<a> of"),
        (r"\b(?:who|which (?:person|analyst|assignee|colleague)) (?:has|have|got|holds?|is assigned) how many (?P<what>[\w\s-]{3,50}?)(?: (?:assigned|on (?:his|her|their) (?:plate|desk|name)|to (?:handle|work on))(?: to (?:them|him|her))?)?(?=[?.,;]|$)", r"number of \g<what> per assignee"),
        (r"\bhow (?:many|much) (?P<what>[\w\s-]{3,50}?) (?:is|are|were) (?:assigned|given|allocated) to (?:whom|who|each (?:person|analyst|assignee|colleague)|each of (?:us|them))\b", r"number of \g<what> per assignee"),
        (r"\bby the (week|month|day|hour|year) (?:in|on|at|during) which (?:they|it|these|those) (?:was|were|have been|had been|got|had|are) (first seen|opened|created|found|detected|discovered|raised|resolved|closed|fixed)\b", r"\2 by \1"),
        (r"\bby (?P<w>week|month|day) of (?P<what>first seen|opening|creation|detection|discovery|resolution|closing)\b", r"per \g<w>"),
        # ages and durations
        (rf"\b(?:{_AVERAGE}),? (?:for |since )?(?:how many days|how long|for how long|since when) (?:{_BE} )+(?P<what>[\w\s'-]{{3,60}}?) (?:{_BE} )*{_OPEN}\b", r"average age of \g<what>"),
        (rf"\b(?:for |since )?(?:how many days|how long)(?: (?:{_AVERAGE}))? (?:{_BE} )+(?P<what>[\w\s'-]{{3,60}}?) (?:{_BE} )*{_OPEN}(?: for)?,? (?:{_AVERAGE})", r"average age of \g<what>"),
        (rf"\b(?:for |since )?how many days (?:{_AVERAGE}) (?:{_BE} )+(?P<what>[\w\s'-]{{3,60}}?) (?:{_BE} )*{_OPEN}\b", r"average age of \g<what>"),
        (rf"\b(?P<m>average|mean|avg|median|maximum|max|minimum|min)(?: number| count| amount)?(?: of)? days (?:that |which |for which |since )?(?:the |our )?(?P<what>(?!from|to\b|until|between|since|open)[\w\s'-]{{3,60}}?) (?:{_BE} )+{_OPEN}\b", r"\g<m> age of \g<what>"),
        (rf"\b(?P<m>{_KIND})(?: amount of| number of)?(?: time| days| duration)?(?: in days)?,? (?:from|between) (?:the )?{_START} (?:to|till|until|and) (?:the |its |their )?{_END}(?P<what> of [\w\s-]{{3,40}}?)?(?=[?.,;:]|$| per\b| by\b| for\b| in\b)", _measure),
        (rf"\b(?:the )?(?P<m>{_KIND}) (?:amount of )?(?:time|number of days|days|duration)(?:,? (?:measured |counted |expressed )?in days,?)?,? (?:that |which )?(?:it |we |us |they |the team |people |somebody |has |have )*(?:took|take|takes|taken|needed|need|needs|used|spent|required)(?: us| we| you| them)? (?:to {_FIX}|(?:until|till|before) (?:we )?(?:{_FIX}d?|closed|fixed|resolved))(?: an?| one| any| the| our)? (?P<what>[\w\s-]{{3,60}}?)(?=[?.,;:]|$| per\b| by\b)", _measure),
        (r"\bdays (?:from|between) (?:opening|first seen|creation|detection) (?:to|until|till|and) (?:resolution|closing|closure|fix)\b", "time to resolve"),
        (r"\b(?:that |which )?(?:was |were |have been |has been |are |is |been )?(?:first )?(?:seen|opened|created|found|detected|reported|discovered|observed) (?:the |for the )?(?:longest|furthest|farthest)(?: time)?(?: ago| back| in the past)?\b", "oldest first"),
        (r"\b(?:the )?longest(?: time)? ago\b", "oldest first"),
        (rf"\bhow (?:many days|long) (?:{_BE} )+(?:the |our )?(?:single )?oldest (?P<what>[\w\s'-]{{3,60}}?) (?:{_BE} )*{_OPEN}\b", r"maximum age of \g<what>"),
        # sums
        (rf"\b(?P<t>total|sum of|sum|combined|overall|summed|cumulated|cumulative|accumulated)(?: amount| number)?(?: of)?(?: the)? (?:{_TOTALS})(?: of| on| in| for| held by| used by| taken by| allocated to)?(?: the| all| our)? (?=\w)", "total size of "),
        (rf"\bhow (?:many|much) (?:{_TOTALS}) (?:(?:of|on|in|for|do|does|are|is|have|has|sit on|sits on|sit in|the|all|our|there|lie on|lie in) )+(?=\w)", "total size of "),
        (r"\b(total|sum|average|avg|mean|median|maximum|minimum)(?: of)?(?: the)? (?:file )?sizes?(?: in bytes| in gb| in gib| \(bytes\)| \(gb\))?", r"\1 size"),
        # rankings
        (r"\bmost (?P<w>big|large|huge|old|ancient|new|young|small|little|long|short|great|heavy)(?= |$|[?.,;])", lambda m: _BIG[m["w"]]),
        (rf"\bmost (?P<w>high|low|bad)(?= {_NUMERIC}\b)", lambda m: _BIG[m["w"]]),
        (r"\b(?P<n>\d+|one|two|three|four|five|six|seven|eight|nine|ten)? ?(?P<what>[\w\s-]{3,40}?) (?:which|that) are (?:the )?(?P<w>largest|biggest|oldest|newest|smallest|longest|highest|lowest|worst)\b", r"\g<n> \g<w> \g<what>"),
        (r"\b(?:measured|counted|ranked|judged|rated|scored|going|assessed|sorted|ordered) (?:by|on|after|with|according to)(?: the number of| the count of)? (?:how many|how much|the number of|the count of|number of)\b", "by number of"),
        (r"\bby how (?:many|much)\b", "by number of"),
        (r"\b(?P<what>issues|alerts|problems|findings|vulnerabilities|cases|failed checks) (?P<s>(?:are |is |were )?(?:still )?open |that are open )(?:on|in|against|for) (?:them|it|each(?: of them)?)\b", r"open \g<what>"),
        (r"\b(?:appear|appears|show up|shows up|occur|occurs|turn up|come up|is seen|are seen|are found|is found|pop up) (?:the )?(?:most often|most frequently|most|oftenest)\b", "most frequent"),
        (r"\b(?:which |what |the |all )*values? of (?:the )?(?:tags?|tag key|label) (?P<k>[\w-]+)\b", r"which \g<k>s"),
        (r"\b(?:has|have|having|carry|carries|carrying|with|do|does)(?: not|n't| no)(?: have| carry| any| a| got)* tags? (?:named|called|with (?:the )?(?:name|key)) (?=\w)", "without tag "),
        (r"\b(?:performed |made |done |executed |run |carried out |triggered )?(?:by|of|from) (?:users?|humans?|people|persons?) (?:versus|vs\.?|and|or|against|compared to) (?:by |of |from )?(?:the )?(?:services?|machines?|automation|pipelines?|robots?|non-?humans?)(?: identit(?:y|ies)| accounts?| principals?)?\b", "by identity type"),
        # what is only said of groups
        (rf"\b(?P<a>{_ATTRIBUTE}|runtimes?|engines?|versions?|kinds?|operating systems|os|sizes|classes) (?:(?:that |which )?(?:are |is )?)(?:currently |actually |presently )?(?:in use|in place|in operation|being used)\b(?! (?:of|for|by)\b)", r"\g<a>"),
        (r"\b(?:and|\+|plus|with|incl\.?|including)(?: the| their| its)? (?:counts?|numbers?|how many(?: of each| each| of them)?|quantit(?:y|ies)|frequenc(?:y|ies))(?: of each| each| per each| of them)?(?=[?.,;)]|$)", " with counts"),
        (r"\breasons? (?:of|for) (?:the |their )?(?:resolution|closing|closure|resolving)\b", "resolution reason"),
        (r"\b(?:config|configuration) (?P<n>findings?|issues?|alerts?|check results?|scan results?)\b", r"\g<n> of category configuration"),
        (r"\b(?:config|configuration) checks?\b", "findings of category configuration"),
        (r"\ballow(?:s|ing)? (?=(?:vs\.?|versus|against|and|or|compared (?:to|with)|/) (?:den|block|drop|reject))", "allowed "),
        (r"\b(?P<d>den(?:y|ies)|block|drop|reject)s? (?P<v>vs\.?|versus|against|and|or|compared (?:to|with)|/) allow(?:s|ing)?\b", r"\g<d> \g<v> allowed"),
        (r"\b(?:where|in which cases?) (?:is|are|do we have|have we) (?:the |a |our )?(?:backlog|queue|pile|stack|number|count)s?(?: of [\w\s]{3,20}?)? (?:bigger|larger|higher|greater|longer|over|above|more) than (?P<n>\d+)\b", r"with more than \g<n>"),
        (r"\b(?:with|having|have|has|whose) (?:an? |the |their )?(?:backlog|queue|pile|stack)s?(?: of [\w\s]{3,20}?)? (?:is |are |being )?(?:bigger|larger|higher|greater|longer|over|above|more) (?:than )?(?P<n>\d+)\b", r"with more than \g<n>"),
        (r"^(?P<b>with (?:more|fewer|less) than \d+ [\w\s-]+?)[?.,;:]+ *(?:and |so |i mean,? )?(?P<a>(?:which|what) [\w\s-]+?)\W*$", r"\g<a> \g<b>"),
        # the same said twice, in brackets
        (r"\s*\((?:=|~|i\.e\.|that is|about|or)?\s*\d+ (?:days?|weeks?|months?|years?|hours?)\)", ""),
        (r"\s*\b(?:written |spelled |spelt )?in (?:small|lower(?: |-)?case|capital|upper(?: |-)?case|big) (?:letters?|characters?|case)\b", ""),
        # what is to be counted too, or not at all
        (r"(?:,|\band\b|\bbut\b|\bwith\b)?\s*\(?(?:the |even |also |all )*(?:resolved|closed|fixed)(?: and open)?(?: ones| issues| items| cases| alerts)?,? (?:are |being |shall be |should be |must be |to be )?(?:also |too |as well )?(?:included|counted|counting|inclusive|taken into account|in(?: it)?)(?: too| as well| also)?\)?(?=[,.;?!)]|$)", " of any status"),
        (r"(?:,|\band\b|\bbut\b|\bwith\b)?\s*\(?(?:the |even |also |all )*(?:failed|denied|unsuccessful|failing|rejected)(?: ones| events| operations| calls| attempts)?,? (?:are |being |shall be |should be |must be |to be )?(?:also |too |as well )?(?:included|counted|counting|inclusive|in)(?: too| as well| also)?\)?(?=[,.;?!)]|$)", " "),
        (r"(?:,|\bwith\b)\s*(?:the |all )?(?P<what>[\w\s-]{3,40}?) (?:are |being |is |shall be |should be |must be |to be )?(?:excluded|left out|not counted|omitted|ignored|filtered out|taken out|set aside)(?=[,.;?!)]|$)", r" excluding \g<what>"),
        (r"(?:^|(?<=[.,;!?])\s*|\s+and\s+)(?:please )?(?:ignore|skip|leave out|leave aside|leave away|omit|drop|forget|disregard|don't count|do not count) (?:the ones|those|the \w+|ones|all|any(?:thing)?|everything|these) (?:that (?:are|have|is) |which (?:are|have) )?(?P<what>(?:without|with no|unassigned|resolved|closed|with|in|tagged|from|of|on)\b[^.?!,;]*)", r", not those \g<what>"),
    )
)  # fmt: skip


def grouped(text: str) -> str:
    """A text in lower case with idioms of groups and measures in plainer words; what is quoted stays."""
    if quotes(text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return re.sub(r"\s{2,}", " ", text).strip()
