"""`draft_fix`: a verified draft for one finding. It applies nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool
from pydantic import Field

from tools.results import ToolResult, utcnow
from tools.tool import Caller, ToolArguments, make_tool

if TYPE_CHECKING:
    from tools.remediation.model import Fix
    from tools.remediation.service import RemediationService


class DraftArguments(ToolArguments):
    """Which finding to fix."""

    finding_id: str = Field(description="Finding id or issue id.", max_length=600)


def build_tools(service: Callable[[], RemediationService]) -> list[BaseTool]:
    """The tool over a remediation service, made when first used."""

    async def draft(args: DraftArguments, caller: Caller) -> ToolResult:
        return fix_result(await service().draft(args.finding_id))

    return [
        make_tool(
            "draft_fix",
            "Draft the Terraform that fixes one finding and check it layer by layer. Returns the diff, what each "
            "layer says (passed, failed, not verified), commands and risks. Applies nothing.",
            DraftArguments,
            draft,
        )
    ]


def fix_result(fix: Fix) -> ToolResult:
    """A fix as a tool's result."""
    passed = [name for name, layer in fix.layers.items() if layer.status == "passed"]
    failed = [name for name, layer in fix.layers.items() if layer.status == "failed"]
    open_ = [name for name, layer in fix.layers.items() if layer.status == "not_verified"]
    parts = [f"{len(passed)} of {len(fix.layers)} layers passed"]
    if failed:
        parts.append(f"failed: {', '.join(failed)}")
    if open_:
        parts.append(f"not verified: {', '.join(open_)}")
    return ToolResult(
        kind="fix",
        summary=f"Drafted: {fix.title}. {'; '.join(parts)}.",
        total=1,
        returned=1,
        truncated=False,
        as_of=utcnow(),
        data={"fix": fix.model_dump(mode="json")},
        citations=(fix.finding_id,),
    )
