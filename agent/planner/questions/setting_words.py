"""Words that people use for keys and states of configuration. Data only."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

# a root (as `setting_places.root` gives it) -> the root that keys of providers have
ALIKE: Final[dict[str, str]] = {
    "minimum": "min", "minimal": "min", "maximum": "max", "maximal": "max", "anonymous": "public", "unauthenticated": "public",
    "keep": "retain", "kept": "retain", "hold": "retain", "trust": "assume", "assum": "assume", "assign": "map", "hand": "map", "give": "map",
    "ftps": "ftp", "start": "launch", "boot": "boot", "accelerated": "accelerate", "pitr": "recovery", "recover": "recovery",
    "disk": "disk", "mfa": "mfa", "multifactor": "mfa", "mount": "mount", "principals": "principal", "begin": "start",
    "made": "creat", "registr": "register", "multi-factor": "mfa", "born": "creat", "setup": "creat", "log": "log", "pwd": "password", "auth": "auth", "ssl": "ssl",
    "identity": "identity", "vcpu": "cpu", "cores": "core", "ver": "version", "expiry": "expir", "expiration": "expir", "expire": "expir",
    "k8s": "kubernetes", "chang": "modifi", "updat": "modifi", "edit": "modifi",
}  # fmt: skip
# parts of keys that need not be said
LIGHT: Final = frozenset(
    "only storage traffic support enabl is allow access requir us number default time date period action mode status state type kind value "
    "config configuration configur set name option option spec property propertie id arn in the of on profil policy resourc description "
    "information info current code timestamp setting document point block disabl den count use day gb byte mb algorithm specification "
    "own per for all a an to any at level last".split()
)
# words that turn what a key says: disablePasswordAuthentication
TURNING: Final = frozenset({"disabl", "disable", "deny", "block", "prevent", "restrict"})
ON: Final = frozenset(
    "enabled enable enables on switched active activated allowed allow allows true yes required enforced mandatory permitted permit permits permitting allowing available used turned "
    "configured defined present there set in_use accepted granted supported running".split()
)
OFF: Final = frozenset(
    "disabled disable disables off inactive deactivated disallowed false suspended forbidden blocked denied prevented unset undefined "
    "optional absent missing empty null blank".split()
)
# whom something is open to: never without a meaning
TO_WHOM: Final = frozenset("everyone everybody anyone anybody foreign external".split())
GONE: Final = frozenset("absent missing empty null blank unset undefined".split())
NOT: Final = frozenset(
    "not no without never isn't aren't wasn't weren't don't doesn't didn't hasn't haven't can't cannot lack lacks lacking w/o nor non "
    "except excluding but_not outside isnt arent dont doesnt didnt hasnt havent".split()
)
COMPARED: Final[tuple[tuple[str, str], ...]] = (
    ("gt", "more than|greater than|bigger than|larger than|higher than|longer than|over|above|exceeding|beyond|in excess of|>|newer than|later than|after"),
    ("gte", "at least|no less than|not less than|minimum of|no fewer than|>=|≥|starting at"),
    ("lt", "less than|fewer than|smaller than|lower than|shorter than|below|under|<|older than|earlier than|before|weaker than"),
    ("lte", "at most|no more than|not more than|maximum of|up to|<=|≤|no longer than"),
    ("ne", "other than|different from|!=|<>|not equal to|anything but|is not|are not"),
    ("eq", "equal to|equals|=|==|exactly|set to"),
    ("ends", "ending in|ending with|ends with|ends in|end with|end in"),
    ("starts", "starting with|starts with|beginning with|begins with|start with"),
    ("contains", "containing|contains|including|includes|contain|include"),
)  # fmt: skip
AFTER: Final[tuple[tuple[str, str], ...]] = (
    ("gte", "or more|or higher|or above|and above|and up|or greater|or bigger|or larger|or longer|or newer|or later|+"),
    ("lte", "or less|or lower|or below|or fewer|or smaller|or older|or earlier|or shorter"),
)  # fmt: skip
FILLER: Final = frozenset(
    """a an the is are was were be been being has have had having do does did that which who whose where with in on at of for to from by it
    its their they them this these those there any some all still currently only just also both either as so set configured configuration
    config settings setting value values field property shows show says say said named called equal equals through via our we us my i you
    attached mounted using use used uses uses via whose's option flag according own kept fully full at into it's has been get gets got
    please pls thanks accept accepts accepting rest ones one them each currently actually really even exactly kind like listed marked specified defined = : into yet automatically something when""".split()
)
# attributes of assets beside their configuration -> words for them
ATTRIBUTES: Final[dict[str, str]] = {
    "namespace": "namespace|ns", "cluster": "cluster", "region": "region|location", "account": "account|subscription|project",
    "name": "name", "type": "asset type", "provider": "cloud provider|provider", "strong_id": "arn|resource id",
    "first_seen": "first seen|first observed", "last_seen": "last seen|last observed", "os": "os|operating system",
    "category": "category",
}  # fmt: skip
_LOGIN: Final = r"(?:log(?:ged)?[ -]?(?:ins?|ons?)|sign(?:ed)?[ -]?(?:in|on)|login|ssh(?: log ?ins?)?)(?: (?:in ?to|to) (?:them|it))?"
_ACCEPT: Final = r"(?:(?:(?:we )?(?:can |could )?still |currently )?(?:accept(?:s|ing)?|allow(?:s|ing)?|support(?:s|ing)?|permit(?:s|ting)?|use[sd]?|using|run(?:s|ning)?|speaks?|with|on|at|having|have|has)(?: the| old| insecure| outdated| legacy)* )"
_TLS: Final = rf"\b(?:(?:that|which|where) {_ACCEPT}?|{_ACCEPT})(?:version )?(?:tls|ssl)(?: version)?"
_TLS_END: Final = r"(?! (?:or|and|as))(?: (?:is |are )?(?:still )?(?:allowed|accepted|enabled|supported|permitted|possible))?(?: connections?| clients?)?"
# said in another way
_REPHRASED: Final[tuple[tuple[str, str], ...]] = (
    (r"\bserver access log(?:s|ging)?\b", "logging"),
    (r"\b(?:(?:that|which) )?(?:spans?|spanning|covers?|covering|from|ranging from|goes from|is)\s+((?:\d{1,3}\.){3}\d{1,3})\s*(?:to|through|until|till|-|–|\.\.)\s*((?:\d{1,3}\.){3}\d{1,3})\b",
     r"with start ip address \1 and end ip address \2"),
    (r"\b(?:(?:kubernetes|k8s|cluster) )?(?:api(?:[ -]server)?|control[ -]plane|master) endpoints?\b", "endpoint"),
    # what accepts an old version has it as its least
    (rf"{_TLS} 1\.0\b{_TLS_END}", "with minimum tls version 1.0"),
    (rf"{_TLS} 1\.1\b{_TLS_END}", "with minimum tls version below 1.2"),
    (rf"\b(?:where |that |which |on which |into which |for which )?(?:(?:you|one|we|users?|people|anyone|someone|admins?) )?(?:(?:can|may|could|still|allow(?:s|ing)?|permit(?:s|ting)?|accept(?:s|ing)?|to|be) )*{_LOGIN} (?:with|by|via|using|over)(?: just| only)? (?:an? |the |their )?passwords?\b", "that allow password authentication"),
    (rf"\bwith passwords?[ -](?:based )?{_LOGIN}(?= in\b|\W*$)", "that allow password authentication"),
    (rf"\bpasswords?[ -](?:based )?{_LOGIN}\b", "password authentication"),
    (r"\bwith password authentication(?= in\b|\W*$)", "that allow password authentication"),
    (r"\b(?:which |that |who )?(?:only )?(?:allow|accept|take|let in|permit)(?:s|ing)? (?:only )?internal(?: (?:traffic|ingress|requests|calls))?(?: only)?\b", "with ingress internal only"),
    (r"\b(?:whose |where (?:the )?|with )?(?:worker )?nodes (?:have|with|having|get) (?:a |external |public )+ips?(?: address(?:es)?)?\b", "with private nodes off"),
    (r"\b(?:accept|allow|open|reachable|permit|take)(?:s|ing|ed)?(?: (?:traffic|connections?|access|requests))?(?: to| from| by)* (?:all|any|every) networks?\b", "with default action allow"),
    (r"\bexternal (ip(?: address)?(?:es|s)?)\b", r"public \1"),
    (r"\b(?:ssm |systems manager |the )*(?:agents?(?:'s)? )?ping status\b", "ping status"),
    (r"\b(?:with |have |has |whose |where |having )?(?:an? |the |their )*(?:ssm |systems manager )agents?(?: (?:is|are|that is|currently))* (?:offline|disconnected|not online|unreachable|lost|not reporting)\b|\b(?:with |have |has |having )?(?:an? )?(?:offline|disconnected|unreachable) (?:ssm |systems manager )agents?\b", "with ping status 'connectionlost'"),
    (r"(?<='connectionlost' or )(?:is |are )?(?:outdated|out of date|old)\b", "with is latest version off"),
    (r",? (?:instead of|rather than) (?:with |by |using |an? )?[\w:-]+(?: keys?| encryption)?(?=$|,| and | or )", ""),
    (r"\b(?:(?:user|system)[- ]assigned |azure )*managed identit(?:y|ies)\b", "identity"),
    (r"^(.*\bvaults?\b.*?)\brbac\b(?! authori)", r"\1rbac authorization"),
    (r"\b(?:geo[- ]?redundant|grs)\b(?: storage| replication)?", "sku name 'standard_grs'"),
    (r"\b(?:locally[- ]?redundant|lrs)\b(?: storage| replication)?", "sku name 'standard_lrs'"),
    (r"\b(?:zone[- ]?redundant|zrs)\b(?: storage| replication)?", "sku name 'standard_zrs'"),
    (r"\b(?:(?:that|which) )?(?:use|uses|using|run as|running as|with|have|having|on|as)(?: the| a)? (?:compute(?: engine)? )?default (?:compute )?service accounts?\b", "with service account email containing '-compute@developer'"),
    (r"\b(?:where|in which|on which) (allusers|allauthenticatedusers) (?:has|have|is granted|holds?|gets?) (?:an? |any |some )?(?:roles?|access)\b", r"with members '\1'"),
    (r"\b(?:public|open|unrestricted) ingress\b", "ingress settings 'allow_all'"),
    (r"\binline polic(?:y|ies)\b", "policy list"),
    (r"^(.*\bnodes?\b.*?)\b(?:that (?:are|is) |which (?:are|is) )?not ready\b", r"\1with conditions status other than 'true'"),
    (r"^(.*\b(?:functions?|lambdas?)\b.*?)\b(on|in|using|with|running) node(?:\.?js)?\b(?! ?\d)", r"\1\2 nodejs"),
    (r"\b(?:on|running|runs?|at|with|using) (?:kubernetes|k8s) (?:version )?v?(\d+\.\d+[\d.]*)\b(?! (?:or|and) )", r"with kubernetes version starting with '\1'"),
    (r"^(.*\b(?:gcp|vpc|google|cloud)? ?firewall rules?\b.*?)\b(?:that |which )?(?:den(?:y|ies|ying)|block(?:s|ing)?)(?: (?:traffic|access|connections?|something|anything))*(?=\W*$| in | and )", r"\1with denied"),
    (r"\b(retention(?: \w+){0,4}?) (?:a|one) week\b", r"\1 7 days"),
    (r"\b(retention(?: \w+){0,4}?) (?:a|one) month\b", r"\1 30 days"),
    (r"\bevery resource\b", "all resources"),
    (r"\b(?:encrypt(?:s|ed|ing)? ebs(?: volumes)?|(?:default )?ebs(?: volume)? encryption)(?: by)? default\b|\bdefault ebs(?: volume)? encryption\b", "ebsencryptionbydefault"),
    (r"\b(?:that |which )?can (?:still )?be (?:permanently )?(?:purged|permanently deleted|deleted for good)\b", "without purge protection"),
    (r"^(.*\b(?:app services?|web ?apps?)\b.*?)\b(?:with |that |which |allow(?:s|ing)? |accept(?:s|ing)? )+(?:plain |insecure |unencrypted )?ftp(?: (?:open|on|enabled|allowed|access|deployments?))*(?=\W*$| and | or |,)", r"\1with ftps state 'allallowed'"),
    (r"\bnot (?:limited|restricted) to (?:azure ad|azure active directory|aad|entra(?: id)?)(?: (?:auth(?:entication)?|log ?ins?|accounts?))?\b", "without azureadonlyauthentication"),
    (r"\b(?:limited|restricted) to (?:azure ad|azure active directory|aad|entra(?: id)?)(?: (?:auth(?:entication)?|log ?ins?|accounts?))?\b", "with azureadonlyauthentication"),
    (r"\b(?:with |the |a )*full (?:api|cloud|cloud api|cloud platform|google api) (?:access|scopes?)(?: to all (?:cloud )?apis)?\b|\b(?:with )?full access to all (?:cloud |google )?apis\b", "with scopes 'https://www.googleapis.com/auth/cloud-platform'"),
    (r"^(.*\brole ?bindings?\b.*?)\b(?:that |which )?(?:bind|reference|refer|point)(?:s|ing)?(?: to)? (?:the )?(?:cluster ?role )?", r"\1granting "),
    (r"\b(?:auto)?-?mount(?:s|ing|ed)? (?:the |an? |their |its )?(?:(?:default )?(?:service account|sa|api) )?tokens?\b", "automount service account token"),
    (r"^(.*\b(?:ec2s?|instances?|machines?|vms?)\b.*?)\b(?:an? )?(?:iam|instance) (?:roles?|profiles?)\b(?: attached)?(?! names?)", r"\1iam instance profile"),
    (r"\bw/o\b", "without"),
    (r"\bauto(?:matically)?[- ]?(assign\w*|hand\w*|give\w*|map\w*)\b", r"\1"),
    (r"\bpoint[- ]in[- ]time(?:[- ]recovery)?\b", "pitr"),
    (r"\b(?:ad|azure ad)[- ]only\b", "azureadonly"),
    (r"\b(?:is|are|was|were) there\b", "there"),
    (r"\bpublic ip'?s? on launch\b", "public ip on launch"),
    (r"(?<![\w'\":])\*(?![\w'\"])", "'*'"),
    (r"^((?!.*\b(?:deployments?|pods?|workloads?|functions?)\b).*?\b(?:images?|containers?)) (?:(?:that|which) (?:are|have|use|is|has) )?(?:(?:with|having|using|tagged|ending|end)\b ?)+(?:in |as |with )?(?:the |an? )*(?:image )?(?:tags? )?(?:named |called |= ?|: ?)?'?:?latest'?(?: tag)?(?=\W|$)", r"\1 with image tags 'latest'"),
    (r"(?::latest\b|\blatest[- ]tag(?:ged)?\b)(?: images?)?", "image ending in ':latest'"),
    (r"\b(?:entra(?: id)?\s*/\s*azure ad|azure ad|entra id|entra|aad)\b(?! only)", "azure active directory"),
    (r"\bguest accounts\b", "guest users"),
    (r"\b(users?|groups?|applications?|service principals?) (?:in|of|from) (?:the |our )?azure active directory\b", r"azure ad \1"),
    (r"\b(?:for which |whose |where |with )?(?:the )?public access (?:is |are )?(?:not|isn't|never) (?:(?:completely|fully|entirely|all) )?blocked\b", "without public access block configuration"),
    (r"\b(?:for which |whose |where |with )?(?:the )?public access (?:is |are )?(?:(?:completely|fully|entirely|all) )?blocked\b", "with public access block configuration"),
    (r"\bblock(?:ing)? (?:all )?public access\b", "public access block configuration"),
    (r"\b(?:name|list|mention|include|contain|have|has)s? ('[^']+'|\"[^\"]+\"|\S+) (?:among|in|as one of|under) (?:the|their|its) (\w+)(?: of (?:their|the|its) \w+)?\b", r"with \2 \1"),
    (r"\bmulti[- ]factor authentication\b", "mfa"),
    (r"\bis of(?= (?:or|and|but)\b|$)", "is off"),
    (r"\b(?:of |with )?(\d[\w.]*(?: ?gb| days?)?) (?:or|and) (?:more|higher|above|greater|bigger|larger|longer|up|newer|later)\b", r"at least \1"),
    (r"\b(?:of |with )?(\d[\w.]*(?: ?gb| days?)?) (?:or|and) (?:less|lower|below|fewer|smaller|older|earlier|shorter)\b", r"at most \1"),
    (r"\bserver access log(?:ging|s)?\b", "logging"),
    (r"\bat rest\b", ""),
    (r"\bimages? image ending\b", "image ending"),
    (r"\bimage (?:tag(?:ged)?|version) (?:is )?latest\b", "image ending in ':latest'"),
    (r"^(.*\b(?:deployments?|pods?|workloads?)\b.*?)\b(?:an? )?images? (?:that (?:is|are) |which (?:is|are) )?(?:tagged|with (?:the )?tag|having (?:the )?tag) (?:as |of )?'?:?latest'?\b", r"\1 image ending in ':latest'"),
)  # fmt: skip
# compiled once: there are more patterns than the cache of `re` keeps
REPHRASED: Final = tuple((re.compile(pattern), words) for pattern, words in _REPHRASED)
