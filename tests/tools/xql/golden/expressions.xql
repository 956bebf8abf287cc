dataset = t | filter a = 1 and (b = 2 or c = 3 and d = 4) or not (e = 5) and not f in (1, 2) and g not contains "x" or h
=====
dataset = t | alter a = 1 + 2 * 3 - (4 - 5), b = (1 + 2) * 3, c = -x, d = -5, e = -(f + 1), f = a / (b / c), g = a * -2
=====
dataset = t | alter a = x -> [], b = x -> {}, c = x -> B.D[1].E, d = x -> B.F[], e = x -> ["a.b"].c{}, f = x -> [1].E, g = "@element" -> k -> j, h = to_json_string(y) -> user-agent
=====
dataset = t | alter a = if(x = null, "none", x = "", "empty", x), b = arraymap(arrayfilter(xs, "@element" != "skip" and len("@element") > 3), uppercase("@element")), c = coalesce(a, b, null, "")
=====
dataset = t | filter x in ("a rather long value number one", "a rather long value number two", "a rather long value number three", null, "") and y = """raw "text" with \n""" and z != true and w = "C:\path\" and v contains $param
=====
dataset = t | alter very_long_name_of_a_column = if(first_condition_field contains "something long" and second_condition_field contains "something else", "first outcome of the two", "second outcome of the two")
