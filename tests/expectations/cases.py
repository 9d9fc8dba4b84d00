#!/usr/bin/env python3
"""usage: cases.py > golden.json

Small tables and the arguments of expectations on them, answered by Great Expectations itself (0.18 with pandas 2.1; `pip
install 'great_expectations==0.18.22' 'pandas<2.2' 'numpy<2'`), in the form of its own suites. The module test of
expectations demands the same answers of ours.
"""

import io
import json
import math
import sys
import warnings

TABLE = {
    "i": [1, 2, 3, 4, 5, 6],
    "n": [1, None, 3, 3, None, 6],
    "f": [0.5, 1.5, -2.25, 1.5, 9.0, 1e3],
    "s": ["a", "b", "b", "abc", "", "zz"],
    "t": ["x", None, "y", "x", "x", None],
    "b": [True, False, True, True, False, False],
    "m": [1, "a", 2.5, None, True, "b"],
    "z": [None, None, None, None, None, None],
    "d": ["2020-01-01", "2020-01-02", "2020-01-02", "2020-02-30", "2020-03-01", "1 May 2021"],
    "j": ['{"a": 1}', '{"a": "x"}', "[]", "1", '"q"', "{"],
    "o": ['{"a": 1}', '{"a": 2, "b": null}', '{"b": 3}', '{"a": "x"}', "[1]", "3"],
    "u": [6, 5, 5, 3, 2, 1],
    "c": ["A", "A", "B", "A", "C", "B"],
    "w": ["Jan 5 2019", "3/4/2018", "2019-05-06T07:08:09", "covfefe", "12", "99999999999"],
}

BETWEEN = [{"min_value": 2, "max_value": 5}, {"min_value": 2}, {"max_value": 3}, {}, {"min_value": 2, "strict_min": True},
           {"max_value": 5, "strict_max": True}, {"min_value": 2, "max_value": 5, "mostly": 0.6}]
PATTERNS = ["^a", "b$", "[ab]+", "^$", "1", "\\d", "z{2}"]

CASES = []


def add(kind, arguments, table=None, types=None):
    CASES.append((kind, arguments, table or TABLE, types))


def column_maps():
    for column in ("i", "n", "f", "s", "t", "b", "m", "z"):
        for mostly in ({}, {"mostly": 0.5}):
            add("expect_column_values_to_be_null", {"column": column, **mostly})
            add("expect_column_values_to_not_be_null", {"column": column, **mostly})
        add("expect_column_values_to_be_unique", {"column": column})
        for values in ([1, 2, 3], ["a", "x", "b"], [1, "a", True], [], [1.0, 3.0]):
            add("expect_column_values_to_be_in_set", {"column": column, "value_set": values})
            add("expect_column_values_to_not_be_in_set", {"column": column, "value_set": values})
        for bounds in BETWEEN:
            add("expect_column_values_to_be_between", {"column": column, **bounds})
        for length in (1, 2, 3):
            add("expect_column_value_lengths_to_equal", {"column": column, "value": length})
        for bounds in BETWEEN:
            add("expect_column_value_lengths_to_be_between", {"column": column, **bounds})
        for pattern in PATTERNS:
            add("expect_column_values_to_match_regex", {"column": column, "regex": pattern})
            add("expect_column_values_to_not_match_regex", {"column": column, "regex": pattern})
        for on in ("any", "all"):
            add("expect_column_values_to_match_regex_list", {"column": column, "regex_list": ["a", "b"], "match_on": on})
        add("expect_column_values_to_not_match_regex_list", {"column": column, "regex_list": ["a", "z"]})
        add("expect_column_values_to_be_between", {"column": column, "min_value": 5, "max_value": 2})
    for column in ("i", "n", "f", "u", "b", "s", "d", "z"):
        for more in ({}, {"strictly": True}, {"mostly": 0.5}, {"parse_strings_as_datetimes": True}):
            if "parse_strings_as_datetimes" in more and column in "sd":
                continue
            add("expect_column_values_to_be_increasing", {"column": column, **more})
            add("expect_column_values_to_be_decreasing", {"column": column, **more})
    for column in ("d", "s", "i", "t", "w"):
        for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m", "%b %d %Y", "%Q"):
            add("expect_column_values_to_match_strftime_format", {"column": column, "strftime_format": form})
    for column in ("d", "s", "w", "i", "t"):
        add("expect_column_values_to_be_dateutil_parseable", {"column": column})
    for column in ("j", "s", "t", "o", "i"):
        add("expect_column_values_to_be_json_parseable", {"column": column})
    for schema in ({"type": "object"}, {"required": ["a"]}, {"properties": {"a": {"type": "integer"}}},
                   {"type": ["object", "array"]}, {"type": "strange"},
                   {"anyOf": [{"type": "number"}, {"required": ["b"]}]}):
        for column in ("o", "j"):
            add("expect_column_values_to_match_json_schema", {"column": column, "json_schema": schema})
    for column in ("i", "n", "f", "s"):
        for more in ({"threshold": 1.2, "double_sided": True}, {"threshold": 1.2, "double_sided": False},
                     {"threshold": -0.5, "double_sided": False}, {"threshold": 2, "double_sided": True, "mostly": 0.8}):
            add("expect_column_value_z_scores_to_be_less_than", {"column": column, **more})


