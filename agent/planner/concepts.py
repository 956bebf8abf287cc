"""Weaknesses as people name them, and which rules of the estate find each.

A concept is matched against the rule id and the finding kind of the rules that the tenant really reports, so
that it covers Prowler, Security Hub and Cortex alike. What no concept names is looked up by the words of the
rules themselves (`find_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Rule:
    """A rule that the tenant reports: its id, kind, title, service, the nouns of resources it looks at, and whether it
    fails on any now.
    """

    id: str
    kind: str
    title: str
    service: str
    nouns: frozenset[str] = frozenset()
    failing: bool = True

    @cached_property
    def key(self) -> str:
        return f"{self.id.lower()} {self.kind.lower()}"

    @cached_property
    def tokens(self) -> frozenset[str]:
        words = re.findall(r"[a-z0-9]+", f"{self.id} {self.kind}".lower())
        return frozenset(stem(w) for w in words) | frozenset(words)


@dataclass(frozen=True)
class Concept:
    """`phrases` name it in a question; `rules` find it; `but` are look-alikes that don't.

    `label` finishes the sentence "those that ..."; `inverse` finishes it for what does not have the weakness.
    `config` is an XQL condition on the asset's own configuration, for what no rule reports.
    """

    name: str
    phrases: str
    rules: str
    label: str
    inverse: str
    but: str = r"$^"
    nouns: tuple[str, ...] = ()
    config: str = ""


_OPEN = r"(?:open(?:ed)?|exposed|reachable|accessible|visible|facing|available|allow(?:s|ed|ing)?|listening)"
_NET = r"(?:the )?(?:internet|world|public|outside|anyone|anywhere|everyone|any address|0\.0\.0\.0/0)"
_NO = r"(?:no|not|without|lacks?|lacking|missing|isn't|aren't|don't have|doesn't have|disabled|lack of)"

CONCEPTS: tuple[Concept, ...] = (
    Concept(
        "public_write",
        r"public(?:ly)? writ(?:e|able)(?: access)?|writ(?:e|able|ten)(?: to)? by (?:anyone|everyone|strangers|the public)"
        r"|(?:anyone|everyone|strangers|the public|the world) can write(?: to)?|world[ -]writ(?:e|able)",
        r"public_write|write_acl",
        "anyone can write to",
        "strangers cannot write to",
    ),
    Concept(
        "block_public_access_off",
        rf"(?:{_NO} )?(?:a )?(?:s3 )?(?:block public access|public access block)s?(?: (?:off|missing|not configured|disabled|not set))?",
        r"public_access_block|level_public_access|block_public",
        "lack Block Public Access",
        "have Block Public Access",
    ),
    Concept(
        "public",
        rf"public(?:ly)?(?: (?:accessible|readable|exposed|available|reachable|facing|visible|listable|shared|open))?(?: to (?:the )?internet)?"
        rf"|{_OPEN} to {_NET}|{_OPEN} (?:from|by|on) {_NET}|internet[ -](?:facing|exposed|accessible|reachable)"
        rf"|(?:anyone|everyone|strangers|the world|any stranger|anybody|outsiders)(?: (?:on|from|in) (?:the )?(?:internet|web|world|outside))? (?:can|could|may) (?:read|access|see|reach|list|open|get (?:to|at|into))"
        rf"|reach(?:es|ing|able)?(?: from| by)? (?:the )?internet|world[ -](?:readable|open)|wide open|exposed|shared with (?:everyone|the world|anyone|the public|all)|readable by (?:anyone|everyone|strangers)",
        r"public(?:ly)?_access|not_publicly|publicly_accessible|_public(?:$|\s|_with|_snapshot|_list|_read)|public_write|snapshots_public|"
        r"exposed_to_internet|internet_facing|from_internet|public_snapshot|\.public|public_ip(?:$|\s)|open_|internet_exposed|allow_ingress_from",
        "are open to the public",
        "are not open to the public",
        but=r"public_access_block|level_public_access|no_public_ip_by_default|separate_private_public|networkacl|efs_|block_public|no_public_access_block",
    ),
    Concept(
        "no_mfa",
        rf"{_NO} (?:\w+ ){{0,2}}(?:mfa|multi[ -]?factor(?: auth(?:entication)?)?|2fa|two[ -]?factor(?: auth(?:entication)?)?|second factor)(?: (?:enabled|configured|set up|turned on|device))?"
        r"|(?:mfa|2fa|multi[ -]?factor|two[ -]?factor)(?: auth(?:entication)?)? (?:is |are )?(?:off|missing|disabled|not (?:enabled|set up|on|configured))"
        r"|(?:mfa|2fa|multi[ -]?factor(?: auth(?:entication)?)?|two[ -]?factor(?: auth(?:entication)?)?|second factor)|password only|only a password",
        r"mfa",
        "have no MFA",
        "have MFA",
        but=r"mfa_delete|without_mfa|log_metric|sign_in",
        nouns=("user",),
    ),
    Concept(
        "mfa_delete",
        rf"(?:{_NO} )?mfa[ -]delete",
        r"mfa_delete",
        "lack MFA Delete",
        "have MFA Delete",
    ),
    Concept(
        "unencrypted_transit",
        r"(?:un|not |without )encrypt(?:ed|ion) (?:in transit|traffic|connections?)|plain(?:[ -]|text )?http|without (?:https|tls|ssl)|no (?:https|tls|ssl)"
        r"|(?:encryption )?in transit|insecure transport|clear[ -]?text|http only|not (?:using|enforcing) (?:https|tls|ssl)|secure transport",
        r"secure_transport|in_transit|transit_encr|transport_encrypted|https|ssl_listeners|tls|node_to_node|insecure_transport",
        "don't encrypt traffic",
        "encrypt traffic",
    ),
    Concept(
        "no_cmk",
        rf"(?:not |un)?(?:encrypted )?(?:{_NO}|with|using|by)(?: (?:a|an|their own|our own))? (?:customer[ -]managed|own)(?: kms)? keys?|(?:not )?(?:encrypted )?(?:{_NO}|with|using|by)(?: a)? (?:kms|cmk)(?: keys?| encryption)?",
        r"kms_encryption|kms_cmk|with_cmk|kms_encrypted",
        "are not encrypted with a customer managed key",
        "are encrypted with a customer managed key",
    ),
    Concept(
        "unencrypted",
        rf"(?:un|not |non[ -]?)encrypted(?: at rest)?|{_NO} (?:\w+ ){{0,2}}encrypt(?:ed|ion)(?: at rest)?|encrypt(?:ed|ion)(?: at rest)? (?:is |are )?(?:off|missing|disabled|not (?:enabled|on))|plain ?text at rest",
        r"(?<!not_)encrypt|storage_encrypted|kms_encryption|unencrypted|encryption_at_rest",
        "are not encrypted at rest",
        "are encrypted at rest",
        but=r"transit|transport|node_to_node|https|field_level|origin_traffic|env_vars|in_transit|ssl|cmk|s3_bucket_kms|"
        r"log_group_kms|cloudtrail_kms",
    ),
    Concept(
        "imdsv1",
        r"imds ?v?1|(?:instance )?metadata (?:service )?(?:v(?:ersion )?)?1|imds ?v?2(?: (?:not )?(?:required|enforced|enabled))?|without imds ?v?2|no imds ?v?2",
        r"imdsv2|imdsv1|imds",
        "still answer IMDSv1",
        "require IMDSv2",
    ),
    Concept(
        "no_ssm",
        rf"(?:{_NO} |un)?(?:\w+ ){{0,3}}(?:ssm|systems manager)(?: agents?)?(?: managed)?|not managed by (?:ssm|systems manager)|unmanaged",
        r"managed_by_ssm|\.ssm|ssm_agent",
        "are not managed by SSM",
        "are managed by SSM",
    ),
    Concept(
        "no_logging",
        rf"{_NO} (?:\w+ ){{0,2}}(?:access )?(?:logging|logs|audit (?:logs?|trails?))(?: enabled)?|(?:access )?logging (?:is |are )?(?:off|disabled|missing|not enabled)|not logg(?:ed|ing)|logging (?:is )?(?:turned )?off",
        r"logging|flow_logs|audit_log",
        "don't log access",
        "log access",
        but=r"log_metric|bedrock",
    ),
    Concept(
        "no_backup",
        rf"{_NO} (?:\w+ ){{0,2}}back(?:[ -]?ups?|ed[ -]up)(?: plan| enabled)?|not backed up|back[ -]?ups? (?:is |are )?(?:off|missing|disabled|not enabled)|without (?:a )?recovery",
        r"backup|pitr",
        "have no backup",
        "have a backup",
    ),
    Concept(
        "no_versioning",
        rf"{_NO} (?:\w+ ){{0,2}}version(?:ing|s|ed)(?: enabled)?|versioning (?:is |are )?(?:off|disabled|missing|not enabled)|unversioned|versioning",
        r"versioning",
        "have versioning off",
        "have versioning on",
    ),
    Concept(
        "no_rotation",
        rf"{_NO} (?:\w+ ){{0,3}}(?:key )?rotat(?:ion|ed|e)(?: enabled)?|rotat(?:ion|e) (?:is |are )?(?:off|disabled|missing|not enabled)|unrotated|(?:key )?rotation",
        r"rotation|rotated",
        "are not rotated",
        "are rotated",
    ),
    Concept(
        "admin",
        r"(?:full |too much )?admin(?:istrat(?:or|ive|ion))?(?: (?:privileges?|rights?|access|permissions?|polic(?:y|ies)))?|\*:\*|full (?:access|control|privileges?)|over(?:ly)?[ -]?(?:privileged|permissive)|excessive (?:permissions|privileges)|god mode",
        r"admin(?:istrative|istrator)?_(?:privileges|access)|administrat|full_access|\.admin",
        "have administrator rights",
        "have no administrator rights",
        but=r"with_mfa|default_admin",
    ),
    Concept(
        "confused_deputy",
        r"confused[ -]deputy(?: \w+)?|cross[ -]service (?:access|trust)",
        r"confused_deputy",
        "can be used as a confused deputy",
        "are guarded against confused deputies",
    ),
    Concept(
        "assume_any",
        r"(?:any(?:one|body)?|every|strangers?|the world|outsiders?|other|foreign|external)(?: (?:aws |cloud )?accounts?)? (?:can|may|could|is able to) (?:assume|take over|use)|(?:be )?assum(?:e|ed|able) by (?:(?:any(?:one|body)?|every(?:one|body)?|strangers?|other|foreign|external)(?: (?:aws |cloud )?accounts?)?)"
        r"|(?:cross[ -]account|open|public|permissive|wildcard) (?:role )?(?:trusts?|trust polic(?:y|ies)|assumption)|trust(?:s|ing|ed by)? (?:any|every|all)(?:one|body)?(?: (?:aws )?accounts?)?|(?:open|public)(?:ly)? (?:to assume|assumable)|assumable",
        r"$^",
        "can be assumed from any account",
        "can't be assumed from any account",
        nouns=("role",),
        config="""coalesce(json_extract(xdm.asset.raw_fields, "$['Platform Discovery'].assume_role_policy"),"""
        """ json_extract(xdm.asset.raw_fields, "$['Platform Discovery'].AssumeRolePolicyDocument")) ~= "AWS\\W*\\*\"""",
    ),
    Concept(
        "secrets_in_code",
        r"(?:hard ?coded |plain ?text |exposed |leaked )?(?:secrets?|credentials?|passwords?) (?:in|inside) (?:the |their )?(?:env(?:ironment)?(?: variables?)?|code|variables?|user ?data)|hard ?coded (?:secrets?|credentials?|passwords?)|leaked (?:secrets?|credentials?)",
        r"no_secrets|secrets_in|hardcoded|secret",
        "hold secrets in the open",
        "hold no secrets in the open",
        but=r"secretsmanager|rotation",
    ),
    Concept(
        "outdated",
        r"(?:outdated|old|deprecated|unsupported|end[ -]of[ -]life|eol|obsolete|out of date)(?: (?:runtimes?|versions?|engines?|software|kubernetes))?",
        r"supported_runtimes|supported_version|deprecated|obsolete|certificate_expiration|outdated|end_of_life",
        "run unsupported versions",
        "run supported versions",
    ),
    Concept(
        "no_deletion_protection",
        rf"{_NO} (?:\w+ ){{0,2}}delet(?:ion|e) protection(?: enabled)?|deletion protection(?: (?:is |are )?(?:off|disabled|missing|not enabled))?",
        r"deletion_protection",
        "lack deletion protection",
        "have deletion protection",
    ),
    Concept(
        "no_flow_logs",
        rf"(?:{_NO} )?(?:vpc )?flow ?logs?(?: (?:is |are )?(?:off|disabled|missing|not enabled))?",
        r"flow_logs",
        "have no flow logs",
        "have flow logs",
    ),
    Concept(
        "no_multi_az",
        rf"(?:{_NO} )?(?:multi[ -]az|high availability|multiple availability zones)|single[ -]az",
        r"multi_az|fault_tolerant",
        "are not multi-AZ",
        "are multi-AZ",
    ),
    Concept(
        "password_policy",
        r"(?:weak )?password polic(?:y|ies)|weak passwords?",
        r"password_policy",
        "have a weak password policy",
        "have a sound password policy",
    ),
    Concept(
        "unused",
        r"unused|not (?:being )?used|idle|orphan(?:ed)?|unattached|unassigned|stale",
        r"not_used|unused|unassigned|inactive",
        "are unused",
        "are in use",
    ),
    Concept(
        "guardduty_off",
        rf"(?:{_NO} )?guard ?duty(?: (?:is )?(?:off|disabled|missing|not (?:on|enabled)))?",
        r"guardduty",
        "have GuardDuty off",
        "have GuardDuty on",
    ),
)
BY_NAME = {concept.name: concept for concept in CONCEPTS}

