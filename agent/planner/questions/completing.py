"""What follows from what was said: whose score is measured, which assets have a setting, that what was fixed is closed."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Item, Kinds, Measure, Rank, Ref, Weakness
from agent.planner.questions.turned import turned, when_resolved
from agent.planner.questions.weaknesses import shown_by

_WHETHER: Final = re.compile(
    r"^\W*(?:is|are|was|does|do|did|has|have|can you (?:tell|check)|check|tell me|verify|whether|if)\b"
)
_CATEGORIES: Final = ("issue_category", "finding_category")
_SCORES: Final = frozenset({"cvss", "impact", "exploitability"})
_SCORE_FIRST: Final = re.compile(
    r"\b(?:highest|lowest|max(?:imum)?|min(?:imum)?|worst|top)\s+(?:\w+\s+){0,2}?(?:cvss|score)\b"
)
_THINGS_FIRST: Final = re.compile(
    r"^\W*(?:which|what|top|list|show|name|rank|find|identify|give me the)\s+(?!.{0,4}(?:highest|lowest|max|min|is|are|was))"
)


def completed(form: Form, text: str, estate: Estate | None = None) -> Form:
    """The form with what follows from it. `text` is the question in lower case."""
    form = turned(_of_versions(_of_tags(_of_scores(form, text))), text)
    form = _of_settings(_of_secrets(form))
    form = _of_one(form, text, estate)
    return _of_fixing(_of_closed(_of_resolution(form)))


def _of_scores(form: Form, text: str) -> Form:
    """Scores of assets are those of their vulnerabilities."""
    if form.entity == "case":
        return _of_case_scores(form)
    if form.entity != "asset":
        return form
    ref = form.measure.ref if form.measure is not None else None
    ranked = form.rank.ref if form.rank is not None else None
    if ref is not None and ref.name in _SCORES and "cvss" not in ENTITIES["asset"].places:
        return form.model_copy(update={"entity": BELONGS.get(ref.name, "vulnerability"), "noun": ""})
    if ranked is None or ranked.name not in _SCORES or form.measure is not None or form.rank is None:
        return form
    if _SCORE_FIRST.search(text) and not _THINGS_FIRST.match(text) and not form.group:
        measure = Measure(function="max" if form.rank.descending else "min", ref=ranked)
        return form.model_copy(
            update={"entity": "vulnerability", "measure": measure, "rank": None, "limit": None, "noun": ""}
        )
    return form.model_copy(
        update={
            "entity": "vulnerability",
            "measure": Measure(function="max", ref=ranked),
            "group": form.group or (Ref(name="asset"),),
            "rank": Rank(descending=form.rank.descending),
            "noun": "",
        }
    )


def _of_case_scores(form: Form) -> Form:
    """A case has a score of its own."""
    changes: dict[str, object] = {}
    if form.measure is not None and form.measure.ref == Ref(name="cvss"):
        changes["measure"] = form.measure.model_copy(update={"ref": Ref(name="score")})
    if form.rank is not None and form.rank.ref == Ref(name="cvss"):
        changes["rank"] = form.rank.model_copy(update={"ref": Ref(name="score")})
    return form.model_copy(update=changes) if changes else form


def _of_versions(form: Form) -> Form:
    """A version is that of what is asked for: of the package in which a vulnerability is, of the agent."""
    places = ENTITIES[form.entity].places
    own = next((name for name in ("package_version", "agent_version") if name in places), "")
    if "version" in places or not own:
        return form

    def meant(ref: Ref) -> Ref:
        return Ref(name=own) if ref.name == "version" and not (ref.tags or ref.places) else ref

    changes: dict[str, object] = {
        name: tuple(meant(ref) for ref in getattr(form, name)) for name in ("group", "columns", "per")
    }
    if form.rank is not None and form.rank.ref is not None:
        changes["rank"] = form.rank.model_copy(update={"ref": meant(form.rank.ref)})
    if form.measure is not None and form.measure.ref is not None:
        changes["measure"] = form.measure.model_copy(update={"ref": meant(form.measure.ref)})
    changes["items"] = tuple(
        i.model_copy(update={"ref": meant(i.ref)}) if isinstance(i, Atom) else i for i in form.items
    )
    return form.model_copy(update=changes)


def _of_secrets(form: Form) -> Form:
    """ "About leaked secrets (category secrets)": the category says it, whatever rule reports it."""
    told = any(
        isinstance(i, Atom) and i.ref.name in _CATEGORIES and "secrets" in map(str.lower, map(str, i.values))
        for i in form.items
    )
    if not told:
        return form
    kept = tuple(i for i in form.items if not (isinstance(i, Weakness) and "secret" in i.name))
    return form.model_copy(update={"items": kept})


def _of_tags(form: Form) -> Form:
    """ "Owned by X (tag Owner)": a tag that is named beside its value says which of the tags it stands in."""
    there = [i for i in form.items if isinstance(i, Atom) and i.ref.tags and i.op == "empty" and i.negated]
    items = list(form.items)
    for tag in there:
        for at, item in enumerate(items):
            if not isinstance(item, Atom) or item.op == "empty" or item.ref.name != tag.ref.name:
                continue
            both = tuple(k for k in item.ref.tags if k in tag.ref.tags)
            if both:
                items[at] = item.model_copy(update={"ref": item.ref.model_copy(update={"tags": both})})
                items = [i for i in items if i is not tag]
                break
    return form.model_copy(update={"items": tuple(items)}) if len(items) < len(form.items) else form


def _of_settings(form: Form) -> Form:
    """A setting is measured over the assets that have it, and they are counted by it."""
    ref = form.measure.ref if form.measure is not None else None
    if ref is None and form.group and form.group[0].places:
        ref = form.group[0]
    if ref is None and form.rank is not None:
        ref = form.rank.ref
    if form.entity != "asset" or ref is None or not ref.places or form.each is not None:
        return form
    if any(isinstance(i, Kinds) and not i.negated for i in form.items):
        return form
    types = {p.type_id for p in ref.places}
    for group in form.group:
        types = types & {p.type_id for p in group.places} or types
    said = set(re.findall(r"[a-z0-9]+", ref.name.lower()))
    # "lambda runtimes": of the types that are called so
    types = {t for t in types if said & set(t.lower().split("_"))} or types
    label = " and ".join(t.replace("_", " ").lower() + "s" for t in sorted(types))
    return form.model_copy(update={"items": (Kinds(types=tuple(sorted(types)), label=label), *form.items)})


def _of_one(form: Form, text: str, estate: Estate | None) -> Form:
    """Whether one resource has a setting: that resource with its value, be it on or off."""
    if form.entity != "asset" or form.measure is not None or _WHETHER.match(text) is None:
        return form
    if not any(
        isinstance(i, Atom) and i.ref.name in ("name", "strong_id", "id") and i.op == "eq" for i in form.items
    ):
        return form
    refs: list[Ref] = []
    kept: list[Item] = []
    for item in form.items:
        if isinstance(item, Atom) and item.ref.places:
            refs.append(item.ref)
        elif isinstance(item, Weakness) and item.setting:
            refs += [atom.ref for atom in item.setting if isinstance(atom, Atom) and atom.ref.places]
        elif isinstance(item, Weakness) and estate and (shown := shown_by(item.name, estate)) is not None:
            # of which kind it is, its name does not say
            refs.append(shown)
        else:
            kept.append(item)
    if not refs:
        return form
    return form.model_copy(update={"items": tuple(kept), "columns": (*form.columns, *dict.fromkeys(refs))})


def _of_resolution(form: Form) -> Form:
    """Why issues were closed is asked of closed ones."""
    told = any(isinstance(i, Atom) and i.ref.name == "resolution" and i.op != "empty" for i in form.items)
    if form.entity != "issue" or not told:
        return form
    items = tuple(when_resolved(i, ("any_time",)) for i in form.items)
    return form.model_copy(update={"status": "said", "items": items})


def _of_closed(form: Form) -> Form:
    """The age of what is closed is the time that it was open for."""
    measure = form.measure
    closed = any(
        isinstance(i, Atom) and i.ref.name == "status" and i.values == ("closed",) for i in form.items
    )
    if form.entity != "issue" or not closed or measure is None or measure.ref != Ref(name="age"):
        return form
    return form.model_copy(update={"measure": measure.model_copy(update={"ref": Ref(name="fix_days")})})


def _of_fixing(form: Form) -> Form:
    """How long fixing took is known of what was fixed."""
    refs = [
        form.measure.ref if form.measure is not None else None,
        form.rank.ref if form.rank is not None else None,
    ]
    part = form.measure.part if form.measure is not None else ()
    refs += [i.ref for i in (*form.items, *part) if isinstance(i, Atom)]
    if not any(r is not None and r.name == "fix_days" for r in (*refs, *form.columns)):
        return form
    closed = Atom(ref=Ref(name="status"), op="in", values=("closed",), label="closed")
    if form.measure is not None and any(isinstance(i, Atom) and i.ref.name == "fix_days" for i in part):
        # a share of all of them
        told = form.measure.model_copy(update={"part": (closed, *part)})
        return form.model_copy(update={"measure": told, "status": "all"})
    kept = tuple(i for i in form.items if not (isinstance(i, Atom) and i.ref.name == "status"))
    return form.model_copy(update={"items": (*kept, closed), "status": "said"})
