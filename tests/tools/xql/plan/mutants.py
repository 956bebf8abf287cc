"""Queries near those of plans: a stage left out, two changed places, a condition turned round."""

from __future__ import annotations

import random
from dataclasses import replace

from tools.xql import ast

_TURNED = {
    "=": "!=",
    "!=": "=",
    "<": ">=",
    ">": "<=",
    "<=": ">",
    ">=": "<",
    "contains": "not contains",
    "not contains": "contains",
    "~=": "!~=",
    "!~=": "~=",
}


def mutated(query: ast.Query, r: random.Random) -> ast.Query:
    stages = list(query.stages)
    filters = [at for at, stage in enumerate(stages) if isinstance(stage, ast.Filter)]
    pick = r.random()
    if pick < 0.25 and len(stages) > 1:
        stages.pop(r.randrange(len(stages) - 1))
    elif pick < 0.5 and len(stages) > 2:
        at = r.randrange(len(stages) - 2)
        stages[at], stages[at + 1] = stages[at + 1], stages[at]
    elif filters:
        at = r.choice(filters)
        stage = stages[at]
        assert isinstance(stage, ast.Filter)
        stages[at] = ast.Filter(_turned(stage.condition, r))
    return replace(query, stages=tuple(stages))


def _turned(node: ast.Expr, r: random.Random) -> ast.Expr:
    if isinstance(node, ast.And | ast.Or):
        return _joined(node, r)
    if isinstance(node, ast.Not):
        return node.operand if r.random() < 0.4 else ast.Not(_turned(node.operand, r))
    if isinstance(node, ast.InList | ast.InQuery) and r.random() < 0.6:
        return replace(node, negated=not node.negated)
    if isinstance(node, ast.Compare) and r.random() < 0.6:
        return replace(node, op=_TURNED.get(node.op, node.op))
    return ast.Not(node)


def _joined(node: ast.And | ast.Or, r: random.Random) -> ast.Expr:
    parts = list(node.operands)
    at, pick = r.randrange(len(parts)), r.random()
    if pick < 0.25 and len(parts) > 2:
        parts.pop(at)
        return replace(node, operands=tuple(parts))
    if pick < 0.35:
        return ast.Or(node.operands) if isinstance(node, ast.And) else ast.And(node.operands)
    if pick < 0.45:
        return parts[at]
    parts[at] = _turned(parts[at], r)
    return replace(node, operands=tuple(parts))
