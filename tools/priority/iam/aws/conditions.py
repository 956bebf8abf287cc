"""Condition operators, three-valued: a key whose value is not known gives MAYBE.

Source: the condition operators and set operators of the AWS IAM reference. A key that is absent fails a
positive operator, satisfies a negated one, `...IfExists` and `ForAllValues`, and fails `ForAnyValue`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from tools.priority.iam.aws.context import Known
from tools.priority.iam.aws.model import Condition
from tools.priority.iam.aws.variables import fill
from tools.priority.iam.glob import MARK, STAR, matches
from tools.priority.iam.logic import MAYBE, NO, YES, Truth, known, negate

Variables = Literal["yes", "no", "unstated"]


def holds(condition: Condition, context: Known, variables: Variables = "yes") -> Truth:
    """Whether the condition is met in this context."""
    if not condition.base:
        return MAYBE
    present = context.get(condition.key)
    if condition.base == "Null":
        return _null(condition, present)
    if present is None:
        return YES if condition.if_exists and _takes_anything(condition) else MAYBE
    if not present:
        return _without(condition)
    results = [_one(condition, value, context, variables) for value in present]
    if condition.quantifier == "any":
        return max(results)
    if condition.quantifier == "all":
        return min(results)
    # Several values without a set operator are not defined by AWS; where they disagree we do not guess.
    return results[0] if len(set(results)) == 1 else MAYBE


def _null(condition: Condition, present: tuple[str, ...] | None) -> Truth:
    wanted = {value.strip().lower() for value in condition.values}
    if not wanted or wanted - {"true", "false"}:
        return MAYBE
    if len(wanted) == 2:
        return YES
    if present is None:
        return MAYBE
    return known((not present) == ("true" in wanted))


def _without(condition: Condition) -> Truth:
    if condition.if_exists or condition.quantifier == "all":
        return YES
    if condition.quantifier == "any":
        return NO
    return known(condition.negated)


def _takes_anything(condition: Condition) -> bool:
    return (
        condition.base in {"StringLike", "ArnLike"}
        and "*" in condition.values
        and condition.quantifier != "any"
    )


def _one(condition: Condition, value: str, context: Known, variables: Variables) -> Truth:
    test = _TESTS[condition.base]
    found: Truth = NO
    for raw in condition.values:
        wanted = fill(raw, context, variables)
        # A variable without a value: AWS documents no match for resources only, so conditions stay open.
        one = MAYBE if wanted is None or wanted is False else test(wanted, value)
        if one > found:
            found = one
        if found is YES:
            break
    return negate(found) if condition.negated else found


def _plain(text: str) -> str:
    return text.replace(STAR, "*").replace(MARK, "?")


def _string(wanted: str, value: str) -> Truth:
    return known(_plain(wanted) == value)


def _string_any_case(wanted: str, value: str) -> Truth:
    return known(_plain(wanted).lower() == value.lower())


def _like(wanted: str, value: str) -> Truth:
    return known(matches(wanted, value))


def _bool(wanted: str, value: str) -> Truth:
    low = wanted.strip().lower()
    return known(low == value.strip().lower()) if low in {"true", "false"} else MAYBE


def arn_like(wanted: str, value: str) -> Truth:
    """ARN patterns match part by part; where only the whole text matches, nobody documents the outcome."""
    if wanted == "*":
        return YES
    pattern, text = wanted.split(":", 5), value.split(":", 5)
    if len(text) < 6:
        return known(matches(wanted, value))
    if len(pattern) < 6:
        return MAYBE if matches(wanted, value) else NO
    if all(map(matches, pattern, text)):
        return YES
    return MAYBE if matches(wanted, value) else NO


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], Truth]:
    def test(wanted: str, value: str) -> Truth:
        try:
            return known(compare(float(value), float(wanted)))
        except (ValueError, OverflowError):
            return MAYBE

    return test


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    text = text.strip()
    try:
        if text.replace(".", "", 1).isdigit() and len(text.split(".")[0]) > 8:
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], Truth]:
    def test(wanted: str, value: str) -> Truth:
        limit, moment = _moment(wanted), _moment(value)
        return MAYBE if limit is None or moment is None else known(compare(moment, limit))

    return test


@lru_cache(maxsize=16384)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _address(wanted: str, value: str) -> Truth:
    network, address = _network(wanted), _network(value)
    if network is None or address is None:
        return MAYBE
    if network.version != address.version:
        return NO
    if address.subnet_of(network):  # type: ignore[arg-type]
        return YES
    return MAYBE if address.overlaps(network) else NO


def _equal(first: object, second: object) -> bool:
    return first == second


_TESTS: dict[str, Callable[[str, str], Truth]] = {
    "StringEquals": _string,
    "StringNotEquals": _string,
    "StringEqualsIgnoreCase": _string_any_case,
    "StringNotEqualsIgnoreCase": _string_any_case,
    "StringLike": _like,
    "StringNotLike": _like,
    "BinaryEquals": _string,
    "Bool": _bool,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "ArnNotEquals": arn_like,
    "ArnNotLike": arn_like,
    "IpAddress": _address,
    "NotIpAddress": _address,
    "NumericEquals": _number(_equal),
    "NumericNotEquals": _number(_equal),
    "NumericLessThan": _number(lambda value, limit: value < limit),
    "NumericLessThanEquals": _number(lambda value, limit: value <= limit),
    "NumericGreaterThan": _number(lambda value, limit: value > limit),
    "NumericGreaterThanEquals": _number(lambda value, limit: value >= limit),
    "DateEquals": _date(_equal),
    "DateNotEquals": _date(_equal),
    "DateLessThan": _date(lambda value, limit: value < limit),
    "DateLessThanEquals": _date(lambda value, limit: value <= limit),
    "DateGreaterThan": _date(lambda value, limit: value > limit),
    "DateGreaterThanEquals": _date(lambda value, limit: value >= limit),
}
