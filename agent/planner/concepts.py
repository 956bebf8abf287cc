"""Which rules of the estate find a weakness or an open port.

A concept is matched against the rule id and the finding kind of the rules that the tenant really reports, so
that it covers Prowler, Security Hub and Cortex alike. What no concept names is looked up by the words of the
rules themselves (`rule_words.find_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.planner.concept_table import CONCEPTS, Concept
from agent.planner.rule_words import Rule, find_rules, for_nouns, stem

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
    return for_nouns(found, nouns)


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
    return for_nouns(found, nouns)


__all__ = ["BY_NAME", "CONCEPTS", "PORTS", "Concept", "Rule", "find_rules", "port_rules", "rules_of", "stem"]
