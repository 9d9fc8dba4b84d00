"""The same suite over the same file by Great Expectations itself: what it says of each expectation, and what that costs.

Not a benchmark of its own; validate.py has the row.
"""

import json
import subprocess

import peers

VERSION = "1.24.1"
PACKAGES = (f"great_expectations=={VERSION}", "pandas<3")
SECONDS_FOR_PEER = 900

COLUMNS = ["store", "brand", "week", "price", "deal", "units", "region", "note"]


def expectation(kind, **kwargs):
    return {"type": kind, "kwargs": kwargs}


def on_values():
    yield from (expectation("expect_column_values_to_not_be_null", column=name) for name in COLUMNS)
    for column, low, high in (("store", 1, 10000000), ("brand", 1, 11), ("week", 1, 150), ("price", 0.2, 5.4), ("units", 0, 8000)):
        yield expectation("expect_column_values_to_be_between", column=column, min_value=low, max_value=high, mostly=0.8)
    yield expectation("expect_column_values_to_be_in_set", column="brand", value_set=list(range(1, 12)))
    yield expectation("expect_column_values_to_be_in_set", column="deal", value_set=[0, 1])
    yield expectation("expect_column_values_to_be_in_set", column="region", value_set=["north", "south", "east"])
    yield expectation("expect_column_values_to_not_be_in_set", column="region", value_set=["middle"])
    yield expectation("expect_column_value_lengths_to_be_between", column="region", min_value=4, max_value=5)
    yield expectation("expect_column_value_lengths_to_equal", column="note", value=19)
    yield expectation("expect_column_values_to_match_regex", column="note", regex="^[a-z ]+$")
    yield expectation("expect_column_values_to_not_match_regex", column="note", regex="[0-9]")
    yield expectation("expect_column_values_to_match_regex_list", column="region", regex_list=["th$", "st$"], match_on="any")
    yield expectation("expect_column_values_to_be_of_type", column="price", type_="float64")


def on_columns():
    for kind, column, low, high in (("max", "price", 5, 6), ("min", "price", 0.5, 0.6), ("mean", "price", 2, 3), ("stdev", "price", 1, 2),
                                    ("median", "units", 1000, 5000), ("sum", "deal", 1, 10), ("unique_value_count", "brand", 11, 11),
                                    ("proportion_of_unique_values", "week", 0, 0.01)):
        yield expectation(f"expect_column_{kind}_to_be_between", column=column, min_value=low, max_value=high)
    yield expectation("expect_column_quantile_values_to_be_between", column="price",
                      quantile_ranges={"quantiles": [0.1, 0.5, 0.9], "value_ranges": [[0.5, 2], [2, 4], [4, 5]]})
    yield expectation("expect_column_distinct_values_to_be_in_set", column="region", value_set=["north", "south", "east", "west"])
    yield expectation("expect_column_distinct_values_to_contain_set", column="week", value_set=[40, 41, 42])
    yield expectation("expect_column_distinct_values_to_equal_set", column="deal", value_set=[0, 1])
    yield expectation("expect_column_most_common_value_to_be_in_set", column="note", value_set=["regular shelf price"])
    yield expectation("expect_column_pair_values_a_to_be_greater_than_b", column_A="week", column_B="brand")
    yield expectation("expect_compound_columns_to_be_unique", column_list=["store", "brand", "week"])


def on_table():
    yield expectation("expect_table_row_count_to_be_between", min_value=1000, max_value=100000000)
    yield expectation("expect_table_column_count_to_equal", value=len(COLUMNS))
    yield expectation("expect_table_columns_to_match_ordered_list", column_list=COLUMNS)


def suite():
    return {"name": "sales", "expectations": [*on_values(), *on_columns(), *on_table()], "meta": {}}


# Prints what came out of each expectation, seconds of processor and of the clock without imports, and peak megabytes.
PROGRAM = """
import json, logging, resource, sys, time, warnings
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
import great_expectations, pandas
context = great_expectations.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
suite = great_expectations.ExpectationSuite(name="sales")
for one in json.load(open(sys.argv[2]))["expectations"]:
    suite.add_expectation_configuration(ExpectationConfiguration(type=one["type"], kwargs=one["kwargs"]))
start, begin = time.process_time(), time.monotonic()
frame = pandas.read_csv(sys.argv[1])
asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
said = batch.validate(suite, result_format="SUMMARY").to_json_dict()
took = [time.process_time() - start, time.monotonic() - begin]
told = [[r["expectation_config"]["type"], bool(r["success"]), r["result"].get("unexpected_count")] for r in said["results"]]
print(json.dumps({"told": told, "processor": took[0], "clock": took[1],
                  "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}))
"""


def run(path, suite_path):
    """(what it said, reason why not)"""
    python = peers.python_with(*PACKAGES)
    if python.reason:
        return None, python.reason
    try:
        ran = subprocess.run([python.program, "-c", PROGRAM, path, suite_path], capture_output=True, text=True, check=False,
                             timeout=SECONDS_FOR_PEER)
    except subprocess.TimeoutExpired:
        return None, f"did not end within {SECONDS_FOR_PEER} s"
    if ran.returncode != 0:
        return None, (ran.stderr.strip().splitlines() or ["no message"])[-1][:160]
    return json.loads(ran.stdout.splitlines()[-1]), ""


def told_by_sluice(text):
    """[type, success, unexpected_count] of each, in the order of the suite."""
    return [[r["expectation_config"].get("type", r["expectation_config"].get("expectation_type")), r["success"],
             r["result"].get("unexpected_count")] for r in json.loads(text)["results"]]


def differences(ours, theirs):
    """Types of expectations that the two do not judge alike; how they order their results is not compared."""
    def key(one):
        return json.dumps(one)
    left, right = sorted(ours, key=key), sorted(theirs, key=key)
    if left == right:
        return []
    return sorted({one[0] for one in left + right if left.count(one) != right.count(one)})
