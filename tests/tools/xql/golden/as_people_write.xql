// quotes inside a text, kept open by a backslash
dataset = xdr_data
| alter owner = replace(json_extract(action_evtlog_data_fields, "$.OwnerName"), "\"", ""),
    pair = concat("{\"host\":\"", agent_hostname, "\"}"),
    code = arrayindex(regextract(pair, "code\"\:(\d+)"), 0)
| filter owner ~= "^(?:\"(?:\\.|[^\"])*\"|[^,])+$"
===
// a folder with its closing backslash needs no escape
dataset = xdr_data
| filter action_file_path contains "C:\Users\" and action_file_path != "\"
===
dataset = lab_sensor_raw
| filter (`sensor_state` not in (null, """""")) and `tag` = "core"
| fields `Tag` as sensor_tag, `two words`, `view`, `in` as direction
| dedup `two words` by desc `filter`
===
dataset = lab_sensor_raw
| alter 95th_percentile = round(latency), 2nd_try = 95th_percentile
| sort desc 95th_percentile
===
config timeframe = 2 d case_sensitive=FALSE
| dataset = endpoints
| fields *name*, *status*
===
config timeframe between "14d" and "2d" | preset = xdr_process
| bin _time span = 1 h
| comp count() by _time
===
config timeframe = 3d |
dataset = xdr_data
| filter event_type = EVENT_LOG | filter action_evtlog_event_id in(4624,4625)
|
 view graph type = wordcloud xaxis = agent_hostname yaxis = count_1 headcolor = "rgba(1,2,3,0.5)"
===
datamodel dataset = lab_forge_raw
| fields _time
,xdm.event.id
,xdm.target.resource.name // last
| filter xdm.event.outcome = XDM_CONST.OUTCOME_FAILED
===
dataset = alerts
| alter wing = if (incidr(local_ip , "10.1.0.0/24"),"north",
if (incidr(local_ip , "10.2.0.0/24"),"south", "elsewhere"))
| join conflict_strategy = right type=left
    (
      dataset = wings
      | fields cidr , floor
    )
  as w (
    // same place
    incidr(local_ip, w.cidr)
    or w.floor contains concat(".", wing)
  )
| comp count(1) as n, values(arrayindex(floors,0)) as first_floor by wing addrawdata = true as raw //, more
===
dataset = mail_log_raw
| alter first = arrayindex(arrayfilter(evidence ->[] , "@element" -> ["@type"] = "mail"), 0),
    names = arraydistinct(arraymap(arrayfilter(events -> [], "@element" -> name in ("A", "B")), "@element" -> name)),
    gap = divide(timestamp_diff(a, b, "MILLISECOND"), 60000)//1000 * 60
| top first
===
dataset = xdr_data
| filter lowercase(agent_hostname) in (dataset = endpoints | alter n = lowercase(endpoint_name) | fields n)
    and not action_remote_ip incidr "10.0.0.0/8, 172.16.0.0/12"
| filter if((a ~= ".*x.*" and n >= 300) or (n >= 100 and a !~= ".*x.*"), "yes", "no") = "yes"
| alter x = a and b // why
    , y = 2
===
/***
 * a long head *
 ***/

//
dataset = lab_*
| alter t = arraycreate(
    """\"a\"=\"b\"""",
    """a\\ b""",
    """\\"""
)
| arrayexpand t
/**********
// not now
| alter u = "x\""
**********/
| limit 3;
===
// both ways to write a backslash before a quote
dataset = xdr_data
| filter action_file_path contains "C:\Users\" and action_file_name not in ("D:\", "x")
| alter name = replace(json_extract(data, "$.Name"), "\"", ""), pair = concat("{\"n\":\"", name, "\"}")
===
dataset = alerts
| comp count() as n, earliest(_time) as `earliest` by host_name, severity
| view highlight fields = host_name, severity, values = "HIGH", "CRITICAL"
