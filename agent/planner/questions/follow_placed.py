"""Where a condition of a follow-up goes among those before it: beside them, or in place of one about the same."""

from __future__ import annotations

from agent.planner.questions import follow_short, follow_turns
from agent.planner.questions.form import Atom, Has, Item, Kinds, Weakness
from agent.planner.questions.reader_state import key_of


def placed(items: list[Item], item: Item, text: str) -> list[Item]:
    """A condition put beside those before, in place of one about the same."""
    items = follow_turns.without_other_place(items, item, text)
    if any(follow_turns.same_time(item, i) for i in items):
        told = follow_turns.renamed(item, items)
        return [*[i for i in items if not follow_turns.same_time(item, i)], told]
    if (more := follow_short.beside(items, item, text)) is not None:
        return more
    key = key_of(item)
    if (held := _places(item)) and (same := [i for i in items if _places(i) == held]):
        # the same switch of the configuration, said as a setting before and as a weakness now
        return [*[i for i in items if i not in same], item]
    if isinstance(item, Kinds) and not item.negated:
        rest = [i for i in items if not isinstance(i, Kinds)]
        return [item, *rest]
    if isinstance(item, Has):
        return [*[i for i in items if not (isinstance(i, Has) and i.entity == item.entity)], item]
    if getattr(item, "negated", False):
        opposite = [
            i for i in items if key_of(i) == key and getattr(i, "values", ()) == getattr(item, "values", ())
        ]
        return [*[i for i in items if i not in opposite], item]
    if isinstance(item, Atom) and any(isinstance(i, Has) and _inside(i, key) for i in items):
        return [_inner(i, item) if isinstance(i, Has) and _inside(i, key) else i for i in items]
    single = isinstance(item, Weakness) or (isinstance(item, Atom) and item.op in ("empty", "true"))
    return [*[i for i in items if key_of(i) != key or (getattr(i, "negated", False) and not single)], item]


def _places(item: Item) -> frozenset[tuple[str, ...]]:
    """Where the configuration tells a weakness, or a setting that is on or off."""
    if isinstance(item, Weakness) and not item.rules:
        return frozenset((w.type_id, *w.path) for atom in item.setting for w in atom.ref.places)
    if isinstance(item, Atom) and item.op == "true":
        return frozenset((w.type_id, *w.path) for w in item.ref.places)
    return frozenset()


def _inside(item: Has, key: str) -> bool:
    return any(key_of(i) == key for i in item.items)


def _inner(item: Has, atom: Atom) -> Has:
    kept = tuple(i for i in item.items if key_of(i) != atom.ref.key)
    return item.model_copy(update={"items": (*kept, atom)})


__all__ = ["placed"]
