"""Which image records a workload runs, and which machine record a node is."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.graph.kubernetes_load import Workload
from tools.priority.nodes import machine_of
from tools.priority.reading import View


class Images:
    """Images and machines of one estate, by the names that clusters use for them."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._by_digest: dict[str, AssetRecord] = {}
        self._by_name: dict[str, AssetRecord] = {}
        # A tag belongs to the image that was pushed last.
        pushed = sorted(
            estate.of_kind("container.image"),
            key=lambda i: estate.view(i).text("imagePushedAt", "pushedAt", "createdAt", "uploadTime"),
            reverse=True,
        )
        for image in pushed:
            view = estate.view(image)
            digest = view.text("imageDigest", "digest") or _digest(image.uid)
            if digest:
                self._by_digest.setdefault(digest.lower(), image)
            for name in _names(image, view):
                self._by_name.setdefault(name.lower(), image)

    def of(self, workload: Workload) -> Iterator[AssetRecord]:
        """The images of a workload's containers: by digest first, then by name and tag."""
        found: dict[str, AssetRecord] = {}
        digests = {d.lower() for d in workload.digests}
        for container in workload.containers():
            reference = container.text("image")
            digests |= {d.lower() for d in (_digest(container.text("imageID")), _digest(reference)) if d}
            image = self._by_name.get(reference.lower()) or self._by_name.get(_tagged(reference).lower())
            if image is not None and not digests & self._by_digest.keys():
                found[image.asset_id] = image
        for digest in sorted(digests):
            image = self._by_digest.get(digest)
            if image is not None:
                found[image.asset_id] = image
        yield from found.values()

    def machine(self, node: AssetRecord) -> AssetRecord | None:
        """The cloud's record of the machine that a node is."""
        return machine_of(self._estate, node)


def _names(image: AssetRecord, view: View) -> Iterator[str]:
    for name in (view.text("imageUri", "image_uri", "repoTag"), image.uid, image.name):
        if name and ("/" in name or ":" in name):
            yield _tagged(name.partition("@")[0])
    for tag in view.texts("repoTags", "RepoTags"):
        yield _tagged(tag)
    repository = view.text("repositoryUri", "uri", "repository") or image.uid.partition("@")[0]
    for tag in view.texts("imageTags", "tags"):
        if repository and ":" not in repository.rsplit("/", 1)[-1]:
            yield f"{repository}:{tag}"


def _tagged(reference: str) -> str:
    """A reference with its tag; without one it means `latest`."""
    plain = reference.partition("@")[0].removeprefix("docker-pullable://")
    return plain if ":" in plain.rsplit("/", 1)[-1] else f"{plain}:latest"


def _digest(text: str) -> str:
    """The digest in a reference (`name@sha256:...`), or a text that is nothing else."""
    if "@" in text:
        return text.rpartition("@")[2]
    return text if ":" in text and "/" not in text else ""
