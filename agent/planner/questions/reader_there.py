"""An attribute that is there or not: "without a namespace", "with a CVE"."""

from __future__ import annotations

from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.reader_state import Put, State


def there(state: State, ref: Ref, negated: bool, put: Put) -> bool:
    """ "without a namespace", "with a CVE"."""
    if ref.name == "fixable":
        put(
            state,
            Atom(ref=ref, op="true", negated=negated, label="without a fix" if negated else "with a fix"),
        )
        return True
    if ref.name in ("exploited",):
        put(
            state,
            Atom(
                ref=ref,
                op="true",
                negated=negated,
                label="known to be exploited" if not negated else "not known to be exploited",
            ),
        )
        return True
    if ref.name in (
        "rule",
        "severity",
        "name",
        "id",
        "type",
        "asset",
        "account",
        "region",
        "provider",
        "user",
    ):
        return False
    put(
        state,
        Atom(
            ref=ref,
            op="empty",
            negated=not negated,
            label=f"{'without' if negated else 'with'} {ref.name.replace('_', ' ')}",
        ),
    )
    return True
