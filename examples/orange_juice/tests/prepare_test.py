import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import math

import prepare
import split


def sales(rows):
    """rows: (store, brand, week, units); every brand costs as many cents an ounce as its number."""
    columns = {"store": [r[0] for r in rows], "brand": [r[1] for r in rows], "week": [r[2] for r in rows],
               "logmove": [math.log(r[3] * prepare.OUNCES) for r in rows], "deal": [1] * len(rows),
               "feat": [0.5] * len(rows)}
    for brand in range(1, prepare.BRANDS + 1):
        columns[f"price{brand}"] = [brand / 100] * len(rows)
    return columns


STORES = {"STORE": [5, 2], **{name.upper(): [0.25, 0.123456] for name in prepare.DEMOGRAPHICS}}


class PrepareTest(unittest.TestCase):
    def rows(self, *given):
        return [dict(zip(prepare.COLUMNS, row)) for row in prepare.prepare(sales(given), STORES)]

    def test_units_are_cartons_and_prices_dollars_for_a_carton(self):
        row = self.rows((2, 3, 40, 129))[0]
        self.assertEqual((row["units"], row["price"]), (129, "1.92"))

    def test_the_other_brands_are_without_the_own_one(self):
        row = self.rows((2, 1, 40, 1))[0]
        self.assertEqual(row["lowest_price"], "1.28")
        self.assertEqual(row["others_price"], "4.16")
        self.assertEqual(row["price_ratio"], "0.1538")

    def test_each_row_has_the_demographics_of_its_store(self):
        rows = self.rows((2, 1, 40, 1), (5, 1, 40, 1))
        self.assertEqual([row["age60"] for row in rows], ["0.1235", "0.25"])

    def test_rows_are_sorted_by_week_store_and_brand(self):
        rows = self.rows((5, 1, 41, 1), (5, 2, 40, 1), (2, 2, 40, 1), (2, 1, 40, 1))
        self.assertEqual([(r["week"], r["store"], r["brand"]) for r in rows],
                         [(40, 2, 1), (40, 2, 2), (40, 5, 2), (41, 5, 1)])

    def test_numbers_have_no_tail_of_zeros(self):
        self.assertEqual([prepare.number(v) for v in (1.0, 0.1, -0.00001, 1.23456)], ["1", "0.1", "0", "1.2346"])


class SplitTest(unittest.TestCase):
    def test_the_split_is_by_week_and_loses_nothing(self):
        parts = split.split([["129"], ["130"], ["144"], ["145"], ["160"]], 0)
        self.assertEqual(parts, {"train": [["129"]], "validation": [["130"], ["144"]], "test": [["145"], ["160"]]})


if __name__ == "__main__":
    unittest.main()
