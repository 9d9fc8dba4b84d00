"""A corrupted delivery: what goes wrong between a shop's till and a data team."""

import csv

CENTS_BRAND = "4"
RENAMED = ("deal", "deals")
REPEATED_ROWS = 25


def corrupt(source, target):
    """Prices of one brand in cents, one column under another name, some rows twice; returns how many rows
    then have a price in cents."""
    with open(source, newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        rows = list(reader)
    brand, price = header.index("brand"), header.index("price")
    for row in rows:
        if row[brand] == CENTS_BRAND:
            row[price] = f"{float(row[price]) * 100:.0f}"
    header[header.index(RENAMED[0])] = RENAMED[1]
    rows += rows[1000:1000 + REPEATED_ROWS]
    with open(target, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return sum(row[brand] == CENTS_BRAND for row in rows)