# Ports by the names that people use for the service behind them.
PORTS: dict[str, int] = {
    "ssh": 22,
    "rdp": 3389,
    "remote desktop": 3389,
    "telnet": 23,
    "ftp": 21,
    "smb": 445,
    "mysql": 3306,
    "postgres": 5432,
    "postgresql": 5432,
    "mongodb": 27017,
    "mongo": 27017,
    "redis": 6379,
    "elasticsearch": 9200,
    "mssql": 1433,
    "sql server": 1433,
    "oracle": 1521,
    "https": 443,
    "http": 80,
}
_PORT_NAMES: dict[int, str] = {
    22: r"(?:^|_|\.)(?:ssh|port_22)(?:_|\s|$)|_22(?:\s|$|_)",
    3389: r"(?:^|_|\.)(?:rdp|port_3389)(?:_|\s|$)|_3389(?:\s|$|_)",
}
_PORT_RULE = re.compile(r"ingress|exposed|_port_|open_|firewall|internet|nsg|port", re.IGNORECASE)


def rules_of(concept: str, rules: Iterable[Rule], nouns: Sequence[str] = ()) -> list[Rule]:
    """The rules that find a concept, narrowed to those that fail on one of the nouns where any is named."""
    spec = BY_NAME[concept]
    want, but = re.compile(spec.rules), re.compile(spec.but)
    found = [r for r in rules if want.search(r.key) and not but.search(r.key)]
    return _for_nouns(found, nouns)


