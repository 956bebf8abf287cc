"""Conditions put together: one of several, none of several, and what is said of the same item of an array."""

from __future__ import annotations

from agent.planner.questions.form import Atom, Either, Inside, Item, Weakness
from agent.planner.questions.plan_one_item import atoms_of
from agent.planner.questions.reader_state import key_of
from agent.planner.questions.setting_places import called
from agent.planner.questions.settings import ITEM


def either_of(sides: list[list[Item]], *, negated_first: bool) -> list[Item] | None:
    """ "x with a or b": what the last of a side and the first of the next say of one thing belongs together."""
    if any(len(side) > 1 for side in sides):
        first, last = sides[0], sides[-1]
        if all(len(side) == 1 for side in sides[1:]) and key_of(first[-1]) == key_of(sides[1][0]):
            return [*first[:-1], any_of([first[-1], *(side[0] for side in sides[1:])])]
        if len(sides) == 2 and len(first) == 1 and key_of(first[0]) == key_of(last[0]):
            return [any_of([first[0], last[0]]), *last[1:]]
        if all(len(side) == 1 for side in sides[1:]):
            return [*first[:-1], any_of([first[-1], *(s[0] for s in sides[1:])])]
        keys = {key_of(side[0]) for side in sides}
        if all(len(side) == 1 for side in sides[:-1]) and len(keys) == 1 and None not in keys:
            # "in x or y or z without c"
            return [any_of([side[0] for side in sides]), *last[1:]]
        # "a, or b with c": both of the last side, or the first
        return [Either(items=tuple(side[0] if len(side) == 1 else turned(not_all(side)) for side in sides))]
    items = [side[0] for side in sides]
    if negated_first and getattr(items[0], "negated", False) and key_of(items[0]) == key_of(items[-1]):
        return [turned(i) if not getattr(i, "negated", False) else i for i in items]
    return [any_of(items)]


def any_of(items: list[Item]) -> Item:
    flat = [inner for i in items for inner in (i.items if isinstance(i, Either) and not i.negated else (i,))]
    first = flat[0]
    if (
        all(
            isinstance(i, Atom)
            and isinstance(first, Atom)
            and i.ref == first.ref
            and i.op in ("in", "eq")
            and not i.negated
            for i in flat
        )
        and isinstance(first, Atom)
        and not first.ref.places
    ):
        values = tuple(dict.fromkeys(v for i in flat if isinstance(i, Atom) for v in i.values))
        label = " or ".join(dict.fromkeys(i.label for i in flat if isinstance(i, Atom)))
        return first.model_copy(update={"op": "in", "values": values, "label": label})
    return Either(items=tuple(flat))


def turned(item: Item) -> Item:
    other = item.model_copy(update={"negated": not item.negated})
    if isinstance(other, Atom | Weakness):
        label = other.label.removeprefix("not ") if other.label.startswith("not ") else f"not {other.label}"
        return other.model_copy(update={"label": label})
    return other


def not_all(items: list[Item]) -> Item:
    return Either(items=tuple(turned(i) for i in items))


def of_same_items(items: list[Item]) -> list[Item]:
    """Conditions on items of one array are about one item: a statement that allows "*" on "*"."""
    made: list[Item] = []
    groups: list[tuple[frozenset[tuple[str, tuple[str, ...]]], list[Item]]] = []
    for item in items:
        arrays = _arrays(item)
        group = next((g for g in groups if arrays and g[0] & arrays and not _repeats(g[1], item)), None)
        if group is not None:
            at = groups.index(group)
            groups[at] = (group[0] & arrays, [*group[1], item])
        else:
            groups.append((arrays, [item]))
    for arrays, some in groups:
        some = [item for item in some if not _implied(item, some)]
        if len(some) == 1:
            made.append(_of_one(some[0]))
        else:
            outer = sorted(arrays)[0][1]
            made.append(Inside(items=tuple(some), label=called((*outer, ITEM))))
    return made


def _of_one(item: Item) -> Item:
    """A single condition on items says whose it is: a create date of an access key."""
    if not isinstance(item, Atom) or not item.ref.places or any(ITEM not in w.path for w in item.ref.places):
        return item
    names = dict.fromkeys(called(w.path) for w in item.ref.places)
    label, no = item.label.removeprefix("not "), item.negated and item.label.startswith("not ")
    shown = " or ".join(names)
    if no:
        shown = f"no {shown.partition(' ')[2]}"
    return item.model_copy(update={"label": f"with {shown}: {label}"})


def _arrays(item: Item) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The arrays whose items a condition is about; none where it is about anything else too."""
    atoms = list(atoms_of(item))
    if not atoms or getattr(item, "negated", False):
        return frozenset()
    places = [w for atom in atoms for w in atom.ref.places]
    if any(atom.negated or not atom.ref.places for atom in atoms) or any(ITEM not in w.path for w in places):
        return frozenset()
    return frozenset((w.type_id, w.path[: w.path.index(ITEM)]) for w in places)


def _repeats(items: list[Item], item: Item) -> bool:
    """Whether a condition is on the same place as one before: an item has one value there."""
    held = {(w.type_id, w.path) for i in items for a in atoms_of(i) for w in a.ref.places}
    return any((w.type_id, w.path) in held for a in atoms_of(item) for w in a.ref.places)


def _implied(item: Item, items: list[Item]) -> bool:
    """Whether a condition only says that there are items, and others are on these."""
    if not isinstance(item, Atom) or item.op != "true" or item.negated:
        return False
    deeper = {(w.type_id, w.path) for i in items if i is not item for a in atoms_of(i) for w in a.ref.places}
    return all(
        w.kind == "array"
        and any(t == w.type_id and path[: len(w.path) + 1] == (*w.path, ITEM) for t, path in deeper)
        for w in item.ref.places
    )
