"""How old resources are: by when they were made, where their configuration tells it, and not by when they were first seen."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Kinds, Ref
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.settings import Setting
from agent.planner.questions.weaknesses import where_of

_AGED: Final = re.compile(
    r"\b(?:older|oldest|newer|newest|youngest|younger|aged?|(?:days?|months?|years?) old|created?|creation|taken|made|launched|"
    r"pushed|built)\b"
)
_SEEN: Final = re.compile(
    r"\b(?:first|last) (?:seen|observed)|\b(?:seen|observed|known|discovered|appeared|inventory|onboarded|added|new)\b"
)
_TIMES: Final = ("first_seen", "any_time")
_KEYS: Final = (
    "creationtimestamp creationdate createdate createtime createdat createddate timecreated snapshotcreatetime "
    "instancecreatetime clustercreatetime starttime imagepushedat launchtime creationtime"
).split()


def born(form: Form, estate: Estate, text: str) -> Form:
    """The form with ages of resources by their configuration, where all of the kinds asked for tell them."""
    ranked = form.rank is not None and form.rank.ref is not None and form.rank.ref.name == "first_seen"
    told = [i for i in form.items if isinstance(i, Atom) and i.ref.name in _TIMES and not i.of]
    if form.entity != "asset" or form.each is not None or not (told or ranked):
        return form
    if _AGED.search(text) is None or _SEEN.search(text) is not None:
        return form
    types = types_of([i for i in form.items if isinstance(i, Kinds) and not i.negated], estate)
    places = [found for type_id in sorted(types) if (found := _birth(type_id, estate)) is not None]
    if not places or len(places) < len(types):
        return form
    ref = Ref(name="creation time", places=tuple(where_of(s) for s in places))
    items = tuple(
        i.model_copy(update={"ref": ref, "label": i.label.replace("first seen", "made")}) if i in told else i
        for i in form.items
    )
    changes: dict[str, object] = {"items": items}
    if ranked and form.rank is not None:
        changes["rank"] = form.rank.model_copy(update={"ref": ref})
    return form.model_copy(update=changes)


def _birth(type_id: str, estate: Estate) -> Setting | None:
    """Where a type tells when one was made."""
    found = [
        s
        for s in estate.settings.by_type.get(type_id, ())
        if s.kind == "time" and not s.many and s.leaf.lower() in _KEYS and len(s.path) <= 3
    ]
    return min(found, key=lambda s: (len(s.path), _KEYS.index(s.leaf.lower())), default=None)
