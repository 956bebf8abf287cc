"""A first approximation of the attack path: internet -> resource -> (identity ->) something worth having.

One hop of identity, no network inside; the graph replaces this. A link that a record shows makes a known
path, one that is only likely makes an unknown one, and what is stopped, detached or closed makes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.findings.model import AssetRecord
from tools.priority.business import data_fact
from tools.priority.estate import name_of
from tools.priority.exposure import Exposure, exposure_of
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.graph.model import AttackPath, Part
from tools.priority.graph.view import path_text
from tools.priority.identity import Holding, holding_of
from tools.priority.reading import View, shown
from tools.priority.vocabulary import vocabulary

if TYPE_CHECKING:
    from tools.priority.context import Context

_NAME = "attack path"
_SOURCE = "configuration and policies"
_HOSTS = ("ec2.instance", "lambda.function", "ecs.task", "gcp.vm", "azure.vm")
_STRONG = {"admin": "administrator of the account", "escalation": "a way to administrator"}
_REGULATED = 0.75
BESIDE = 0.3
"""Share of a way that counts where an intruder passes without need of the asset, or of the weakness in it."""


@dataclass(frozen=True, slots=True)
class Link:
    """An identity that an exposed host holds."""

    grade: float
    sure: bool
    text: str
    ids: tuple[str, ...]


def graph_path(context: Context, asset: AssetRecord) -> Fact:
    """The gravest path of the attack graph that an asset stands on or makes possible.

    The grade is the square root of the path's risk, so that a hard path still counts beside an easy one.
    """
    graph, asset_id = context.graph, asset.asset_id
    path = graph.path_of(asset_id)
    if path is None:
        if (risk := graph.beside(asset_id)) > 0.0:
            text = "an intruder gets there and has what it leads to already"
            return known(_NAME, text, BESIDE * risk**0.5, _SOURCE, at=context.as_of)
        return absent(_NAME, "none found", _SOURCE, at=context.as_of)
    proved = path if path.known else graph.path_of(asset_id, known_only=True)
    return _told(path, proved, context)


def part_path(context: Context, asset_id: str, part: Part) -> Fact | None:
    """The same for the paths alone in which the asset has this part; None if there are none."""
    graph = context.graph
    path = graph.path_by(asset_id, part)
    if path is None:
        return None
    proved = path if path.known else graph.path_by(asset_id, part, known_only=True)
    return _told(path, proved, context)


def _told(path: AttackPath, proved: AttackPath | None, context: Context) -> Fact:
    grade = path.risk**0.5
    ids = tuple(dict.fromkeys(node.label for node in path.nodes[1:]))
    if path.known:
        return known(_NAME, path_text(path), grade, _SOURCE, *ids, at=context.as_of)
    low = proved.risk**0.5 if proved is not None else 0.0
    return unknown(_NAME, path_text(path), grade, low, max(grade, 0.9), _SOURCE, *ids, at=context.as_of)


def first_path(
    context: Context,
    asset: AssetRecord,
    kind: str,
    exposure: Exposure,
    data: Fact,
    holding: Holding | None,
    related: Iterable[AssetRecord],
) -> Fact:
    """The gravest path that this asset stands on."""
    found = [
        *_to_data(context, asset, exposure, data),
        *_to_privilege(context, asset, kind, exposure, holding),
        *_as_hop(context, asset, kind),
    ]
    if kind in {"ec2.sg", "ec2.eni", "azure.nsg", "gcp.firewall"} and exposure.fact.grade > 0:
        found += [context.facts_of(r).path for r in related if r.asset_id != asset.asset_id]
    if not found:
        return absent(_NAME, "none found in one step", _SOURCE, at=context.as_of)
    best = max(found, key=lambda f: (f.grade, f.state == "known", f.value))
    high = max(f.high for f in found)
    if best.state == "known" or high <= best.high:
        return best
    return unknown(_NAME, best.value, best.grade, best.low, high, best.source, *best.ids, at=context.as_of)


def _to_data(context: Context, asset: AssetRecord, exposure: Exposure, data: Fact) -> Iterable[Fact]:
    fact, weights = exposure.fact, context.weights.path
    if fact.grade <= 0 or data.state == "absent":
        return
    login = bool(exposure.openings) or fact.high < context.weights.exposure["public_list"]
    share = weights["data_login"] if login else weights["data_anonymous"]
    name = shown(name_of(asset))
    ids = (name, *fact.ids)
    if data.state == "unknown":
        yield unknown(
            _NAME,
            f"internet → {name}, whose data is not known",
            0.0,
            0.0,
            share,
            _SOURCE,
            *ids,
            at=context.as_of,
        )
    elif data.grade >= _REGULATED:
        text = f"internet → {name} ({data.value} data)" + (", behind a login" if login else "")
        grade = share * data.grade
        if fact.state == "known":
            yield known(_NAME, text, grade, _SOURCE, *ids, at=context.as_of)
        else:
            yield unknown(_NAME, f"possibly {text}", 0.5 * grade, 0.0, grade, _SOURCE, *ids, at=context.as_of)


def _to_privilege(
    context: Context, asset: AssetRecord, kind: str, exposure: Exposure, holding: Holding | None
) -> Iterable[Fact]:
    if holding is None or exposure.fact.grade <= 0:
        return
    weights, name = context.weights.path, shown(name_of(asset))
    if holding.privilege == "broad" and exposure.fact.state == "known":
        yield from _to_broad_data(context, asset, name, holding)
    if holding.privilege not in _STRONG:
        if not holding.sure and exposure.fact.state == "known":
            text = f"internet → {name}, whose identity's permissions are not known"
            yield unknown(_NAME, text, 0.0, 0.0, weights["admin"], _SOURCE, name, at=context.as_of)
        return
    share = weights[holding.privilege]
    if kind == "iam.user":
        share *= weights["sign_in"]
    elif kind == "ec2.instance" and holding.privilege == "admin" and _needs_token(context.estate.view(asset)):
        share = weights["admin_v2"]
    steps = [name] if holding.identity in {"", name_of(asset)} else [name, shown(holding.identity)]
    text = " → ".join(["internet", *steps, _STRONG[holding.privilege]])
    ids = (*steps, *((shown(holding.via),) if holding.via else ()))
    if holding.sure and exposure.fact.state == "known":
        yield known(_NAME, text, share, _SOURCE, *ids, at=context.as_of)
    else:
        estimate = share * weights["unsure"] * (1.0 if exposure.fact.state == "known" else 0.5)
        yield unknown(_NAME, f"possibly {text}", estimate, 0.0, share, _SOURCE, *ids, at=context.as_of)


def _to_broad_data(context: Context, asset: AssetRecord, name: str, holding: Holding) -> Iterable[Fact]:
    """An identity with everything in whole services may well read the gravest data of its account."""
    store = context.estate.index("gravest data", lambda: _gravest_data(context)).get(asset.account)
    if store is None:
        return
    place, label = store
    steps = [name] if holding.identity in {"", name_of(asset)} else [name, shown(holding.identity)]
    text = " → ".join(["internet", *steps, f"{place} ({label} data)"])
    share = context.weights.path["broad_data"]
    estimate = share * context.weights.path["unsure"]
    yield unknown(_NAME, f"possibly {text}", estimate, 0.0, share, _SOURCE, *steps, place, at=context.as_of)


def _gravest_data(context: Context) -> dict[str, tuple[str, str]]:
    best: dict[str, tuple[float, str, str]] = {}
    for asset in context.estate.assets.values():
        if not context.estate.kind(asset).startswith(vocabulary().data_stores):
            continue
        fact = data_fact(asset, asset.tags, True, context.as_of)
        entry = (fact.grade, shown(name_of(asset)), fact.value)
        if (
            fact.state == "known"
            and fact.grade >= _REGULATED
            and entry > best.get(asset.account, (0.0, "", ""))
        ):
            best[asset.account] = entry
    return {account: (place, label) for account, (_, place, label) in best.items()}


def _needs_token(view: View) -> bool:
    tokens = view.text("http_tokens") or view.at("MetadataOptions").text("HttpTokens")
    return tokens.lower() == "required"


def _as_hop(context: Context, asset: AssetRecord, kind: str) -> Iterable[Fact]:
    """Identities and policies that an exposed host, or a login without a second factor, holds."""
    if kind not in {"iam.role", "iam.policy", "iam.group", "gcp.sa"}:
        return
    if context.links is None:
        context.links = _links(context)
    link = context.links.get(f"{asset.account}/{name_of(asset).lower()}")
    if link is None:
        return
    if link.sure:
        yield known(_NAME, link.text, link.grade, _SOURCE, *link.ids, at=context.as_of)
    else:
        estimate = link.grade * context.weights.path["unsure"]
        yield unknown(
            _NAME, f"possibly {link.text}", estimate, 0.0, link.grade, _SOURCE, *link.ids, at=context.as_of
        )


def _links(context: Context) -> dict[str, Link]:
    found: dict[str, Link] = {}
    weights = context.weights.path
    for host in context.estate.of_kind(*_HOSTS, "iam.user"):
        exposure = exposure_of(context.reader, host)
        if exposure.fact.state != "known" or exposure.fact.grade <= 0:
            continue
        holding = holding_of(context.estate, host)
        if holding is None or holding.privilege not in _STRONG:
            continue
        share = weights[holding.privilege] * weights["hop"]
        if context.estate.kind(host) == "iam.user":
            share *= weights["sign_in"]
        steps = [shown(name_of(host))] + [shown(holding.identity)] * (
            holding.identity not in {"", name_of(host)}
        )
        text = " → ".join(["internet", *steps, _STRONG[holding.privilege]])
        link = Link(share, holding.sure, text, (*steps, *((shown(holding.via),) if holding.via else ())))
        for name in (holding.identity, holding.via):
            key = f"{host.account}/{name.lower()}"
            if name and (key not in found or (found[key].grade, found[key].text) < (share, text)):
                found[key] = link
    return found
