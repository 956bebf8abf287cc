"""Words for rules of networks. Patterns only; the texts are in lower case."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

SERVICES: Final = {
    "ssh": 22, "rdp": 3389, "https": 443, "http": 80, "smb": 445, "mysql": 3306, "postgres": 5432, "postgresql": 5432, "telnet": 23, "ftp": 21,
    "redis": 6379, "mongo": 27017, "mongodb": 27017, "mssql": 1433, "dns": 53, "smtp": 25, "winrm": 5985, "elasticsearch": 9200, "oracle": 1521,
}  # fmt: skip
_SERVICE: Final = "|".join(sorted(SERVICES, key=len, reverse=True))
# what is asked about is another thing: records, doings, resources behind the groups
OTHERS: Final = re.compile(
    r"\b(?:issues?|findings?|alerts?|cases?|vulnerab\w+|cves?|chang\w+|modif\w+|audit\w*|who|when|deleted?|created?|added|yesterday|last (?:week|month)|since|"
    r"instances?|vms?|machines?|ec2|databases?|rds|load balancers?|functions?|lambdas?|subnets?|interfaces?|enis?|servers?|traffic log|flow logs?|"
    r"attached|used by|unused|using|associated|clusters?|kubernetes|k8s|buckets?|storage|severity|critical|score|remediat\w*|fix|close[ds]?|block the|disabled|enabled|logg(?:ing|ed))\b"
)
# without one of these a question about groups is not about their rules
FEATURES: Final = re.compile(
    rf"\b(?:rules?|entr(?:y|ies)|ports?|inbound|outbound|ingress|egress|cidrs?|sources?|internet|world|anywhere|any source|everyone|everybody|0\.0\.0\.0/0|traffic|protocols?|{_SERVICE})\b|\d+\.\d+\.\d+\.\d+/\d+|::/0"
)
ASIDE: Final = re.compile(
    r",?\s*\b(?:(?:wider|broader|larger) (?:port )?ranges?(?: that (?:contain|include) it)? (?:count|included?|too|as well)(?: too| as well)?|ranges? (?:count|included?)(?: too)?)\b"
)
RULES: Final = re.compile(
    r"\b(?:(?:with|by|having|have|has|that have|which have|of|for|through|via)\s+)?(?:an?\s+|any\s+|all\s+|every\s+|each\s+|the\s+|its\s+|their\s+|such\s+|at least one\s+|one or more\s+|some\s+)*(?:security\s+)?(?:(?:inbound|outbound|ingress|egress)\s+(?:allow\s+|deny\s+)?|allow\s+|deny\s+|firewall\s+|nsg\s+|acl\s+)?(?P<rule>rules?|entr(?:y|ies)|permissions)\b(?:\s+(?:open(?:ed)?|that|which|is|are)\b)*"
)
NO_RULES: Final = re.compile(
    r"\b(?:without|with no|have no|has no|having no|no|lacking|don't have|do not have)\s*(?:any\s+)?(?=\s*$|\s{3,})"
)
TOP: Final = re.compile(
    r"\b(?:top|first)\s+(?P<n>\d+)\b(?:\s+(?:most (?:common|frequent|used|open)|by))?|\b(?:the\s+)?(?P<m>most (?:common|frequent(?:ly)?(?: used)?|often(?: open(?:ed)?)?))\b"
)
COUNTS: Final = re.compile(
    r"(?:,|\band\b)?\s*(?:in\s+)?\b(?:how many(?:\s+(?:groups?|rules?|of them|are there|security groups?|sgs?|nsgs?))?(?:\s+each)?|(?:the )?(?:total )?(?:number|count|nbr) of|count(?:s|ed)?(?: of)?|how often|(?:number|count)(?=\s{4,}))\b(?:\s+(?:do we have|are there))?"
)
ROWS: Final = re.compile(
    r"\b(?:one|a|1) (?:row|line|entry) (?:per|for (?:each|every)|each)(?: (?:of them|\w+))?\b|\b(?:each|every one) on (?:its|their) own (?:line|row)\b|\bon (?:its|their) own (?:line|row)\b|\b(?:of each|for each) (?:such )?(?:one|of them)?\s*$|\blist the group\b"
)
ANYWHERE: Final = re.compile(
    r"(?:\b(?:open(?:ed)?|exposed|reachable|accessible|facing|available|exposing|coming)\s+)?(?:(?:to|from|by|towards|for|is|=|as|with|on)\s+)*(?:source\s+(?:is\s+|=\s+|of\s+|set to\s+)?)?(?:the\s+)?"
    r"(?:(?:whole |public |entire |open )?internet\b|(?:whole |entire |outside )?world\b(?:[ -](?:open|wide))?|anywhere\b|any\s+(?:ip\s+)?(?:address|source|ips?)\b(?:es)?|every(?:one|body)\b|any(?:body|one)\b|all (?:ips?|addresses|sources)\b|::/0|'\*'|(?<=source )\*|(?<=from )\*)"
    r"(?:[ -](?:facing|exposed|open|accessible))?(?:\s+in\b)?|\b(?:publicly|public)\s+(?:open|accessible|exposed|reachable)\b"
)
CIDR: Final = re.compile(
    r"(?:\b(?:open(?:ed)?|reachable|accessible|exposed|source|sources?|cidr|range|network)\s+)*(?:(?:from|to|source|of|with|is|=|by|for)\s+)*\(?(?P<cidr>\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}|::/0)\)?"
)
_LIST: Final = r"\d{1,5}(?:(?:\s*,\s*(?:or\s+|and\s+)?|\s+(?:or|and|nor)\s+)\d{1,5})*"
_SOME: Final = rf"(?:{_SERVICE})(?:(?:\s*,\s*|\s+(?:or|and|nor)\s+)(?:{_SERVICE}))*"
_OPEN: Final = r"(?:(?:open|opens|opening|allow|allows|allowing|expose|exposes|exposing|permit|permits|let|lets|letting|with|on|to|for|at|via|over|reach|reaching|inbound|the)\s+)*"
_NO: Final = r"(?P<no>(?:other than|except(?: for)?|besides|apart from|but not|not)\s+)"
PORT_LISTS: Final = (
    re.compile(rf"(?:\bon\s+|\bto\s+)?(?:an?\s+|any\s+|some\s+)?(?:tcp\s+|udp\s+)?\bports?\s+{_NO}(?:ports?\s+)?(?P<ports>{_LIST}|{_SOME})\b(?:\s+(?:or|and|nor)\s+\d+)?"),
    re.compile(rf"(?:\bon\s+|\bfor\s+|\bto\s+)?(?:anything|something|everything)?\s*\b{_NO}(?:ports?\s+)?(?P<ports>{_LIST}|{_SOME})\b"),
    re.compile(rf"\b{_OPEN}(?:the\s+)?(?:tcp|udp)?\s*\bports?\s+(?:number\s+|no\.\s+)?(?P<ports>{_LIST})\b(?:\s+(?:open|opened|in)\b)?"),
    re.compile(rf"\b{_OPEN}(?P<ports>{_SOME})\b(?:\s+(?:access|traffic|connections?|ports?))?(?:\s*\(?(?:port\s+)?(?:tcp[ /])?\d{{1,5}}\)?)?(?:\s+(?:open|opened|in)\b)?"),
    re.compile(rf"\b(?:on|to|for|open|opens|let|lets|allow|allows|allowing|permit|permits|reach|expose|exposes|port|tcp|udp|tcp/|udp/)[ /](?P<ports>{_LIST})\b(?!\s*(?:rules?|groups?|days?|security|or more|\.))(?:\s+(?:open|in)\b)?"),
)  # fmt: skip
EXACTLY: Final = re.compile(
    r"\b(?:by (?:an? )?(?:rule )?for )?exactly (?:that|this|those|these) ports?\b|\b(?:only|exactly) (?:that|this|those|these) ports?\b|\bno (?:wider )?ranges?\b|\bexactly(?= (?:on )?port)"
)
ALL_TRAFFIC: Final = re.compile(
    r"\b(?:for |on |of )?(?:all|any|every)\s+(?:inbound |ingress )?(?:traffic|protocols?|ports?)\b(?:\s+(?:and|on)\s+(?:all|any|every)\s+(?:ports?|protocols?))?|\b(?:everything|anything)\b(?! (?:but|except|other|on|from|about|else))"
)
PROTOCOLS: Final = re.compile(
    r"\b(?:(?:by|over|for|via|with) )?(?:protocol (?:is |= ?)?)?(?P<protocol>tcp|udp|icmp)\b"
)
DIRECTIONS: Final = re.compile(
    r"\b(?:outbound|egress|outgoing|inbound|ingress|incoming)\b(?: (?:traffic|connections?|access))?"
)
ACCESS: Final = re.compile(
    r"\b(?:allow(?:s|ing|ed)?|permit(?:s|ting|ted)?|accept(?:s|ing|ed)?|den(?:y|ies|ied|ying)|block(?:s|ing|ed)?)\b"
)
EACH: Final = re.compile(
    r"\bhow many (?:rules? )?(?:each|does each|do they) ?(?:has|have)?\b|\bper group\b|\beach group\b"
)
PER: Final = re.compile(
    r"\b(?:for|in) (?:each|every) (account|subscription|project|region|provider|cloud|team|vpc|environment)\b"
)
WHICH_PORTS: Final = re.compile(
    r"\b(?:which|what)\s+(?:(?:inbound|ingress|tcp|udp|open|different|destination|from)\s+)*ports?\b(?!\s*\d)(?:\s+(?:are|is|do we have)\b)?(?:\s+open(?:ed)?\b)?|\b(?:(?:inbound|open|exposed|common)\s+)+ports\b(?!\s*\d)"
    r"|^\W*(?:list|show|give me|get)\s+(?:the |all |every )*ports?\b(?!\s*\d)"
)
# words for what a rule holds -> the name of its column
COLUMNS: Final = {
    "from port": "port", "destination port": "port", "port range": "port", "port": "port", "protocol": "protocol", "source range": "source", "source address": "source",
    "source ip": "source", "source cidr": "source", "source": "source", "cidr range": "source", "cidr": "source", "address range": "source", "priority": "priority", "direction": "direction",
    "access": "access", "action": "access", "rule name": "name", "nsg name": "name", "name": "name", "rule number": "number", "description": "description",
}  # fmt: skip
TIES: Final = re.compile(
    r"\b(?:which|what|that|who|whose|list|show|me|give|of|our|the|please|provide|enumerate|do|does|we|have|has|any|all|every|each|are|is|be|there|it|its|their|with|a|an|"
    r"let|lets|letting|let's|allow|allows|allowing|open|opened|exposing|exposed|exposes|expose|reachable|having|rule|rules|port|ports|open|group|groups|inbound|traffic|access|connections?|from|to|on|in|in\s{2,}|via|through|and|or|as|only|still|currently|"
    r"contain|contains|containing|at least one|permit|permits|i|need|want|see|can|you|us|for|them|those|such|one|into|they|so|too|also|exist|exists|set|get|find|tell|check|whether|if|order|sorted|common|just)\b(?!\s+(?:account|subscription|project|region|halden)\b)"
)
