"""What stands before or behind a machine: addresses, balancers of clusters, kubelets, block public access, code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import (
    ACCOUNT,
    arn,
    asset,
    bucket,
    context,
    exposed,
    instance,
    open_group,
    role,
)
from tests.tools.priority.graph.clouds import (
    KEV,
    assignment,
    azure,
    deployment,
    firewall,
    graph,
    image,
    kube,
    machine,
    proved,
    service,
    user,
)
from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Flaw
from tools.priority.graph.flaws import forgeries, weakest
from tools.priority.graph.model import INTERNET, Part, Relation
from tools.priority.graph.neighbours import ways_in
from tools.priority.graph.vocabulary import graph_words
from tools.priority.network import OpenRange

# --- kubelets --------------------------------------------------------------------------------------------------

OPEN = {"authentication": {"anonymous": {"enabled": True}}, "authorization": {"mode": "AlwaysAllow"}}


def node(config: dict[str, Any], key: str = "kubeletconfig") -> AssetRecord:
    return kube("Node", "ip-10-0-0-1", "", spec={"providerID": "aws:///us-east-1a/i-0web"}, **{key: config})


@pytest.mark.parametrize(
    ("why", "config", "port", "found"),
    [
        ("asks nobody", OPEN, 10250, True),
        ("nested as the API gives it", {"kubeletconfig": OPEN}, 10250, True),
        ("another port is open", OPEN, 443, False),
        ("callers are checked", {**OPEN, "authorization": {"mode": "Webhook"}}, 10250, False),
        ("a login is needed", {**OPEN, "authentication": {"anonymous": {"enabled": False}}}, 10250, False),
        ("on a port of its own", {**OPEN, "port": 10300}, 10300, True),
    ],
)
def test_a_kubelet_that_asks_nobody_gives_its_machine(
    why: str, config: dict[str, Any], port: int, found: bool
) -> None:
    key = "configz" if "kubeletconfig" in config else "kubeletconfig"
    one, host, group = node(config, key), instance(), open_group(port)
    drawn = graph(one, host, group, holding=(host,))
    path = drawn.path_by(one.asset_id, Part.ENTERED)
    assert (path is not None) is found, why
    if path is not None:
        assert path.jewel.key == host.asset_id
        assert group.asset_id in path.edges[0].asset_ids


def test_a_node_is_as_exposed_as_its_machine_on_the_port_of_its_kubelet() -> None:
    one = node(OPEN)
    assert exposed(one, instance(), open_group(10250)).fact.grade > 0.8
    assert exposed(one, instance(), open_group(443)).fact.state == "absent"
    assert exposed(one).fact.state == "absent"


# --- addresses -------------------------------------------------------------------------------------------------


def test_an_address_stands_before_what_has_it() -> None:
    vm, rule = machine(), firewall("open", "9200")
    path = vm.uid.removeprefix("//compute.googleapis.com/")
    held = asset(
        "//compute.googleapis.com/projects/acme-prod/regions/europe-west1/addresses/one",
        {"address": "203.0.113.9", "users": [f"https://www.googleapis.com/compute/v1/{path}"]},
        provider="GCP",
        account=vm.account,
        type_id="GOOGLE_COMPUTE_ENGINE_ADDRESS",
    )
    free = asset(
        "//compute.googleapis.com/projects/acme-prod/regions/europe-west1/addresses/two",
        {"address": "203.0.113.10", "users": []},
        provider="GCP",
        account=vm.account,
        type_id="GOOGLE_COMPUTE_ENGINE_ADDRESS",
    )
    drawn = graph(vm, rule, held, free, holding=(vm,))
    path_ = drawn.path_by(held.asset_id, Part.ENTERED)
    assert path_ is not None
    assert path_.jewel.key == vm.asset_id
    assert drawn.path_of(free.asset_id) is None
    assert exposed(held, vm, rule).fact == exposed(vm, rule).fact
    assert exposed(free, vm, rule).fact.state == "absent"


# --- balancers of clusters -------------------------------------------------------------------------------------


def test_the_clouds_record_of_a_services_balancer_is_before_it_with_its_open_group() -> None:
    host = "a1-1.us-east-1.elb.amazonaws.com"
    front = kube(
        "Service",
        "web",
        spec={
            "type": "LoadBalancer",
            "selector": {"app": "web"},
            "ports": [{"port": 80, "targetPort": 8080}],
        },
        status={"loadBalancer": {"ingress": [{"hostname": host}]}},
    )
    balancer = asset(
        arn("elasticloadbalancing", "loadbalancer/a1"),
        {
            "LoadBalancerName": "a1",
            "DNSName": host,
            "Scheme": "internet-facing",
            "SecurityGroups": ["sg-0a1"],
        },
    )
    picture, group = image(), open_group(80)
    drawn = graph(front, deployment(), picture, balancer, group, flawed=(picture,))
    (entry,) = (e for e in drawn.edges if e.source == INTERNET and e.target == front.asset_id)
    assert set(entry.asset_ids) == {balancer.asset_id, group.asset_id}
    bare = graph(service(), deployment(), picture, balancer, group, flawed=(picture,))
    (entry,) = (e for e in bare.edges if e.source == INTERNET and e.target == service().asset_id)
    assert entry.asset_ids == ()


# --- block public access ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "block", "elsewhere", "here"),
    [
        ("nothing blocks", {}, True, True),
        ("restricted to the own account", {"RestrictPublicBuckets": True}, False, True),
        ("only lists are ignored", {"IgnorePublicAcls": True}, True, True),
    ],
)
def test_block_public_access_keeps_other_accounts_out(
    why: str, block: dict[str, bool], elsewhere: bool, here: bool
) -> None:
    data = bucket("data", public=True, PublicAccessBlockConfiguration=block)
    everything = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    reads = {"PolicyName": "r", "PolicyDocument": everything}
    other = asset(
        "arn:aws:iam::999988887777:role/vendor",
        {
            "RoleName": "vendor",
            "AssumeRolePolicyDocument": {
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]
            },
            "RolePolicyList": [reads],
        },
        account="999988887777",
    )
    own = role("own", RolePolicyList=[reads])
    drawn = graph(data, other, own, holding=(data,))
    ends = {(e.source, e.target) for e in drawn.edges if e.relation is Relation.READS and e.known}
    assert ((other.asset_id, data.asset_id) in ends) is elsewhere, why
    assert ((own.asset_id, data.asset_id) in ends) is here, why


# --- code that anyone may change -------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "controls"), [("lambda:*", True), ("lambda:InvokeFunction", False)])
def test_who_may_do_everything_with_a_function_puts_his_own_code_there(action: str, controls: bool) -> None:
    uid = arn("lambda", "function:hook")
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": uid}
    hook = asset(uid, {"FunctionName": "hook", "Policy": {"Statement": [statement]}})
    entries = {e.relation for e in graph(hook).edges if e.source == INTERNET and e.target == uid}
    assert entries == {Relation.CONTROLS if controls else Relation.INVOKES}
    grade = exposed(hook).fact.grade
    assert grade == context(hook).weights.exposure["public_control" if controls else "public_invoke"]


# --- neighbours ------------------------------------------------------------------------------------------------


def test_a_wide_range_says_nothing_of_what_listens() -> None:
    words = graph_words()
    narrow = OpenRange(27017, 27017, 1.0, "10.0.0.0/8", "sg")
    nodes = OpenRange(1025, 65_535, 1.0, "10.0.0.0/8", "sg")
    assert [way.relation for way in ways_in((), narrow, words, worthy=False)] == [Relation.REACHES]
    assert list(ways_in((), nodes, words, worthy=False)) == []
    assert [way.relation for way in ways_in((KEV,), nodes, words, worthy=False)] == [Relation.EXPLOITS]


def test_a_forged_request_gets_no_token_from_inside_either() -> None:
    words = graph_words()
    cve = sorted(forgeries())[0]
    flaw = Flaw(cve, cvss=9.0, epss=0.9, kev=True, remote=True)
    opening = OpenRange(80, 80, 1.0, "10.0.0.0/8", "sg")
    (plain,) = ways_in((flaw,), opening, words, worthy=False)
    (held,) = ways_in((flaw,), opening, words, worthy=False, tokens=True)
    assert held.chance < plain.chance
    found = weakest((flaw,), words, tokens=True)
    assert found is not None
    assert found.name == "forged_only"


# --- machines that do not run ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "exposed_"), [("PowerState/running", True), ("PowerState/deallocated", False)]
)
def test_a_group_is_as_exposed_as_the_machines_that_run(state: str, exposed_: bool) -> None:
    nic = azure(
        "Microsoft.Network/networkInterfaces/vm1-nic",
        {
            "ipConfigurations": [
                {"properties": {"publicIPAddress": {"id": "ip1", "ipAddress": "203.0.113.5"}}}
            ],
            "networkSecurityGroup": {"id": "/x/networkSecurityGroups/nsg1"},
        },
    )
    rule = {"direction": "Inbound", "access": "Allow", "priority": 100, "protocol": "Tcp",
            "sourceAddressPrefix": "*", "destinationPortRange": "22"}  # fmt: skip
    group = azure("Microsoft.Network/networkSecurityGroups/nsg1", {"securityRules": [{"properties": rule}]})
    vm = azure(
        "Microsoft.Compute/virtualMachines/vm1",
        {
            "networkProfile": {"networkInterfaces": [{"id": nic.uid}]},
            "instanceView": {"statuses": [{"code": state}]},
        },
    )
    fact = exposed(group, nic, vm).fact
    assert (fact.state == "known" and fact.grade > 0) is exposed_
    assert (fact.state == "absent") is not exposed_


# --- what a directory asks -------------------------------------------------------------------------------------

MFA = {"operator": "OR", "builtInControls": ["mfa"]}
PASSWORD = ["#microsoft.graph.passwordAuthenticationMethod"]


def rule(
    users: dict[str, Any], grant: dict[str, Any] = MFA, state: str = "enabled", apps: str = "All"
) -> AssetRecord:
    conditions = {"users": users, "applications": {"includeApplications": [apps]}}
    config = {"displayName": "CA01", "state": state, "conditions": conditions, "grantControls": grant}
    return asset(
        "/policies/ca01",
        config,
        provider="AZURE",
        account="tenant",
        type_id="AZURE_CONDITIONAL_ACCESS_POLICY",
    )


@pytest.mark.parametrize(
    ("why", "policy", "enters"),
    [
        ("no policy", None, True),
        ("for everybody", rule({"includeUsers": ["All"]}), False),
        ("for this person", rule({"includeUsers": ["guest-1"]}), False),
        ("for guests", rule({"includeUsers": ["GuestsOrExternalUsers"]}), False),
        ("for another", rule({"includeUsers": ["someone"]}), True),
        ("but not for this person", rule({"includeUsers": ["All"], "excludeUsers": ["guest-1"]}), True),
        ("only reported", rule({"includeUsers": ["All"]}, state="enabledForReportingButNotEnforced"), True),
        ("for one application", rule({"includeUsers": ["All"]}, apps="some-app"), True),
        ("a weaker choice is enough", rule({"includeUsers": ["All"]},
            {"operator": "OR", "builtInControls": ["mfa", "approvedApplication"]}), True),
        ("a strength", rule({"includeUsers": ["All"]}, {"authenticationStrength": {"id": "1"}}), False),
    ],
)  # fmt: skip
def test_conditional_access_asks_a_guest_for_more(why: str, policy: AssetRecord | None, enters: bool) -> None:
    who = user(authenticationMethods=PASSWORD)
    estate = [who, assignment("Owner", "guest-1"), *([policy] if policy else [])]
    assert (proved(graph(*estate), who) is not None) is enters, why


@pytest.mark.parametrize(
    ("methods", "alone"),
    [
        (PASSWORD, True),
        ([{"@odata.type": PASSWORD[0]}], True),
        ([*PASSWORD, "#microsoft.graph.emailAuthenticationMethod"], True),
        ([*PASSWORD, "#microsoft.graph.fido2AuthenticationMethod"], False),
        ([], False),
    ],
)
def test_methods_that_are_registered_tell_of_a_password_alone(methods: list[Any], alone: bool) -> None:
    path = proved(graph(user(authenticationMethods=methods), assignment("Owner", "guest-1")), user())
    assert path is not None
    assert ("password alone" in path.edges[0].why) is alone


def test_security_defaults_that_are_off_are_behind_a_login_by_password_alone() -> None:
    def tenant(enabled: bool) -> AssetRecord:
        config = {"id": "tenant", "securityDefaults": {"isEnabled": enabled}}
        return asset("tenant", config, provider="AZURE", account="tenant", type_id="AZURE_TENANT")

    who, owner = user(authenticationMethods=PASSWORD), assignment("Owner", "guest-1")
    path = graph(who, owner, tenant(False)).path_by("tenant", Part.ENTERED)
    assert path is not None
    assert path.nodes[1].key == who.asset_id
    assert proved(graph(who, owner, tenant(True)), who) is None


def test_a_boundary_limits_policies_that_nobody_collected() -> None:
    def policy(*actions: str) -> AssetRecord:
        document = {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        versions = [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document}]
        uid = f"arn:aws:iam::{ACCOUNT}:policy/limit"
        return asset(uid, {"PolicyName": "limit", "Arn": uid, "PolicyVersionList": versions})

    def leads_on(limit: AssetRecord) -> bool:
        held = {"PermissionsBoundary": {"PermissionsBoundaryArn": limit.uid}}
        lost = [{"PolicyName": "own", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/own"}]
        one = role("agent", trust={"AWS": "*"}, AttachedManagedPolicies=lost, **held)
        return graph(one, limit).path_of(one.asset_id) is not None

    assert leads_on(policy("iam:*", "lambda:*"))
    assert not leads_on(policy("cloudwatch:Get*", "ce:Get*"))
