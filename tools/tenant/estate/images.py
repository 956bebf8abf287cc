"""Container images: what is in them, and what scans find."""

from __future__ import annotations

from collections.abc import Mapping

from tools.tenant.estate import hosts
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import Vulnerability, calm, of_family

_PLAIN: Mapping[str, str] = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def image(
    cell: Cell,
    repository: Resource,
    *,
    variables: Mapping[str, str] | None = None,
    flaw: Vulnerability | None = None,
    least: int = 0,
    most: int = 2,
    public: bool = False,
) -> Resource:
    """An image of a repository (of any registry), with a few ordinary vulnerabilities and perhaps one flaw.

    `public`: what runs of it is reached from the internet; then nothing that works from there.
    """
    config = repository.config
    uri = str(config.get("repositoryUri") or config.get("uri") or repository.name)
    digest = f"sha256:{cell.hexes(64)}"
    tag = cell.pick(("latest", f"1.{cell.number(0, 40)}.{cell.number(0, 9)}", f"main-{cell.hexes(7)}"))
    body = {
        "registryId": config.get("registryId", cell.account.id),
        "repositoryName": config.get("repositoryName", repository.name),
        "imageDigest": digest,
        "imageTags": [tag],
        "imageUri": f"{uri}:{tag}",
        "imagePushedAt": cell.iso(cell.number(1, 300)),
        "imageSizeInBytes": cell.number(20_000_000, 900_000_000),
        "Config": {"Env": [f"{k}={v}" for k, v in {**_PLAIN, **(variables or {})}.items()]},
    }
    name = f"{uri.rsplit('/', 1)[-1]}:{tag}"
    found = cell.add(
        "container.image",
        f"{uri}@{digest}",
        name,
        body,
        region=repository.region,
        application=repository.application,
        tagged=False,
    )
    families = ("linux", cell.pick(("java", "node", "python", "go")))
    pool = calm(*families) if public else of_family(*families)
    for one in cell.random.sample(pool, cell.number(least, most)):
        hosts.vulnerability(cell, found, one)
    if flaw is not None:
        hosts.vulnerability(cell, found, flaw)
    return found
