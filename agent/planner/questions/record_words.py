"""What the words of a question mean in each dataset of records: its attributes, its values, and how its rows are called.

Words stand without a plural ending; `|` parts spellings.
"""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.planner.questions.record_logs import LOGS
from agent.planner.questions.record_terms import PERSON, Value, Words

RECORDS: Final[Mapping[str, Words]] = {
    **LOGS,
    "permission": Words(
        {
            "user": f"{PERSON}|identities|role|iam role|iam user|service account|holder|grantee|source|workload identity|machine identity",
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
            Value(
                "never been seen|never seen|never connected|never checked in|never reported|never reported in|never been connected",
                "last_seen",
                "empty",
                (),
                "never seen",
            ),
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
            "cves": "cve|cves|vulnerability|number of cve|cve count|vuln|weakness",
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

__all__ = ["RECORDS", "Value", "Words"]
