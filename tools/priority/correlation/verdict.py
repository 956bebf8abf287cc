"""What the records say about a weakness now. Silence counts only where somebody listened.

`used now`: a conversation from outside on the finding's port (on a web port only where the finding names it), an alert
whose technique fits, or a caller without a login, after the weakness appeared. `probed`: more attempts than the port's
background noise, or an alert of scanning or guessing. `quiet`: the records that would show it were there, whole, and do
not. `unknown`: they were not, or they do not tell use from misuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tools.priority.correlation.focus import Watch
from tools.priority.correlation.model import Event, Gathered, SourceName, Traffic, Verdict
from tools.priority.correlation.subject import Subject

_RANK = ("CRITICAL", "HIGH", "MEDIUM")
_NEEDED: dict[Watch, tuple[tuple[SourceName, ...], str]] = {
    "network": (("firewall logs", "flow logs"), "no log of traffic covers it"),
    "machine": (("agent",), "no agent watches it"),
    "calls": (("cloud audit log",), "no log of calls to it covers it"),
    "identity": (("cloud audit log",), "no audit log covers its account"),
    "nothing": ((), "none of the logs would show use of this weakness"),
}
_NOTHING_SEEN: dict[Watch, str] = {
    "network": "no attempt on it above background noise",
    "machine": "no alert that fits it",
    "calls": "no call to it without a login",
    "identity": "no call by it or for it",
    "nothing": "",
}


def verdict_of(subject: Subject, found: Gathered, since: datetime | None) -> Verdict:
    """The gravest thing that records prove, else quiet or unknown with the reason."""
    later = [e for e in found.events if since is None or (e.until or e.at) >= since]
    alerts = [e for e in later if e.kind == "alert" and e.sense == "use" and e.severity in _RANK]
    traffic = [t for t in found.traffic if subject.focus.covers(t.port)]
    conversations = [t for t in traffic if t.since_sessions and subject.focus.tells_use(t.port)]
    strangers = [e for e in later if e.kind == "call" and e.sense == "use"]
    if alerts:
        worst = min(alerts, key=lambda e: (_RANK.index(e.severity), -e.at.timestamp()))
        more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
        fits = f" ({worst.who})" if worst.who else ""
        return Verdict("used now", f"An alert that fits it: {worst.what}{fits}, {_at(worst.at)}{more}.")
    if conversations:
        return Verdict("used now", _conversations(conversations))
    if strangers:
        calls = sum(e.sessions for e in strangers)
        last = _at(max(e.until or e.at for e in strangers))
        return Verdict("used now", f"Callers without a login got {_count(calls, 'answer')}, last {last}.")
    probes = _probes(traffic, [e for e in later if e.kind in {"alert", "call"} and e.sense == "probe"])
    if probes:
        return Verdict("probed", probes)
    return _silence(subject, found, traffic)


def _conversations(traffic: Sequence[Traffic]) -> str:
    busiest = max(traffic, key=lambda t: (t.since_sessions, -t.port))
    count = "1 conversation" if busiest.since_sessions == 1 else f"{busiest.since_sessions:,} conversations"
    last = f", last {_at(busiest.last_session)}" if busiest.last_session else ""
    others = [str(t.port) for t in traffic if t.port != busiest.port][:4]
    more = f"; others on {', '.join(others)}" if others else ""
    return f"{count} from outside on port {busiest.port}{last}{more}."


def _probes(traffic: Sequence[Traffic], events: Sequence[Event]) -> str:
    loud = [t for t in traffic if _refused(t) > t.noise]
    if loud:
        top = max(loud, key=lambda t: (_refused(t), -t.port))
        least = "" if top.exact else "at least "
        addresses = _count(top.addresses, "address", "addresses")
        return (
            f"{_refused(top):,} attempts on port {top.port} that got no answer, from {least}{addresses}; up to "
            f"{top.noise:,.0f} would be background noise."
        )
    alerts = [e for e in events if e.kind == "alert"]
    if alerts:
        newest = max(alerts, key=lambda e: e.at)
        return f"An alert of scanning or guessing: {newest.what}, {_at(newest.at)}."
    strangers = [e for e in events if e.kind == "call"]
    if strangers:
        return f"{_count(sum(e.attempts for e in strangers), 'call')} without a login, all refused."
    return ""


def _refused(traffic: Traffic) -> int:
    return max(0, traffic.since_attempts - traffic.since_sessions)


def _silence(subject: Subject, found: Gathered, traffic: Sequence[Traffic]) -> Verdict:
    """Quiet where every source that would show use covers the whole of the subject; unknown otherwise."""
    by_name = {c.source: c for c in found.coverage}
    watch = subject.focus.watch
    names, lacking = _NEEDED[watch]
    asked = [by_name[name] for name in names if name in by_name]
    covered = [c for c in asked if c.covered]
    if not covered:
        reasons = "; ".join(f"{c.source}: {c.detail}" for c in asked)
        return Verdict("unknown", f"{lacking[:1].upper()}{lacking[1:]}{f' ({reasons})' if reasons else ''}.")
    alerts = by_name.get("alerts")
    if alerts is None or not alerts.covered:
        why = alerts.detail if alerts is not None else "not asked"
        return Verdict("unknown", f"Its logs are quiet, but the alerts could not be read ({why}).")
    if subject.left_out:
        return Verdict(
            "unknown", f"{subject.left_out:,} more machines stand behind it than were asked about."
        )
    if found.cut:
        return Verdict("unknown", f"More was there than could be read ({', '.join(found.cut)}).")
    if doubt := _doubt(subject, found, traffic):
        return Verdict("unknown", doubt)
    heard = sum(_refused(t) for t in traffic)
    noise = f" ({_count(heard, 'attempt')} on {subject.focus.label})" if heard else ""
    said = "; ".join(f"{c.source}: {c.detail}" for c in covered)
    nothing = _NOTHING_SEEN[watch]
    return Verdict("quiet", f"{nothing[:1].upper()}{nothing[1:]}{noise}. Watched by {said}.")


def _doubt(subject: Subject, found: Gathered, traffic: Sequence[Traffic]) -> str:
    """What is there and may be rightful or not: no record says which."""
    serious = [e for e in found.events if e.kind == "alert" and e.severity in _RANK[:2]]
    if serious:
        more = f" and {len(serious) - 1} more" if len(serious) > 1 else ""
        return f"A serious alert is on it that does not point to this weakness: {serious[0].what}{more}."
    if visitors := sum(t.since_sessions for t in traffic):
        count = _count(visitors, "conversation")
        return f"It is in use ({count} from outside); logs of traffic do not tell visitors from attackers."
    if subject.focus.watch == "identity":
        calls = [e for e in found.events if e.kind in {"call", "change"} and e.mine]
        if calls:
            count, last = _count(len(calls), "call"), _at(calls[0].at)
            return f"It is in use ({count}, last {last}); no alert tells rightful use from misuse."
    return ""


def _count(number: int, one: str, many: str = "") -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
