"""A condition on the configuration of one kind of asset, as another kind has it: encryption of disks and databases."""

from __future__ import annotations

from datetime import datetime

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Item
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_phrases import phrase_of
from agent.planner.questions.setting_places import LIGHT_ROOTS, root, spots_of
from agent.planner.questions.times import find_times
from agent.planner.questions.tokens import tokenize


def moved(atom: Atom, types: frozenset[str], estate: Estate, now: datetime) -> Item:
    """The condition for assets of these types; the same one where they have it already, or have nothing like it."""
    if not atom.ref.places or not types or any(w.type_id in types for w in atom.ref.places):
        return atom
    spots = spots_of(estate, types, ())
    said = atom.label.startswith(("not ", "without ")) or atom.label.endswith(" off")
    label = f"not {atom.label}" if atom.negated and not said else atom.label
    tokens = tokenize(label.lower(), estate.whole_names, lexicon_parts())
    # what a provider calls storage encryption another calls encryption
    short = [t for t in tokens if not (t.kind == "word" and root(t.text) in LIGHT_ROOTS)]
    for some in (tokens, short):
        try:
            made = phrase_of(some, spots, find_times(label.lower(), now))
        except NoSuchValue:
            continue
        if made is not None:
            return made.item
    return atom
