"""What a message wants done, from its verbs and set phrases. The order of the rules is their precedence."""

from __future__ import annotations

import re

from agent.planner.reading import Intent
from agent.planner.scan import Scanner

_FINDING = r"(?:it|this|that|these|those|them|the (?:\w+ )?(?:finding|issue|one|problem|item|ticket)(?!\w)|(?:finding|issue|alert) #?[\w\-]+|(?:the )?(?:first|second|third|worst|top|highest)(?: one| finding| issue)?|#?\d{4,}|prowler-\S+)"

RULES: tuple[tuple[Intent, str], ...] = (
    (
        Intent.HELP,
        r"help|what can you do|what do you do|who are you|how do(?:es)? (?:this|you) work|what can i ask|hello|hi|hey|good (?:morning|afternoon|evening)",
    ),
    (
        Intent.PENDING,
        r"(?:pending|open|waiting|outstanding|my|all|show|list|which|what|any)(?: \w+){0,2} (?:approvals?|proposals?)(?: \w+){0,3}|(?:what|which|anything)(?: \w+)? (?:waits?|is waiting|needs?)(?: \w+){0,2} (?:approval|decision|me)|approvals?|proposals?|approval (?:queue|list)|waiting for (?:approval|me)|needs? (?:my )?approval",
    ),
    (
        Intent.PATHS,
        r"(?:attack|exploit|kill|lateral|escalation)[ -]?(?:paths?|chains?|routes?)|lateral movement|choke ?points?|blast radius|crown jewels?"
        r"|paths? (?:to|from|into|towards?|through|via) (?!the (?:folder|file|directory))\S+|paths? of attack"
        r"|(?:how|where|what|which|can|could|would)(?: \S+){0,6} (?:attackers?|intruders?|hackers?|adversar(?:y|ies))(?: \S+){0,6} (?:reach|get (?:to|into|at|from)|go|move|pivot|break in(?:to)?|steal|access|take over|exfiltrate)"
        r"|(?:attackers?|intruders?) (?:can|could|would|might) (?:reach|get (?:to|into|at)|access|steal)"
        r"|(?:can|could|may|that|which|do|does|would|to) (?:reach|get to|lead to|leads to|access) (?:the |our |any )*(?:customers?'? |sensitive |personal |regulated |confidential )(?:data|records)|(?:reaches|leads? to) (?:the |our |any )*(?:customers?'? |sensitive |personal |regulated |confidential )(?:data|records)"
        r"|where (?:should|could|can|do|would)(?: (?:we|i|one))? (?:cut|interrupt|break the)|what (?:closes|breaks|cuts) (?:the )?most",
    ),
    (
        Intent.COMMENT,
        r"(?:add|post|leave|write|put|make|attach|record|propose|log|append)(?: (?:a|an|the|another|this|that))?(?: (?:war room|short|quick|brief))? (?:comment|note|remark|entry|war room entry)|comment (?:on|that|saying|with|this|to)|note (?:on|that|in the war room)|war ?room",
    ),
    (
        Intent.SEVERITY,
        r"(?:raise|lower|set|change|bump|increase|decrease|reduce|upgrade|downgrade|update|make|mark|escalate|adjust|propose)(?: \w+){0,8}? (?:severity|sev)(?: \w+){0,8}|(?:raise|lower|bump|upgrade|downgrade|escalate|mark|set|make)(?: \S+){1,6} (?:to|as) (?:critical|high|medium|low|informational|info)|severity (?:to|of|should be)",
    ),
    (
        Intent.CHANGES,
        r"what(?:'s| is| has| was| have)?(?: been)?(?: \w+){0,2} (?:chang(?:ed|es)|new|differen(?:t|ce)|got(?:ten)? worse|worse|appeared|disappeared|resolved|added|gone|fixed)(?: \w+){0,3}|(?:changes|differences?|delta|diff|news)(?: \w+){0,2}|(?:anything|something) (?:new|changed|worse)|what did the (?:last|latest) (?:load|scan|import) (?:add|bring|change|find)|got (?:any )?worse|show (?:me )?what changed|new(?:ly)? (?:found |discovered |opened )?(?:findings|issues) since",
    ),
    (
        Intent.REPORT,
        r"(?:gap|compliance|audit|assessment|readiness|framework|hipaa|nist|csf|pci)(?:[ -]\w+){0,3} (?:reports?|gaps?|assessment|analysis|status|posture|summary|overview|score|check)|(?:report|gaps?) (?:for|on|against|of|in|with)(?: \w+){0,3}|(?:are|is) (?:we|it|this|the|our)(?: \w+){0,3} (?:hipaa|nist|csf|pci|compliant)(?: \w+)*|(?:what|which|where)(?: \w+){0,6} (?:not (?:been )?assessed|fail(?:s|ing|ed)?(?: \w+){0,2} (?:hipaa|nist|csf|pci)|(?:hipaa|nist|csf|pci)(?: \w+){0,4} (?:fail(?:s|ing|ed)?|not assessed|gaps?|miss(?:ing|ed)?))|not assessed|how (?:do|are|well|far)(?: \w+){0,4} (?:hipaa|nist|csf|pci)(?: \w+)*|compliance (?:with|to|against)",
    ),
    (
        Intent.CONTROLS,
        r"(?:which|what|find|search|list|show|look up)(?: \w+){0,4} (?:controls?|safeguards?|requirements?|standards?|specifications?|provisions?|sections?)(?: \w+)*|(?:controls?|safeguards?|requirements?|specifications?) (?:for|on|about|cover(?:s|ing)?|that|which|related|regarding|say)|what does (?:hipaa|nist|csf|pci|164)\S*(?: \w+)* (?:say|require|ask|demand|mean)(?: \w+)*|(?:hipaa|csf|pci) (?:for|on|about) \w+|what (?:does|is) 164\.\S+",
    ),
    (
        Intent.EXPLAIN,
        r"why(?: \w+){0,6}|explain(?: \w+){0,3}|(?:what|how)(?: \w+){0,4} (?:scored?|ranked|prioriti[sz]ed|score (?:so )?high)|reasons?(?: \w+){0,3}|what (?:makes|drives|lowers|would lower|raises|speaks)(?: \w+){0,4}|how come|justify|rationale|score factors?",
    ),
    (
        Intent.FIX_FIRST,
        r"(?:fix|patch|tackle|address|remediate|look at|work on|handle|do|start with|deal with|act on)(?: (?!the\b|my\b)\w+){0,2} first(?! one| finding| issue)|(?:findings?|issues?|things?|ones?) to fix|what (?:should|must|do|can|shall|would|needs?)(?: (?:i|we|you|to be|one))? (?:fix(?:ed)?|patch|tackle|remediate|address|start with)(?! (?:it|this|that|the)\b)",
    ),
    (
        Intent.FIX,
        rf"(?:how (?:do|can|would|should|to|could)(?: \w+)? (?:fix|remediate|repair|close|resolve|solve|mitigate|correct|secure|lock down)|(?:draft|write|propose|suggest|create|generate|give|show|get|prepare|make|need|want)(?: \w+){{0,4}} (?:fix(?:es)?|remediation|patch|terraform|solution|repair)|(?:fix|remediate|repair|patch|mitigate)(?: (?:for|of))? {_FINDING}|(?:a |the )?(?:fix|remediation|terraform|patch)(?: (?:for|of|to|code|snippet|please))|remediat(?:e|ion)|terraform|fix (?:it|this|that)|fix)",
    ),
    (
        Intent.FIX_FIRST,
        r"(?:most|top|highest)(?: \w+)? (?:urgent|dangerous|critical risk|important|priority|priorities|risky|pressing|severe risks?)(?: \w+)*|priority (?:queue|list|order)|prioriti(?:ses?|zes?|sed|zed|es)(?: \w+)*|what (?:really )?matters(?: most)?|(?:biggest|top|worst|riskiest|gravest|scariest)(?: \w+){0,2} (?:risks?|findings?|issues?|problems?|things|threats?|exposures?|misconfigurations?)|(?:worst|riskiest) (?:first|of)|where (?:do|should) (?:i|we) (?:start|begin)|what (?:should|must) (?:i|we) (?:fix|do|worry)(?: \w+)*|attackers? (?:could|can|would|really) (?:\w+ )?use|ranked (?:highest|by priority)|by (?:priority|score|risk)|to fix",
    ),
    (
        Intent.SHOW,
        rf"(?:open|show|display|view|details? (?:of|on|for|about)|tell me (?:more )?about|describe|inspect|look at|pull up|get)(?: me)? (?:the details of |details on |details of )?{_FINDING}",
    ),
    (
        Intent.MORE,
        r"(?:show |give |read |see |list )?(?:me )?(?:more|the rest|next(?: page| rows| ones)?|remaining(?: rows| ones)?)|continue|all of them|rest of (?:them|the list)",
    ),
    (
        Intent.SUMMARY,
        r"(?:overview|summary|summari[sz]e|big picture|status|dashboard|state|overall)(?: \w+){0,6}|how (?:are|is|do) (?:we|our|my|the|things)(?: \w+){0,4}|posture(?: \w+){0,2}|what(?:'s| is) (?:loaded|in (?:here|the tenant)|our posture)|what data",
    ),
    (
        Intent.COUNT,
        r"how many(?: \w+)?|(?:count|number|total|tally|amount|distribution|breakdown|histogram)(?: of)?|how much",
    ),
    (
        Intent.LIST,
        r"(?:which|what|list|show|find|give|get|display|who|where|any|are there|is there|do we have|do any|name|tell me|search|anything|enumerate|identify)",
    ),
)

