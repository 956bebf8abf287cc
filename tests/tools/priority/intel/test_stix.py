"""STIX bundles as campaigns: what is followed, what is over, what is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.work import LINEAR, growth, work
from tools.priority.intel.campaign_file import CampaignFile
from tools.priority.intel.stix import stix_file

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def item(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{name}",
        "created": "2026-09-01T00:00:00.000Z",
        "modified": "2026-11-01T00:00:00.000Z",
        "name": name,
        **fields,
    }


def link(source: dict[str, Any], how: str, target: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return item(
        "relationship",
        f"{source['id']}-{how}-{target['id']}",
        relationship_type=how,
        source_ref=source["id"],
        target_ref=target["id"],
        **fields,
    )


def technique(number: str) -> dict[str, Any]:
    return item(
        "attack-pattern", number, external_references=[{"source_name": "mitre-attack", "external_id": number}]
    )


def port(number: str, name: str = "indicator", **fields: Any) -> dict[str, Any]:
    return item(
        "indicator", name, pattern=f"[network-traffic:dst_port {number}]", pattern_type="stix", **fields
    )


CAMPAIGN = item(
    "campaign", "lorry", first_seen="2026-09-01T00:00:00Z", last_seen="2026-11-20T00:00:00Z", confidence=80
)
MALWARE = item("malware", "loader")
FLAW = item("vulnerability", "CVE-2024-1111")
SSH = port("= 22", valid_from="2026-10-01T00:00:00Z")
GUESS = technique("T1110.001")
GROUP = item("intrusion-set", "group")
OTHER = technique("T1486")
ALL = [
    CAMPAIGN, MALWARE, FLAW, SSH, GUESS, GROUP, OTHER,
    link(CAMPAIGN, "uses", MALWARE),
    link(MALWARE, "exploits", FLAW),
    link(CAMPAIGN, "uses", GUESS),
    link(SSH, "indicates", CAMPAIGN),
    link(CAMPAIGN, "attributed-to", GROUP),
    link(GROUP, "uses", OTHER),
]  # fmt: skip


def read(*objects: Any) -> CampaignFile:
    return stix_file(objects, "feed", NOW)


def test_a_campaign_has_what_its_relationships_lead_to() -> None:
    (one,) = read(*ALL).campaigns
    assert (one.name, one.source, one.confidence) == ("lorry", "feed", 80)
    assert (one.ports, one.techniques, one.cves) == ((22,), ("T1110.001",), ("CVE-2024-1111",))
    assert one.since == datetime(2026, 9, 1, tzinfo=UTC)
    assert one.seen == datetime(2026, 11, 20, tzinfo=UTC)


@given(st.permutations(ALL))
def test_the_order_of_objects_is_irrelevant(objects: list[dict[str, Any]]) -> None:
    assert read(*objects) == read(*ALL)


def test_revoked_and_expired_objects_do_not_count() -> None:
    revoked = read(*ALL, {**CAMPAIGN, "revoked": True, "modified": "2026-11-02T00:00:00Z"})
    assert [one.id for one in revoked.campaigns] == [SSH["id"]], (
        "its indicator was not revoked, and stands alone"
    )
    gone = [{**o, "revoked": True} if o["id"].startswith("relationship--malware") else o for o in ALL]
    assert read(*gone).campaigns[0].cves == ()
    over = [{**o, "valid_until": "2026-11-01T00:00:00Z"} if o is SSH else o for o in ALL]
    assert read(*over).campaigns[0].ports == ()


def test_the_newest_version_counts_wherever_it_stands() -> None:
    newer = {**CAMPAIGN, "name": "renamed", "modified": "2026-11-24T00:00:00.000Z"}
    assert read(newer, *ALL).campaigns[0].name == "renamed"
    assert read(*ALL, newer).campaigns[0].name == "renamed"
    assert read(newer).as_of == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_lone_indicator_and_a_report_are_campaigns_too() -> None:
    lone = port(
        "IN (3389, 5900)", "lone", valid_from="2026-11-01T00:00:00Z", valid_until="2026-12-01T00:00:00Z"
    )
    report = item(
        "report", "weekly", published="2026-11-22T00:00:00Z", object_refs=[OTHER["id"], "gone--1", 5]
    )
    first, second = sorted(read(lone, report, OTHER).campaigns, key=lambda c: c.id)
    assert (first.ports, first.until) == ((3389, 5900), datetime(2026, 12, 1, tzinfo=UTC))
    assert (second.techniques, second.seen) == (("T1486",), datetime(2026, 11, 22, tzinfo=UTC))


def test_sightings_make_a_campaign_fresh() -> None:
    seen = item("sighting", "s", sighting_of_ref=CAMPAIGN["id"], last_seen="2026-11-24T00:00:00Z")
    assert read(*ALL, seen).campaigns[0].seen == datetime(2026, 11, 24, tzinfo=UTC)


def test_unknown_types_and_broken_objects_are_skipped_and_counted() -> None:
    file = read(
        *ALL, item("x-acme-thing", "1"), item("x-acme-thing", "2"), None, 5, {"type": "campaign"}, {"id": "x"}
    )
    assert len(file) == 1
    assert file.kinds == {"x-acme-thing": 2}
    assert file.skipped == 6
    assert "2 objects of the unknown type x-acme-thing" in file.faults


def test_circles_and_hubs_end() -> None:
    one, two = item("malware", "a"), item("malware", "b")
    circle = [
        link(one, "uses", two),
        link(two, "uses", one),
        link(one, "uses", one),
        link(CAMPAIGN, "uses", one),
    ]
    assert read(*ALL, one, two, *circle).campaigns[0].ports == (22,)


def test_a_hub_is_worked_out_once() -> None:
    def cost(count: int) -> int:
        hub = item("malware", "hub")
        campaigns = [item("campaign", f"c{n}") for n in range(count)]
        flaws = [item("vulnerability", f"CVE-2024-{n + 1000}") for n in range(count)]
        links = [link(c, "uses", hub) for c in campaigns] + [link(hub, "exploits", f) for f in flaws]
        return work(lambda: read(hub, *campaigns, *flaws, *links))

    assert growth(cost, 200) < LINEAR


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.lists(st.text(max_size=12), max_size=3)
)
KEYS = st.sampled_from(
    ["type", "id", "name", "pattern", "object_refs", "source_ref", "target_ref", "relationship_type", "valid_until",
     "modified", "first_seen", "external_references", "dst_port", "revoked", "sighting_of_ref", "last_seen"]
)  # fmt: skip


@given(
    st.lists(
        st.builds(
            lambda kind, key, rest: {**rest, "type": kind, "id": key},
            st.sampled_from(
                ["campaign", "indicator", "relationship", "report", "sighting", "vulnerability", "x"]
            ),
            st.sampled_from(["a", "b", "c"]),
            st.dictionaries(KEYS, VALUES, max_size=6),
        ),
        max_size=8,
    )
)
def test_any_objects_are_read_or_counted(objects: list[dict[str, Any]]) -> None:
    file = read(*objects)
    assert len(file) <= len(objects)
