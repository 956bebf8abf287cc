"""The service: what tools and commands call."""

from __future__ import annotations

from pathlib import Path

import pytest

import tools.compliance as package
from tests.tools.compliance.building import evidence, finding
from tools.compliance import ComplianceService, Status, UnknownAccount, UnknownRequirement
from tools.findings.model import FindingSet


class Lookup:
    def __init__(self, found: FindingSet) -> None:
        self.found = found

    async def evidence(self) -> FindingSet:
        return self.found


@pytest.fixture
def service(tmp_path: Path) -> ComplianceService:
    rows = [
        finding("iam_root_mfa_enabled", "FAIL", account_name="payments"),
        finding("iam_root_mfa_enabled", account="444455556666", account_name="research"),
    ]
    return ComplianceService(tmp_path, Lookup(evidence(rows)))


async def test_report_of_all_and_of_one_account(service: ComplianceService) -> None:
    everything = await service.report("HIPAA")
    assert len(everything.coverage.accounts) == 2
    one = await service.report("hipaa", account="research")
    assert one.by_id["164.312(d)"].status is Status.MANUAL
    blank = await service.report("hipaa", account=" ", provider="")
    assert blank.scope.account is None
    with pytest.raises(UnknownAccount):
        await service.report("hipaa", account="billing")


async def test_one_requirement_in_any_spelling(service: ComplianceService) -> None:
    found = await service.requirement("hipaa", "164_312_d")
    assert found.id == "164.312(d)"
    assert found.status is Status.FAIL
    with pytest.raises(UnknownRequirement, match=r"164\.312\(a\)\(2\)\(i\)"):
        await service.requirement("hipaa", "164.312(a)(2)(ix)")
    with pytest.raises(UnknownRequirement):
        await service.requirement("hipaa", "164.306(a)")


async def test_search_by_id(service: ComplianceService) -> None:
    found = await service.search("164.312(b)")
    assert [hit.title for hit in found.hits] == ["Audit controls"]
    service.close()


def test_frameworks_say_how_much_is_mapped(service: ComplianceService) -> None:
    hipaa = next(info for info in service.frameworks() if info.framework == "hipaa")
    assert hipaa.assessed == 63
    assert hipaa.mapped == 33
    assert hipaa.mapping_rows == 728
    assert hipaa.counts == {"standard": 22, "specification": 41, "paragraph": 38}


@pytest.mark.parametrize("name", package.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(package, name).__module__.startswith("tools.compliance.")


def test_a_name_that_is_not_public() -> None:
    with pytest.raises(AttributeError, match="nothing_here"):
        package.nothing_here  # noqa: B018
