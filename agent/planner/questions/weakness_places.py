"""Where providers write a weakness into the configuration of a resource, and what stands there then. Data, and how it is found.

What stands in the configuration answers before any check does: a check may be switched off, closed or late.
"""

# ruff: noqa: E501 (a table is easier to read in one piece)

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Kinds, Linked, Op, Ref, Where
from agent.planner.questions.settings import ITEM, Setting

_ANYBODY: Final = ("allUsers", "allAuthenticatedUsers")


@dataclass(frozen=True, slots=True)
class Shown:
    """The weakness is there where `op` holds for what stands at `path` (`good`: where it does not).

    `types` begin the ids of the types that this is said of; `label` and `inverse` finish "those that ...".
    """

    path: str
    op: Op
    values: tuple[str, ...] = ()
    good: bool = False
    types: tuple[str, ...] = ("",)
    label: str = ""
    inverse: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(
            part
            for step in self.path.split(".")
            for part in ((step[:-2], ITEM) if step.endswith("[]") else (step,))
        )


_NET: Final = ("allow public network access", "refuse public network access")
_BLOB: Final = ("allow public access to blobs", "allow no public access to blobs")
_SHARED: Final = ("are shared with everyone (public)", "are not shared with everyone (public)")
_GRANTED: Final = ("grant public access, to allUsers or allAuthenticatedUsers", "grant nothing to the public")
_HTTP: Final = ("accept plain HTTP: nothing refuses it (TLS)", "refuse plain HTTP (TLS only)")
_OUT: Final = ("are shared with other accounts", "are shared with no other account")
_OLD: Final = ("allow TLS older than 1.2 (weak)", "require TLS 1.2 or newer")
_API: Final = ("have a public API endpoint", "have no public API endpoint")
_ADDRESS: Final = ("have a public IP address", "have no public IP address")
_SOME: Final = (r"\S",)

# of each type the first that its configuration holds counts, with others of the same path's length as alternatives
PLACES: Final[dict[str, tuple[Shown, ...]]] = {
    "public": (
        Shown("Scheme", "in", ("internet-facing",), types=("ELB", "AWS_ELB", "EC2_LOAD"), label="face the internet (public)", inverse="do not face the internet (not public)"),
        Shown("resourcesVpcConfig.endpointPublicAccess", "true", label=_API[0], inverse=_API[1]),
        Shown("properties.apiServerAccessProfile.enablePrivateCluster", "true", good=True, label=_API[0], inverse=_API[1]),
        Shown("privateClusterConfig.enablePrivateEndpoint", "true", good=True, label=_API[0], inverse=_API[1]),
        Shown("properties.allowBlobPublicAccess", "true", label=_BLOB[0], inverse=_BLOB[1]),
        Shown("properties.publicNetworkAccess", "in", ("Enabled",), label=_NET[0], inverse=_NET[1]),
        Shown("settings.ipConfiguration.ipv4Enabled", "true", label="have a public IP address", inverse="have no public IP address"),
        Shown("PubliclyAccessible", "true", label="are publicly accessible", inverse="are not publicly accessible"),
        Shown("CreateVolumePermissions[].Group", "in", ("all",), label=_SHARED[0], inverse=_SHARED[1]),
        Shown("DBSnapshotAttributes[].AttributeValues", "in", ("all",), label=_SHARED[0], inverse=_SHARED[1]),
        Shown("Public", "true", types=("EC2_IMAGE", "EC2_AMI"), label=_SHARED[0], inverse=_SHARED[1]),
        Shown("access[].specialGroup", "in", _ANYBODY, types=("GOOGLE_BIGQUERY",), label=_GRANTED[0], inverse=_GRANTED[1]),
        Shown("iamPolicy.bindings[].members", "in", _ANYBODY, types=("GOOGLE_CLOUD_STORAGE", "GOOGLE_CLOUD_FUNCTION", "GOOGLE_CLOUD_RUN", "GOOGLE_PUBSUB"), label=_GRANTED[0], inverse=_GRANTED[1]),
    ),
    "public_ip": (
        Shown("PublicIpAddress", "matches", _SOME, types=("EC2_INSTANCE",), label=_ADDRESS[0], inverse=_ADDRESS[1]),
        Shown("Association.PublicIp", "matches", _SOME, types=("EC2_NETWORK",), label=_ADDRESS[0], inverse=_ADDRESS[1]),
        Shown("networkInterfaces[].accessConfigs[].natIP", "matches", _SOME, label=_ADDRESS[0], inverse=_ADDRESS[1]),
        Shown("properties.ipConfigurations[].properties.publicIPAddress.id", "matches", _SOME, label=_ADDRESS[0], inverse=_ADDRESS[1]),
        Shown("settings.ipConfiguration.ipv4Enabled", "true", label=_ADDRESS[0], inverse=_ADDRESS[1]),
    ),
    "unencrypted_transit": (
        Shown("Policy", "contains", ("aws:SecureTransport",), good=True, types=("S3_",), label=_HTTP[0], inverse=_HTTP[1]),
        Shown("properties.supportsHttpsTrafficOnly", "true", good=True, label=_HTTP[0], inverse=_HTTP[1]),
        Shown("properties.httpsOnly", "true", good=True, label=_HTTP[0], inverse=_HTTP[1]),
        Shown("settings.ipConfiguration.sslMode", "in", ("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"), good=True, label="accept connections without SSL/TLS", inverse="require SSL/TLS"),
        Shown("settings.ipConfiguration.requireSsl", "true", good=True, label="accept connections without SSL/TLS", inverse="require SSL/TLS"),
        Shown("httpsTrigger.securityLevel", "in", ("SECURE_ALWAYS",), good=True, label=_HTTP[0], inverse=_HTTP[1]),
        Shown("Listeners[].Protocol", "in", ("HTTP",), label="have a plain HTTP listener (no TLS)", inverse="have no plain HTTP listener"),
    ),
    "shared_out": (
        Shown("CreateVolumePermissions[].UserId", "matches", (r"^\d{12}$",), label=_OUT[0], inverse=_OUT[1]),
        Shown("DBSnapshotAttributes[].AttributeValues", "matches", (r"^\d{12}$",), label=_OUT[0], inverse=_OUT[1]),
        Shown("LaunchPermissions[].UserId", "matches", (r"^\d{12}$",), label=_OUT[0], inverse=_OUT[1]),
    ),
    "no_cmk": (
        Shown("encryptionConfiguration.encryptionType", "in", ("KMS",), good=True, types=("ECR_",)),
        Shown("properties.encryption.type", "in", ("EncryptionAtRestWithCustomerKey", "EncryptionAtRestWithPlatformAndCustomerKeys"), good=True),
        Shown("properties.encryption.keySource", "in", ("Microsoft.Keyvault",), good=True),
    ),
    "weak_tls": (
        Shown("Listeners[].SslPolicy", "matches", (r"^ELBSecurityPolicy-(?:201\d-|TLS-1-[01]-|FS-2018|FS-1-1)",), label=_OLD[0], inverse=_OLD[1]),
        Shown("properties.minimumTlsVersion", "in", ("TLS1_2", "TLS1_3"), good=True, label=_OLD[0], inverse=_OLD[1]),
        Shown("properties.minimalTlsVersion", "in", ("1.2", "1.3"), good=True, label=_OLD[0], inverse=_OLD[1]),
        Shown("properties.siteConfig.minTlsVersion", "in", ("1.2", "1.3"), good=True, label=_OLD[0], inverse=_OLD[1]),
    ),
    "no_logging": (Shown("logging.clusterLogging[].enabled", "true", good=True),),
    "no_backup": (
        Shown("settings.backupConfiguration.enabled", "true", good=True),
        Shown("ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus", "in", ("ENABLED",), good=True),
    ),
    "no_deletion_protection": (Shown("settings.deletionProtectionEnabled", "true", good=True),),
    "no_multi_az": (Shown("settings.availabilityType", "in", ("REGIONAL",), good=True),),
    "no_rotation": (Shown("rotationPeriod", "empty", types=("GOOGLE_KMS",)),),
    "unused": (
        Shown("properties.diskState", "in", ("Unattached", "Reserved")),
        Shown("users", "empty", types=("GOOGLE_COMPUTE_DISK",)),
    ),
}  # fmt: skip

