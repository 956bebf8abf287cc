"""Risk exceptions as CSV: columns `finding`, or `rule`, `resource` and `account`; `reason`; `until`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from pydantic import ValidationError

from tools.priority.errors import ExceptionError
from tools.priority.exceptions.model import Wanted
from tools.priority.intel.csv_file import read_csv
from tools.priority.reading import plain

_COLUMNS: dict[str, tuple[str, ...]] = {
    "finding_id": ("finding", "finding_id", "issue", "issue_id"),
    "rule_id": ("rule", "rule_id", "check", "check_id"),
    "resource": ("resource", "resource_id", "arn", "asset"),
    "account": ("account", "account_id"),
    "reason": ("reason", "justification", "comment", "why"),
    "until": ("until", "expires", "expiry", "expiration", "end", "valid_until"),
}
_MOST_FAULTS = 5


def read_exceptions(data: bytes, name: str) -> tuple[Wanted, ...]:
    """Every row as what is to be accepted. Raises `ExceptionError` with the rows that cannot be: it is all or none."""
    table = read_csv(data, name)
    known = {plain(column) for column in table.columns}
    for needed in ("reason", "until"):
        if not known & {plain(n) for n in _COLUMNS[needed]}:
            raise ExceptionError(
                f"{name} has no column `{needed}`. It needs finding, or rule, resource and account; reason; until."
            )
    found: list[Wanted] = []
    faults: list[str] = []
    for number, row in table.rows():
        try:
            found.append(wanted(_cells(row)))
        except ExceptionError as error:
            faults.append(f"row {number}: {error}")
    # A cell that was left out could make a pattern wider than it was meant; then nothing is taken.
    faults += table.faults
    if faults:
        told = "; ".join(faults[:_MOST_FAULTS])
        raise ExceptionError(f"{name} was not taken, because {len(faults)} rows are not right: {told}")
    return tuple(found)


def _cells(row: Mapping[str, str]) -> dict[str, str]:
    cells = {plain(name): value for name, value in row.items()}
    found = {
        ours: next((cells[plain(n)] for n in names if cells.get(plain(n))), "")
        for ours, names in _COLUMNS.items()
    }
    return {key: value for key, value in found.items() if value}


def wanted(cells: Mapping[str, str]) -> Wanted:
    """What texts ask to be accepted; `until` is a day (through its end, UTC) or a time. Raises `ExceptionError`."""
    if not cells.get("until"):
        raise ExceptionError("a risk is accepted until a day; give one, as in 2027-01-31")
    try:
        return Wanted.model_validate({**cells, "until": end_of(cells["until"])})
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)[:3]
        told = "; ".join(
            ": ".join(filter(None, (".".join(map(str, f["loc"])), f["msg"].removeprefix("Value error, "))))
            for f in faults
        )
        raise ExceptionError(told) from None


def end_of(text: str) -> datetime:
    """The moment up to which a day or time reaches. Raises `ExceptionError`."""
    text = text.strip()
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ExceptionError(f"{text[:40]!r} is no day; write it as 2027-01-31") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
