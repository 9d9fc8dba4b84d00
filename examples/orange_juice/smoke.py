#!/usr/bin/env python3
"""usage: smoke.py [--port N]

Asks the served model for one shop, brand and week, at the usual price and at lower ones, and fails when a
lower price would sell less.
"""

import argparse
import http.client
import json
import sys

# Store 2, brand 4 (64 ounces), no promotion.
ROW = {"store": 2, "brand": 4, "price": 2.69, "others_price": 2.31, "lowest_price": 1.29, "price_ratio": 1.1645,
       "deal": 0, "feat": 0, "age60": 0.2329, "educ": 0.2489, "ethnic": 0.1143, "income": 10.5532,
       "hhlarge": 0.104, "workwom": 0.3036, "hval150": 0.4639, "sstrdist": 2.1101, "sstrvol": 1.1429,
       "cpdist5": 1.9273, "cpwvol5": 0.3769}
CUTS = (0, 0.1, 0.2)


def main(arguments):
    parser = argparse.ArgumentParser(description="Ask the served model what a lower price does.")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args(arguments)
    rows = [at_price(ROW, ROW["price"] * (1 - cut)) for cut in CUTS]
    demand = predict(options.port, rows)
    print("| price | cartons a week | change |\n|---|---|---|")
    for row, units in zip(rows, demand):
        print(f"| ${row['price']:.2f} | {units:.1f} | {units / demand[0] - 1:+.0%} |")
    if any(later < earlier for earlier, later in zip(demand, demand[1:])):
        print("smoke: a lower price would sell less; that is no model of demand", file=sys.stderr)
        return 1
    return 0


def at_price(row, price):
    return {**row, "price": round(price, 4), "price_ratio": round(price / row["others_price"], 4)}


def predict(port, rows):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = json.dumps({"dataframe_records": rows})
    connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"smoke: the server answered {answer.status}: {text}")
    return json.loads(text)["predictions"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
