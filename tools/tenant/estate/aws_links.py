"""What leads into AWS networks and between them: load balancers and peerings."""

from __future__ import annotations

from tools.tenant.estate.aws_vpc import Network, arn
from tools.tenant.estate.cell import Cell, Resource


def balancer(
    cell: Cell,
    net: Network,
    application: str,
    groups: list[Resource],
    targets: list[str],
    port: int,
    *,
    public: bool,
) -> Resource:
    """An application load balancer with one listener and its target group."""
    name = cell.name(f"{application}-{'ext' if public else 'int'}")
    base = f"arn:aws:elasticloadbalancing:{net.region}:{cell.account.id}"
    uid = f"{base}:loadbalancer/app/{name}/{cell.hexes(16)}"
    target = f"{base}:targetgroup/{name}/{cell.hexes(16)}"
    subnets = net.public if public else net.private
    config = {
        "LoadBalancerArn": uid,
        "DNSName": f"{name}-{cell.number(10**8, 10**9 - 1)}.{net.region}.elb.amazonaws.com",
        "LoadBalancerName": name,
        "Scheme": "internet-facing" if public else "internal",
        "VpcId": net.id,
        "State": {"Code": "active"},
        "Type": "application",
        "AvailabilityZones": [{"ZoneName": s.zone, "SubnetId": s.id} for s in subnets],
        "SecurityGroups": [g.config["GroupId"] for g in groups],
        "IpAddressType": "ipv4",
        "Listeners": [
            {
                "ListenerArn": uid.replace(":loadbalancer/", ":listener/") + f"/{cell.hexes(16)}",
                "Port": 443,
                "Protocol": "HTTPS",
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"
                if cell.chance(0.8)
                else "ELBSecurityPolicy-2015-05",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": target}],
            }
        ],
        "Attributes": [
            {"Key": "access_logs.s3.enabled", "Value": "true" if cell.chance(0.5) else "false"},
            {"Key": "deletion_protection.enabled", "Value": "true" if cell.chance(0.4) else "false"},
        ],
    }
    found = cell.add("aws.balancer", uid, name, config, region=net.region, application=application)
    cell.add(
        "aws.targets",
        target,
        name,
        {
            "TargetGroupArn": target,
            "TargetGroupName": name,
            "Protocol": "HTTP",
            "Port": port,
            "VpcId": net.id,
            "TargetType": "instance",
            "LoadBalancerArns": [uid],
            "TargetHealthDescriptions": [
                {"Target": {"Id": one, "Port": port}, "TargetHealth": {"State": "healthy"}} for one in targets
            ],
        },
        region=net.region,
        application=application,
    )
    return found


def peering(cell: Cell, one: Network, other: Network, *, routed: bool = True) -> Resource:
    """A peering of two VPCs of this account, with routes both ways unless it is not `routed`."""
    name = f"pcx-{cell.hexes(17)}"
    sides = [
        {"VpcId": net.id, "OwnerId": cell.account.id, "CidrBlock": net.cidr, "Region": net.region}
        for net in (one, other)
    ]
    config = {
        "VpcPeeringConnectionId": name,
        "RequesterVpcInfo": sides[0],
        "AccepterVpcInfo": sides[1],
        "Status": {"Code": "active", "Message": "Active"},
    }
    if routed:
        for here, there in ((one, other), (other, one)):
            route = {
                "DestinationCidrBlock": there.cidr,
                "VpcPeeringConnectionId": name,
                "State": "active",
            }
            for table in (here.public_routes, here.private_routes):
                table.config["Routes"].append(dict(route))
    uid = arn(cell, one.region, "vpc-peering-connection", name)
    return cell.add("aws.peering", uid, name, config, region=one.region)
