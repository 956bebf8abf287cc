"""Conditions on the configuration of assets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.form import Atom, Inside, Ref, Where
from agent.planner.questions.plan_one_item import ItemRows, atoms_of, starred
from agent.planner.questions.plan_tests import RAW, TYPE, TestWriter, both, either
from agent.planner.questions.settings import ITEM
from tools.xql.plan import All, AnyOf, Computed, Condition, JsonPath, Not, Test

_MOST_ACCOUNTS: Final = 20


def _other_than(account: str) -> str:
    """A pattern for an ARN or number of an AWS account other than this one (RE2 looks neither back nor ahead)."""
    ways = [rf"{account[:n]}[^{digit}]\d{{{11 - n}}}" for n, digit in enumerate(account)]
    return rf"^(?:arn:aws[\w-]*:(?:iam|sts)::)?(?:{'|'.join(ways)})(?::|$)"


class SettingWriter(TestWriter):
    """Writes conditions on places in the configuration, type by type."""

    def _settings(self, atom: Atom) -> Condition:
        """For each type its own places: one of them says so, or, negated, none does."""
        if atom.op == "foreign":
            return self._foreign(atom)
        by_type: dict[str, list[Condition]] = {}
        there: dict[str, list[Condition]] = {}
        for where in atom.ref.places:
            if atom.op == "empty" and ITEM in where.path and (atom.negated or where.path.count(ITEM) > 1):
                there.setdefault(where.type_id, []).append(self._some_item(where, atom))
            else:
                by_type.setdefault(where.type_id, []).append(self._setting(where, atom))
        parts: list[Condition] = []
        for type_id in (*by_type, *(t for t in there if t not in by_type)):
            told = [either(by_type[type_id])] if type_id in by_type else []
            told = [Not(none=one) for one in told] if atom.negated else told
            held = there.get(type_id, [])
            inner = either([*told, *held])
            if self.only_type != type_id:
                inner = All(all=(Test(field=TYPE, op="eq", value=type_id), inner))
            parts.append(inner)
        return either(parts)

    def _some_item(self, where: Where, atom: Atom) -> Condition:
        """Some item has a value there; or, where items have items, none has."""
        rows = ItemRows(self, where.type_id, where.path[: where.path.index(ITEM)])
        found = rows.related([Not(none=rows.of_atom(where, atom))])
        return found if atom.negated else Not(none=found)

    def _foreign(self, atom: Atom) -> Condition:
        """A principal of an account that is not the asset's own: what that is differs from account to account."""
        own = [a for a in self.estate.values("asset", "account").values() if re.fullmatch(r"\d{12}", a)]
        if not 0 < len(own) <= _MOST_ACCOUNTS:
            raise CannotSay("which accounts are the own ones is not to be told here")
        parts: list[Condition] = []
        for account in sorted(own):
            said = atom.model_copy(
                update={"op": "matches", "values": (_other_than(account),), "negated": False}
            )
            realm = Test(field=ENTITIES["asset"].places["account"].column, op="eq", value=account)
            parts.append(All(all=(realm, self._settings(said))))
        found = either(parts)
        return Not(none=found) if atom.negated else found

    def _setting(self, where: Where, atom: Atom) -> Condition:
        if ITEM in where.path:
            rows = ItemRows(self, where.type_id, where.path[: where.path.index(ITEM)])
            return rows.related([rows.of_atom(where, atom)])
        subject = {"json_path": JsonPath(field=RAW, path=(self.estate.platform, *where.path))}
        if where.kind == "array" and atom.op in ("true", "empty", "eq", "in", "starts", "contains"):
            listed = self._of_array(where, atom)
            if atom.op in ("true", "empty") or not self.single(where):
                return listed
            # one value stands there by itself, several in a list
            return either([self.of_kind(subject, where.model_copy(update={"kind": "text"}), atom), listed])
        if where.kind == "object" and atom.op in ("true", "empty"):
            found = self._of_object(where)
            return Not(none=found) if atom.op == "empty" else found
        return self.of_kind(subject, where, atom)

    def single(self, where: Where) -> bool:
        """Whether a value was seen by itself where others have a list."""
        places = self.estate.settings.by_type.get(where.type_id, ())
        return any(s.path == where.path and "text" in s.kinds for s in places)

    def _of_array(self, where: Where, atom: Atom) -> Condition:
        path = JsonPath(field=RAW, path=(self.estate.platform, *where.path))
        known = next((c for c in self.compute if c.json_path == path), None)
        name = known.name if known else f"items_{len(self.compute) + 1}"
        if known is None:
            self.compute.append(Computed(name=name, json_path=path, array=True))
        if atom.op in ("true", "empty"):
            return Test(field=name, op="not_empty" if atom.op == "true" else "is_empty")
        if starred(atom):
            patterns = [f"(?i)^{re.escape(str(value))}$" for value in atom.values]
            return either([Test(field=name, op="matches", value=pattern) for pattern in patterns])
        if len(atom.values) > 1:
            return Test(field=name, op="in", values=tuple(map(str, atom.values)))
        return Test(
            field=name,
            op="contains" if atom.op in ("contains", "starts") else "eq",
            value=str(atom.values[0]),
        )

    def _of_object(self, where: Where) -> Condition:
        """An object is there where something in it is; one of switches only is on where all of them are."""
        inside = [
            s
            for s in self.estate.settings.by_type.get(where.type_id, ())
            if len(s.path) > len(where.path)
            and s.path[: len(where.path)] == where.path
            and s.kind in ("bool", "text", "number", "time")
        ]
        paths = [
            JsonPath(
                field=RAW, path=(self.estate.platform, *(0 if step == ITEM else step for step in s.path))
            )
            for s in inside
        ]
        if inside and all(s.kind == "bool" and ITEM not in s.path for s in inside):
            return All(all=tuple(Test(json_path=path, op="eq", value="true") for path in paths[:20]))
        lists = [
            s
            for s in self.estate.settings.by_type.get(where.type_id, ())
            if s.path[: len(where.path)] == where.path and s.kind == "array" and ITEM not in s.path
        ]
        if not paths and lists:
            there = Atom(ref=Ref(name="list"), op="true")
            held = [Where(type_id=s.type_id, path=s.path, kind="array") for s in lists[:5]]
            return either([self._of_array(one, there) for one in held])
        if not paths:
            return Test(
                json_path=JsonPath(field=RAW, path=(self.estate.platform, *where.path)), op="not_empty"
            )
        order = sorted(range(len(paths)), key=lambda n: (-inside[n].seen, len(inside[n].path)))
        return either([Test(json_path=paths[n], op="not_empty") for n in order[:5]])

    def _dated(self, subject: dict[str, Any], atom: Atom) -> Condition:
        """Times that stand as ISO text: their order is that of the text."""
        bounds: list[tuple[Any, datetime]] = []
        if atom.op == "range":
            bounds += [("gte", atom.start)] if atom.start is not None else []
            bounds += [("lt", atom.end)] if atom.end is not None else []
        else:
            bounds.append(
                ("lt" if atom.op == "older" else "gte", self.now - timedelta(days=float(atom.values[0])))
            )
        parts: list[Condition] = [
            Test(**subject, op=op, value=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
            for op, at in bounds
        ]
        found = both(parts)
        assert found is not None
        return found

    def of_kind(self, subject: dict[str, Any], where: Where, atom: Atom) -> Condition:
        if atom.op in ("older", "within", "range"):
            return self._dated(subject, atom)
        if atom.op == "true":
            if where.good:
                return Test(**subject, op="in", values=where.good)
            if where.kind == "bool":
                return Test(**subject, op="eq", value="true")
            if where.kind == "number":
                return Test(**subject, op="gt", value=0)
            if where.kind in ("array", "object"):
                return All(
                    all=(
                        Test(**subject, op="not_empty"),
                        Test(**subject, op="not_in", values=("[]", "{}", "null")),
                    )
                )
            return All(
                all=(
                    Test(**subject, op="not_empty"),
                    Test(**subject, op="not_in", values=("none", "null", "disabled", "false")),
                )
            )
        if atom.op == "empty":
            return AnyOf(
                any=(Test(**subject, op="is_empty"), Test(**subject, op="in", values=("[]", "{}", "null")))
            )
        if starred(atom):
            # a star in a comparison stands for anything; here it is the value itself, alone or in a list
            return either(
                [
                    Test(**subject, op="matches", value=f'(?i)(^|"){re.escape(str(value))}("|$)')
                    for value in atom.values
                ]
            )
        if (atom.op == "starts" and where.kind == "array") or (
            atom.op in ("eq", "in") and where.kind == "array"
        ):
            return Test(**subject, op="contains", value=str(atom.values[0]))
        if atom.op == "starts" and where.kind == "bool":
            return Test(**subject, op="eq", value=str(atom.values[0]))
        return self.test(subject, atom, "number" if where.kind == "number" else "text")

    def of_one_item(self, item: Inside) -> Condition:
        """Some item of an array satisfies all conditions, type by type."""
        arrays = dict.fromkeys(
            (w.type_id, w.path[: w.path.index(ITEM)])
            for part in item.items
            for atom in atoms_of(part)
            for w in atom.ref.places
        )
        found: list[Condition] = []
        for type_id, outer in arrays:
            rows = ItemRows(self, type_id, outer)
            parts = [made for part in item.items if (made := rows.of(part)) is not None]
            if len(parts) == len(item.items):
                found.append(rows.related(parts))
        if not found:
            raise CannotSay("no item of their configuration has all of these")
        return either(found)

    def _tags(self, atom: Atom) -> Condition:
        if atom.ref.name == "tags":
            parts: list[Condition] = [Test(tag=key, op="not_empty") for key in atom.ref.tags]
            return Not(none=either(parts))
        if atom.op == "empty":
            return Not(none=either([Test(tag=key, op="not_empty") for key in atom.ref.tags]))
        return either([self.test({"tag": key}, atom, "text") for key in atom.ref.tags])
