config max_runtime_minutes = 10 | config timeframe between "2026-01-01 00:00:00 +0000" and "now" | dataset in (issues, findings, "custom.x")
=====
cold_dataset = xdr_data | union (dataset = xdr_data | limit 5) | union issues
=====
datamodel dataset in (a_raw, b_raw) | filter xdm.source.ipv4 incidr "10.0.0.0/8" and xdm.target.ipv6 not incidr6 "fd00::/8" | fields xdm.*, a_raw.x as y
=====
datamodel | filter xdm.alert.name ~= """(?i)a"b\.exe"""
=====
preset = network_story | iploc action_remote_ip _remote loc_country as country, loc_city | top 5 country by agent_hostname as hits, share
=====
filter event_type = ENUM.PROCESS and event_sub_type in (PROCESS_START, $kinds) and not agent_hostname contains $host
=====
call "a saved query" host = "x" days = 3
=====
search dataset in (a, b) "text"
=====
dataset = logs | transaction who, host startswith = kind = "login" endswith = kind = "logout" allowunclosed = true maxevents = 50 | transaction who span = 1h timeshift = -3600 timezone = "+02:00"
=====
dataset = logs | windowcomp rank() by k sort desc n as r, sum(n) by k, j sort asc t between null and 0 frame_type = range as s, lag(x) sort asc t as p
=====
dataset = logs | comp sum(x) as total, values(*) as * by k addrawdata = true as raw | replacenull total = 0 | getrole who as role | arrayexpand raw limit 10 | bin total bins = 5
=====
dataset = logs | tag add "a", "b" | target type = lookup append = true my_lookup
=====
dataset = logs | view highlight fields = severity values = "high", "critical" | view column order = populated ;
