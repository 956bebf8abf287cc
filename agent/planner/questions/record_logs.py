"""What the words of a question mean in logs: audit events, connectors' health, networks.

Words stand without a plural ending; `|` parts spellings.
"""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.planner.questions.record_terms import PERSON, Value, Words

LOGS: Final[Mapping[str, Words]] = {
    "event": Words(
        {
            "user": f"{PERSON}|done by|made by|performed by|executed by|carried out by|run by|initiated by|triggered by|caused by|issued by|called by|by whom",
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
            "bytes": "byte|bytes|size|traffic volume|volume|data volume|amount of data|data|data transferred|traffic|transferred byte",
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
            "bytes": "byte|bytes|size|bytes sent|sent byte|byte sent|bytes_sent|traffic volume|volume|data volume|data|amount of data|outbound byte",
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
    "audit": Words(
        {
            "user": PERSON,
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
}
