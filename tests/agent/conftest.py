"""A small estate in a local tenant, and the whole agent over it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.events import Event, Profile, StepFinished, TurnEnded
from agent.runtime import Runtime
from agent.settings import Settings
from tools.results import Actor, Role

ANNA = Actor(user="anna", role=Role.ANALYST)
BEN = Actor(user="ben", role=Role.APPROVER)


def record(
    check: str, resource: str, status: str = "FAIL", severity: str = "High", **more: Any
) -> dict[str, Any]:
    """One OCSF detection finding as a scanner writes it."""
    region = more.get("region", "us-east-1")
    uid = more.get("uid", f"arn:aws:s3:::{resource}")
    return {
        "class_uid": 2004, "category_uid": 2, "activity_id": 1, "type_uid": 200401, "time": 1_795_569_576,
        "metadata": {"version": "1.5.0", "event_code": check, "product": {"name": "Prowler", "vendor_name": "Prowler"}},
        "severity": severity, "severity_id": {"Critical": 5, "High": 4, "Medium": 3, "Low": 2}[severity],
        "status": "New", "status_id": 1, "status_code": status,
        "status_detail": more.get("detail", f"{resource} fails {check}."),
        "finding_info": {
            "uid": f"prowler-aws-{check}-111122223333-{region}-{resource}",
            "title": more.get("title", f"About {check}"),
            "desc": "What the check looks at.", "created_time": 1_795_569_576, "types": [],
        },
        "resources": [{
            "uid": uid, "name": resource, "type": more.get("type", "AwsS3Bucket"), "region": region,
            "cloud_partition": "aws", "group": {"name": more.get("service", "s3")}, "labels": more.get("labels", []),
            "data": {"details": "", "metadata": more.get("config", {"name": resource, "arn": uid})},
        }],
        "cloud": {"provider": "aws", "region": region, "account": {"uid": "111122223333", "name": "payments"}},
        "remediation": {"desc": "Do better.", "references": []}, "risk_details": "Bad things happen.",
        "unmapped": {"compliance": {"HIPAA": ["164_312_a_1"]}, "provider": "aws"},
    }  # fmt: skip


ESTATE: list[dict[str, Any]] = [
    record("s3_bucket_public_access", "ledger-exports", severity="Critical",
           labels=["DataClass:PII", "Environment:production"], detail="Bucket ledger-exports is public."),
    record("s3_bucket_public_access", "brochures", severity="Critical", region="eu-west-1",
           labels=["Environment:dev"], detail="Bucket brochures is public."),
    record("s3_bucket_public_access", "vault", "PASS", severity="Critical", detail="Bucket vault is not public."),
    record("s3_bucket_object_versioning", "brochures", severity="Medium", region="eu-west-1"),
    record("iam_user_mfa_enabled_console_access", "carla", uid="arn:aws:iam::111122223333:user/carla",
           type="AwsIamUser", service="iam", detail="User carla has no MFA."),
]  # fmt: skip


def settings_for(home: Path, **changes: Any) -> Settings:
    """Settings that nothing in the environment changes."""
    return Settings(_env_file=None, home=home, tenant_url=None, **{"model": "built-in", **changes})  # type: ignore[call-arg]


async def load_estate(home: Path, records: list[dict[str, Any]] | None = None) -> None:
    from tools.tenant.running import open_tenant

    home.mkdir(parents=True, exist_ok=True)
    file = home / "scan.ocsf.json"
    file.write_text(json.dumps(ESTATE if records is None else records), encoding="utf-8")
    async with open_tenant(home) as tenant:
        report = await tenant.load(file, who="test")
        assert report.skipped_total == 0, report.skipped


class Talk:
    """A conversation with the whole agent."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.events: list[Event] = []

    async def say(self, text: str, thread: str = "t", actor: Actor = ANNA) -> TurnEnded:
        self.events = [e async for e in self.runtime.conversation.turn(thread, text, actor, Profile.ANALYST)]
        assert isinstance(self.events[-1], TurnEnded)
        return self.events[-1]

    async def settle(self, thread: str = "t", actor: Actor = ANNA) -> TurnEnded | None:
        self.events = [e async for e in self.runtime.conversation.settle(thread, actor)]
        return self.events[-1] if self.events and isinstance(self.events[-1], TurnEnded) else None

    @property
    def steps(self) -> list[StepFinished]:
        return [e for e in self.events if isinstance(e, StepFinished)]


Opened = Callable[..., Any]


@asynccontextmanager
async def talk(home: Path, **changes: Any) -> AsyncIterator[Talk]:
    """The agent over the home's tenant, as a process would open it."""
    async with Runtime.open(settings_for(home, **changes), demo_if_empty=False, serve=False) as runtime:
        yield Talk(runtime)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
async def estate(home: Path) -> Path:
    await load_estate(home)
    return home


Waiter = Callable[[], Awaitable[None]]
