"""The envelope that Azure Resource Manager gives to every resource."""

from __future__ import annotations

from typing import Any

from tools.tenant.estate.cell import Cell, Resource

ZERO = "0.0.0.0"  # noqa: S104 (an address of a rule)


def subscription(cell: Cell) -> str:
    """The scope of the whole subscription."""
    return f"/subscriptions/{cell.account.id}"


def resource(
    cell: Cell,
    kind: str,
    type_: str,
    name: str,
    properties: dict[str, Any],
    /,
    *,
    application: str = "",
    data_class: str = "",
    **more: Any,
) -> Resource:
    """Any resource of a group, in the envelope that Resource Manager gives it. `more`: beside `properties`."""
    application = application or cell.application()
    group = f"rg-{cell.account.team}-{application}"
    uid = f"{subscription(cell)}/resourceGroups/{group}/providers/{type_}/{name}"
    columns, facts = more.pop("columns", None), more.pop("facts", None)
    config = {
        "id": uid,
        "name": name,
        "type": type_,
        "location": cell.region,
        "properties": properties,
        **more,
    }
    return cell.add(
        kind,
        uid,
        name,
        config,
        application=application,
        data_class=data_class,
        columns=columns,
        facts=facts,
    )
