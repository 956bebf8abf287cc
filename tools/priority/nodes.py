"""Nodes of clusters and the machines that they are, by what the cloud's controller writes into a node."""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Exposure, Reader, exposure_of
from tools.priority.network import port_grade
from tools.priority.reading import View

_PORT = 10250


def machine_of(estate: Estate, node: AssetRecord) -> AssetRecord | None:
    """The cloud's record of the machine that a node is."""
    machines = estate.index("machines by id", lambda: _machines(estate))
    provider = estate.view(node).at("spec").text("providerID", "providerId")
    if not provider:
        return None
    rest = provider.partition("://")[2]
    if provider.startswith("azure://"):
        whole = f"/{rest.strip('/')}".lower()
        scale_set = whole.rpartition("/virtualmachines/")[0]
        return machines.get(whole) or machines.get(scale_set)
    return machines.get(rest.rsplit("/", 1)[-1].lower())


def _machines(estate: Estate) -> dict[str, AssetRecord]:
    found: dict[str, AssetRecord] = {}
    for machine in estate.of_kind("ec2.instance", "azure.vm", "gcp.vm", "azure.vmss"):
        view = estate.view(machine)
        for mark in (view.text("InstanceId"), machine.uid, machine.uid.rsplit("/", 1)[-1], view.text("id")):
            if mark:
                found.setdefault(mark.lower(), machine)
    return found


def kubelet_of(node: View) -> View:
    """A node's kubelet configuration, as `/configz` gives it or a collector keeps it beside the node."""
    for holder in (node, node.at("status"), node.at("spec")):
        if found := holder.at("kubeletconfig", "kubeletConfig", "kubeletConfiguration", "configz"):
            return found.at("kubeletconfig") or found
    return View({})


def kubelet_port(node: View) -> int:
    """The port of a node's kubelet."""
    told = kubelet_of(node).text("port")
    told = told or node.at("status").at("daemonEndpoints").at("kubeletEndpoint").text("Port")
    return int(told) if told.isdigit() and told != "0" else _PORT


def asks_nobody(node: View) -> bool:
    """Whether a kubelet lets callers without a login do what they like: it takes them, and it allows everything."""
    config = kubelet_of(node)
    anonymous = config.at("authentication").at("anonymous").flag("enabled")
    return anonymous is True and config.at("authorization").text("mode").lower() == "alwaysallow"


def node_exposure(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """A node answers the internet where its machine does, on the port of its kubelet."""
    machine = machine_of(reader.estate, asset)
    if machine is None:
        return reader.none("the machine that it is was not collected")
    found = exposure_of(reader, machine)
    port = kubelet_port(view)
    openings = tuple(o for o in found.openings if o.covers(port))
    if found.fact.state != "known" or found.fact.grade <= 0:
        return found
    name = name_of(machine)
    if not openings:
        return reader.closed(f"{name} answers the internet, but not on {port}", name)
    grade = port_grade(openings, reader.ports, port)
    text = f"{port} open to {openings[0].cidr} on {openings[0].owner}, the machine {name}"
    return reader.open(text, grade, asset.name, openings[0].owner, openings=openings, host=True)
