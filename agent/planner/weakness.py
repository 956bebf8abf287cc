"""Read weaknesses and open ports in a question, and which way round each is meant."""

# ruff: noqa: E501 (grammar tables: a pattern is easier to read in one piece)

from __future__ import annotations

import re

from agent.planner.concepts import CONCEPTS, PORTS, Concept
from agent.planner.negation import before_absent, before_present, negated
from agent.planner.reading import ConceptUse
from agent.planner.scan import Scanner

_TO = (
    r"(?:to|from|by|on|for|over|via) (?:the )?(?:whole |public |outside )?(?:internet|world|web|public|outside|"
    r"any ?one|anybody|any ?where|every ?one|everybody|any address|0\.0\.0\.0/0)"
)
_STATE = r"(?:open(?:ed|s)?|exposed?|exposing|exposes|reachable|accessible|listening|allow(?:s|ed|ing)?|let(?:s|ting)?|accept(?:s|ed|ing)?|permit(?:s|ted|ting)?)"
_HEAD = rf"(?:(?:that |which )?(?:is |are )?{_STATE} (?:in )?)?(?:{_TO} )?(?:(?:on|via|over|through|with|at|by) )?"
_TAIL = rf"(?:(?: (?:is|are|in))* ?{_STATE})?(?: in)?(?: {_TO})?"
_NAMES = "|".join(re.escape(n) for n in sorted(PORTS, key=len, reverse=True))
_KNOWN = "|".join(str(p) for p in sorted(set(PORTS.values()), reverse=True))

_ON = r"on|enabled|active|activated|configured|set(?: up)?|(?:turned|switched) on|enforced|required|in place|there|present|used"
_OFF = r"off|disabled|missing|absent|(?:turned|switched) off|unset|inactive|deactivated|lacking|unconfigured|suspended|gone"
_AFTER = re.compile(
    rf"^(?: (?:is|are|was|were|has|have|been|being|be|get|gets|it|that))*(?: (?:currently|still|ever|yet|even))?"
    rf"(?P<no> ?(?:not|n't|never|isn't|aren't|wasn't|hasn't been|haven't been)(?: (?:been|being|yet|even))?)?"
    rf" (?:(?P<neg>(?:doesn't|does not|don't|do not|isn't|is not|never) (?:manag|cover|protect|exist|appl|work|run|see|reach|watch)\w*)|(?P<on>{_ON})|(?P<off>{_OFF}))(?![\w\-])"
)


def take_ports(scan: Scanner) -> list[ConceptUse]:
    """Ports that the question names by number or by the service behind them."""
    uses: list[ConceptUse] = []
    for match in scan.take_all(
        rf"{_HEAD}(?:(?:tcp|udp|inbound|open) )?ports? (\d{{1,5}})(?:/tcp|/udp)?{_TAIL}"
    ):
        uses.append(ConceptUse(name="port", port=int(match[1]), negated=negated(scan, match)))
    for match in scan.take_all(
        rf"{_HEAD}(?:(?:public|open|inbound|internet|world[ -]open) )?({_NAMES})(?: (?:access|port|ports|traffic|connections?))?{_TAIL}"
    ):
        if match[1] in {"http", "https"} and match.group(0).strip() in {"http", "https"}:
            scan.put_back(match)
            break
        uses.append(ConceptUse(name="port", port=PORTS[match[1]], negated=negated(scan, match)))
    if not uses:
        bare = scan.take(
            rf"(?:is |are )?{_STATE}(?: {_TO})?(?: (?:on|via|over|through|at|with))? ({_KNOWN})(?:/tcp)?{_TAIL}"
            rf"|(?:on|via|over|at|port) ({_KNOWN})(?:/tcp)?{_TAIL}|({_KNOWN})(?:/tcp)?(?: (?:is|are|in))* {_STATE}(?: in)?(?: {_TO})?"
        )
        if bare is not None:
            port = next(g for g in bare.groups() if g)
            uses.append(ConceptUse(name="port", port=int(port), negated=negated(scan, bare)))
    if uses:
        scan.take(rf"(?:{_STATE} )?(?:in )?{_TO}")
    return list(dict.fromkeys(uses))


def take_concepts(scan: Scanner) -> list[ConceptUse]:
    """Weaknesses that the question names; `negated` asks for what does not have one."""
    uses: list[ConceptUse] = []
    for concept in CONCEPTS:
        found = [not negated(scan, match) for match in scan.take_all(concept.good)]
        found += [negated(scan, match) for match in scan.take_all(concept.bad)]
        found += [_good(scan, concept, match) for match in scan.take_all(concept.thing)]
        if found:
            # A second mention in the other direction is about the same thing: the first one rules.
            uses.append(ConceptUse(name=concept.name, negated=found[0]))
    return uses


def _good(scan: Scanner, concept: Concept, match: re.Match[str]) -> bool:
    """Whether the words around a thing say that it is there."""
    absent = before_absent(scan, match.start())
    if (after := _AFTER.match(scan.rest[match.end() :])) is not None:
        scan.blank(match.end(), match.end() + after.end())
        off = bool(after["neg"]) or bool(after["off"]) != bool(after["no"])
        # "no versioning enabled" lacks it; "versioning not disabled" has it.
        return not (absent or off)
    if absent:
        return False
    if before_present(scan, match.start()):
        return True
    return re.fullmatch(concept.done, match.group(0)) is not None