def port_rules(port: int, rules: Iterable[Rule], nouns: Sequence[str] = ()) -> list[Rule]:
    """The rules that find a port open to the internet. Network ACLs alone open nothing, so they need asking for."""
    names = re.compile(_PORT_NAMES.get(port, rf"(?:^|_|\.){port}(?:_|\s|$)"))
    services = [name.replace(" ", "_") for name, number in PORTS.items() if number == port]
    words = re.compile("|".join(rf"(?:^|_){re.escape(s)}(?:_|\s|$)" for s in services) or r"$^")
    found = [
        r
        for r in rules
        if _PORT_RULE.search(r.key)
        and (names.search(r.key) or words.search(r.key))
        and ("network_acl" in nouns or "networkacl" not in r.key)
    ]
    return _for_nouns(found, nouns)


def _for_nouns(found: list[Rule], nouns: Sequence[str]) -> list[Rule]:
    if not nouns:
        return found
    return [r for r in found if not r.nouns or r.nouns & set(nouns)]


_SYNONYMS: dict[str, tuple[str, ...]] = {
    "encrypt": ("kms", "cmk", "encrypted"),
    "https": ("tls", "ssl", "transport"),
    "tls": ("https", "ssl", "transport"),
    "log": ("logging", "logs", "trail"),
    "lock": ("locking",),
    "replicat": ("replication", "cross"),
    "runtime": ("runtimes",),
    "scan": ("scanning",),
    "waf": ("firewall",),
    "dlq": ("dead", "letter"),
    "monitor": ("monitoring",),
    "lifecycl": ("lifecycle",),
    "acl": ("acls",),
    "tag": ("tags",),
    "key": ("keys",),
    "immut": ("immutability",),
    "privileg": ("privileged",),
    "waf_acl": ("waf",),
}
_ENDINGS = (
    "ization",
    "isation",
    "ations",
    "ation",
    "ions",
    "ion",
    "ings",
    "ing",
    "ated",
    "ies",
    "ed",
    "es",
    "s",
    "e",
    "y",
)


def stem(word: str) -> str:
    """A rough English stem: enough to make `encryption`, `encrypted` and `encrypts` meet."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def find_rules(
    words: Sequence[str], rules: Sequence[Rule], nouns: Sequence[str] = ()
) -> tuple[list[Rule], list[str]]:
    """The rules whose own words cover the most of the given ones, and the words that none covers.

    Only rules that cover every word which any rule covers are taken: two rules that share one common word
    are not an answer to a question that names three.
    """
    wanted = [
        (w, {w, stem(w), *_SYNONYMS.get(stem(w), ()), *(stem(s) for s in _SYNONYMS.get(stem(w), ()))})
        for w in words
    ]
    pool = _for_nouns(list(rules), nouns)
    covered = {w for w, forms in wanted if any(forms & r.tokens for r in pool)}
    unknown = [w for w in words if w not in covered]
    if not covered:
        return [], unknown
    scored = [(sum(bool(forms & r.tokens) for w, forms in wanted if w in covered), r) for r in pool]
    best = max((score for score, _ in scored), default=0)
    if best < len(covered) and best < 2:
        return [], list(words)
    return [r for score, r in scored if score == best], unknown