_APPROVE = re.compile(
    r"^\W*(?:(?:yes|yep|yeah|ok(?:ay)?|sure|please|fine|good)\W+)*(?:i |we )?(?:hereby )?(?:approve[ds]?|confirm(?:ed)?|accept(?:ed)?|go ahead|do it|proceed|ship it|lgtm|execute(?: it)?|apply it|carry (?:it )?out|looks good|yes|yep|yeah|ok(?:ay)?|sure|approved by)\b",
    re.IGNORECASE,
)
CHANGE = re.compile(
    r"^\W*(?:please |can you |could you |would you |go |just |now )*(?:delete|remove|terminate|stop|shut ?down|kill|destroy|disable|enable|turn (?:on|off)|revoke|detach|attach|block|open|close|restart|reboot|rotate|encrypt|make|change|modify|update|create|deploy|apply|run terraform|isolate|quarantine|unpublish|lock)\b(?! (?:the )?(?:first|second|third|worst|top|highest|finding|issue|it\b))"
    r"(?=.*\b(?:buckets?|groups?|instances?|users?|roles?|polic(?:y|ies)|keys?|databases?|functions?|rules?|ports?|snapshots?|volumes?|queues?|topics?|clusters?|resources?|servers?|machines?|terraform|public access|access|mfa|logging|encryption|sg-\w+|i-\w+|vpcs?|subnets?)\b)",
    re.IGNORECASE,
)


