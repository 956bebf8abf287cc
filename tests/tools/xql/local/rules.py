# ruff: noqa: E501 (queries stand on one line)
"""Rules of the reference and queries that pin them. `phrase` stands in that section of the reference, word for word.

The estate is that of the XQL tests (assets a1 to a4, issues 1 to 4, logs, texts); `Value` rules compute one
expression.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

A, I = "dataset = asset_inventory", "dataset = issues"  # noqa: E741
ID, NO = " | sort asc xdm.asset.id | fields xdm.asset.id", " | sort asc xdm.issue.id | fields xdm.issue.id"
WEEK = "config timeframe = 7d | dataset = logs"


class Rule(NamedTuple):
    """A rule: where it stands, the words it stands on, the query and its rows. `unsure`: the reference marks it U."""

    section: str
    phrase: str
    query: str
    rows: list[tuple[Any, ...]]
    unsure: bool = False


class ValueRule(NamedTuple):
    """A rule about one expression."""

    section: str
    phrase: str
    expression: str
    value: Any
    unsure: bool = False


def ids(text: str) -> list[tuple[str]]:
    return [(item,) for item in text.split()]


RULES = [
    # --- 1 ---
    Rule("1", "also between operands", f'{A} | filter xdm.asset.id /* the key */ = // here\n "a1"{ID}', ids("a1")),
    Rule("1", "any letter case", f'DATASET = asset_inventory | FILTER xdm.asset.id IN ("a1") AND NOT xdm.asset.id = NULL{ID}', ids("a1")),
    Rule("1", "match case-insensitively", f'{A} | filter XDM.Asset.ID = "a2"{ID}', ids("a2"), unsure=True),
    Rule("1", "is one field name", f'{A} | filter xdm.asset.type.class = "Data"{ID}', ids("a2 a3")),
    Rule("1", "field wildcard", f"{A} | fields xdm.asset.cloud.*, *realm | sort asc xdm.asset.realm | limit 1 | fields xdm.asset.realm", [("111",)]),
    Rule("1", "backslash is an ordinary character", 'dataset = texts | filter id = 1 | alter t = "a\\b" | filter t = "a\\b" | fields t', [("a\\b",)]),
    Rule("1", "escape sequences such as", 'dataset = texts | filter id = 1 | alter n = len("""\\t\\n""") | fields n', [(2,)]),
    Rule("1", "empty triple", 'dataset = texts | filter id = 1 | alter a = if("" = """""", "same", "other") | fields a', [("same",)]),
    Rule("1", "inside `in (...)`", f"{A} | filter xdm.asset.name in (null){ID}", ids("a3")),
    Rule("1", "ENUM.NAME", f"{A} | filter xdm.asset.provider in (ENUM.AWS){ID}", ids("a1 a4")),
    Rule("1", "tolerate at end", f'{A} | filter xdm.asset.id = "a1" | fields xdm.asset.id;', ids("a1")),
    Rule("1", "arrow may follow it", 'dataset = texts | filter id = 1 | alter x = arraymap(json_extract_array(to_json_string(arraycreate("{}")), "$"), "@element" -> k) | fields x', [([None],)]),
    # --- 2, 2.1, 2.2 ---
    Rule("2", "concatenates rows of several datasets", "dataset in (texts, logs) | comp count(id) as t, count(kind) as l", [(3, 3)]),
    Rule("2", "used by join, union and", f"{A} | filter xdm.asset.id in ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids){ID}", ids("a1 a2")),
    Rule("2", "A config stage may appear inside a join or union sub-query", 'config timeframe = 2h | dataset = logs | fields kind | union (config timeframe = 7d | dataset = logs | fields kind) | comp count() as n', [(5,)]),
    Rule("2", "Two settings may be given in one", f'config timeframe = 30d case_sensitive = true | {I} | filter xdm.issue.severity = "high" | comp count() as n', [(0,)]),
    Rule("2", "or in two config stages", f'config timeframe = 3d | config case_sensitive = true | {I} | filter xdm.issue.severity = "HIGH" | comp count() as n', [(1,)]),
    Rule("2", "Each stage sees only the columns the previous stage produced", f"{A} | comp count() as n by xdm.asset.realm | fields * | sort desc n | limit 1", [("111", 2)]),
    Rule("2.1", "last 24 hours", "dataset = logs | comp count() as n", [(3,)]),
    Rule("2.1", "state datasets such as asset_inventory are snapshots", f"{I} | comp count() as n", [(4,)], unsure=True),
    Rule("2.1", "when not configured", f'{A} | filter xdm.asset.provider = "AwS"{ID}', ids("a1 a4")),
    Rule("2.2", "which can never be excluded", "dataset = logs | fields - _time, ip, who | comp count(_time) as t", [(3,)]),
    Rule("2.2", "plus system fields", "dataset = logs | fields kind | comp max(_time) as t", [(datetime(2026, 11, 25, 11),)]),
    Rule("2.2", "`_time` is not added to queries with comp", "dataset = logs | comp count() as n by who | filter who = \"u2\"", [("u2", 1)]),
    # --- 3 ---
    Rule("3", "first stage only", f'config case_sensitive = true | {A} | filter xdm.asset.provider = "AWS"{ID}', ids("a1")),
    Rule("3", "functions allowed", f'{A} | filter len(xdm.asset.provider) = 5{ID}', ids("a2")),
    Rule("3", "every right side reads the input row", "dataset = texts | filter id = 1 | alter id = add(id, 1), next = id | fields id, next", [(2, 1)]),
    Rule("3", "only the alias exists", "dataset = texts | fields id as k | filter k = 1 | fields *", [(1,)]),
    Rule("3", "minus excludes", "dataset = texts | fields - t, j, l | sort asc id", [(1,), (2,), (3,)]),
    Rule("3", "direction comes before the field", "dataset = texts | sort desc id | fields id", [(3,), (2,), (1,)]),
    Rule("3", "missing direction = asc", "dataset = texts | sort id | fields id", [(1,), (2,), (3,)], unsure=True),
    Rule("3", "first n rows", "dataset = texts | sort desc id | limit 2 | fields id", [(3,), (2,)]),
    Rule("3", "by picks first or last by g", f"{I} | dedup xdm.issue.status.progress by asc _time{NO}", ids("2 3 4")),
    Rule("3", "first seen", f"{A} | sort desc xdm.asset.id | dedup xdm.asset.realm{ID}", ids("a2 a3 a4"), unsure=True),
    Rule("3", "columns are united by name, missing become null", "dataset = texts | fields id, t | union (dataset = logs | alter t = ip | fields t, kind) | comp count() as n, count(id) as i, count(kind) as k", [(6, 3, 3)]),
    Rule("3", "overwrite f with its bucket start", f"{I} | bin _time span = 1d | filter xdm.issue.id = \"1\" | fields _time", [(datetime(2026, 11, 23),)]),
    Rule("3", "bin f bins = <n>", f"{I} | bin xdm.issue.alert_count bins = 2 | sort asc xdm.issue.id | fields xdm.issue.alert_count", [(2.0,), (6.0,), (2.0,), (None,)]),
    Rule("3", "[timeshift = <epoch>", 'dataset = logs | bin _time span = 1d timeshift = 1764000000 | comp count() as n by _time | fields _time, n', [(datetime(2026, 11, 24, 16), 3)]),
    Rule("3", '[timezone = "<tz>"]', f'{I} | bin _time span = 1d timeshift = 1764025200 timezone = "Europe/Berlin" | filter xdm.issue.id = "1" | fields _time', [(datetime(2026, 11, 22, 23),)]),
    Rule("3", "vanish", f"{I} | arrayexpand xdm.issue.asset_ids | comp count_distinct(xdm.issue.id) as n", [(2,)], unsure=True),
    Rule("3", "other columns repeated", f'{I} | arrayexpand xdm.issue.asset_ids | filter xdm.issue.id = "2"{NO}', ids("2 2")),
    Rule("3", "arrayexpand f [limit n]", f"{I} | arrayexpand xdm.issue.asset_ids limit 1 | comp count() as n", [(2,)]),
    Rule("3", "literal in f", f'{A} | replacenull xdm.asset.name = "none" | filter xdm.asset.name = "none"{ID}', ids("a3")),
    Rule("3", "IPv4 geo columns", f"{A} | iploc xdm.host.ipv4_addresses loc_country as c, loc_city | sort asc xdm.asset.id | fields c, loc_city", [(None, None)] * 4),
    Rule("3", "group events", f"{WEEK} | transaction who span = 1d | sort asc who, asc _num_of_rows | fields who, _num_of_rows, _duration", [("u1", 1, 0), ("u1", 2, 7200), ("u2", 1, 0)]),
    Rule("3", "all other fields become arrays of JSON text", f"{WEEK} | transaction who span = 7d timeshift = 1795305600 | filter who = \"u1\" | fields kind", [(["login", "logout", "login"],)]),
    Rule("3", "startswith = <cond>", f'{WEEK} | transaction who startswith = kind = "login" | comp count() as n', [(3,)]),
    Rule("3", "allowunclosed = true", f'{WEEK} | transaction who startswith = kind = "login" endswith = kind = "logout" allowunclosed = true | sort asc _start_time | fields _num_of_rows', [(2,), (1,), (1,)]),
    Rule("3", "endswith = <cond>", f'{WEEK} | transaction who startswith = kind = "login" endswith = kind = "logout" allowunclosed = false | fields who, _num_of_rows', [("u1", 2)]),
    Rule("3", "maxevents = <n>", f"{WEEK} | transaction who span = 7d timeshift = 1795305600 maxevents = 2 | sort asc who | fields kind", [(["login", "logout"],), (["login"],)]),
    Rule("3", "_transaction_id (names seen", f"{WEEK} | transaction who span = 7d timeshift = 1795305600 | comp count_distinct(_transaction_id) as t, min(_start_time) as s, max(_end_time) as e", [(2, datetime(2026, 11, 22, 12), datetime(2026, 11, 25, 11))], unsure=True),
    Rule("3", "top_count and top_percent", f"{A} | top 1 xdm.asset.type.class by xdm.asset.realm | sort asc xdm.asset.realm | fields xdm.asset.realm, top_count, top_percent", [("111", 2, 100.0), ("222", 1, 100.0), ("333", 1, 100.0)], unsure=True),
    Rule("3", "default 10", "dataset in (texts, logs, issues, asset_inventory) | comp count() as n | top n | fields n, top_count", [(14, 1)], unsure=True),
    Rule("3", "append to `_tag` in the output", f'{A} | tag add "a" | tag add "b" | limit 1 | fields _tag', [(["a", "b"],)]),
    Rule("3.2", "parse and ignore it", "dataset = texts | comp count() as n | view graph type = single yaxis = n", [(3,)]),
    Rule("3", "identity module", f'{A} | getrole xdm.asset.name as r | filter r = null | comp count() as n', [(4,)], unsure=True),
    Rule("3", "free text over all columns", 'search dataset in (asset_inventory) "vpc-1" | fields xdm.asset.id', ids("a1"), unsure=True),
    # --- 3.1 ---
    Rule("3.1", "inner (U", f'{A} | join ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k) as i i.k = xdm.asset.id{ID}', ids("a1 a1 a2"), unsure=True),
    Rule("3.1", "the sub-query's column wins", f'{A} | filter xdm.asset.id = "a1" | join ({A} | fields xdm.asset.id, xdm.asset.provider | alter xdm.asset.provider = "theirs") as o o.xdm.asset.id = xdm.asset.id | fields xdm.asset.provider', [("theirs",)]),
    Rule("3.1", "the number growing with each conflict", f'{A} | filter xdm.asset.id = "a1" | join conflict_strategy = both ({A} | fields xdm.asset.id, xdm.asset.realm) as o o.xdm.asset.id = xdm.asset.id | fields xdm.asset.id_joined_10, xdm.asset.realm_joined_11', [("a1", "111")]),
    Rule("3.1", "Options may come in either order", f'{A} | join type=left conflict_strategy = left ({I} | fields xdm.issue.id as k) as i i.k = xdm.asset.id | comp count() as n', [(4,)]),
    Rule("3.1", "several terms joined by and/or", f'{A} | join ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, xdm.issue.id as n) as i i.k = xdm.asset.id and (n = "1" or n = "2") and xdm.asset.provider != "azure" | sort asc n | fields n', ids("1 2")),
    Rule("3.1", "Parens", f'{A} | join ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k) as i (i.k = xdm.asset.id) | comp count() as n', [(3,)]),
    Rule("3.1", "all columns are plain names", f'{A} | join ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, xdm.issue.id) as i i.k = xdm.asset.id | filter xdm.issue.id = "1" | fields k', [("a1",)]),
    Rule("3.1", "Joins may be chained and nested", f'{A} | join ({I} | arrayexpand xdm.issue.asset_ids | join (dataset = texts | fields id) as t to_string(t.id) = xdm.issue.id | fields xdm.issue.asset_ids as k, id) as i i.k = xdm.asset.id | sort asc xdm.asset.id, asc id | fields xdm.asset.id, id', [("a1", 1), ("a1", 2), ("a2", 2)]),
    Rule("3.1", "Sub-queries inherit the outer time frame", 'config timeframe = 2h | dataset = logs | join (dataset = logs | comp count() as n) as i i.n > 0 | fields n', [(1,)], unsure=True),
    Rule("3.1", "is the usual anti-join", f'{A} | join type = left ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k) as i i.k = xdm.asset.id | filter k = null{ID}', ids("a3 a4")),
    Rule("3.1", "is the recommended alternative to a join", f"{A} | filter xdm.asset.id not in ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids){ID}", ids("a3 a4")),
    # --- 4 ---
    Rule("4", "text comparison obeys case setting", f'{A} | filter xdm.asset.type.class != "DATA"{ID}', ids("a1 a4")),
    Rule("4", "numbers, timestamps, text", f'{I} | filter _time < "2026-11-01" and xdm.issue.alert_count >= 10 and xdm.issue.name > "Open"{NO}', ids("2")),
    Rule("4", "precedence not > and > or", f'{A} | filter not xdm.asset.id = "a1" and xdm.asset.realm = "111" or xdm.asset.id = "a3"{ID}', ids("a3 a4")),
    Rule("4", "ints, strings with wildcards, null, parameters, sub-query", f'{I} | filter xdm.issue.alert_count in (3, null) or xdm.issue.name in ("old*"){NO}', ids("1 3 4")),
    Rule("4", "spaces before ( optional", f'{A} | filter xdm.asset.id in("a1"){ID}', ids("a1")),
    Rule("4", "substring on text or number", f"{I} | filter xdm.issue.alert_count contains 1{NO}", ids("2")),
    Rule("4", "element match (U)", f'{I} | filter xdm.issue.asset_ids contains "a"{NO}', [], unsure=True),
    Rule("4", "right side literal, field or parameter", f"{A} | filter xdm.asset.raw_fields contains xdm.asset.realm{ID}", []),
    Rule("4", "case-sensitive unless `(?i)`", f'{A} | filter xdm.asset.name ~= "web" or xdm.asset.name ~= "(?i)DB"{ID}', ids("a2 a4"), unsure=True),
    Rule("4", "the function form is what people write", f'{A} | filter xdm.host.ipv4_addresses incidr "10.0.0.0/8, 172.16.0.0/12"{ID}', ids("a1 a2")),
    Rule("4", "not incidr6", f'{WEEK} | filter ip not incidr6 "fc00::/7" or ip incidr6 "fd00::/8" | fields ip', [("fd00::1",)]),
    Rule("4.1", "is a contains test", f'{A} | filter xdm.asset.name = "*EB-0*"{ID}', ids("a1 a4")),
    Rule("4.1", "prefix", f'{A} | filter xdm.asset.name = "DB*"{ID}', ids("a2")),
    Rule("4.1", "suffix", f'{A} | filter xdm.asset.name = "*-02"{ID}', ids("a4")),
    Rule("4.1", "no `?`", f'{A} | filter xdm.asset.name = "web-0?"{ID}', []),
    Rule("4.1", "not in triple quotes", f'{A} | filter xdm.asset.name in ("""web*"""){ID}', []),
    Rule("4.1", "They work in", f'{A} | filter xdm.asset.name not in ("web*", "zz") and xdm.asset.name != "*zz*"{ID}', ids("a2")),
    Rule("4.2", "convert first (U", f"{I} | filter xdm.issue.id >= 3{NO}", ids("3 4"), unsure=True),
    Rule("4.3", "are different values", f'{A} | filter xdm.asset.cloud.region != null and xdm.asset.cloud.region != ""{ID}', ids("a1 a2 a4")),
    Rule("4.3", "are real null tests", f"{A} | filter xdm.asset.tags = null or xdm.asset.first_observed = null{ID}", ids("a3")),
    Rule("4.3", "Treat as **false** and warn", f'{A} | filter xdm.asset.name != "web-01"{ID}', ids("a2 a4"), unsure=True),
    Rule("4.3", "Treat as **false** and warn", f'{A} | filter xdm.kubernetes.cluster.version != "1.30"{ID}', [], unsure=True),
    Rule("4.3", "Functions on null return null", f"{A} | filter lowercase(xdm.asset.name) = null{ID}", ids("a3")),
    Rule("4.3", 'handle null only, not ""', f'{A} | replacenull xdm.asset.cloud.region = "x" | filter coalesce(xdm.asset.cloud.region, "y") = ""{ID}', ids("a3")),
    Rule("4.3", "Aggregates skip null", f"{I} | comp avg(xdm.issue.alert_count) as a, count() as n, count(xdm.issue.alert_count) as c", [(5.0, 4, 3)]),
    Rule("4.4", "Offset sign form", 'config timeframe between "2026-11-25 13:00:00 +0300" and "2026-11-25 13:00:00 +0200" | dataset = logs | fields kind', [("login",)]),
    Rule("4.4", 'between "-7d" and "now"', 'config timeframe between "-7d" and "now" | dataset = logs | comp count() as n', [(4,)]),
    Rule("4.4", 'between "begin" and "-1d"', 'config timeframe between "begin" and "-1d" | dataset = logs | comp count() as n', [(1,)]),
    Rule("4.4", "`1m` is minute, `1mo` month", "config timeframe = 1MO | dataset = logs | comp count() as n", [(4,)]),
    Rule("4.4", "`1m` is minute, `1mo` month", "config timeframe = 60m | dataset = logs | comp count() as n", [(1,)]),
    # --- 5.3, 5.4 on columns ---
    Rule("5.4", "null if the target is object or array", f'{A} | filter xdm.asset.id = "a1" | alter a = xdm.asset.raw_fields -> ["Platform Discovery"], b = json_extract_scalar(xdm.asset.tags, "$.env") | fields a, b', [(None, "Prod")]),
    Rule("5.4", "strings keep their quotes", f'{A} | filter xdm.asset.id = "a1" | alter a = json_extract(xdm.asset.tags, "$.env") | fields a', [('"Prod"',)]),
    Rule("5.4", "elements keep quotes", f'{A} | filter xdm.asset.id = "a1" | alter a = arrayindex(json_extract_array(xdm.asset.raw_fields, "$[\'Platform Discovery\'].ipPermissions"), 1) | fields a', [('{"fromPort":443}',)]),
    Rule("5.4", "JSON keys are **case-sensitive even when the query is not**", "dataset = texts | filter j -> S = null and j -> s = \"X\" | fields id", [(1,)]),
    Rule("5.4", "Keys with a dot, colon or space", f"{A} | filter xdm.asset.normalized_fields -> [\"xdm.cloud.vpc_id\"] = \"vpc-2\"{ID}", ids("a2")),
    Rule("5.4", "keys are literal dotted names", f"{A} | filter json_extract_scalar(xdm.asset.normalized_fields, \"$.xdm.cloud.vpc_id\") = null{ID}", ids("a1 a2 a3 a4")),
    Rule("5.4", "yields an array of scalars", f'{A} | filter xdm.asset.id = "a1" | alter a = array_length(xdm.asset.raw_fields -> ["Platform Discovery"].ipPermissions[]) | fields a', [(2,)]),
    Rule("5.4", "object text", f'{A} | filter xdm.asset.id = "a2" | alter a = xdm.asset.raw_fields -> ["Platform Discovery"]{{}} | fields a', [('{"ipPermissions":[]}',)]),
    Rule("5.4", "chains `a -> b -> c` occur", f'{A} | filter xdm.asset.raw_fields -> ["Platform Discovery"] -> ipPermissions[0] -> fromPort = 22{ID}', ids("a1")),
    Rule("5.4", "arrow binds tighter than comparison", f'{A} | filter xdm.asset.tags -> env = "dev" or xdm.asset.tags -> team = "web"{ID}', ids("a1 a2")),
    Rule("5.4", "Paths with", f'{A} | filter json_extract_scalar(xdm.asset.raw_fields, "$.Platform Discovery.ipPermissions[1].fromPort") = 443{ID}', ids("a1")),
    # --- 6.1 ---
    Rule("6.1", "Default output name without `as`", f"{I} | comp count(), count(xdm.issue.severity), sum(xdm.issue.alert_count) | fields count_1, count_2, sum_1", [(4, 3, 15)]),
    Rule("6.1", "yields one row", f'{I} | filter xdm.issue.id = "none" | comp count() as n, max(xdm.issue.alert_count) as m', [(0, None)]),
    Rule("6.1", "takes field names only", f'{I} | alter big = if(xdm.issue.alert_count > 2, "big", "small") | comp count() as n by big | sort asc big', [("big", 2), ("small", 2)]),
    Rule("6.1", "comp values(*) as * by k", f"{WEEK} | fields kind, who | comp values(*) as * by who | sort asc who | fields who, kind", [("u1", ["login", "logout"]), ("u2", ["login"])]),
    Rule("6.1", "column name raw_data by default", f"{I} | fields xdm.issue.id | comp count() as n addrawdata = true | alter k = array_length(raw_data) | fields n, k", [(4, 4)], unsure=True),
    Rule("6.1", "exact distinct, null skipped", f"{I} | comp count_distinct(xdm.issue.severity) as n", [(3,)]),
    Rule("6.1", "min and max also on timestamps and text", f"{I} | comp min(xdm.issue.name) as a, max(_time) as b", [("No MFA", datetime(2026, 11, 25, 11))]),
    Rule("6.1", "array of distinct non-null values", f"{I} | comp values(xdm.issue.status.progress) as v, values(xdm.issue.severity) as s", [(["In Progress", "New", "Resolved"], ["HIGH", "LOW", "critical"])]),
    Rule("6.1", "array with duplicates, at most 100, no nulls", f"{A} | alter x = split(\"{'a ' * 149}a\") | arrayexpand x | comp list(x) as l | alter n = array_length(l) | fields n", [(100,)]),
    Rule("6.1", "by time order", f"{WEEK} | comp first(kind) as f, last(kind) as l by who | sort asc who", [("u1", "login", "login"), ("u2", "login", "login")]),
    Rule("6.1", "value at min / max _time", f"{I} | comp earliest(xdm.issue.severity) as e, latest(xdm.issue.severity) as l", [("critical", "LOW")]),
    Rule("6.1", "median(f), var(f), stddev_population(f), stddev_sample(f)", "dataset = texts | comp median(id) as m, var(id) as v, stddev_sample(id) as s", [(2.0, 1.0, 1.0)]),
    Rule("6.1", "distinct estimate", f"{A} | comp approx_count(xdm.asset.realm) as n", [(3,)]),
    Rule("6.1", "array of n+1 boundaries", "dataset = texts | comp approx_quantiles(id, 2) as q", [(["1", "2", "3"],)]),
    Rule("6.1", "{value, count or sum}", f"{I} | comp approx_top(xdm.issue.status.progress, 1) as c, approx_top(xdm.issue.status.progress, 2, xdm.issue.alert_count) as w", [(['{"value":"New","count":2}'], ['{"value":"In Progress","sum":10}', '{"value":"New","sum":3}'])]),
    Rule("6.1", "nested expressions inside an aggregate are not documented", f"{I} | comp sum(if(xdm.issue.alert_count > 2, 1, 0)) as n", [(2,)], unsure=True),
    # --- 6.2 ---
    Rule("6.2", "rank needs sort", f"{A} | windowcomp rank() sort asc xdm.asset.realm as r | sort asc xdm.asset.id | fields r", [(1,), (3,), (4,), (1,)]),
    Rule("6.2", "row_number() (no field", f"{A} | windowcomp row_number() by xdm.asset.realm sort desc xdm.asset.id as r | sort asc xdm.asset.id | fields r", [(2,), (1,), (1,), (1,)]),
    Rule("6.2", "lag(f), first_value(f), last_value(f)", "dataset = texts | windowcomp lag(id) sort asc id as p, first_value(id) sort asc id as f, last_value(id) sort asc id as l | sort asc id | fields p, f, l", [(None, 1, 3), (1, 1, 3), (2, 1, 3)]),
    Rule("6.2", "null in between = unbounded, 0 =", "dataset = texts | windowcomp sum(id) sort asc id between null and 0 as s, count() sort asc id between -1 and 1 as c | sort asc id | fields s, c", [(1, 2), (3, 3), (6, 2)]),
    Rule("6.2", "frame_type = range", f"{I} | windowcomp count(xdm.issue.alert_count) sort asc xdm.issue.alert_count between -1 and 0 frame_type = range as n | filter xdm.issue.alert_count != null | sort asc xdm.issue.alert_count | fields n", [(1,), (2,), (1,)]),
    Rule("6.2", "and count, sum, avg, min, max, median, stddev_*", "dataset = texts | windowcomp avg(id) as a, min(id) as b, max(id) as c, median(id) as d, stddev_population(id) as e, stddev_sample(id) as f | limit 1 | alter e = round(e, 3) | fields a, b, c, d, e, f", [(2.0, 1, 3, 2.0, 0.816, 1.0)]),
    Rule("6.2", "Rows are kept", f"{A} | windowcomp count() as n | comp count() as rows, max(n) as n", [(4, 4)]),
    # --- 7, 12 ---
    Rule("7", "are equal in meaning", f"{I} | filter xdm.issue.status.progress in (IN_PROGRESS, ENUM.RESOLVED){NO}", ids("2 3")),
    Rule("12", "and to join conditions", f'{A} | filter xdm.asset.id = "a1" | join (dataset = texts | fields id | alter k = "WEB-01") as t t.k = xdm.asset.name | comp count() as n', [(3,)], unsure=True),
    Rule("12", "by-grouping and", f"{A} | dedup xdm.asset.provider | comp count() as n", [(4,)], unsure=True),
    Rule("12", "Arrays may be real arrays or JSON text", "dataset = texts | filter id = 1 | alter a = array_length(l), b = arrayindex(l, -1) | fields a, b", [(2, "q")]),
    Rule("12", "state datasets may lack a meaningful", f"config timeframe = 3d | {A} | comp count() as n", [(4,)]),
]  # fmt: skip

T0 = 'to_timestamp(0, "SECONDS")'
LATE = 'parse_timestamp("%Y-%m-%d %H:%M:%S", "2026-11-25 03:04:05")'
VALUES = [
    # --- 5.1 ---
    ValueRule("5.1", "null if any part is null (U)", 'concat("a", null, "b")', None, unsure=True),
    ValueRule("5.1", "`%s` accepts anything", 'format_string("%s|%s|%s|%05.1f", 1, true, arraycreate("a"), 2.25)', '1|true|["a"]|002.2'),
    ValueRule("5.1", "lowercase(s), uppercase(s)", 'concat(lowercase("ÄB"), uppercase("äb"))', "äbÄB"),
    ValueRule("5.1", "trim(s [, chars]), ltrim, rtrim", 'concat(trim("xax", "x"), ltrim("xax", "x"), rtrim("xax", "x"))', "aaxxa"),
    ValueRule("5.1", "text, all occurrences", 'replace("aaa", "a", "b")', "bbb"),
    ValueRule("5.1", "RE2 replace", 'replex("a1b2", "([a-z])(\\d)", "\\2\\1")', "1a2b"),
    ValueRule("5.1", "with one group, the group values", 'regextract("k=1 k=22", "k=(\\d+)")', ["1", "22"]),
    ValueRule("5.1", 'regextract(s, regex)', 'regextract("none", "\\d+")', []),
    ValueRule("5.1", "default delimiter one space", 'split("a b  c")', ["a", "b", "", "c"]),
    ValueRule("5.1", "len(s)", 'len("漢字😀")', 3),
    ValueRule("5.1", "string_count(s, sub)", 'string_count("aXbXc", "X")', 2),
    ValueRule("5.1", "bool (U)", 'wildcard_match("report.docx", "*.DOC*")', True, unsure=True),
    ValueRule("5.1", "to_string(x)", 'concat(to_string(5), to_string(true), to_string(1.5))', "5true1.5"),
    ValueRule("5.1", "convert_from_base_64(s)", 'convert_from_base_64("w7w=")', "ü"),
    ValueRule("5.1", "extract_url_registered_domain", 'extract_url_registered_domain("https://a.b.example.co.uk/x")', "example.co.uk"),
    ValueRule("5.1", "extract_url_pub_suffix", 'extract_url_pub_suffix("https://a.b.example.co.uk/x")', "co.uk"),
    ValueRule("5.1", "extract_url_host", 'extract_url_host("http://u:p@Host.Example:8080/x?y#z")', "host.example"),
    ValueRule("5.1", 'arrayindex(regextract(x, "re"), 0)', 'arrayindex(regextract("id-42", "\\d+"), 0)', "42"),
    # --- 5.2 ---
    ValueRule("5.2", "divide by zero → null (U)", "divide(5, 0)", None, unsure=True),
    ValueRule("5.2", "add, subtract, multiply, divide", "divide(multiply(subtract(add(1, 2), 1), 5), 4)", 2.5),
    ValueRule("5.2", "pow(a, b), floor(x), round(x [, digits])", "add(pow(2, 3), add(floor(-0.5), round(2.5)))", 10.0),
    ValueRule("5.2", "digits argument U", "round(1.005, 1)", 1.0, unsure=True),
    ValueRule("5.2", "abs, bitwise_and", "add(abs(-3), bitwise_and(12, 10))", 11, unsure=True),
    ValueRule("5.2", "number or null when not numeric", 'to_integer("12a")', None),
    ValueRule("5.2", "number or null when not numeric", 'to_integer("1.9")', 1),
    ValueRule("5.2", "number or null when not numeric", 'to_integer("9007199254740993")', 9007199254740993),
    ValueRule("5.2", "number or null when not numeric", 'to_number("1e3")', 1000.0),
    ValueRule("5.2", "number or null when not numeric", 'to_float("2.5")', 2.5),
    ValueRule("5.2", "to_boolean(x)", 'to_boolean("False")', False),
    ValueRule("5.2", "a, else b, else null", 'if(1 > 2, "a")', None),
    ValueRule("5.2", "odd count ⇒ last is else", 'if(1 > 2, "a", 2 > 3, "b", "c")', "c"),
    ValueRule("5.2", "first true branch", 'if(2 > 1, "a", 3 > 1, "b", "c")', "a"),
    ValueRule("5.2", "first non-null", 'coalesce(null, "", "x")', ""),
    # --- 5.3 ---
    ValueRule("5.3", "negative index from the end", 'arrayindex(split("a b c"), -2)', "b"),
    ValueRule("5.3", "0-based", 'arrayindex(split("a b c"), 0)', "a"),
    ValueRule("5.3", "int; null for null", "array_length(null)", None),
    ValueRule("5.3", 'arraymap(a, f("@element"))', 'arraymap(split("a b"), concat("@element", "!"))', ["a!", "b!"]),
    ValueRule("5.3", 'cond uses "@element" or outer fields', 'arrayfilter(split("1 2 3"), to_integer("@element") > id)', ["2", "3"]),
    ValueRule("5.3", 'arraystring(a, "sep")', 'arraystring(split("a b"), ", ")', "a, b"),
    ValueRule("5.3", "array of text", "arraycreate(1, 2)", ["1", "2"]),
    ValueRule("5.3", "array, keeps duplicates", 'arrayconcat(split("a b"), split("b"), arraycreate("a"))', ["a", "b", "b", "a"]),
    ValueRule("5.3", "arraydistinct(a)", 'arraydistinct(split("b a b"))', ["b", "a"]),
    ValueRule("5.3", "flattens an array of JSON-array texts", 'arraymerge(arraycreate("[1]", "[2,3]"))', ["1", "2", "3"]),
    ValueRule("5.3", "end exclusive", 'arrayrange(split("a b c d"), 1, 3)', ["b", "c"]),
    ValueRule("5.3", "index or null", 'arrayindexof(split("a b"), "@element" = "B")', 1),
    ValueRule("5.3", "array_any(a, cond), array_all(a, cond)", 'array_any(split("a b"), "@element" = "a")', True),
    ValueRule("5.3", "array_any(a, cond), array_all(a, cond)", 'array_all(split("a b"), "@element" = "a")', False),
    # --- 5.4 ---
    ValueRule("5.4", "JSON text of array/object field", 'to_json_string(split("a b"))', '["a","b"]'),
    ValueRule("5.4", "array of plain texts", 'json_extract_scalar_array(l, "$")', ["p", "q"]),
    ValueRule("5.4", "array of JSON texts (elements keep quotes)", 'json_extract_array(l, "$")', ['"p"', '"q"']),
    ValueRule("5.4", "json_path_extract(j, path)", 'json_path_extract(j, "$.k")', '{"n":1.5}', unsure=True),
    ValueRule("5.4", 'object_create("k", v, ...)', 'object_create("n", 1, "t", "x", "b", true, "a", split("p q"))', '{"n":1,"t":"x","b":true,"a":["p","q"]}'),
    ValueRule("5.4", "object_merge(a, b)", 'object_merge(object_create("a", 1, "b", 1), object_create("b", 2))', '{"a":1,"b":2}'),
    ValueRule("5.4", "json_extract(j,", 'json_extract(object_create("k", null), "$.k")', None),
    # --- 5.5 ---
    ValueRule("5.5", "current_time()", "current_time()", datetime(2026, 11, 25, 12)),
    ValueRule("5.5", "end of the query window", "time_frame_end()", datetime(2026, 11, 25, 12)),
    ValueRule("5.5", "t1 − t2 truncated", f'timestamp_diff({T0}, to_timestamp(86399, "SECONDS"), "DAY")', 0),
    ValueRule("5.5", "t1 − t2 truncated", f'timestamp_diff(to_timestamp(119999, "MILLIS"), {T0}, "Minute")', 1),
    ValueRule("5.5", "parts DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND", f'timestamp_diff(to_timestamp(1, "SECONDS"), {T0}, "MICROSECOND")', 1_000_000),
    ValueRule("5.5", "int; default seconds", 'to_epoch(to_timestamp(1500, "MILLIS"))', 1),
    ValueRule("5.5", '"SECONDS"\\|"MILLIS"\\|"MICROS"', f'to_epoch({LATE}, "MICROS")', 1795575845000000),
    ValueRule("5.5", "to_timestamp(n,", 'to_timestamp(1795575845123456, "MICROS")', datetime(2026, 11, 25, 3, 4, 5, 123456)),
    ValueRule("5.5", "timestamp_seconds(n)", "timestamp_seconds(60)", datetime(1970, 1, 1, 0, 1)),
    ValueRule("5.5", "strftime codes", f'format_timestamp("%d %b %Y %H:%M:%S %j", {LATE})', "25 Nov 2026 03:04:05 329"),
    ValueRule("5.5", "format_timestamp(", f'format_timestamp("%F %R", {LATE}, "America/New_York")', "2026-11-24 22:04"),
    ValueRule("5.5", "format first", 'parse_timestamp("%d/%m/%Y %H:%M", "25/11/2026 03:04", "+02:00")', datetime(2026, 11, 25, 1, 4)),
    ValueRule("5.5", "tz must precede unit", 'parse_epoch("%Y-%m-%d", "1970-01-02", "+01:00", "MILLIS")', 82_800_000),
    ValueRule("5.5", "default SECONDS, UTC", 'parse_epoch("%Y-%m-%d", "1970-01-02")', 86_400),
    ValueRule("5.5", "Sunday = 1 (U)", 'extract_time(parse_timestamp("%F", "2026-11-28"), "DAYOFWEEK")', 7, unsure=True),
    ValueRule("5.5", "DAY DAYOFWEEK DAYOFYEAR HOUR", f'concat(extract_time({LATE}, "DAY"), "-", extract_time({LATE}, "DAYOFYEAR"), "-", extract_time({LATE}, "HOUR"))', "25-329-3"),
    ValueRule("5.5", "MICROSECOND MILLISECOND MINUTE MONTH QUARTER SECOND YEAR", 'concat(extract_time(to_timestamp(61234, "MILLIS"), "MILLISECOND"), "-", extract_time(to_timestamp(61234, "MILLIS"), "MICROSECOND"), "-", extract_time(to_timestamp(61234, "MILLIS"), "SECOND"))', "234-234000-1"),
    ValueRule("5.5", "units y mo w d h", f'date_floor({LATE}, "y")', datetime(2026, 1, 1)),
    ValueRule("5.5", "units y mo w d h", f'date_floor({LATE}, "w")', datetime(2026, 11, 23)),
    ValueRule("5.5", "units y mo w d h", f'date_floor({LATE}, "h")', datetime(2026, 11, 25, 3)),
    ValueRule("5.5", '"unit" [, "tz"]', f'date_floor({LATE}, "d", "America/New_York")', datetime(2026, 11, 24, 5)),
    ValueRule("5.5", "to_timestamp(n,", 'to_timestamp(to_number("1e300"), "SECONDS")', None),
    # --- 5.6 ---
    ValueRule("5.6", "bool, OR over ranges", 'incidr("172.31.0.1", "10.0.0.0/8, 172.16.0.0/12")', True),
    ValueRule("5.6", "usable bare or `= true/false`", 'if(incidr("9.9.9.9", "10.0.0.0/8") = false, "out", "in")', "out"),
    ValueRule("5.6", "incidr6(ip,", 'incidr6("2001:db8::1", "2001:db8::/32")', True),
    ValueRule("5.6", "any address of a comma text", 'incidrlist("9.9.9.9,10.1.1.1", "10.0.0.0/8")', True),
    ValueRule("5.6", "is_ipv4, is_ipv6", 'concat(is_ipv4("256.1.1.1"), is_ipv6("::1"))', "falsetrue"),
    ValueRule("5.6", "192.168/16", 'is_known_private_ipv4("192.168.255.255")', True),
    ValueRule("5.6", "192.168/16", 'is_known_private_ipv4("172.32.0.1")', False),
    ValueRule("5.6", "FC00::/7", 'is_known_private_ipv6("fd12:3456::1")', True),
    ValueRule("5.6", "ip_to_int, int_to_ip", 'int_to_ip(add(ip_to_int("10.0.0.255"), 1))', "10.0.1.0"),
    ValueRule("5.6", "ip_to_int, int_to_ip", "int_to_ip(-1)", None),
    # --- 12 ---
    ValueRule("12", "TIMESTAMP_DIFF truncation", f'timestamp_diff({T0}, to_timestamp(129600, "SECONDS"), "DAY")', -1, unsure=True),
    ValueRule("12", "to_string(timestamp) begins with the date", f'arrayindex(split(to_string({LATE}), "-"), 0)', "2026"),
]  # fmt: skip
