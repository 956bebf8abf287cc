"""An attack path over two accounts: a foothold in one that is looked after less, trust, data in the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate.cell import Cell
from tools.tenant.estate.plants_shared import FACING, OLD_METADATA, foothold, jewel

NAME = "account_chain"
BREAKS = ("condition of trust", "stopped", "other principal", "dead end")
_CONDITION = "iam_role_cross_service_confused_deputy_prevention"
_WHY = {
    "condition of trust": "the role asks for an external id that the machine's role does not know",
    "stopped": "the machine is stopped",
    "other principal": "the role trusts another role of the first account",
    "dead end": "what the role reads is of no worth",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """Both ends of one chain: names that are known before either account is drawn."""

    key: str
    first: str
    second: str
    outer: str
    inner: str
    broken: str

    @property
    def outer_arn(self) -> str:
        """The role of the foothold."""
        return f"arn:aws:iam::{self.first}:role/{self.outer}"

    @property
    def inner_arn(self) -> str:
        """The role that it assumes."""
        return f"arn:aws:iam::{self.second}:role/{self.inner}"

    def draw_first(self, cell: Cell) -> None:
        """The part in the account of the foothold."""
        rights = iam.policy(cell, "exchange", iam.allow("sts:AssumeRole", self.inner_arn))
        role = iam.role(cell, "", iam.service_trust("ec2"), [rights], profile=True, name=self.outer)
        taken = foothold(cell, role, "stopped" if self.broken == "stopped" else "")
        if self.broken:
            cell.decoy(NAME, self.broken, _WHY[self.broken], taken.machine, taken.group, role, rights)
            return
        graded = [*taken.graded, (taken.machine, OLD_METADATA, 2), (taken.machine, FACING, 3)]
        why = f"{taken.flaw.id} in one account, whose role assumes one of another that reads data"
        cell.plant(NAME, why, [taken.group, taken.machine, role, rights], *graded, key=self.key, part=0)

    def draw_second(self, cell: Cell) -> None:
        """The part in the account of the data."""
        store, read = jewel(cell, worthless=self.broken == "dead end")
        rights = iam.policy(cell, "exchange", read)
        principal = self.outer_arn if self.broken != "other principal" else f"{self.outer_arn}-batch"
        more: dict[str, Any] = {}
        if self.broken == "condition of trust":
            more["Condition"] = {"StringEquals": {"sts:ExternalId": cell.hexes(24)}}
        trusted = iam.trust({"AWS": principal}, **more)
        role = iam.role(cell, "", trusted, [rights], name=self.inner)
        if self.broken:
            cell.decoy(NAME, self.broken, _WHY[self.broken], role, rights)
            return
        why = "the part in the account of the data"
        cell.plant(NAME, why, [role, rights, store], (role, _CONDITION, 3), key=self.key, part=1)
