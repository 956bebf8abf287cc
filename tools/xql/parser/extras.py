"""Small stages: location, role, and those that write."""

from __future__ import annotations

from tools.xql.ast import (
    FieldItem,
    GetRole,
    IpLoc,
    Tag,
    Target,
)
from tools.xql.parser.sources import SourceParser
from tools.xql.tokens import STRING, WORD


class ExtraParser(SourceParser):
    """Reads iploc, getrole, target and tag."""

    __slots__ = ()

    def field_name(self, context: str) -> str:
        name = self.word(context)
        if name[-1] == "." or ".." in name:
            self.fail(f"the name {name} has an empty part", at=self.i - 1)
        return name

    def iploc(self) -> IpLoc:
        pos = self.starts[self.i]
        self.i += 1
        name = self.field_name("iploc needs a field")
        suffix = None
        if self.keys[self.i] == "suffix" and self.keys[self.i + 1] == "=":
            self.i += 2
            suffix = self.string("suffix") if self.kinds[self.i] == STRING else self.word("suffix")
        elif self.kinds[self.i] == WORD and not self.keys[self.i].startswith("loc_"):
            suffix = self.word("suffix")
        elif self.kinds[self.i] == STRING:
            suffix = self.string("suffix")
        columns: tuple[FieldItem, ...] = ()
        if self.kinds[self.i] == WORD:
            columns = self.items(self._location, "columns")
        return IpLoc(name, suffix, columns, pos=pos)

    def _location(self) -> FieldItem:
        at = self.i
        if not self.keys[at].startswith("loc_"):
            self.fail(f"a location column: found {self.found()}", expected=("loc_country", "loc_city"))
        name = self.word("a location column")
        alias = self.word("a name after 'as'") if self.accept("as") else None
        return FieldItem(name, alias, pos=self.starts[at])

    def getrole(self) -> GetRole:
        pos = self.starts[self.i]
        self.i += 1
        name = self.field_name("getrole needs a field")
        return GetRole(name, self.word("a name after 'as'") if self.accept("as") else None, pos=pos)

    def target(self) -> Target:
        pos = self.starts[self.i]
        self.i += 1
        kind, append = "", None
        while self.keys[self.i] in ("type", "append") and self.keys[self.i + 1] == "=":
            option = self.keys[self.i]
            self.i += 2
            if option == "append":
                append = self.boolean("append")
            else:
                kind = self.keys[self.i]
                if kind not in ("dataset", "lookup"):
                    self.fail(f"target type: found {self.found()}", expected=("dataset", "lookup"))
                self.i += 1
        if not kind:
            self.fail("target needs its type", expected=("type = dataset", "type = lookup"))
        return Target(kind, self._loose("the name of the target"), append, pos=pos)

    def tag(self) -> Tag:
        pos = self.starts[self.i]
        self.i += 1
        self.take("add", "tag")
        tags = [self.string("a tag")]
        while self.accept(","):
            tags.append(self.string("a tag"))
        return Tag(tuple(tags), pos=pos)
