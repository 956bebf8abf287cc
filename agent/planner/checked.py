"""A question's weaknesses, told by the tenant's checks wherever a check looks; configuration fills in elsewhere.

A check weighs more than one setting does (a database with a public address behind a closed group is not public), its
result is what gets explained and fixed, and what it passed is known to be passed. A setting that is empty everywhere
shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.planner.concepts import BY_NAME, Rule, rules_of
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Form, Has, Item, Kinds, Linked, Ref, Weakness
from agent.planner.questions.reader_values import nouns_of
from agent.planner.questions.setting_marks import types_of


def by_checks(form: Form, estate: Estate) -> Form:
    """The form with each weakness shown by what checks reported on the kinds that it is about."""
    kinds = _kinds(form)
    changes: dict[str, object] = {"items": tuple(_told(item, kinds, estate) for item in form.items)}
    if form.measure is not None and form.measure.part:
        part = tuple(_told(item, kinds, estate) for item in form.measure.part)
        changes["measure"] = form.measure.model_copy(update={"part": part})
    return form.model_copy(update=changes)


def only_passed(form: Form, estate: Estate) -> Form:
    """What does not have a weakness must have passed a check of it: of what no check looked at, nobody knows."""
    if form.entity != "asset":
        return form
    free = [i for i in form.items if isinstance(i, Weakness) and i.negated]
    passed = [p for i in free if (p := _passed(i, estate)) is not None]
    return form.model_copy(update={"items": (*form.items, *passed)}) if passed else form


def _kinds(form: Form) -> list[Kinds]:
    return [i for i in form.items if isinstance(i, Kinds) and not i.negated]


def _told(item: Item, kinds: list[Kinds], estate: Estate) -> Item:
    if isinstance(item, Either):
        return item.model_copy(update={"items": tuple(_told(i, kinds, estate) for i in item.items)})
    if isinstance(item, Weakness) and (item.setting or item.rules) and item.name in BY_NAME:
        return _weakness(item, kinds, estate)
    return item


def _weakness(item: Weakness, kinds: list[Kinds], estate: Estate) -> Weakness:
    asked = types_of(kinds, estate) or frozenset(w.type_id for a in item.setting for w in a.ref.places)
    rules = [r for r in rules_of(item.name, estate.words.rules, nouns_of(kinds, estate)) if _looks(r, asked)]
    looked = frozenset(t for rule in rules for t in rule.types)
    kept = tuple(atom for atom in item.setting if _shows(atom, looked))
    if not rules and not kept:
        return item
    ids = tuple(rule.id for rule in rules)
    if not ids and not item.setting:
        return item
    return item.model_copy(update={"rules": ids, "setting": kept})


def _looks(rule: Rule, asked: frozenset[str]) -> bool:
    return not asked or not rule.types or bool(rule.types & asked)


def _shows(atom: Atom | Linked, looked: frozenset[str]) -> bool:
    """Whether configuration tells what no check does: not where it is empty for every resource of the type."""
    return any(place.type_id not in looked and place.kind != "null" for place in atom.ref.places)


def _passed(item: Weakness, estate: Estate) -> Has | None:
    """A passed result of a check on the weakness; None where configuration tells it, or no check passed anywhere."""
    passing = {rule.id for rule in estate.words.rules if rule.passing}
    if item.setting or not item.rules or not passing & set(item.rules):
        return None
    if not estate.has_fact("finding", "xdm.finding.status"):
        return None
    rule = Atom(ref=Ref(name="rule"), op="in", values=item.rules, label="of these checks")
    result = Atom(ref=Ref(name="result"), op="in", values=("PASS",), label="passed")
    return Has(entity="finding", items=(rule, result))


def rules_told(items: Iterable[Item]) -> tuple[str, ...]:
    """The rules by which a form's weaknesses are told."""
    found: list[str] = []
    for item in items:
        if isinstance(item, Weakness):
            found += item.rules
        elif isinstance(item, Either):
            found += rules_told(item.items)
    return tuple(dict.fromkeys(found))


def types_seen(rules: Iterable[Rule]) -> frozenset[str]:
    """The types of asset that some check fails on."""
    return frozenset(t for rule in rules if rule.failing for t in rule.types)
