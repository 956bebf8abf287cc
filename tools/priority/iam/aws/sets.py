"""Sets of resources that patterns are looked up in, without trying every pattern on every resource."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from tools.priority.iam.aws.conditions import arn_like
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.glob import intersect, is_pattern, literal_prefix


class ResourceSet:
    """Resources in the order of their ARNs; `suffix` is added to each when it is asked about (`/*`)."""

    def __init__(self, resources: Iterable[Resource], suffix: str = "") -> None:
        unique = {r.arn: r for r in resources}
        self._members = [unique[arn].inside(suffix) for arn in sorted(unique)]
        self._suffix = suffix
        self._arns = [r.arn for r in self._members]
        self._stems = [arn.removesuffix("*") if suffix else arn for arn in self._arns]
        self._position = {stem: index for index, stem in enumerate(self._stems)}
        self._alike: dict[str, bool] = {"*": True}
        self._memo: dict[str, range | tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._members)

    def __bool__(self) -> bool:
        return bool(self._members)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._members)

    def __getitem__(self, index: int) -> Resource:
        return self._members[index]

    def touched(self, pattern: str) -> range | tuple[int, ...]:
        """Positions of the members that the pattern is about, wholly or in part. Remembered."""
        if pattern == "*":
            return range(len(self._members))
        found = self._memo.get(pattern)
        if found is None:
            found = self._memo[pattern] = self._find(pattern)
        return found

    def treated_alike(self, pattern: str) -> bool:
        """Whether the pattern is about all members in the same way. Remembered."""
        found = self._alike.get(pattern)
        if found is None:
            every = len(self.touched(pattern)) == len(self._members)
            found = every and len({arn_like(pattern, arn) for arn in self._arns}) <= 1
            self._alike[pattern] = found
        return found

    def _find(self, pattern: str) -> range | tuple[int, ...]:
        prefix = literal_prefix(pattern)
        start = bisect_left(self._stems, prefix)
        end = bisect_left(self._stems, prefix + "\U0010ffff")
        found = set(range(start, end))
        if self._suffix:
            # The pattern may begin inside a member: arn:aws:s3:::logs/2024/* and the member arn:aws:s3:::logs/.
            at = prefix.find("/")
            while at >= 0:
                position = self._position.get(prefix[: at + 1])
                if position is not None:
                    found.add(position)
                at = prefix.find("/", at + 1)
        if not is_pattern(pattern) and not self._suffix:
            position = self._position.get(pattern)
            return () if position is None else (position,)
        simple = pattern == prefix + "*" and not self._suffix
        if simple:
            return range(start, end)
        return tuple(sorted(i for i in found if intersect(pattern, self._arns[i])))
