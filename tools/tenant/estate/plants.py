"""Which attack paths and decoys go into which account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random

from tools.tenant.estate.cell import Cell
from tools.tenant.estate.company import APPLICATIONS, Account
from tools.tenant.estate.plants_aws import AWS_KINDS, uncollected_group
from tools.tenant.estate.plants_aws_identity import IDENTITY_KINDS
from tools.tenant.estate.plants_azure import AZURE_KINDS
from tools.tenant.estate.plants_chain import BREAKS, NAME, Chain
from tools.tenant.estate.plants_google import GOOGLE_KINDS
from tools.tenant.estate.plants_kubernetes import KUBERNETES_KINDS
from tools.tenant.estate.plants_shared import Kind

Draw = Callable[[Cell], None]
KINDS: tuple[Kind, ...] = (*AWS_KINDS, *IDENTITY_KINDS, *AZURE_KINDS, *GOOGLE_KINDS, *KUBERNETES_KINDS)
NAMES = tuple(sorted((*(kind.name for kind in KINDS), NAME)))
"""The kinds of attack path that every estate has."""
_DECOYS = 2


def plan(random: Random, accounts: Sequence[Account], often: int) -> dict[str, list[Draw]]:
    """By account, what is drawn into it; every kind `often` times, with two decoys for each path."""
    found: dict[str, list[Draw]] = {}
    for kind in KINDS:
        fit = [a for a in accounts if not kind.provider or a.provider == kind.provider]
        breaks = list(kind.breaks)
        random.shuffle(breaks)
        for number in range(often):
            found.setdefault(random.choice(fit).id, []).append(partial(_draw, kind.draw, ""))
            for turn in range(_DECOYS):
                broken = breaks[(number * _DECOYS + turn) % len(breaks)]
                found.setdefault(random.choice(fit).id, []).append(partial(_draw, kind.draw, broken))
    clouds = [a for a in accounts if a.provider == "AWS"]
    breaks = list(BREAKS)
    random.shuffle(breaks)
    for number in range(often):
        _chain(random, clouds, "", f"chain-{number}", found)
        for turn in range(_DECOYS):
            serial = number * _DECOYS + turn
            _chain(random, clouds, breaks[serial % len(breaks)], f"chain-{number}-{turn}", found)
        found.setdefault(random.choice(clouds).id, []).append(uncollected_group)
    for draws in found.values():
        random.shuffle(draws)
    return found


def _draw(draw: Callable[[Cell, str], None], broken: str, cell: Cell) -> None:
    draw(cell, broken)


def _chain(
    random: Random, accounts: Sequence[Account], broken: str, key: str, found: dict[str, list[Draw]]
) -> None:
    spare = [a for a in accounts if a.environment == "dev"]
    first = random.choice(spare) if spare else accounts[-1]
    others = [a for a in accounts if a.id != first.id]
    production = [a for a in others if a.environment == "production"]
    second = random.choice(production or others)
    outer = f"{random.choice(APPLICATIONS[first.team])}-sync-{random.randrange(16**4):04x}"
    inner = f"{random.choice(APPLICATIONS[second.team])}-exchange-{random.randrange(16**4):04x}"
    chain = Chain(key, first.id, second.id, outer, inner, broken)
    found.setdefault(first.id, []).append(chain.draw_first)
    found.setdefault(second.id, []).append(chain.draw_second)