def types():
    names = ["int", "int64", "float", "float64", "str", "object", "bool", "datetime64", "Int64Dtype", "bool_", "object_",
             "nonsense", "string_types", "float_", "O", "dict", "NoneType", "none", "unicode_", "Timestamp", "INTEGER"]
    for column in ("i", "n", "f", "s", "b", "m", "z", "t"):
        for name in names:
            add("expect_column_values_to_be_of_type", {"column": column, "type_": name})
        for several in (["int", "float"], ["str", "int"], ["nonsense"], ["int64", "object"], []):
            add("expect_column_values_to_be_in_type_list", {"column": column, "type_list": several})


def aggregates():
    kinds = ["max", "min", "mean", "median", "sum", "stdev"]
    for column in ("i", "n", "f", "b", "s", "z", "u"):
        for kind in kinds:
            for bounds in BETWEEN[:-1]:
                add(f"expect_column_{kind}_to_be_between", {"column": column, **bounds})
        for bounds in ({"min_value": 2, "max_value": 4}, {"min_value": 0.4, "max_value": 0.8}, {"min_value": 3}, {}):
            add("expect_column_unique_value_count_to_be_between", {"column": column, **bounds})
            add("expect_column_proportion_of_unique_values_to_be_between", {"column": column, **bounds})
        for values in ([1, 2, 3, 4, 5, 6], [1, 3, 6], ["a", "b", "abc", "", "zz"], [True, False], [9]):
            for kind in ("be_in_set", "contain_set", "equal_set"):
                add(f"expect_column_distinct_values_to_{kind}", {"column": column, "value_set": values})
            add("expect_column_most_common_value_to_be_in_set", {"column": column, "value_set": values})
            add("expect_column_most_common_value_to_be_in_set", {"column": column, "value_set": values, "ties_okay": True})
    for column in ("i", "n", "f", "u"):
        for q, ranges in (([0.1, 0.5, 0.9], [[0, 5], [1, 4], [None, 1e4]]), ([0, 1], [[None, 1], [5, None]]),
                          ([0.25, 0.75], [[2, 3], [1, 2]]), ([0.5], [[3, 1]]), ([0.5, 0.6], [[0, 9]])):
            for more in ({}, {"allow_relative_error": "linear"}, {"allow_relative_error": "midpoint"},
                         {"allow_relative_error": "lower"}, {"allow_relative_error": "wrong"}):
                add("expect_column_quantile_values_to_be_between",
                    {"column": column, "quantile_ranges": {"quantiles": q, "value_ranges": ranges}, **more})


def several_columns():
    pairs = [("i", "n"), ("n", "i"), ("i", "u"), ("s", "t"), ("i", "s"), ("z", "n"), ("f", "i")]
    for a, b in pairs:
        for more in ({}, {"ignore_row_if": "either_value_is_missing"}, {"ignore_row_if": "neither"}, {"mostly": 0.5}):
            names = {"column_A": a, "column_B": b, **more}
            add("expect_column_pair_values_to_be_equal", names)
            add("expect_column_pair_values_a_to_be_greater_than_b", names)
            add("expect_column_pair_values_a_to_be_greater_than_b", {**names, "or_equal": True})
            add("expect_column_pair_values_to_be_in_set", {**names, "value_pairs_set": [[1, 1], [3, 5], ["b", "y"], [4, 3]]})
    lists = [["i", "n"], ["s", "c"], ["n", "t"], ["i", "u", "n"], ["z", "t"], ["b", "c"], ["f", "f"]]
    for columns in lists:
        for more in ({}, {"ignore_row_if": "any_value_is_missing"}, {"ignore_row_if": "never"}, {"mostly": 0.5}):
            names = {"column_list": columns, **more}
            add("expect_compound_columns_to_be_unique", names)
            add("expect_select_column_values_to_be_unique_within_record", names)
            add("expect_multicolumn_sum_to_equal", {**names, "sum_total": 7})


