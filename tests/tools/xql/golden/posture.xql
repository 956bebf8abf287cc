dataset=asset_inventory|comp count() as assets by xdm.asset.type.category|sort desc assets
=====
DATASET = asset_inventory | FILTER xdm.asset.provider = "aws" AND xdm.asset.type.class = "Data" | FIELDS xdm.asset.id AS asset_id, xdm.asset.name AS asset_name, xdm.asset.type.id AS asset_type_id
=====
dataset = asset_inventory
| alter rules = json_extract_array(xdm.asset.raw_fields, "$['Platform Discovery'].ipPermissions")
| arrayexpand rules | alter port = to_integer(rules->fromPort), cidr = rules -> ranges[0].cidr
| filter port in (22,3389) and cidr = "0.0.0.0/0"
| dedup xdm.asset.id by asc port
=====
dataset = issues | filter xdm.issue.severity in (ENUM.HIGH, ENUM.CRITICAL) and xdm.issue.status.progress not in ("Resolved",null)
| join conflict_strategy=both type=left (dataset=asset_inventory | fields xdm.asset.id as aid, xdm.asset.realm, xdm.asset.cloud.region, xdm.asset.type.name) as a (a.aid = xdm.issue.id or a.aid contains xdm.issue.external_id)
| comp count_distinct(xdm.issue.id) as issues, values(xdm.asset.type.name) as kinds by xdm.asset.realm | sort desc issues, asc xdm.asset.realm | limit 25
=====
dataset = findings | filter xdm.finding.asset_id not in (config timeframe = 7d | dataset = issues | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids) | fields - xdm.finding.normalized_fields
=====
config timeframe = 6MO case_sensitive = false | dataset = issues | fields _insert_time as d | bin d span = 1MO | comp count() as n by d | alter month = format_timestamp("%Y-%m", d) | view graph type = line xaxis = month yaxis = n series = month header = "Issues" show_callouts = `true` seriescolor("n","#aa00bb") headerfontsize = 12
=====
dataset = issues | alter age = timestamp_diff(current_time(), _time, "DAY"), cve = xdm.issue.normalized_fields -> ["xdm.vulnerability.cve_id"] | filter age > 30 and cve != null
