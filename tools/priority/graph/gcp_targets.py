"""To which positions a deed on Google Cloud resources leads; what is off, barred or of no worth is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.gcp_deeds import Deed
from tools.priority.graph.gcp_limits import GcpLimits
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import INTERNET
from tools.priority.graph.steps import Steps
from tools.priority.reading import View


class GcpTargets:
    """Targets of deeds over one estate."""

    def __init__(self, estate: Estate, iam: GcpIam, jewels: Jewels, steps: Steps) -> None:
        self._estate = estate
        self._iam = iam
        self._jewels = jewels
        self._steps = steps
        self._values: dict[str, bool] = {}
        self._limits = GcpLimits(estate, iam)

    def of(self, deed: Deed, members: Iterable[str], key: str, *, becomes: str = "") -> Iterator[str]:
        """Keys of what a deed on these nodes leads to, for somebody at `key`; what leads nowhere is left out.

        `becomes`: a project whose accounts the principal can be without any workload: one that runs as such an
        account is a detour.
        """
        for node in members:
            asset = self._iam.asset.get(node)
            if asset is None or asset.asset_id == key:
                continue
            view = self._estate.view(asset)
            if self._limits.forbids(deed, node, stranger=key == INTERNET):
                continue
            if deed.id == "ssh-keys-project":
                yield from self._machines_with_project_keys(node, becomes)
            elif deed.on == "cluster":
                if deed.gain == "admin" or deed.id == "cluster-exec":
                    yield self._steps.admin(asset.asset_id, name_of(asset), asset.account)
            elif deed.on == "instance":
                if runs(view) and self._gains(asset, becomes):
                    yield asset.asset_id
            elif deed.on == "function":
                if self._gains(asset, becomes):
                    yield asset.asset_id
            elif key == INTERNET and deed.on == "bucket" and _kept_in(view):
                continue
            elif deed.gain != "data" or key == INTERNET or self._valuable(asset):
                yield asset.asset_id

    def _machines_with_project_keys(self, project: str, becomes: str) -> Iterator[str]:
        for node in self._iam.lies.get((project, "instance"), ()):
            asset = self._iam.asset[node]
            view = self._estate.view(asset)
            facts = {
                i.text("key").lower(): i.text("value").lower() for i in view.at("metadata").each("items")
            }
            barred = facts.get("block-project-ssh-keys") == "true" or facts.get("enable-oslogin") == "true"
            if runs(view) and not barred and self._gains(asset, becomes):
                yield asset.asset_id

    def _gains(self, workload: AssetRecord, becomes: str) -> bool:
        """Whether code on a workload gives anything: something worth having, or an account not had before."""
        held = self._iam.runs.get(workload.asset_id, ())
        homes = [
            self._iam.node[a.asset_id] for r in held if (a := self._iam.accounts.get(r.email)) is not None
        ]
        at_hand = len(homes) == len(held) and all(h.startswith(f"{becomes}/") for h in homes)
        return self._valuable(workload) or (bool(held) and not (becomes and at_hand))

    def _valuable(self, asset: AssetRecord) -> bool:
        if asset.asset_id not in self._values:
            self._values[asset.asset_id] = self._jewels.of(asset).value > 0
        return self._values[asset.asset_id]


def runs(view: View) -> bool:
    """Whether a machine or function runs; what does not say is taken to."""
    return view.text("status", "state").upper() in {
        "",
        "RUNNING",
        "PROVISIONING",
        "STAGING",
        "ACTIVE",
        "READY",
    }


def _kept_in(view: View) -> bool:
    """Whether public access prevention holds whatever the policy says."""
    return view.at("iamConfiguration").text("publicAccessPrevention").lower() == "enforced"