def tables():
    for bounds in ({"min_value": 3, "max_value": 6}, {"max_value": 3}, {}, {"min_value": "x"}):
        add("expect_table_row_count_to_be_between", bounds)
        add("expect_table_column_count_to_be_between", bounds)
    for value in (6, 14, 3.5, "x"):
        add("expect_table_row_count_to_equal", {"value": value})
        add("expect_table_column_count_to_equal", {"value": value})
    for name in ("i", "nope"):
        for index in ({}, {"column_index": 0}, {"column_index": 3}):
            add("expect_column_to_exist", {"column": name, **index})
    names = list(TABLE)
    for columns in (names, names[:-1], names[::-1], names + ["more"], None):
        add("expect_table_columns_to_match_ordered_list", {"column_list": columns})
        for exact in ({}, {"exact_match": False}):
            add("expect_table_columns_to_match_set", {"column_set": columns, **exact})


def conditions():
    for condition in ("i > 2", 'i > 2 and c == "A"', "n.isnull()", "n.notnull() & (i != 3)", 'c in ["A", "B"]', '~(c == "A")',
                      "n != 3", "i * 2 <= f", "b", "not b or i == 5"):
        more = {"row_condition": condition, "condition_parser": "pandas"}
        add("expect_column_values_to_be_between", {"column": "i", "min_value": 2, "max_value": 4, **more})
        add("expect_column_mean_to_be_between", {"column": "i", "min_value": 2, "max_value": 4, **more})
        add("expect_table_row_count_to_be_between", {"min_value": 2, "max_value": 4, **more})
        add("expect_compound_columns_to_be_unique", {"column_list": ["b", "c"], **more})


def dates():
    table = {"ts": ["2020-01-01", "2020-01-03 10:00:00", None, "2020-01-02", "2021-06-30"], "v": [1, 2, 3, 4, 5]}
    kinds = {"ts": "datetime64[ns]"}
    for bounds in ({"min_value": "2020-01-02"}, {"max_value": "2020-12-31", "mostly": 0.7},
                   {"min_value": "2020-01-01", "max_value": "2020-01-03 10:00:00", "strict_max": True}):
        add("expect_column_values_to_be_between", {"column": "ts", **bounds}, table, kinds)
        plain = {key: value for key, value in bounds.items() if key != "mostly"}
        for kind in ("max", "min"):
            add(f"expect_column_{kind}_to_be_between", {"column": "ts", **plain}, table, kinds)
    for name in ("datetime64", "datetime64[ns]", "Timestamp", "object"):
        add("expect_column_values_to_be_of_type", {"column": "ts", "type_": name}, table, kinds)
    add("expect_column_values_to_be_unique", {"column": "ts"}, table, kinds)


def distributions():
    values = {"values": ["A", "B", "C"], "weights": [0.5, 0.3, 0.2]}
    fewer = {"values": ["A", "B"], "weights": [0.5, 0.5]}
    more = {"values": ["A", "B", "C", "D"], "weights": [0.4, 0.3, 0.2, 0.1]}
    bins = {"bins": [0, 2, 4, 6], "weights": [0.3, 0.3, 0.4]}
    narrow = {"bins": [1, 2, 3], "weights": [0.5, 0.5]}
    tails = {"bins": [1, 2, 3], "weights": [0.4, 0.4], "tail_weights": [0.1, 0.1]}
    endless = {"bins": [-math.inf, 2, 4, math.inf], "weights": [0.3, 0.3, 0.4]}
    below = {"bins": [-math.inf, 2, 4], "weights": [0.5, 0.5]}
    above = {"bins": [2, 4, math.inf], "weights": [0.5, 0.5]}
    gap = {"bins": [0, 2, 4, 6], "weights": [0.5, 0.0, 0.5]}
    wrong = {"values": ["A"], "weights": [0.5]}
    for column in ("i", "n", "f"):
        add("expect_column_kl_divergence_to_be_less_than", {"column": column, "partition_object": None, "threshold": 0.1})
    for partition in (values, fewer, more, wrong):
        for extra in ({"threshold": 0.1}, {"threshold": 0.01}, {"threshold": 0.5, "tail_weight_holdout": 0.1}, {"threshold": -1},
                      {"threshold": 0.1, "internal_weight_holdout": 0.1}):
            add("expect_column_kl_divergence_to_be_less_than", {"column": "c", "partition_object": partition, **extra})
    for partition in (bins, narrow, tails, endless, below, above, gap):
        for extra in ({"threshold": 0.1}, {"threshold": 2, "tail_weight_holdout": 0.1}, {"threshold": 2, "internal_weight_holdout": 0.1},
                      {"threshold": 1, "tail_weight_holdout": 0.1, "internal_weight_holdout": 0.1},
                      {"threshold": 1, "bucketize_data": False}):
            for column in ("i", "u", "n"):
                add("expect_column_kl_divergence_to_be_less_than", {"column": column, "partition_object": partition, **extra})


