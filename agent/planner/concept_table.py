"""Weaknesses as people name them. Data only; `weakness` reads them in a question, `concepts` finds their rules."""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    """`bad` says the weakness outright; `good` its opposite; `thing` is what should be there, and the words around it
    tell which of both is meant (`bare` where they don't). `rules` find the weakness; `but` are look-alikes that don't.

    `label` finishes the sentence "those that ..."; `inverse` finishes it for what does not have the weakness.
    `config` is an XQL condition on the asset's own configuration, for what no rule reports.
    """

    name: str
    bad: str
    rules: str
    label: str
    inverse: str
    but: str = r"(?!)"
    nouns: tuple[str, ...] = ()
    config: str = ""
    thing: str = r"(?!)"
    good: str = r"(?!)"
    done: str = r"(?!)"
    """Participles among `thing` that mean the good state when they stand alone: encrypted, rotated."""


_FOREIGN = r"(?:(?:an? |any |some )?(?:(?:aws |cloud )?accounts?|principals?|identit(?:y|ies)|users?|entit(?:y|ies)) (?:(?:from|that (?:are|is)) )?(?:outside|external)(?: of| to| from)? (?:the|its|their|our) (?:own )?(?:account|organi[sz]ation|org|company|estate)|(?:a |any )?third[- ]part(?:y|ies)(?! accounts?)|(?:an?other|other|different|foreign|external|outside|third[- ]party)(?: aws| cloud)? accounts?|outside (?:of )?(?:the|its|their|our) (?:own )?(?:account|organi[sz]ation))"
ANYONE = (
    r"(?:any(?:one|body)|every(?:one|body)|(?:an? |any )?(?:strangers?|outsiders?|attackers?)|the (?:whole |entire |outside )?world|"
    r"the public|unauthenticated (?:users?|people)|anonymous(?: users?)?|all ?(?:authenticated ?)?users|all)"
)
OPEN = r"(?:open(?:ed)?|exposed|reachable|accessible|visible|facing|available|allow(?:s|ed|ing)?|listening|accessed|reached)"
NET = r"(?:the )?(?:whole |entire |public |outside )?(?:internet|world|web|public|outside|any ?where|any address|0\.0\.0\.0/0)"
_MFA = (
    r"(?:mfa|multi[ -]?factor(?: auth(?:entication)?)?|2fa|two[ -]?factor(?: auth(?:entication)?)?|second factors?)"
    r"(?: devices?| tokens?| protection)?"
)
_WEAK = r"(?:weak|old|older|legacy|outdated|out[ -]of[ -]date|deprecated|insecure|obsolete|ancient)"
_SSM = r"(?:ssm|systems manager|session manager)(?: agents?)?(?: managed)?"
_PUBLIC_IP = (
    r"(?:an? |any |some |its own |their own |own )?(?:public|external|elastic|(?:internet|publicly)[ -]?routable)(?:[ -](?:static|facing))? "
    r"(?:ip(?:v4)?s?(?:[ -]?addr(?:ess(?:es)?)?)?|addr(?:ess(?:es)?)?)(?: (?:assigned|attached))?(?: to (?:it|them))?"
)

