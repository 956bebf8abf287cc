"""Where the attributes of records that other systems keep about assets stand: networks, hosts' software, the CMDB."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.entity_places import Place, places

HOST: Final = places("""
id endpoint_name t
name endpoint_name t
endpoint_id endpoint_id t
manufacturer manufacturer t
model model t
os os_name t
application applications/application_name i
package applications/application_name i
version applications/version i
package_version applications/version i
""")
FLOW: Final = places("""
time _time d
account account_id t
name interface_id t
interface interface_id t
source_ip srcaddr t
destination dstaddr t
source_port srcport n
port dstport n
protocol protocol t
packets packets n
bytes bytes n
size bytes n
action action t
""")
TRAFFIC: Final = places("""
time _time d
source_ip source_ip t
destination dest_ip t
source_port source_port n
port dest_port n
protocol protocol t
application app t
action action t
rule rule_matched t
from_zone from_zone t
to_zone to_zone t
bytes bytes_sent n
size bytes_sent n
received bytes_received n
firewall log_source_name t
""")
CMDB: Final = places("""
id sys_id t
name name t
class sys_class_name t
type sys_class_name t
asset_id object_id t
tier busines_criticality t
environment environment t
data_class data_classification t
owner owned_by t
support_group support_group t
team support_group t
status operational_status t
modified sys_updated_on d
""")
__all__ = ["CMDB", "FLOW", "HOST", "TRAFFIC", "Place"]