def plain(value):
    """As JSON has it; what is no JSON is told as text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, (int, float, str, bool)) or value is None:
        return value
    return str(value)


def traceback_of(information):
    if "raised_exception" in information:
        return information["exception_traceback"] if information["raised_exception"] else None
    return next((inner["exception_traceback"] for inner in information.values() if inner.get("raised_exception")), None)


def expected(result):
    traceback = traceback_of(result["exception_info"])
    if traceback:
        lines = [line for line in traceback.strip().splitlines() if line and not line.startswith(" ")]
        return {"traceback_substring": ["Error"], "raised": lines[-1][:200]}
    out = {"success": result["success"]}
    for key in ("element_count", "missing_count", "unexpected_count", "unexpected_percent", "unexpected_list", "observed_value"):
        if key in result["result"]:
            out[key] = plain(result["result"][key])
    partitions = result["result"].get("details", {})
    if isinstance(partitions, dict):
        for key in ("expected_partition", "observed_partition"):
            if key in partitions:
                out[key] = plain(partitions[key])
    return out


# What we do otherwise, knowingly: texts have no sum, missing values are all alike, the order of types does not decide what
# can be compared; and two of its own mistakes ("Unalignable boolean Series", dates in booleans).
def is_different(kind, arguments, out):
    raised = out.get("raised", "")
    return ("Unalignable" in raised or "Invalid type for timedelta scalar" in raised
            or (kind == "expect_column_sum_to_be_between" and arguments["column"] == "s")
            or (kind == "expect_select_column_values_to_be_unique_within_record" and arguments["column_list"] == ["n", "t"]
                and arguments.get("ignore_row_if") == "never"))


def answer(validator, kind, arguments):
    try:
        result = getattr(validator, kind)(**arguments, result_format="COMPLETE", catch_exceptions=True).to_json_dict()
    except Exception as error:  # style: whatever it raises is its answer
        return {"traceback_substring": ["Error"], "raised": f"{type(error).__name__}: {error}"[:200]}
    return expected(result)


def main():
    for part in (column_maps, types, aggregates, several_columns, tables, conditions, dates, distributions):
        part()
    warnings.filterwarnings("ignore")
    import great_expectations
    import pandas

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    validators, files = {}, {}
    for kind, arguments, table, types_of in CASES:
        if id(table) not in validators:
            frame = pandas.DataFrame(table)
            for column in types_of or {}:
                frame[column] = pandas.to_datetime(frame[column], format="mixed")
            validators[id(table)] = context.sources.add_or_update_pandas(f"p{id(table)}").read_dataframe(frame)
        held, sys.stdout = sys.stdout, io.StringIO()
        out = answer(validators[id(table)], kind, arguments)
        sys.stdout = held
        if is_different(kind, arguments, out):
            continue
        title = out.pop("raised", "") or ("holds" if out.get("success") else "does not hold")
        datasets = files.setdefault(kind, {})
        dataset = datasets.setdefault(id(table), {"data": table, "schemas": {"pandas": types_of or {}}, "tests": []})
        dataset["tests"].append({"title": title, "in": arguments, "out": out})
    suites = [{"expectation_type": kind, "datasets": list(datasets.values())} for kind, datasets in files.items()]
    json.dump(suites, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
