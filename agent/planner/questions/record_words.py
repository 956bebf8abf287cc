"""What the words of a question mean in each dataset of records: its attributes, its values, and how its rows are called.

Words stand without a plural ending; `|` parts spellings.
"""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Value:
    """A condition that words say: an attribute, an operator with its values, and how a reading tells it."""

    words: str
    attribute: str
    op: Any
    values: tuple[str | float, ...] = ()
    label: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one entity. `rows` are nouns that mean its rows, and say nothing more once it is the subject.

    `seen` are attributes of which a value that the tenant has is understood by itself.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    rows: str = ""
    seen: tuple[str, ...] = ()


_PERSON = "user|who|identity|principal|caller|actor|person|username|user name|identity name|performer|initiator|employee|individual|human|account holder"

RECORDS: Final[Mapping[str, Words]] = {
    "event": Words(
        {
            "user": f"{_PERSON}|done by|made by|performed by|executed by|carried out by|run by|initiated by|triggered by|caused by|issued by|called by|by whom",
            "operation": "operation|operation name|action|api action|api call|api method|method|event name|type of event|event type|kind of event|call|activity type|type of operation|what they did|what did they do|did what|api operation|api",
            "resource_type": "resource type|type of resource|kind of resource|service|cloud service|target type|kind of thing",
            "status": "status|outcome|result|operation status",
            "user_agent": "user agent|client|client tool|agent string|tool|browser|useragent",
            "ip": "ip|ip address|caller ip|source ip|address|caller address|source address|client ip|which ip|origin ip|from where",
            "identity_type": "identity type|type of identity|kind of identity|actor type|caller type|user type",
            "resource": "resource|target|target resource|referenced resource|affected resource|object",
            "log": "log name|log source|which log",
            "account": "account|cloud account|project|subscription|account id",
            "time": "when|time of the event",
        },
        (
            Value(
                "failed|denied|unsuccessful|failing|unauthorized|unauthorised|access denied|rejected|went wrong|did not succeed|not succeed|didnt succeed|error|failure|in failure|with error|erroneous|refused",
                "status",
                "starts",
                ("fail",),
                "failed",
            ),
            Value(
                "successful|succeeded|success|that worked|went through",
                "status",
                "starts",
                ("succ",),
                "successful",
            ),
            Value(
                "through the console|via the console|in the console|from the console|using the console|with the console|by console|over the console|console change|web console|management console|console|from a browser|in a browser|via browser|by hand|manually|through the portal|in the portal|through the web console|via web console|interactive|interactively",
                "user_agent",
                "contains",
                ("Mozilla",),
                "from a browser (the console)",
            ),
            Value(
                "by terraform|via terraform|through terraform|with terraform|terraform|from terraform",
                "user_agent",
                "contains",
                ("Terraform",),
                "by Terraform",
            ),
            Value(
                "by people|by a person|by human|human|by a human|by an actual person|by real people|by individual|by actual user|by human user|person's|from people",
                "identity_type",
                "contains",
                ("user",),
                "by people",
            ),
            Value(
                "by service|by automation|by machine|automated|by a service|by a machine|by bot|service identity|non human|machine identity|by service identity",
                "identity_type",
                "contains",
                ("service",),
                "by services",
            ),
            Value(
                "console login|console sign in|login|sign in|signin|logon|log on|logged in|signed in|log in",
                "operation",
                "matches",
                ("(?i)(console)?(login|sign-?in)",),
                "operation is a login",
            ),
        ),
        "cloud_audit_log|audit log|audit event|event|cloud audit log|log|entry|record|log entry|trail|audit trail|activity",
        ("operation", "user", "resource_type", "identity_type", "log"),
    ),
    "permission": Words(
        {
            "user": f"{_PERSON}|identities|role|iam role|iam user|service account|holder|grantee|source|workload identity|machine identity",
            "operation": "action|operation|right|api action|permission name|privilege",
            "resource": "resource|target|destination|on what",
            "type": "identity type|type of identity|kind of identity|source type",
            "account": "account|cloud account|project|subscription|account name",
            "last_seen": "last used|last access|last accessed|last use|last usage|used|last time used|last exercised|exercised|accessed|used last|usage|last access time|touched",
            "provider": "provider|cloud|cloud type",
        },
        (
            Value(
                "never used|unused|never been used|not used|never exercised|not in use|not been used|have not been used|has not been used|without use|without usage|nobody used|nobody ever used|no one used|were never used|was never used|never accessed|without any use|idle|without last access|no last access|that nobody uses|dormant|not needed|excessive|unneeded",
                "last_seen",
                "empty",
                (),
                "never used",
            ),
            Value(
                "in use|been used|actually used|really used|ever used|that were used",
                "last_seen",
                "empty",
                (),
                "used at some time",
                negated=True,
            ),
        ),
        "ciem_permissions_with_last_access|ciem|permission|entitlement|effective permission|access right|cloud permission|ciem permission|granted permission|row|entry|record",
        ("operation", "user", "type"),
    ),
    "file": Words(
        {
            "file_type": "type|file type|category|file category|extension|extension category|kind|kind of file|type of file|file extension category|format|file extension|class",
            "size": "size|file size|byte|bytes|volume|data volume|mb|gb",
            "pattern": "pattern|data pattern|data type|type of data|kind of data|data class|classification|data classification|sensitive data type|kind of sensitive data|data category|what kind of data",
            "records": "record|record count|row",
            "found_records": "match|hit|finding count|occurrence|match count",
            "folder": "folder|directory|path",
            "modified": "modified|last modified|last changed|changed|last updated|last modification|modification date|edited|touched|updated",
            "classified": "classified|last classified|scanned|last scanned|last classification|inspected|classification time",
        },
        (
            Value(
                "shadow backup|shadow copy|shadow copies|backup copy|shadow",
                "backup",
                "true",
                (),
                "shadow backups",
            ),
            Value(
                "deleted|already deleted|that were deleted|were deleted|been deleted|are gone|removed|erased|already removed",
                "deleted",
                "true",
                (),
                "deleted",
            ),
            Value(
                "sensitive|with sensitive data|containing sensitive data|holding sensitive data|with any pattern|with any data pattern|with a data pattern|with sensitive content|with classified data|sensitive data|sensitive record|with finding of sensitive data|with a pattern",
                "pattern",
                "empty",
                (),
                "with sensitive data",
                negated=True,
            ),
            Value(
                "without any pattern|without pattern|without a pattern|without data pattern|without any data pattern|with no pattern|without sensitive data|no pattern|harmless|with no data pattern|without any sensitive data",
                "pattern",
                "empty",
                (),
                "without any data pattern",
            ),
        ),
        "dspm_asset_file_inventory|file|document|object|data file|dspm|dspm inventory|data inventory|data security inventory|dspm file inventory|item|entry",
        ("file_type", "pattern"),
    ),
    "endpoint": Words(
        {
            "agent_version": "version|agent version|agent release|release|sensor version|xdr version|version of the agent|agent build|build|software version of the agent|agent software version",
            "platform": "platform|os|operating system|os type|os platform|os family",
            "status": "status|state|connection status|connectivity|agent status|connection state|endpoint status",
            "type": "type|endpoint type|kind|device type|kind of endpoint",
            "domain": "domain|ad domain|dns domain",
            "ip": "ip|ip address|address",
            "installation": "installation type|install type",
            "last_seen": "last seen|last contact|seen|last check in|checked in|check in|heard from|heard of|reported in|reported|contact|last connected|last communication|communicated|last heard from|connected last|phoned home|called home|last heard",
        },
        (
            Value("connected|online|reachable|reporting", "status", "in", ("CONNECTED",), "connected"),
            Value(
                "disconnected|offline|not connected|unreachable|not reporting|not reachable|gone dark",
                "status",
                "in",
                ("DISCONNECTED",),
                "disconnected",
            ),
            Value(
                "lost|connection lost|lost connection", "status", "in", ("LOST", "CONNECTION_LOST"), "lost"
            ),
            Value("uninstalled", "status", "in", ("UNINSTALLED",), "uninstalled"),
            Value(
                "not online|not connected|that are not connected|are not connected",
                "status",
                "in",
                ("CONNECTED",),
                "not connected",
                negated=True,
            ),
            Value("windows|windows machine|window", "platform", "contains", ("windows",), "windows"),
            Value("linux", "platform", "contains", ("linux",), "linux"),
            Value("mac|macos|osx|apple", "platform", "contains", ("mac",), "mac"),
            Value("server type|of type server|servers only", "type", "contains", ("server",), "servers"),
            Value("workstation|laptop|desktop", "type", "contains", ("workstation",), "workstations"),
        ),
        "endpoint|agent|xdr agent|cortex agent|endpoint agent|endpoint record|record|entry|row|xdr endpoint|sensor|endpoint inventory",
        ("agent_version", "type", "domain", "installation", "status"),
    ),
    "health": Words(
        {
            "status": "status|classification|result|outcome|state|health|severity|level",
            "capability": "capability|scan type|module|type of scan|kind of scan|function|feature|scan|scanner|check",
            "connector": "connector|cloud connector|integration",
            "account": "account|cloud account|project|subscription",
            "message": "message|text|description",
            "provider": "cloud provider",
        },
        (
            Value(
                "failed|failure|failing|unsuccessful|did not run|not run",
                "status",
                "in",
                ("Failed",),
                "failed",
            ),
            Value("error|with error|in error|erroring|errored", "status", "in", ("Error",), "error"),
            Value(
                "problem|with problem|unhealthy|broken|not healthy|in trouble|trouble|not ok|not working|having problem|failing or in error|bad|ill|sick|with trouble",
                "status",
                "in",
                ("Failed", "Error"),
                "failed or in error",
            ),
            Value(
                "successful|succeeded|success|healthy|ok|went fine|fine",
                "status",
                "in",
                ("Success",),
                "successful",
            ),
            Value("informational|info", "status", "in", ("Informational",), "informational"),
        ),
        "cloud_health_auditing|cloud health|health record|health event|connector event|event|log|record|entry|message|cloud health record|cloud health log|connector record|connector health event|connector log|connector message|run|health log|cloud health audit|auditing|cloud health auditing",
        ("capability", "connector"),
    ),
    "flow": Words(
        {
            "source_ip": "source|source ip|source address|srcaddr|src|src ip|talker|source host|client|client ip|sender|where from|origin|attacker|caller|ip|ip address|source ip address",
            "destination": "destination|destination ip|destination address|dest|dest ip|dst|dst ip|dstaddr|target|receiver|target ip|target address|destination host|listener",
            "port": "port|destination port|dest port|dst port|dstport|target port|service port",
            "source_port": "source port|src port|srcport",
            "protocol": "protocol|ip protocol",
            "action": "action|verdict|decision|outcome|result|status",
            "bytes": "byte|bytes|traffic volume|volume|data volume|amount of data|data|data transferred|traffic|transferred byte",
            "packets": "packet",
            "interface": "interface|network interface|eni",
            "account": "account|aws account|account id",
        },
        (
            Value(
                "accepted|allowed|permitted|accept|allow|let through|that got through|successful",
                "action",
                "in",
                ("ACCEPT",),
                "accepted",
            ),
            Value(
                "rejected|denied|blocked|dropped|reject|deny|refused|not accepted|turned away|failed|drop|block|unsuccessful",
                "action",
                "in",
                ("REJECT",),
                "rejected",
            ),
        ),
        "amazon_aws_raw|flow log|flow|vpc flow log|flow record|connection|session|record|entry|log|network flow|aws flow log|log entry|attempt|connection attempt|network connection",
        ("interface",),
    ),
    "traffic": Words(
        {
            "source_ip": "source|source ip|source address|src|src ip|talker|source host|client|client ip|sender|where from|origin|attacker|source_ip|source ip address",
            "destination": "destination|destination ip|destination address|dest|dest ip|dst|dst ip|dest_ip|target|receiver|target ip|target address|destination host",
            "port": "port|destination port|dest port|dst port|dest_port|target port|service port",
            "source_port": "source port|src port|source_port",
            "protocol": "protocol",
            "application": "application|app|app id|application name",
            "action": "action|verdict|decision|outcome|result|status",
            "rule": "rule|rule matched|matched rule|firewall rule|security rule|policy|rule_matched|matching rule|policy rule",
            "from_zone": "from zone|source zone|from_zone|zone from|ingress zone",
            "to_zone": "to zone|destination zone|to_zone|zone to|egress zone",
            "bytes": "byte|bytes|bytes sent|sent byte|byte sent|bytes_sent|traffic volume|volume|data volume|data|amount of data|outbound byte",
            "received": "received byte|byte received|bytes received|bytes_received",
            "firewall": "firewall|device|firewall name|log source|which firewall|fw",
        },
        (
            Value(
                "allowed|permitted|accepted|allow|let through|that got through|accept",
                "action",
                "in",
                ("allow",),
                "allowed",
            ),
            Value(
                "denied|blocked|dropped|rejected|deny|refused|not allowed|drop|block|reject|turned away|stopped",
                "action",
                "in",
                ("deny", "drop", "reset-both", "reset-client", "reset-server"),
                "denied",
            ),
        ),
        "panw_ngfw_traffic_raw|ngfw|firewall log|traffic log|firewall traffic|ngfw traffic|traffic|connection|session|record|entry|log|log entry|attempt|connection attempt|network connection|firewall traffic log|ngfw log|firewall session|network traffic|firewall record",
        ("application", "from_zone", "to_zone", "rule", "firewall"),
    ),
    "cmdb": Words(
        {
            "owner": "owner|owned by|person responsible|responsible person|contact|owned_by|responsible|who owns",
            "support_group": "support group|team|support team|supporting group|group|operations group|operations team|support_group",
            "tier": "tier|criticality|business criticality|busines criticality|importance|business importance|busines_criticality",
            "environment": "environment|env|stage",
            "type": "class|type|ci class|kind|ci type|sys_class_name|ci kind|category|sys class name",
            "data_class": "data classification|data class|classification|sensitivity|data sensitivity",
            "status": "status|operational status|state|operational_status|lifecycle",
            "modified": "updated|last updated|update|changed|last changed|modified",
        },
        (
            Value(
                "tier 1|tier-1|tier one|criticality 1|most critical|most busines critical|highest criticality|busines criticality 1|tier1",
                "tier",
                "starts",
                ("1",),
                "of criticality 1",
            ),
            Value(
                "tier 2|tier-2|tier two|criticality 2|somewhat critical|busines criticality 2|tier2",
                "tier",
                "starts",
                ("2",),
                "of criticality 2",
            ),
            Value(
                "tier 3|tier-3|tier three|criticality 3|less critical|busines criticality 3|tier3",
                "tier",
                "starts",
                ("3",),
                "of criticality 3",
            ),
            Value(
                "tier 4|tier-4|tier four|criticality 4|not critical|least critical|busines criticality 4|tier4|uncritical",
                "tier",
                "starts",
                ("4",),
                "of criticality 4",
            ),
            Value(
                "not operational|non operational|retired|out of service|not in operation|decommissioned",
                "status",
                "eq",
                ("Operational",),
                "not operational",
                negated=True,
            ),
            Value(
                "operational|in operation|in service|live", "status", "eq", ("Operational",), "operational"
            ),
            Value(
                "without owner|without an owner|no owner|ownerless|unowned|that nobody owns|with no owner",
                "owner",
                "empty",
                (),
                "without an owner",
            ),
            Value(
                "without data classification|without a data classification|unclassified|not classified|with no data classification",
                "data_class",
                "empty",
                (),
                "without a data classification",
            ),
        ),
        "servicenow_cmdb_raw|cmdb|servicenow|service now|cmdb entry|cmdb record|servicenow cmdb|entry|record|item|ci|configuration item|cmdb ci|row|cmdb row|cmdb item|servicenow entry|servicenow record",
        ("environment", "data_class", "support_group", "owner", "type"),
    ),
    "audit": Words(
        {
            "user": _PERSON,
            "type": "type|kind|audit type|category",
            "status": "status|result|outcome",
            "subtype": "subtype|sub type|action|operation",
            "host": "host|host name|machine",
        },
        (
            Value("failed|unsuccessful|failure", "status", "contains", ("fail",), "failed"),
            Value("successful|succeeded|success", "status", "contains", ("success",), "successful"),
        ),
        "management_auditing|management audit|audit entry|audit log|management log|record|entry|log|event|management audit log|management audit entry|tenant audit|management audit record",
        ("user", "subtype"),
    ),
    "cve": Words(
        {
            "cvss": "score|severity score|cvss|cvss score|base score",
            "affected_hosts": "affected host|host|machine|affected machine|affected endpoint|endpoint|server|number of affected host|number of host",
            "affected_products": "product|affected product|software|vendor product",
            "first_seen": "publication date|published|published on|date of publication|publication|release date|disclosed|released",
            "impact": "impact|impact score",
            "exploitability": "exploitability|exploitability score",
            "severity": "severity",
        },
        (),
        "va_cves|cve|entry|record|row|vulnerability|cve record|item",
    ),
    "endpoint_cves": Words(
        {
            "cves": "cve|vulnerability|number of cve|cve count|vuln|weakness",
            "name": "endpoint name|host name",
        },
        (),
        "va_endpoints|endpoint|host|machine|entry|record|row|server|computer|box|item",
    ),
    "host": Words(
        {
            "application": "application|app|software|package|program|installed application|installed software|tool|product",
            "version": "version|app version|application version|software version|installed version",
            "os": "os|operating system|os name|os distribution|distribution",
            "manufacturer": "manufacturer|vendor|maker|hardware vendor",
            "model": "model|hardware model",
        },
        (),
        "host_inventory|host inventory|host|machine|server|endpoint|computer|entry|record|row|box|inventory",
        ("application", "manufacturer", "model", "os"),
    ),
}
