"""A corrupted delivery: what goes wrong between a shop's till and a data team."""

import csv

CENTS_BRAND = "4"
RENAMED = ("deal", "deals")
REPEATED_ROWS = 25


def corrupt(source, target):
    """Prices of one brand in cents, one column under another name, some rows twice."""
    with open(source, newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        rows = list(reader)
    brand, price = header.index("brand"), header.index("price")
    changed = 0
    for row in rows:
        if row[brand] == CENTS_BRAND:
            row[price] = f"{float(row[price]) * 100:.0f}"
            changed += 1
    header[header.index(RENAMED[0])] = RENAMED[1]
    with open(target, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows, *rows[1000:1000 + REPEATED_ROWS]])
    return changed
