"""Idioms of how often and of how much: "only once", "a single one", "who owns the most", "the fastest", "records held"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.tokens import quotes

_NUMBER: Final = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_DIM: Final = (
    r"(?:(?:aws |azure |gcp |cloud |asset |resource |instance |machine |issue |detection |operating |business )?"
    r"(?:accounts?|subscriptions?|projects?|regions?|teams?|owners?|clouds?|providers?|environments?|applications?|apps?|"
    r"severit(?:y|ies)|types?|sizes?|categor(?:y|ies)|class(?:es)?|rules?|checks?|systems?|packages?|cves?|assignees?))"
)
_ASK: Final = r"^(?P<lead>\W*(?:(?:please|which|what|list|show|me|give|find|name|all|any|the|are there|is there|are|is|how many) )*)"
_OCCUR: Final = (
    r"(?:(?:that|which) )?(?:(?:are|is|were|was|have been|has been|got|get) )?(?:only |just )?(?:occurs?|occurred|appears?|appeared|exists?|existed|"
    r"shows? up|used|in use|seen|found|present|done|performed|executed|made|called|happen(?:s|ed)?|ran|run|fired|deployed|raised|"
    r"reported|detected|observed|triggered|invoked|issued|fail(?:s|ed)?|failing)"
)
_TIMES: Final = (
    r"(?P<op>exactly|only|just|more than|over|at least|less than|fewer than|at most|no more than)?(?: ever)? ?"
    r"(?P<n>once|twice|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twenty|a hundred) times)"
)
_WAY: Final = (
    r"(?P<way>most|fewest|highest number of|largest number of|greatest number of|lowest number of|least)"
)
_FEW: Final = ("fewest", "least", "lowest", "smallest", "fastest", "quickest")
_THINGS: Final = r"(?P<x>(?:s3 |gcs |gcp |azure |aws |storage |data )*(?:assets?|resources?|buckets?|accounts?|databases?|instances?|vms?|machines?|stores?|tables?|volumes?))"
_COUNTED: Final = (
    ("operation", "audit events"), ("action", "audit events"), ("api call", "audit events"), ("rule", "open issues"), ("check", "open issues"),
    ("cve", "vulnerabilities"), ("package", "vulnerabilities"), ("instance", "vms"), ("machine", "vms"), ("system", "vms"), ("os", "vms"),
)  # fmt: skip


def _times(match: re.Match[str]) -> str:
    """Groups by how many there are in each: "operations done exactly once"."""
    said, op = match["g"], match["op"] or "exactly"
    number = {"once": "1", "twice": "2", "a hundred times": "100"}.get(match["n"]) or match["n"].split()[0]
    failed = "fail" in match.group(0)
    counted = next((what for word, what in _COUNTED if word in said), "assets")
    counted = "failed findings" if failed else counted
    op = "exactly" if op in ("only", "just") else op
    many = "how many " if "how many" in match["lead"] else ""
    if counted == "audit events":
        return f"audit events by operation, {op} {number}"
    if many:
        return f"how many {said} have {op} {number} {counted}"
    return f"number of {counted} by {said}, {op} {number}"


def _events(match: re.Match[str]) -> str:
    return f"audit events by operation, {match['op']} {match['n']}"


def _limit(match: re.Match[str], name: str = "x") -> str:
    """How many are asked for: a number, one of a thing, all of several."""
    told = match.groupdict()
    if number := (told.get("n") or "").strip():
        return f", first {number}"
    return "" if re.search(r"(?:[^s]s|ies)$", match[name]) else ", first 1"


def _held(match: re.Match[str]) -> str:
    """Whose files have most records, or are biggest together."""
    order = "fewest" if (match.groupdict().get("way") or "").startswith(_FEW) else "most"
    what = "records" if "record" in match["m"] else "size"
    thing = {"resource": "asset"}.get(match["x"].rstrip("s"), match["x"].rstrip("s"))
    return f"total {what} of files by {thing}{match['rest']}, {order} first{_limit(match)}"


def _extreme(match: re.Match[str]) -> str:
    order = "lowest" if match["way"] in ("lowest", "smallest", "best") else "highest"
    return f"{match['m']} {match['what']} by {match['x']}, {order} first, first 1"


def _populated(match: re.Match[str]) -> str:
    number = f"top {match['n']}" if match["n"] else ""
    if match["w"] == "most":
        return f"{number}{match['x']} by number of assets"
    return f"{match['n']}{match['x']} with the fewest assets"


def _affected(match: re.Match[str]) -> str:
    number = (match["n"] or "").strip() or ("" if re.search(r"(?:[^s]s|ies)$", match["x"]) else "1")
    return f"{f'top {number} ' if number else ''}{match['x']} by number of {match['what']}"


def _largest(match: re.Match[str]) -> str:
    *cloud, thing = match["x"].split()
    where = f" on {cloud[0]}" if cloud and cloud[0] in ("aws", "azure", "gcp") else ""
    return f"top 1 {thing if where else match['x']}{where} by "


def _count(match: re.Match[str]) -> str:
    way = "fewest" if match["way"] in ("lowest", "smallest") else "most"
    return f"{way} {match['what'].replace('total ', '')}{match['w']}s"


def _compliance(match: re.Match[str]) -> str:
    return f"{match['have']} the {'lowest' if match['way'] in ('worst', 'lowest') else 'highest'} pass rate"


def _mean(match: re.Match[str]) -> str:
    where = f" in {match['env'].strip()}" if match["env"] else ""
    return f"{match['m']} number of {match['what']} per {match['x'].removesuffix('s')}{where}"


def _records(match: re.Match[str]) -> str:
    thing = {"resource": "asset"}.get(match["x"].rstrip("s"), match["x"].rstrip("s"))
    return f"total records of files by {thing}, {match['op']} {match['n']}"


def _sensitive(match: re.Match[str]) -> str:
    order = "fewest" if match["way"].startswith(_FEW) else "most"
    return f"number of files with sensitive data by {match['x'].rstrip('s')}{match['rest']}, {order} first{_limit(match)}"


def _clustered(match: re.Match[str]) -> str:
    order = "fewest" if (match["way"] or "").startswith(_FEW) else "most"
    return f"number of {match['what']} by cluster, {order} first{_limit(match)}"


def _used(match: re.Match[str]) -> str:
    number = (match["n"] or "").strip() or ("" if re.search(r"(?:[^s]s|ies)$", match["x"]) else "1")
    return f"{f'top {number} ' if number else ''}{match['x']} by number of {match['what']} using them"


def _quick(match: re.Match[str]) -> str:
    order = "lowest" if match["way"].startswith(("fast", "quick")) else "highest"
    return f"average time to resolve {match['what']} by {match['x']}, {order} first{_limit(match)}"


def _periods(match: re.Match[str]) -> str:
    order = "fewest" if match["way"].startswith(_FEW) else "most"
    number = (match["n"] or "").strip() or ("1" if not match["unit"].endswith("s") else "")
    first = f", first {number}" if number else ""
    return f"number of {match['what'].strip()} per {match['unit'].rstrip('s')}, {order} first{first}"


def _measures(match: re.Match[str]) -> str:
    """ "Highest, lowest and average": the measures of one number."""
    words = {
        "highest": "maximum",
        "largest": "maximum",
        "biggest": "maximum",
        "greatest": "maximum",
        "lowest": "minimum",
        "smallest": "minimum",
    }
    return re.sub(r"[a-z]+", lambda m: words.get(m.group(0), m.group(0)), match.group(0))


_STAT: Final = (
    r"(?:highest|lowest|largest|biggest|smallest|greatest|average|avg|mean|median|maximum|minimum|max|min)"
)
_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # who has most
        (rf"\bwho (?:owns|has|runs|holds|operates|is responsible for|is the owner of|owned|got) (?:the )?{_WAY} (?P<what>(?!(?:[\w-]+ )*(?:issues?|alerts?|findings?|cases?|tickets?|incidents?|permissions?|rights|events|privileges|access|changes|operations)\b(?! on))[\w\s-]{{3,50}}?)(?=\W*$|[?.,;]| in\b| on\b| that\b| with\b)", r"which owner has the \g<way> \g<what>"),
        # the greatest number that one has
        (r"\b(?:maximum|max|highest|largest|greatest|biggest) (?:number|count|amount) of (?P<what>[\w\s-]{3,40}?) (?:on|per|of|in|for|that) (?:a single|any single|any one|one|an individual|a) (?P<x>(?:[a-z0-9]+ )?[a-z]+)(?: has)?(?=\W*$)", r"\g<x> with the most \g<what>"),
        # of groups the one with the extreme measure
        (rf"\b(?P<way>highest|lowest|largest|smallest|biggest|best|worst) (?P<m>average|avg|mean|median|total) (?P<what>[\w\s-]{{3,50}}?) (?:among|amongst|across|of all|between)(?: all)?(?: the| our)? (?P<x>{_DIM})(?=\W*$)", _extreme),
        (rf"\b(?:among|amongst) (?:all )?(?:the |our )?(?P<x>{_DIM})(?=\W*$)", r"by \g<x>"),
        (rf"\bhow many (?P<what>[\w\s-]{{3,40}}?) (?:does|do|has|have) the (?:biggest|largest) (?P<x>{_DIM}) (?:have|own|hold|contain|has)(?=\W*$)", r"top 1 \g<x> by number of \g<what>"),
        (rf"\b(?P<n>(?:{_NUMBER} )?)(?P<w>least|most) populated (?P<x>{_DIM})\b", _populated),
        (rf"^(?P<lead>\W*(?:(?:show|list|give|me|please|what|are|is) )*)(?:each|every) (?P<x>{_DIM})'s (?P<top>top {_NUMBER} [\w\s-]+? by [\w\s-]+?)(?=\W*$)", r"\g<lead>\g<top> per \g<x>"),
        (r"\b(?P<x>[a-z]+s) (?:that |which )?(?:were|are|was|have been|got) (?:pushed|created|launched|added|started|discovered|provisioned|deployed) (?:most recently|last)\b", r"newest \g<x>"),
        (r"\baverage life(?:time|span) of\b", "average age of"),
        (r"\b(?:(?:the|our|whole|entire|total) )*ec2 fleet\b", "ec2 instances"),
        (r"\b(?:the|our|whole|entire|total) (?:(?:vm|server|machine|compute) )?fleet\b", "machines"),
        (r"\b(?P<w>users?|identit(?:y|ies)|principals?|people) (?:that |who )?(?:(?:are|is|were|was) )?active in (?=(?:more than|at least|exactly|only|over) )", r"\g<w> with events in "),
        (r"\b(?P<w>with|having|have|has) between (?P<a>\d+) and (?P<b>\d+) (?P<what>(?:[a-z]+ ){0,3}(?:issues|findings|vulnerabilities|assets|resources|vms|machines|users|buckets|events))\b", r"\g<w> at least \g<a> \g<what> and at most \g<b> \g<what>"),
        (r"\b(?P<m>average|avg|mean|median) (?:number|count|amount) of (?P<what>[\w\s-]{3,40}?) (?:in|on|of|for) (?:all |our |the )*(?P<env>(?:production|prod|staging|dev|test) )?(?P<x>vms|machines|servers|hosts|instances|ec2 instances|buckets|s3 buckets|images|container images|databases|assets)(?=\W*$)", _mean),
        # rankings turned round
        (r"^(?P<lead>\W*)who (?:is|are|were) (?:the |our )?(?=(?:top|first|\d+|two|three|five|ten)\b)", r"\g<lead>"),
        (rf"^\W*(?:(?:please|give|show|me|make|list|i need|we need|produce) )*(?:a |the )?rank(?:ing|ed list) of (?:all )?(?:the |our )?(?P<x>{_DIM}) by (?:number of |count of )?(?=\w)", r"rank \g<x> by number of "),
        (r"\bboth (?P<a>critical|high|medium|low) and (?P<b>critical|high|medium|low) (?P<w>issues|vulnerabilities|findings)\b", r"at least one \g<a> \g<w> and at least one \g<b> \g<w>"),
        (r"\b(?P<way>highest|largest|biggest|greatest|lowest|smallest) (?P<what>(?:(?:open|critical|high|failed|total) )*)(?P<w>item|issue|finding|asset|resource|event|file|alert|replica|node|rule|user|cve|vm|machine|vuln)[ -]counts?\b", _count),
        (rf"\b(?:which|what) (?P<n>{_NUMBER}) (?P<x>[\w\s-]{{3,40}}?) (?P<have>have|own|carry|hold|got) (?:the )?(?P<way>most|fewest)\b", r"top \g<n> \g<x> with the \g<way>"),
        (rf"\b(?P<n>top {_NUMBER} )?(?P<x>(?:[a-z0-9]+ )?(?!rules\b|checks\b)[a-z]+s)(?: ranked| sorted| ordered)? by (?:the )?(?:number|count) of (?:their )?(?P<what>(?:(?:active|attached|inline|managed|inbound|outbound|ingress|egress) )*(?:access keys|policies|rules|listeners|containers|mfa devices|routes|origins|node pools|node groups|security groups|network interfaces))(?=\W*$)", r"\g<n>\g<x> with the most \g<what>"),
        (r"\bwhich (?:one )?of (?:our|the|all|my)(?: the)? (?P<x>(?:[a-z0-9]+ )?[a-z]+?)s(?: is| are)? (?:the )?(?:largest|biggest) (?:by|in terms of|measured by|judged by) (?=\w)", _largest),
        (rf"\b(?P<n>{_NUMBER} )?most (?:affected|hit|impacted) (?P<x>[a-z0-9]+(?: [a-z]+)?) by (?:number of |count of )?(?P<what>[\w\s-]{{3,40}}?)(?=\W*$)", _affected),
        (r",? and how (?:large|big) (?:are they|is it|is each(?: of them)?|each is|they are)\b", ", with their size"),
        (r"\b(?P<have>have|has|with|having|show|shows) (?:the )?(?P<way>worst|lowest|best|highest) compliance(?: rates?| scores?)?\b", _compliance),
        (r"\b(?P<s>share|percentage|proportion|fraction|percent) of vulnerable (?P<x>[\w -]{3,30}?)(?=\W*$| (?:by|per|in|for)\b)", r"\g<s> of \g<x> that have vulnerabilities"),
        (r"\b(?P<m>average|avg|mean|median) (?P<what>(?:(?:open|critical|high|medium|low|failed) )*(?:issues|vulnerabilities|findings|files|permissions|events|alerts)) (?P<by>per|for each|of each)\b", r"\g<m> number of \g<what> \g<by>"),
        (r"\bof (?:the |our )?(?:open )?backlog (?=(?:that )?(?:is|are|has|was)\b)", "of open issues "),
        # how many there are of two things, or of none
        (r"\bat least (?P<n>one|1) (?P<a>critical|high|medium|low) and (?:at least )?(?:one|1) (?P<b>critical|high|medium|low) (?P<w>vulnerabilit(?:y|ies)|issues?|findings?)\b", r"at least \g<n> \g<a> \g<w> and at least one \g<b> \g<w>"),
        (rf"\b(?P<g>{_DIM}) (?:where|in which|for which) (?:there (?:are|is|exist)|we (?:have|run|own|use|see)) (?=(?:more than|over|at least|fewer than|less than|at most|exactly|no|only) )", r"\g<g> with "),
        (r"\b(?P<w>with|have|has|having) zero (?=[a-z])", r"\g<w> no "),
        (rf"\b(?:(?:that|who|which) )?(?:have |has )?(?:performed|made|did|done|executed|ran|triggered|issued|caused|generated) (?P<op>more than|over|at least|fewer than|less than|at most|exactly|only) (?P<n>{_NUMBER}) (?:operations|actions|api calls|calls|audit events|events)\b", r"with \g<op> \g<n> events"),
        (r"\b(?:(?:which|what) (?:user|person|identity|principal|account holder)|who) (?:has |have )?(?:did|done|made|performed|executed|ran|triggered|issued|generated|caused) (?:the )?most (?P<what>operations|api calls|actions|events|calls)(?! (?:in|of|for|per|on) (?:each|every))\b", r"top 1 user by number of \g<what> in the audit log"),
        # what passes
        (r"\b(?:percentage|share|proportion|percent) of (?:compliant|passing|passed) (?:resources|assets|findings|checks) (?P<by>per|by|for each) (?P<w>rules?|checks?)\b", r"pass rate \g<by> \g<w>"),
        # two numbers side by side
        (r"\b(?:the )?ratio (?:of|between) (?P<a>open|closed|resolved|failed|passed|critical|high|medium|low|new) (?:to|and|vs\.?|versus|over) (?P<b>open|closed|resolved|failed|passed|critical|high|medium|low|new) (?P<what>issues|findings|vulnerabilities|cases)\b", r"number of \g<a> and number of \g<b> \g<what>"),
        # one and no more
        (r"\b(?P<w>with|have|has|having|that have|contains?|containing|owns?|uses?|runs?|affects?|affecting|hits?|on|in) (?:only |just )?(?:a|one) (?:single|sole)(?: one)?(?: of)? (?=(?:[\w-]+ )?(?!zone|node|az\b|replica|point|sign)\w)", r"\g<w> exactly 1 "),
        (rf"{_ASK}(?P<g>{_DIM}|operations?|actions?|api calls?|os|oses) {_OCCUR} {_TIMES}(?: in (?:the |our )?(?:(?:cloud )?audit logs?|logs?|tenant|estate|inventory))?\W*$", _times),
        (rf"{_ASK}(?P<g>operations?|actions?|api calls?)(?: in the (?:cloud )?audit logs?)? (?:with|that have|having|which have) (?P<op>more than|over|at least|less than|fewer than|at most|exactly) (?P<n>{_NUMBER}) (?:audit )?(?:events?|calls?|entries)\W*$", _events),
        # a day of the most
        (rf"{_ASK}(?:top )?(?P<n>{_NUMBER} )?(?P<unit>days?|weeks?|months?|hours?) (?:with|that had|which had|having|that saw) (?:the )?{_WAY} (?P<what>[\w\s'-]{{3,60}}?)\W*$", _periods),
        (rf"{_ASK}top (?P<n>{_NUMBER} )?(?P<unit>days?|weeks?|months?|hours?) (?P<way>)(?:by|for|in) (?:number of |count of )?(?P<what>(?:new |opened |audit |resolved |critical |high )*(?:issues|events|findings|alerts|changes|operations))\W*$", _periods),
        # who is quick
        (rf"\b(?:which|what) (?P<x>{_DIM}) (?:resolves?|fix(?:es)?|closes?|remediates?|solves?) (?:its |their |the )?(?P<what>(?:[\w-]+ ){{0,2}}(?:issues|vulnerabilities|findings|alerts)) (?:the )?(?P<way>fastest|quickest|slowest)(?: on average)?", _quick),
        (rf"\b(?:which |what )?(?P<x>{_DIM})(?: is| are)? (?:the )?(?P<way>fastest|quickest|slowest) (?:at|in|to|when) (?:resolving|resolve|fixing|fix|closing|close|remediating|remediate) (?:its |their |the )?(?P<what>(?:[\w-]+ ){{0,2}}(?:issues|vulnerabilities|findings|alerts))", _quick),
        (rf"\b(?:top )?(?P<n>\d+ )?(?P<way>fastest|quickest|slowest) (?P<x>{_DIM}) (?:at|in|to|when|by) (?:resolving|resolve|fixing|fix|closing|close|remediating|remediate) (?:its |their |the )?(?P<what>(?:[\w-]+ ){{0,2}}(?:issues|vulnerabilities|findings|alerts))", _quick),
        (rf",? (?:top |the )?(?P<n>{_NUMBER}) (?:slowest|longest)(?: first| ones)?\W*$", r", highest first, first \g<n>"),
        (rf",? (?:top |the )?(?P<n>{_NUMBER}) (?:fastest|quickest|shortest)(?: first| ones)?\W*$", r", lowest first, first \g<n>"),
        # in how many places
        (r"\b(?P<a>cves?|rules?|checks?|packages?) (?:that |which )?(?:is|are) (?:failing|violated|broken|found|seen|raised|reported|firing|open|active) (?:in|on|across) (?:the )?most (?:different )?(?P<b>accounts|teams|regions|subscriptions|projects|clouds|applications|apps|owners)\b", r"\g<a> fails in the most \g<b>"),
        (r"\b(?P<n>(?:top )?(?:\d+ |one |two |three |five |ten )?)(?:issues?|issue names?|alerts?) by (?:the )?(?:number|count) of (?:affected |impacted |different |distinct |hit )?(?P<b>assets|resources|machines|vms|hosts)\b", r"\g<n>rules by number of \g<b>"),
        (r"\b(?P<n>(?:top )?(?:\d+ |one |two |three |five |ten )?)(?:issue|issues|alerts?) (?:that |which )?(?:affects?|hits?|impacts?|concerns?|is on|are on|affecting|hitting) (?:the )?most (?:different )?(?P<b>assets|resources|machines|vms|hosts)\b", r"\g<n>rules by number of \g<b>"),
        # files and what is in them
        (rf"\b(?:(?:which|what|is|the) )*(?P<n>{_NUMBER} )?(?P<way>biggest|largest|smallest) {_THINGS} by (?:the )?(?:total |summed |sum of |combined )*(?:number of |amount of )?(?P<m>records|file size|size of (?:(?:their|its|the|all) )*files)(?P<rest>(?: in [\w-]+)?)(?=\W*$)", _held),
        (rf"\b(?:(?:which|what|is|the) )*(?P<way>biggest|largest|smallest) (?P<n>{_NUMBER} )?{_THINGS} by (?:the )?(?:total |summed |sum of |combined )*(?:number of |amount of )?(?P<m>records|file size|size of (?:(?:their|its|the|all) )*files)(?P<rest>(?: in [\w-]+)?)(?=\W*$)", _held),
        (rf"\b(?:(?:which|what|the|top) )*(?P<n>\d+ |two |three |five |ten )?{_THINGS} (?:(?:that|which) )?(?:stores?|holds?|contains?|have|has|with|holding|storing|containing|keeps?) (?:the )?(?P<way>most|fewest|largest|highest|biggest|greatest)(?: (?:amount|number|volume|total) of| total)? (?P<m>records|data records|bytes of files|file data|total file size)(?: in (?:their|its|the) files| in total| over all (?:their|its) files| across (?:their|its) files)?(?P<rest>(?: in [\w-]+)?)(?=\W*$)", _held),
        (rf"\b(?:(?:which|what|the|top) )*(?P<n>\d+ |two |three |five |ten )?{_THINGS} (?:ranked |sorted )?by (?:the )?(?:total |summed |sum of |combined )*(?:number of |amount of )?(?P<m>records(?: (?:in|of) (?:their|its|the) files)?|file size|file records|size of (?:(?:their|its|the|all) )*files)(?P<rest>(?: in [\w-]+)?)(?=\W*$)", _held),
        (r"\b(?:total|overall|summed|complete) (?:number|count|amount) of records (?:stored |held |kept |contained )?(?:in|on|of|by|across|over) (?:all )?(?:the |our )*(?=(?:s3 |gcs |gcp |azure |aws |storage )*(?:buckets|databases|storage accounts|volumes)\b)", "total records of files on "),
        (r"\b(?:sum|total|totals) of (?:the |all )*file sizes?\b|\btotal file sizes\b", "total size of files"),
        (rf"\b{_THINGS} (?:with|having|that (?:have|has|hold|holds|store|stores)|holding|storing) (?P<op>more than|over|at least|fewer than|less than|at most) (?P<n>[\d,.]+[km]?) records(?: (?:in|over|across) (?:all )?(?:of )?(?:their|its|the) files| in total)?(?=\W*$)", _records),
        (rf"\b(?:(?:biggest|largest|top) )+(?P<n>{_NUMBER} )?(?P<x>file (?:types|categories|extensions)|data patterns)(?P<rest>) by (?:the )?(?:total |summed |overall )*(?P<m>size|records|number of records|file size)(?=\W*$)", _held),
        (r"\b(?:sum|total|totals)(?: number| count)?(?: of)?(?: the| all)? records (?=(?:by|per|of each|for each|in each) (?!(?:data )?patterns?\b))", "total records of files "),
        (r"\btotal file (?P<m>size|records) (?=(?:per|by|of each|for each|in each)\b)", r"total \g<m> of files "),
        (r"\b(?:total |overall |summed )?(?:number|count|amount) of records (?P<by>by|per|for each|of each) (?:data )?(?P<w>patterns?)\b", r"number of records of files \g<by> \g<w>"),
        (r"\btotal records (?P<by>by|per|for each|of each) (?:data )?(?P<w>patterns?)\b", r"number of records of files \g<by> \g<w>"),
        (rf"\b(?:(?:which|what|the|top) )*(?P<n>\d+ |two |three |five |ten )?{_THINGS} (?:(?:that|which) )?(?:stores?|holds?|contains?|have|has|with|holding|storing|containing|keeps?) (?:the )?{_WAY} sensitive files(?P<rest>(?: in [\w-]+)?)(?=\W*$)", _sensitive),
        (r"\b(?:sensitive|classified) files\b", "files with sensitive data"),
        # what runs in a cluster
        (rf"\b(?:(?:which|what|the|top) )*(?P<n>{_NUMBER} )?(?:(?:k8s|kubernetes|eks|aks|gke) )?(?P<x>clusters?) (?:(?:by (?:number of |count of )?)|(?:(?:runs?|with|has|have|having|hosts?|that (?:has|have|runs?)|running) (?:the )?{_WAY} ))(?P<what>(?:pods?|deployments?|daemon ?sets?|stateful ?sets?|(?:kubernetes |k8s )?(?:services|secrets|namespaces|service accounts|roles)|cron ?jobs?|workloads|containers?))(?=\W*$)", _clustered),
        # used by most others
        (rf"\b(?:(?:which|what|the|top) )*(?P<n>{_NUMBER} )?(?P<x>(?:[a-z0-9]+ )?[a-z]+) (?:(?:that|which) )?(?:is |are |was |were )?(?:used|referenced|shared|needed) by (?:the )?{_WAY} (?P<what>(?!and\b)[\w\s-]{{3,40}}?)(?=\W*$)", _used),
        # several measures
        (rf"\b{_STAT}(?:, | and |, and |/| & ){_STAT}(?:(?:, | and |, and |/| & ){_STAT})*(?= (?!first\b)\w)", _measures),
        # what one of them has on average
        (r"\b(?:on average,? )?how many (?P<what>[\w\s-]{3,40}?) (?:does|do|has|have) (?:an? average|the average|the typical|a typical) (?P<x>[\w -]{2,30}?) (?:have|has|got|carry|own|contain)(?=\W*$)", r"average number of \g<what> per \g<x>"),
        (r"\bon average,? how many (?P<what>[\w\s-]{3,40}?) (?:does|do) (?:an?|each|every|one) (?P<x>[\w -]{2,30}?) (?:have|carry|own|contain)(?=\W*$)", r"average number of \g<what> per \g<x>"),
        (r"\b(?P<m>average|avg|mean|median) (?:number|count|amount) of (?P<what>[\w\s-]{3,40}?) (?:in|on|of|for) (?:an?|each|every|one) (?P<x>[\w -]{2,30}?)(?=\W*$)", r"\g<m> number of \g<what> per \g<x>"),
    )
)  # fmt: skip


def counted(text: str) -> str:
    """A text in lower case with idioms of counts in plainer words; what is quoted stays."""
    if quotes(text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text