def intent_of(scan: Scanner, text: str) -> Intent:
    """The intent by its first matching rule; the words that showed it are not taken out."""
    stripped = text.strip()
    if _APPROVE.match(stripped) and len(stripped.split()) <= 12:
        return Intent.APPROVE
    if CHANGE.match(stripped) and not re.search(
        r"\b(?:severity|comment|war room|draft|how (?:do|can|to))\b", stripped, re.IGNORECASE
    ):
        return Intent.CHANGE_CLOUD
    for intent, pattern in RULES:
        if intent is Intent.HELP:
            if re.fullmatch(rf"\W*(?:{pattern})\W*(?:there|posture agent|agent)?\W*", stripped.lower()):
                return intent
            continue
        match = (
            scan.take(pattern)
            if intent in _TAKEN
            else (re.search(rf"(?<![\w\-])(?:{pattern})(?![\w\-])", scan.rest))
        )
        if match is not None:
            return intent
    return Intent.UNKNOWN


# Their words say nothing else, so that they do not count as left over.
_TAKEN = frozenset({Intent.PENDING, Intent.MORE})


_ASK = r"^\W*(?:(?:please|pls|can you|could you|would you|i need(?: you)?(?: to)?|i want(?: you)?(?: to)?|now|and|then|ok(?:ay)?|so|but|also|let's|go ahead and|help me(?: to)?)\W+)*"
_SURE: dict[Intent, str] = {
    Intent.EXPLAIN: r"\bwhy\b|^\W*(?:\w+\W+){0,2}explain|how come|justify|rationale|\bscored?\b|\branked\b|prioriti[sz]ed|what (?:makes|drives|lowers|raises|speaks|would lower)",
    Intent.SHOW: _ASK
    + r"(?:open|show|display|view|describe|inspect|look at|pull up|get|details?|tell me)(?: me)?(?: more)?(?: about| of| on| for)? (?:the )?(?:it|this|that|finding|issue|first|second|third|worst|top|highest|last|details?)\b(?!s)|#?\d{4,}",
    Intent.FIX: _ASK
    + r"(?:draft|write|propose|suggest|create|generate|prepare|make|how\b|fix|remediate|repair|patch|mitigate|terraform|(?:give|show|get)(?: me)? (?:a |the )?(?:fix|terraform|patch|remediation)|(?:a |the )?fix (?:for|it|this|that|please))",
    Intent.COMMENT: _ASK
    + r"(?:add|post|leave|write|put|make|attach|record|propose|log|append|comment|note)\b",
    Intent.SEVERITY: _ASK
    + r"(?:raise|lower|set|change|bump|increase|decrease|reduce|upgrade|downgrade|update|make|mark|escalate|adjust|propose)\b",
    Intent.REPORT: r"\b(?:hipaa|nist|csf|pci[ -]dss|gaps?|compliance|compliant|assessed|assessment|audit report|safeguards?)\b",
    Intent.CONTROLS: r"\b(?:controls?|safeguards?|hipaa|nist|csf|pci[ -]dss|164\.|requirements?|provisions?)\b",
    Intent.CHANGES: r"\bchang(?:ed|es)\b|differen|\bworse\b|\bdelta\b|\bdiff\b|\bnews\b|appeared|\bgone\b|what(?:'s| is) new|anything new|(?:last|latest|previous) (?:load|scan|import)|what (?:has been|was|got|is|have we) (?:\w+ ){0,2}(?:resolved|fixed|added|new)",
    Intent.SUMMARY: r"overview|summar|big picture|dashboard|^\W*(?:and )?how (?:are|is|do)\b|posture(?! (?:issues|findings))|what data|what(?:'s| is) (?:loaded|in (?:here|the tenant))|overall",
    Intent.MORE: _ASK
    + r"(?:(?:show|give|read|see|list)\s+)?(?:me\s+)?(?:some\s+)?(?:more|the rest|next|remaining|continue|all of them|rest)(?:\s+(?:of (?:them|it|these|those|the list)|page|rows?|ones?|results?|please))*\W*$",
    Intent.CHANGE_CLOUD: r"^(?!\W*(?:please |show me |list )*(?:open|closed?)\s+(?:\w+[\s-]+){0,3}(?:issues?|findings?|cases?|alerts?|vulnerabilit\w+|problems?|misconfigurations?|incidents?|tickets?)\b)",
    Intent.APPROVE: r"\b(?:approve|confirm|accept|go ahead|do it|proceed|ship it|lgtm|execute|apply|carry|looks good)|^\W*(?:yes|yep|yeah|ok(?:ay)?|sure|fine|good|please|\W)+$",
}


def sure(intent: Intent, text: str) -> bool:
    """Whether a message surely wants this, so that its words are no question for data ("open issues by status")."""
    pattern = _SURE.get(intent)
    return pattern is None or re.search(pattern, text, re.IGNORECASE) is not None
