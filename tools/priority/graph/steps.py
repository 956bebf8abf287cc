"""Adds steps to the graph: scaled where a record is missing, and named after what makes them possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.model import BUNDLE, Edge, Node, NodeKind, Parts, Relation
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.iam.logic import Decision, Verdict
from tools.priority.reading import shown

MOST_NAMED = 3


class Steps:
    """What every cloud's readers add steps by."""

    def __init__(self, estate: Estate, words: GraphWords, parts: Parts) -> None:
        self.estate = estate
        self.words = words
        self.parts = parts
        self._bundles: dict[tuple[str, ...], str] = {}

    def join(
        self,
        source: str,
        target: str,
        relation: Relation,
        chance: float,
        why: str,
        behind: Iterable[AssetRecord] = (),
        *,
        known: bool = True,
        names: Iterable[str] = (),
    ) -> None:
        """One step. `behind` are the records that make it possible; a step that is only possible weighs less."""
        shown_by = list({a.asset_id: a for a in behind}.values())
        self.parts.join(
            Edge(
                source,
                target,
                relation,
                chance if known else chance * self.words.step["unknown"],
                shown(why, 300),
                tuple(sorted(a.asset_id for a in shown_by if a.asset_id not in {source, target})),
                tuple(dict.fromkeys(shown(n) for n in (*names, *map(name_of, shown_by[:MOST_NAMED])))),
                known,
            )
        )

    def decided(
        self,
        source: str,
        target: str,
        relation: Relation,
        chance: float,
        why: str,
        decision: Decision,
        behind: Iterable[AssetRecord] = (),
        by_name: str = "",
    ) -> None:
        """A step that a permission allows; an undecided one says on what it hangs.

        `by_name` says what allows it where the names of the records behind it tell nobody anything.
        """
        known = decision.verdict is Verdict.ALLOW
        listed = list(behind)
        names = by_name or ", ".join(dict.fromkeys(shown(name_of(a)) for a in listed[:MOST_NAMED]))
        by = f" by {names}" if names else ""
        hangs = decision.unknowns[0] if decision.unknowns else "a condition"
        doubt = (
            "" if known else f", if {hangs} allows it" if hangs == "a condition" else f"; not known: {hangs}"
        )
        self.join(source, target, relation, chance, f"{why}{by}{doubt}", listed, known=known)

    def admin(self, scope: str, label: str, account: str, *, wide: bool = False) -> str:
        """The position of an administrator of an account, subscription, project or cluster."""
        worth = self.words.jewel["organization" if wide else "admin"]
        node = Node(f"admin:{scope}", NodeKind.CONTROL_PLANE, f"administrator of {shown(label)}", "", account, worth,
                    "everything in it")  # fmt: skip
        return self.parts.add(node)

    def place(self, key: str, kind: NodeKind, label: str, account: str = "", asset_id: str = "") -> str:
        """A position that no single asset stands for."""
        return self.parts.add(Node(key, kind, shown(label), asset_id, account))

    def bundle(self, kind: str, members: Sequence[str], label: str, account: str) -> str:
        """The one key that stands for several alike targets (for a single one, its own)."""
        ordered = tuple(sorted(set(members)))
        if len(ordered) == 1:
            return ordered[0]
        key = self._bundles.get((kind, *ordered))
        if key is None:
            key = f"{BUNDLE}{kind}/{len(self._bundles)}/{ordered[0]}"
            self._bundles[kind, *ordered] = key
            self.parts.add(Node(key, NodeKind.NETWORK, shown(label), "", account))
            for one in ordered:
                why = f"one of {len(ordered)} that are treated alike"
                self.parts.join(Edge(key, one, Relation.READS, 0.999, why))
        return key
