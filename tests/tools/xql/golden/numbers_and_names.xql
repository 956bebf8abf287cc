dataset = "my dataset-1" | filter limit = 5 and count > 0x1F and sort < 1.5e3 and type = -2 | sort desc count, type | fields limit, count, dataset as d
=====
dataset = a-b_raw | fields action_*, *host*, xdm.asset.* | fields - _raw_log, tmp_*
=====
dataset in (panw_*, $list) | filter Поле = "значение" and naïve = "😀"
