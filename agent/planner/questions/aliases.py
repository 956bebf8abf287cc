"""Words for settings that their keys do not say: console access, public address. Data only."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from typing import Final

SIZE_KEYS: Final = frozenset({"size", "disk size gb", "size gb", "allocated storage", "memory size"})
# words (without plural endings) -> words of keys, as `settings.key_words` gives them
SETTING_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "sign in to the console|log in to the console|console login|console sign in|console password|login to the console|"
        "log into the console|access the console|console access|access to the console|sign into the console|log in to the aws console|"
        "sign in to the aws console|web console access|management console access|log on to the console|use the console|console",
        ("console access", "login profile"),
    ),
    ("public ip|public ip address|public address|public ipv4|public ipv4 address|external ip|external ip address|internet address|public addr",
     ("public ip", "public ip address", "nat ip", "public ip addr")),
    ("private ip|private ip address|internal ip|private address", ("private ip", "private ip address", "network ip")),
    ("instance type|instance size|machine type|machine size|vm size|vm type|size of the instance|hardware type|of type|of size|instance class|db class|compute size|sku size",
     ("instance type", "machine type", "vm size", "db instance class", "type", "hardware profile vm size")),
    ("access key age|age of access key|age of the access key", ("access key age day", "access key")),
    ("retention|backup retention|retention period|backup retention period|backup period|backup retention day", ("backup retain period", "retain day", "retain in day")),
    ("encryption algorithm|encryption type|sse algorithm|encryption kind|encryption method|kind of encryption|type of encryption|encryption setting|algorithm",
     ("sse algorithm", "encrypt", "encrypt type", "sse type")),
    ("used|last used|last use|last activity|accessed|last accessed", ("last used date", "last used", "password last used", "last accessed date")),
    ("launched|launch time|launch date|started up", ("launch time",)),
    ("password login|password authentication|login by password|log in by password", ("password login", "disable password authentication")),
    ("engine|database engine|db engine", ("engine",)),
    ("engine version|database version|db version|version|software version", ("engine version", "database version", "kubernetes version", "current master version", "version")),
    ("runtime|language runtime|run time", ("runtime",)),
    ("trust policy|assume role policy|trust relationship", ("assume role policy", "assume role policy document")),
    ("automatic minor upgrade|auto minor version upgrade|auto upgrade|minor version upgrade|automatic upgrade", ("auto minor version upgrade",)),
    ("size|disk size|volume size|size in gb|capacity", ("size", "disk size gb", "size gb", "allocated storage", "image size in bytes", "vm size", "instance type", "machine type")),
    ("permission boundary|permissions boundary", ("permission boundary", "permissions boundary")),
    ("purge protection", ("enable purge protect", "purge protect")),
    ("minimum tls version|tls version|min tls", ("minimum tls version", "min tls version")),
    ("secure boot", ("enable secure boot",)),
    ("vpc|in vpc|attached to a vpc|connected to a vpc|inside a vpc|vpc attachment|a vpc", ("vpc id",)),
    ("environment variable|env var", ("environment", "environment variable", "variable")),
    ("detailed monitoring|monitoring", ("monitor state", "monitor")),
)  # fmt: skip