# what another kind of resource tells of the one that it names: weakness -> type, its id, the other type, where it names it
BY_ANOTHER: Final[dict[str, tuple[tuple[str, str, str, str], ...]]] = {
    "public_ip": (
        ("AZURE_VIRTUAL_MACHINE", "id", "AZURE_NETWORK_INTERFACE", "properties.virtualMachine.id"),
    ),
}


def written(name: str, type_id: str, estate: Estate) -> tuple[Atom, str, str] | None:
    """The condition on configuration by which assets of a type have a weakness, with words for it and its opposite."""
    shown = next(
        (
            (one, place)
            for one in PLACES.get(name, ())
            if any(type_id.startswith(start) for start in one.types)
            and (place := _place(one, type_id, estate)) is not None
        ),
        None,
    )
    if shown is None:
        return None
    one, place = shown
    kind = "array" if "array" in place.kinds else place.kind
    ref = Ref(name=name, places=(Where(type_id=type_id, path=one.steps, kind=kind),))
    return (
        Atom(ref=ref, op=one.op, values=one.values, negated=one.good, label=one.label),
        one.label,
        one.inverse,
    )


def by_another(name: str, type_id: str, estate: Estate) -> Linked | None:
    """The condition by which another kind of resource tells a weakness of the assets of a type."""
    for here, own, there, names in BY_ANOTHER.get(name, ()):
        if here != type_id or (said := written(name, there, estate)) is None:
            continue
        atom, label, _ = said
        told = Kinds(types=(there,), label=label)
        return Linked(
            kinds=told,
            items=(atom,),
            ways=(
                (
                    Where(type_id=here, path=tuple(own.split("."))),
                    Where(type_id=there, path=tuple(names.split("."))),
                ),
            ),
        )
    return None


def _place(shown: Shown, type_id: str, estate: Estate) -> Setting | None:
    return next((s for s in estate.settings.by_type.get(type_id, ()) if s.path == shown.steps), None)
