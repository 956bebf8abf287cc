"""AWS networks and their rules, as EC2 answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.tenant.estate.cell import Cell, Resource

ANYWHERE = "0.0.0.0/0"


@dataclass(slots=True)
class Subnet:
    """A subnet, whether a route leads to the internet, and its route table."""

    resource: Resource
    id: str
    cidr: str
    zone: str
    public: bool
    prefix: str


@dataclass(slots=True)
class Network:
    """A VPC with what is in it."""

    resource: Resource
    id: str
    region: str
    cidr: str
    prefix: str
    public: list[Subnet]
    private: list[Subnet]
    public_routes: Resource
    private_routes: Resource
    acl: Resource
    hosts: int = 10

    def address(self, subnet: Subnet) -> str:
        """The next private address of a subnet."""
        self.hosts += 1
        return f"{subnet.prefix}.{self.hosts % 250 + 4}"


def arn(cell: Cell, region: str, kind: str, name: str) -> str:
    """An EC2 ARN."""
    return f"arn:aws:ec2:{region}:{cell.account.id}:{kind}/{name}"


def network(cell: Cell, *, internet: bool = True, region: str | None = None) -> Network:
    """A VPC with two public and two private subnets, route tables, gateway and network ACL."""
    region = region or cell.region
    second = cell.used["octet"] = cell.used.get("octet", cell.number(0, 90)) + 1
    prefix = f"10.{second % 250}"
    cidr = f"{prefix}.0.0/16"
    vpc = f"vpc-{cell.hexes(17)}"
    resource = cell.add(
        "aws.vpc",
        arn(cell, region, "vpc", vpc),
        vpc,
        {
            "VpcId": vpc,
            "CidrBlock": cidr,
            "State": "available",
            "IsDefault": False,
            "InstanceTenancy": "default",
            "OwnerId": cell.account.id,
            "FlowLogs": [{"FlowLogId": f"fl-{cell.hexes(17)}", "TrafficType": "ALL"}]
            if cell.chance(0.5)
            else [],
        },
        region=region,
    )
    subnets = [_subnet(cell, vpc, region, prefix, number) for number in range(4)]
    public, private = subnets[:2], subnets[2:]
    for subnet in private:
        subnet.public = False
    if internet:
        gateway = f"igw-{cell.hexes(17)}"
        attached = [{"VpcId": vpc, "State": "available"}]
        config = {"InternetGatewayId": gateway, "Attachments": attached, "OwnerId": cell.account.id}
        uid = arn(cell, region, "internet-gateway", gateway)
        cell.add("aws.gateway", uid, gateway, config, region=region)
        out = [{"DestinationCidrBlock": ANYWHERE, "GatewayId": gateway, "State": "active"}]
    else:
        out = []
        for subnet in public:
            subnet.public = False
    local = {"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active"}
    nat = {"DestinationCidrBlock": ANYWHERE, "NatGatewayId": f"nat-{cell.hexes(17)}", "State": "active"}
    return Network(
        resource,
        vpc,
        region,
        cidr,
        prefix,
        public,
        private,
        routes(cell, vpc, region, [local, *out], public, main=False),
        routes(cell, vpc, region, [local, nat] if internet else [local], private, main=True),
        acl(cell, vpc, region, [entry(100, "allow")], subnets, default=True),
    )


def _subnet(cell: Cell, vpc: str, region: str, prefix: str, number: int) -> Subnet:
    subnet, cidr = f"subnet-{cell.hexes(17)}", f"{prefix}.{number}.0/24"
    zone = f"{region}{'ab'[number % 2]}"
    config = {
        "SubnetId": subnet,
        "VpcId": vpc,
        "CidrBlock": cidr,
        "AvailabilityZone": zone,
        "MapPublicIpOnLaunch": number < 2 and cell.chance(0.4),
        "State": "available",
        "OwnerId": cell.account.id,
    }
    resource = cell.add("aws.subnet", arn(cell, region, "subnet", subnet), subnet, config, region=region)
    return Subnet(resource, subnet, cidr, zone, True, f"{prefix}.{number}")


def routes(
    cell: Cell, vpc: str, region: str, listed: list[dict[str, Any]], subnets: list[Subnet], *, main: bool
) -> Resource:
    """A route table."""
    name = f"rtb-{cell.hexes(17)}"
    associations: list[dict[str, Any]] = [
        {"RouteTableAssociationId": f"rtbassoc-{cell.hexes(17)}", "SubnetId": s.id, "Main": False}
        for s in subnets
    ]
    if main:
        associations.append({"RouteTableAssociationId": f"rtbassoc-{cell.hexes(17)}", "Main": True})
    config = {"RouteTableId": name, "VpcId": vpc, "Routes": listed, "Associations": associations}
    return cell.add("aws.routes", arn(cell, region, "route-table", name), name, config, region=region)


def entry(
    number: int, action: str, first: int = 0, last: int = 65535, cidr: str = ANYWHERE
) -> dict[str, Any]:
    """An inbound rule of a network ACL; all of the protocols when it has the whole range of ports."""
    whole = (first, last) == (0, 65535)
    found: dict[str, Any] = {
        "RuleNumber": number,
        "Protocol": "-1" if whole else "6",
        "RuleAction": action,
        "Egress": False,
        "CidrBlock": cidr,
    }
    if not whole:
        found["PortRange"] = {"From": first, "To": last}
    return found


def acl(
    cell: Cell,
    vpc: str,
    region: str,
    entries: list[dict[str, Any]],
    subnets: list[Subnet],
    *,
    default: bool = False,
) -> Resource:
    """A network ACL; the rule that denies the rest is the last in both directions."""
    name = f"acl-{cell.hexes(17)}"
    out = entry(100, "allow") | {"Egress": True}
    rest = [entry(32767, "deny"), entry(32767, "deny") | {"Egress": True}]
    config = {
        "NetworkAclId": name,
        "VpcId": vpc,
        "IsDefault": default,
        "Entries": [*entries, out, *rest],
        "Associations": [
            {"NetworkAclAssociationId": f"aclassoc-{cell.hexes(17)}", "NetworkAclId": name, "SubnetId": s.id}
            for s in subnets
        ],
        "OwnerId": cell.account.id,
    }
    return cell.add("aws.nacl", arn(cell, region, "network-acl", name), name, config, region=region)


def guarded(cell: Cell, net: Network, entries: list[dict[str, Any]]) -> Subnet:
    """A public subnet of its own with a network ACL of its own."""
    subnet = _subnet(cell, net.id, net.region, net.prefix, 10 + len(net.public))
    subnet.resource.config["MapPublicIpOnLaunch"] = False
    net.public_routes.config["Associations"].append(
        {"RouteTableAssociationId": f"rtbassoc-{cell.hexes(17)}", "SubnetId": subnet.id, "Main": False}
    )
    acl(cell, net.id, net.region, entries, [subnet])
    return subnet


def permission(
    first: int, *sources: str, last: int | None = None, groups: tuple[str, ...] = ()
) -> dict[str, Any]:
    """An inbound permission for TCP ports from addresses or from groups."""
    return {
        "IpProtocol": "tcp",
        "FromPort": first,
        "ToPort": first if last is None else last,
        "UserIdGroupPairs": [{"GroupId": group} for group in groups],
        "IpRanges": [{"CidrIp": source} for source in sources],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
    }


def group(cell: Cell, net: Network, stem: str, *permissions: dict[str, Any]) -> Resource:
    """A security group."""
    name = f"sg-{cell.hexes(17)}"
    config = {
        "GroupId": name,
        "GroupName": cell.name(stem),
        "Description": f"Managed by {cell.account.team}",
        "VpcId": net.id,
        "OwnerId": cell.account.id,
        "IpPermissions": list(permissions),
        "IpPermissionsEgress": [
            {
                "IpProtocol": "-1",
                "UserIdGroupPairs": [],
                "IpRanges": [{"CidrIp": ANYWHERE}],
                "Ipv6Ranges": [],
                "PrefixListIds": [],
            }
        ],
    }
    uid = arn(cell, net.region, "security-group", name)
    return cell.add("aws.group", uid, name, config, region=net.region)
