"""Classes of data that a scan found, beside those that tags tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.planner.questions.data_classes import classed
from agent.planner.questions.estate import Estate
from agent.planner.questions.estate_samples import Sample
from agent.planner.questions.form import Atom, Form, Has, Ref
from tests.agent.planner.questions.tenant import Tenant

_TAGGED = Atom(ref=Ref(name="data class", tags=("DataClass",)), op="in", values=("phi",), label="tagged PHI")
_BOTH = _TAGGED.model_copy(update={"values": ("phi", "pii")})
_DATA = Atom(ref=Ref(name="finding_category"), op="eq", values=("data",))


@pytest.fixture
def scanned(tenant: Tenant) -> Estate:
    known = tenant.estate.samples["findings"]
    columns = {**known.columns, "xdm.finding.category": {"data": "DATA", "vulnerability": "VULNERABILITY"}}
    sample = Sample(known.rows, columns, known.facts, known.mixed, known.whole)
    return replace(tenant.estate, samples={**tenant.estate.samples, "findings": sample})


def test_findings_of_data_say_their_class(scanned: Estate) -> None:
    form = Form(entity="finding", items=(_DATA, _TAGGED))
    made = classed(form, "data findings that say phi", scanned)
    assert [i.ref.name for i in made.items if isinstance(i, Atom)] == ["finding_category", "data_class"]
    assert classed(form, "data findings on assets tagged phi", scanned) == form


def test_found_in_assets(scanned: Estate) -> None:
    form = Form(items=(_TAGGED,))
    made = classed(form, "buckets in which phi was found", scanned)
    assert [type(i) for i in made.items] == [Has]
    assert classed(form, "buckets with phi", scanned) == form


def test_both_at_once(scanned: Estate) -> None:
    made = classed(Form(items=(_BOTH,)), "assets that hold both phi and pii", scanned)
    assert [i.items[1].values for i in made.items if isinstance(i, Has) and isinstance(i.items[1], Atom)] == [
        ("phi",),
        ("pii",),
    ]


def test_no_scan_no_turn(tenant: Tenant) -> None:
    form = Form(items=(_BOTH,))
    assert classed(form, "assets that hold both phi and pii", tenant.estate) == form
