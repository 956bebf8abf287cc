"""The estate's own words, gathered once per snapshot, from the assets and findings of a tenant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.asking.facets import Facets, gather, named
from agent.asking.prompt import help_for
from agent.runtime import Services, open_services
from agent.tokens import estimate
from tests.agent.conftest import settings_for
from tools.cortex import PermissionDenied
from tools.findings import AssetRecord


async def test_what_the_estate_calls_its_things(services: Services) -> None:
    facets = await services.facets.current()
    assert facets.accounts == {"111122223333": "payments"}
    assert set(facets.regions) == {"us-east-1", "eu-west-1"}
    assert facets.tags["Environment"] == ("production", "dev")
    assert "s3_bucket_public_access" in facets.rules
    assert {"ledger-exports", "brochures", "carla"} <= facets.names
    assert facets.types["S3_BUCKET"] == "Storage Bucket"
    assert await services.facets.current() is facets


def asset(number: int, **changes: Any) -> AssetRecord:
    return AssetRecord(
        asset_id=f"a{number}", **{"name": f"asset-{number}", "type_id": "S3_BUCKET", **changes}
    )


def test_places_in_the_configuration_with_values_seen() -> None:
    config = {
        "public_access_block": {"block_public_acls": False},
        "rules": [1, 2],
        "odd\nkey": 1,
        "deep": {"a": {"b": {"c": {"d": 1}}}},
    }
    facets = gather(
        [], [asset(1, config=config), asset(2, config={"public_access_block": {"block_public_acls": True}})]
    )
    settings = facets.settings["S3_BUCKET"]
    assert settings[json.dumps(["public_access_block", "block_public_acls"])] == ("false", "true")
    assert settings[json.dumps(["rules"])] == ()
    assert not any("odd" in path for path in settings)
    assert max(len(json.loads(path)) for path in settings) == 4


def test_secrets_in_a_configuration_stay_out_of_prompts() -> None:
    config = {
        "environment": {"MODE": "live", "DB_PASSWORD": "hunter2"},
        "endpoint": "p9$kQ-zz81",
        "adminPassword": "letmein",
        "runtime": "python3.12",
        "http_tokens": "required",
        "tier": "standard",
        "memory": 128,
    }
    other = {**config, "endpoint": "x7&mm-11aa"}
    facets = gather([], [asset(1, config=config), asset(2, config=other)])
    seen = {tuple(json.loads(path)): values for path, values in facets.settings["S3_BUCKET"].items()}
    assert seen[("runtime",)] == ("python3.12",)
    assert seen[("http_tokens",)] == ("required",)
    assert (seen[("tier",)], seen[("memory",)]) == (("standard",), ("128",))
    assert seen[("endpoint",)] == seen[("adminPassword",)] == seen[("environment", "DB_PASSWORD")] == ()
    text = named("bucket environment password endpoint runtime", facets, 3_000, estimate)
    assert "adminPassword" in text
    for secret in ("hunter2", "letmein", "kQ", "mm-11"):
        assert secret not in text


def test_a_huge_estate_is_bounded() -> None:
    assets = [
        asset(n, tags={f"key{n % 900}": f"value{n}"}, config={f"setting{n}": n}, region=f"r-{n}")
        for n in range(5_000)
    ]
    facets = gather([], assets)
    assert len(facets.tags) <= 400
    assert max(map(len, facets.tags.values())) <= 60
    assert len(facets.settings["S3_BUCKET"]) <= 400
    text = named("buckets in any region with any key, value or setting", facets, 500, estimate)
    assert estimate(text) <= 500


async def test_a_tenant_that_shows_no_names_still_gets_a_prompt(
    estate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(settings_for(estate)) as services:

        async def refused() -> Facets:
            raise PermissionDenied("no")

        monkeypatch.setattr(services.facets, "current", refused)
        given = await help_for("public buckets", services, 2_000)
    assert "asset_inventory" in given.schema
    assert "estate-data" not in given.estate
