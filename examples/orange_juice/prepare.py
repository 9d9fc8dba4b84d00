#!/usr/bin/env python3
"""usage: prepare.py orangeJuice.rda sales.csv

Turns the data set into one row for each store, brand and week. Prices are dollars for 64 ounces, units
are cartons of 64 ounces. No feature is known only after the week.
"""

import csv
import math
import sys

from read_rda import read_rda

OUNCES = 64
BRANDS = 11
DEMOGRAPHICS = ("age60", "educ", "ethnic", "income", "hhlarge", "workwom", "hval150", "sstrdist", "sstrvol",
                "cpdist5", "cpwvol5")
COLUMNS = ("store", "brand", "week", "units", "price", "others_price", "lowest_price", "price_ratio", "deal",
           "feat", *DEMOGRAPHICS)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    juice = read_rda(arguments[0])["orangeJuice"]
    rows = prepare(juice["yx"], juice["storedemo"])
    with open(arguments[1], "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"{arguments[1]}: {len(rows)} rows, weeks {rows[0][2]} to {rows[-1][2]}")
    return 0


def prepare(sales, stores):
    """Rows in the order of COLUMNS, sorted by week, store and brand."""
    describe = demographics(stores)
    prices = [sales[f"price{brand}"] for brand in range(1, BRANDS + 1)]
    keys = list(zip(sales["store"], sales["brand"], sales["week"]))
    rows = []
    for at in sorted(range(len(keys)), key=lambda i: (keys[i][2], keys[i][0], keys[i][1])):
        store, brand, week = keys[at]
        rows.append([store, brand, week, round(math.exp(sales["logmove"][at]) / OUNCES),
                     *price_features([column[at] for column in prices], brand),
                     sales["deal"][at], number(sales["feat"][at]),
                     *describe[store]])
    return rows


def demographics(stores):
    columns = [stores[name.upper()] for name in DEMOGRAPHICS]
    return {store: [number(column[i]) for column in columns] for i, store in enumerate(stores["STORE"])}


def price_features(prices, brand):
    """Own price, mean and lowest price of the other brands, and own price by their mean."""
    own = prices[brand - 1] * OUNCES
    others = [price * OUNCES for i, price in enumerate(prices) if i != brand - 1]
    mean = sum(others) / len(others)
    return [number(own), number(mean), number(min(others)), number(own / mean)]


def number(value):
    """At most four decimals: the same text on every machine."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