CONCEPTS: tuple[Concept, ...] = (
    Concept(
        "public_write",
        rf"public(?:ly)? writ(?:e|able)(?: access)?|(?:writ(?:e|able|ten)|upload(?:ed)?)(?: to)? by {ANYONE}"
        rf"|(?:can|could|may) {ANYONE}(?: \w+)? (?:write|upload|put|change)(?: \w+)?(?: (?:in)?to)?|{ANYONE}(?: \w+)? (?:can|could|may|is able to) (?:write|upload|put|change)(?: \w+)?(?: (?:in)?to)?|world[ -]writ(?:e|able)",
        r"public_write|write_acl",
        "can be written to by anyone",
        "can't be written to by strangers",
    ),
    Concept(
        "block_public_access_off",
        r"public access not blocked",
        r"public_access_block|level_public_access|block_public",
        "lack Block Public Access",
        "have Block Public Access",
        thing=r"(?:s3 )?(?:block(?:ing)?(?: of)? public access|public access blocks?)(?: settings?)?",
    ),
    Concept(
        "public_ip",
        rf"(?:with|ha(?:s|ve|ving|d)|got|gets?|assigned|us(?:es?|ing)|own(?:s|ing)?)(?: got)? {_PUBLIC_IP}",
        r"public_ip(?:$|\s)",
        "have a public IP address",
        "have no public IP address",
        good=rf"(?:without|with no|ha(?:s|ve|ving|d) no|lack(?:s|ing)?|no|missing|(?:don't|doesn't|do not|does not|not|never) (?:have|having|get|got|use|using)) {_PUBLIC_IP}",
    ),
    Concept(
        "public",
        rf"public(?:ly)?(?: (?:accessible|readable|exposed|available|reachable|facing|visible|listable|shared|open|callable|invokable|invocable|routable))?"
        rf"(?: (?:access|(?:api |api[ -]server |control plane )?endpoints?|ips?|ip address(?:es)?|urls?|internet))?(?: to (?:the )?internet)?"
        rf"|{OPEN} (?:to|from|by|on|for|via|over)? ?{NET}|{OPEN} (?:to|from|by|for) {ANYONE}"
        rf"|(?:internet|world)[ -](?:facing|exposed|accessible|reachable|readable|open)"
        rf"|{ANYONE}(?: (?:on|from|in) {NET})?(?: (?:is|are))? (?:can|could|may|able to|allowed to)(?: \w+)? ?(?:read|access|see|reach|list|open|call|invoke|use|view|download|get (?:to|at|into))"
        rf"|(?:can|could|may) {ANYONE}(?: \w+)? (?:read|access|see|reach|list|open|call|invoke|view|download|get (?:to|at|into))"
        rf"|(?:readable|read|seen|listed|called|callable|invoked|invokable|invocable|viewed|downloaded|shared) (?:by|with|to) {ANYONE}"
        rf"|(?:shared|open) public(?:ly)?|reach(?:es|ing|able)?(?: from| by)? {NET}|wide open|exposed|on {NET}|from outside|expos(?:es?|ing)(?: \w+)? to {NET}",
        r"public(?:ly)?_access|not_publicly|publicly_accessible|_public(?:$|\s|_with|_snapshot|_list|_read)|public_write|snapshots_public|"
        r"exposed_to_internet|internet_facing|from_internet|public_snapshot|\.public|public_ip(?:$|\s)|open_|internet_exposed|allow_ingress_from",
        "are open to the public",
        "are not open to the public",
        but=r"public_access_block|level_public_access|no_public_ip_by_default|separate_private_public|networkacl|efs_|block_public|no_public_access_block",
        good=r"private|non[ -]?public|internal only|(?:closed|shut) (?:to|off from) (?:the )?(?:internet|public|world)",
    ),
    Concept(
        "mfa_delete",
        r"(?!)",
        r"mfa_delete",
        "lack MFA Delete",
        "have MFA Delete",
        thing=r"mfa[ -]?delet(?:e|ion)",
    ),
    Concept(
        "no_mfa",
        r"(?:only|just) (?:a |their )?passwords?|passwords? only|single[ -]factor",
        r"mfa",
        "have no MFA",
        "have MFA",
        but=r"mfa_delete|without_mfa|log_metric|sign_in|with_mfa",
        nouns=("user",),
        thing=_MFA,
    ),
    Concept(
        "shared_out",
        rf"shar(?:ed|ing) (?:with|to) (?:{_FOREIGN}|(?:any |some |specific )?other (?:aws )?accounts?)|cross[- ]account shar(?:ed|ing)|(?:restorable|usable) by {_FOREIGN}",
        r"(?!)",
        "are shared with other accounts",
        "are shared with no other account",
    ),
    Concept(
        "project_keys",
        r"(?:(?:allow|accept|permit|use)\w* )?project[- ]wide (?:ssh )?keys?(?: (?:are |is )?(?:allowed|accepted|enabled|permitted|on))?",
        r"block_project_wide_ssh_keys",
        "accept the SSH keys of the whole project",
        "block the SSH keys of the whole project",
        good=r"block\w* (?:the )?project[- ]wide (?:ssh )?keys?|project[- ]wide (?:ssh )?keys? (?:are |is )?blocked",
    ),
    Concept(
        "weak_tls",
        rf"{_WEAK} (?:minimum )?(?:tls|ssl)(?: (?:polic(?:y|ies)|versions?|protocols?|ciphers?|configurations?|settings?|connections?))*|(?:tls|ssl)(?: (?:polic(?:y|ies)|versions?|protocols?))? (?:(?:that|which) )?(?:is|are|being) (?:too )?{_WEAK}",
        r"weak_tls|tls_1_2|minimum_tls|minimal_tls|min_tls|insecure_ssl|insecure_negotiation_ciphers|tls_version",
        "allow weak TLS (older than 1.2)",
        "require TLS 1.2 or newer",
        good=r"(?:strong|modern|current|recent) (?:tls|ssl)(?: (?:polic(?:y|ies)|versions?))?",
    ),
    Concept(
        "unencrypted_transit",
        r"(?:un|not |non[ -]?)encrypted (?:in transit|traffic|connections?|transport)|(?:plain(?:[ -]|text )?|unencrypted |insecure )http|http only"
        r"|insecure transport|clear[ -]?text(?: traffic)?|(?:(?:accept|allow|permit)\w* )?(?:unencrypted|non[ -]?tls|non[ -]?ssl|plain) (?:traffic|transport|connections?)|(?:over|via|allow(?:s|ing)?|accept(?:s|ing)?|serv(?:e|es|ing)) (?:plain )?http",
        r"secure_transport|in_transit|transit_encr|transport_encrypted|https|ssl_listeners|tls|node_to_node|insecure_transport",
        "don't encrypt traffic",
        "encrypt traffic",
        good=r"(?:refus|reject|den(?:y|i)|block|forbid|disallow|prevent)\w* (?:plain(?:[ -]|text )?|unencrypted |insecure )?(?:http|unencrypted (?:traffic|connections?))(?: (?:traffic|access|requests?|connections?))?",
        thing=r"https|tls|ssl|encrypt(?:ion|ed) (?:in|during) transit|(?:in[ -])?transit encryption|encrypted (?:transport|traffic|connections?)|secure transport",
    ),
    Concept(
        "no_cmk",
        r"(?:aws|default|provider)[ -](?:managed )?keys?",
        r"kms_encryption|kms_cmk|with_cmk|kms_encrypted",
        "are not encrypted with a customer managed key",
        "are encrypted with a customer managed key",
        thing=r"(?:encrypted |encryption )?(?:(?:with|by|using|through) )?(?:a |an |their own |our own |its own )?(?:customer(?:[ -](?:managed|provided|owned))?|own|custom)(?: kms| encryption)? keys?"
        r"|(?:encrypted |encryption )(?:with|by|using|through) (?:a )?(?:kms|cmks?)(?: keys?| encryption)?|(?:cmks?|kms)(?: keys?)? encryption",
    ),
    Concept(
        "unencrypted",
        r"un[ -]?encrypted(?: storage| disks?| data)?(?: at rest)?|plain ?text at rest|non[ -]encrypted|in (?:the )?clear",
        r"(?<!not_)encrypt|storage_encrypted|kms_encryption|unencrypted|encryption_at_rest",
        "are not encrypted at rest",
        "are encrypted at rest",
        but=r"transit|transport|node_to_node|https|field_level|origin_traffic|env_vars|in_transit|ssl|cmk|s3_bucket_kms|"
        r"log_group_kms|cloudtrail_kms",
        thing=r"(?:default |disk |storage |server[ -]side |any )?encrypt(?:ed|ion|s|ing)?(?: storage)?(?: at rest)?",
        done=r"encrypted(?: storage)?(?: at rest)?",
    ),
    Concept(
        "imdsv1",
        r"imds ?v? ?1|(?:instance )?metadata (?:service )?(?:v(?:ersion )?)? ?1",
        r"imdsv2|imdsv1|imds",
        "still answer IMDSv1",
        "require IMDSv2",
        thing=r"imds(?: ?v? ?2)?|(?:instance )?metadata (?:service )?(?:v(?:ersion )?)? ?2",
    ),
    Concept(
        "no_ssm",
        r"unmanaged",
        r"managed_by_ssm|\.ssm|ssm_agent",
        "are not managed by SSM",
        "are managed by SSM",
        nouns=("instance",),
        thing=rf"(?:managed|handled|covered|controlled) (?:by|through|with|in|via) (?:aws )?{_SSM}|{_SSM}",
        done=rf"(?:managed|handled|covered|controlled) .*|{_SSM}",
    ),
    Concept(
        "no_flow_logs",
        r"(?!)",
        r"flow_logs",
        "have no flow logs",
        "have flow logs",
        thing=r"(?:vpc )?flow[ -]?log(?:s|ging)?",
    ),
    Concept(
        "log_validation",
        r"(?!)",
        r"log_file_validation",
        "don't validate log files",
        "validate log files",
        thing=r"(?:log[ -]?files? |log |file |integrity )+validat(?:ion|ed)|validated log files?",
    ),
    Concept(
        "no_logging",
        r"un(?:logged|audited)",
        r"logging|flow_logs|audit_log|cloudwatch_logs",
        "don't log access",
        "log access",
        but=r"log_metric|bedrock|cloudtrail_logs|log_group|metric_filter",
        thing=r"(?:(?:server |access |audit |control plane |query |request )*(?:logging|logs?(?! (?:in|on|into)\b)|logged(?! in))(?: access| requests| files)?|audit trails?)",
        done=r"logged",
    ),
    Concept(
        "no_backup_plan",
        r"(?!)",
        r"backup_plan",
        "are in no backup plan",
        "are in a backup plan",
        thing=r"(?:in |under |covered by |protected by )?(?:a |any |an aws )?backup plans?",
    ),
    Concept(
        "no_backup",
        r"un-?backed[ -]up",
        r"backup_enabled|pitr|backup_retention|have_backup|snapshots?_exists|automated_snapshot|automated_backup|\.backup",
        "have no backup",
        "have a backup",
        but=r"backup_plan|vaults_exist",
        thing=r"(?:automat(?:ed|ic) )?back(?:[ -]?ups?|(?:ed|ing)[ -]up)|point[ -]in[ -]time recovery|pitr|recovery points?",
        done=r"backed[ -]up",
    ),
    Concept(
        "no_versioning",
        r"unversioned|non[ -]versioned",
        r"versioning",
        "have versioning off",
        "have versioning on",
        thing=r"(?:object |bucket )?version(?:ing|ed)|object versions|keep(?:ing)? (?:old )?versions",
        done=r"versioned",
    ),
    Concept(
        "no_rotation",
        r"un-?rotated",
        r"rotation|rotated",
        "are not rotated",
        "are rotated",
        thing=r"(?:automatic(?:ally)? |key |secret )?rotat(?:ion|ed|es?|ing)",
        done=r"(?:automatically )?rotated",
    ),
    Concept(
        "admin",
        r"admins|administrators|(?:full |too much )?admin(?:istrat(?:or|ive|ion))?(?: (?:privileges?|rights?|access|permissions?|polic(?:y|ies)))?|\*:\*|full (?:access|control|privileges?)|over(?:ly)?[ -]?(?:privileged|permissive)|excessive (?:permissions|privileges)|god mode|too (?:many|broad) (?:rights|permissions|privileges)",
        r"admin(?:istrative|istrator)?_(?:privileges|access)|administrat|full_access|\.admin",
        "have administrator rights",
        "have no administrator rights",
        but=r"with_mfa|default_admin",
    ),
    Concept(
        "confused_deputy",
        r"confused[ -]deput(?:y|ies)(?: (?:attacks?|problems?|protection|prevention))?|cross[ -]service (?:access|trust)",
        r"confused_deputy",
        "can be used as a confused deputy",
        "are guarded against confused deputies",
    ),
    Concept(
        "assume_foreign",
        rf"(?:can |may |could |to )?(?:be )?assum(?:ed?|able)(?: by| from)? (?:(?:somebody|someone|an? service|services|users?|principals?|roles?|anyone) (?:in|from|of) )?{_FOREIGN}"
        rf"|trust(?:s|ing|ed by)? (?:principals? (?:of|in|from) )?{_FOREIGN}|{_FOREIGN} (?:can|may|could|is able to|are able to) (?:assume|take over)|let(?:s|ting)? {_FOREIGN} in"
        r"|cross[ -]account (?:role )?(?:trusts?|trust polic(?:y|ies)|assumption|access|principals?)",
        r"(?!)",
        "can be assumed from another account",
        "can't be assumed from another account",
        nouns=("role",),
    ),
    Concept(
        "assume_any",
        r"(?:any(?:one|body)?|every|strangers?|the world|outsiders?)(?: (?:aws |cloud )?accounts?)? (?:can|may|could|is able to) (?:assume|take over|use)|(?:be )?assum(?:e|ed|able) by (?:(?:any(?:one|body)?|every(?:one|body)?|strangers?)(?: (?:aws |cloud )?accounts?)?)"
        r"|(?:open|public|permissive|wildcard) (?:role )?(?:trusts?|trust polic(?:y|ies)|assumption)|trust(?:s|ing|ed by)? (?:any|every|all)(?:one|body)?(?: (?:aws )?accounts?)?|(?:open|public)(?:ly)? (?:to assume|assumable)|assumable",
        r"(?!)",
        "can be assumed from any account",
        "can't be assumed from any account",
        nouns=("role",),
        config="""coalesce(json_extract(xdm.asset.raw_fields, "$['Platform Discovery'].assume_role_policy"),"""
        """ json_extract(xdm.asset.raw_fields, "$['Platform Discovery'].AssumeRolePolicyDocument")) ~= "AWS\\W*\\*\"""",
    ),
    Concept(
        "secrets_in_code",
        r"(?:hard ?coded |plain ?text |exposed |leaked )?(?:secrets?|credentials?|passwords?) (?:in|inside) (?:the |their |its )?(?:env(?:ironment)?(?: variables?)?|code|variables?|user ?data)|hard ?coded (?:secrets?|credentials?|passwords?)|leaked (?:secrets?|credentials?)",
        r"no_secrets|secrets_in|hardcoded|_secrets?_(?:user_data|in)|environment_secrets",
        "hold secrets in the open",
        "hold no secrets in the open",
        but=r"secretsmanager|rotation",
    ),
    Concept(
        "outdated",
        r"(?:out[ -]?dated|(?<!days )old|deprecated|unsupported|end[ -]of[ -]life|eol|obsolete|out of (?:date|support)|ancient|expired)(?: (?:\w+ )?(?:runtimes?|versions?|engines?|software|kubernetes|certificates?))?",
        r"supported_runtimes|supported_version|deprecated|obsolete|certificate_expiration|outdated|end_of_life",
        "run unsupported versions",
        "run supported versions",
        good=r"(?:up[ -]to[ -]date|supported|current)(?: (?:\w+ )?(?:runtimes?|versions?|engines?))",
    ),
    Concept(
        "no_deletion_protection",
        r"deletable",
        r"deletion_protection",
        "lack deletion protection",
        "have deletion protection",
        thing=r"(?:delet(?:ion|e)[ -]protection|protect(?:ed|ion) (?:against|from) (?:accidental )?delet(?:ion|e))",
    ),
    Concept(
        "no_multi_az",
        r"single[ -](?:az|zone)|(?:only )?(?:in )?one availability zone",
        r"multi_az|fault_tolerant",
        "are not multi-AZ",
        "are multi-AZ",
        thing=r"multi[ -]?az|high(?:ly)? availab(?:ility|le)|(?:multiple|several|more than one) availability zones?|redundan(?:t|cy)|failover",
        done=r"multi[ -]?az|highly available|redundant",
    ),
    Concept(
        "password_policy",
        r"(?:weak |bad )?password polic(?:y|ies)|weak passwords?|password (?:rules|requirements)",
        r"password_policy",
        "have a weak password policy",
        "have a sound password policy",
    ),
    Concept(
        "unused",
        r"unused|(?:that |which )?(?:nobody|no one|nothing) (?:uses?|is using)|idle|orphan(?:ed)?|unattached|unassigned|stale|not (?:being )?(?:used|attached|assigned)(?: (?:anywhere|by any(?:one|thing)|any ?more))?",
        r"not_used|unused|unassigned|inactive",
        "are unused",
        "are in use",
        good=r"in[ -]use",
    ),
    Concept(
        "guardduty_off",
        r"(?!)",
        r"guardduty",
        "have GuardDuty off",
        "have GuardDuty on",
        thing=r"guard ?duty",
    ),
)
