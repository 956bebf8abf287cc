"""The generated estate: every planted path is found from its own entry, and no decoy looks like one."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from evals.suites.priority import Estate as Generated
from evals.suites.priority import load
from evals.suites.renaming import renamed
from tools.findings.model import AssetRecord
from tools.priority.context import build_context
from tools.priority.estate import Estate
from tools.priority.graph.gather import attack_graph
from tools.priority.graph.model import INTERNET, AttackPath
from tools.priority.graph.search import AttackGraph

pytestmark = [pytest.mark.asyncio(loop_scope="module")]
LEAST = 0.1
"""Risk under which nothing counts as a path that somebody should look at."""


def drawn(estate: Generated) -> AttackGraph:
    return build_context(estate.snapshot, enriched=estate.enriched).graph


def own(path: AttackPath | None, assets: Iterable[str]) -> bool:
    """Whether a path enters by one of the assets, or by what one of them opens."""
    return path is not None and bool({*path.edges[0].asset_ids, path.nodes[1].asset_id} & set(assets))


def entered(found: AttackGraph, assets: list[str]) -> Iterator[AttackPath]:
    """Proved paths that begin at some of the assets."""
    for asset in assets:
        path = found.path_of(asset, known_only=True)
        if path is not None and own(path, assets):
            yield path
    for edge in found.edges:
        if edge.source == INTERNET and edge.known and {edge.target, *edge.asset_ids} & set(assets):
            path = found.path_of(edge.target, known_only=True)
            if path is not None and path.risk > LEAST:
                yield path


def checked(estate: Generated) -> None:
    """Every plant is found, and no decoy of its kind is as grave."""
    found, kept = drawn(estate), estate.snapshot.assets
    graded = {str(f.issue_id): f.resource.asset_id for f in estate.snapshot.findings}
    gravest: dict[str, float] = {}
    for plant in estate.planted:
        path = [a for a in plant["path"] if a in kept]
        best = max((p.risk for p in entered(found, path)), default=0.0)
        assert best > LEAST, f"{plant['kind']}: {plant['why']}"
        for issue in plant["findings"]:
            on = graded[issue]
            assert found.path_of(on, known_only=True) is not None, f"{plant['kind']}: {kept[on].name}"
        gravest[plant["kind"]] = min(best, gravest.get(plant["kind"], 1.0))
    for decoy in estate.decoys:
        path = [a for a in decoy["assets"] if a in kept]
        through = [p for a in path if (p := found.path_of(a, known_only=True)) is not None and own(p, path)]
        worst = max((p.risk for p in through), default=0.0)
        assert worst < 0.9 * gravest[decoy["kind"]], f"{decoy['kind']}, {decoy['stopped_by']}: {decoy['why']}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def estate() -> Generated:
    return await load("small", 17)


async def test_plants_are_found_and_decoys_are_none(estate: Generated) -> None:
    checked(estate)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
async def test_on_every_seed(seed: int) -> None:
    checked(await load("small", seed))


async def test_names_do_not_matter(estate: Generated) -> None:
    before, after = drawn(estate), drawn(renamed(estate))
    assert len(before.nodes) == len(after.nodes)
    assert len(before.edges) == len(after.edges)
    assert [round(p.risk, 6) for p in before.paths(1_000)] == [round(p.risk, 6) for p in after.paths(1_000)]


async def test_every_step_says_why_with_names_of_the_records(estate: Generated) -> None:
    found = drawn(estate)
    for edge in found.edges:
        assert 8 < len(edge.why) <= 300, edge
        assert all(a in estate.snapshot.assets for a in edge.asset_ids), edge
        assert 0 < edge.chance < 1, edge
    for path in found.paths(500):
        assert path.known == all(e.known for e in path.edges)
        assert all(not n.key.startswith("several:") for n in path.nodes)


async def test_the_order_of_the_records_does_not_matter(estate: Generated) -> None:
    assets = list(estate.snapshot.assets.items())
    random.Random(5).shuffle(assets)
    first = attack_graph(Estate(estate.snapshot.assets), estate.enriched, at=estate.snapshot.as_of)
    second = attack_graph(Estate(dict(assets)), estate.enriched, at=estate.snapshot.as_of)
    assert first.edges == second.edges
    assert first.nodes == second.nodes


JUNK: tuple[Any, ...] = (
    None,
    7,
    "",
    "\u202ex",
    [],
    {},
    [None],
    [[]],
    {"a": []},
    True,
    "0.0.0.0/0",
    "*",
    -1.5,
    ["x", 3],
)


def spoilt(value: Any, chaos: random.Random, share: float) -> Any:
    """The same structure with some values replaced by ones of another shape."""
    if chaos.random() < share:
        return copy.deepcopy(chaos.choice(JUNK))
    if isinstance(value, dict):
        return {k: spoilt(v, chaos, share) for k, v in value.items()}
    if isinstance(value, list):
        return [spoilt(v, chaos, share) for v in value]
    return value


@pytest.mark.parametrize("seed", range(4))
async def test_records_of_any_shape_are_read_without_a_crash(estate: Generated, seed: int) -> None:
    chaos = random.Random(seed)
    assets: dict[str, AssetRecord] = {}
    for key, asset in estate.snapshot.assets.items():
        config = spoilt(dict(asset.config), chaos, 0.06)
        assets[key] = asset.model_copy(update={"config": config if isinstance(config, dict) else {}})
    found = attack_graph(Estate(assets), estate.enriched, at=estate.snapshot.as_of)
    assert len(found) > 50
