#!/usr/bin/env python3
"""usage: evaluation.py SLUICE

Makes the pictures evaluation*.png beside this file anew, from generated predictions: sales of shops and brands with one shop
that is predicted badly, and fruit of four kinds. Needs chromium (for the pages) and libcairo2.
"""

import math
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FRUIT = {"apple": 5, "pear": 3, "plum": 2, "fig": 0.5}
PAGE_SIZES = {"evaluation": "1360,2180", "evaluation_classes": "1360,2060"}


def write_sales(path):
    chance = random.Random(1)
    with open(path, "w", encoding="ascii") as out:
        out.write("store,brand,week,price,units,guess\n")
        for store in range(1, 13):
            for brand in "ABCDEF":
                for week in range(60):
                    price = round(chance.uniform(1.5, 4), 2)
                    guess = (60 - 11 * price + store) * (1.5 if chance.random() < 0.1 else 1)
                    missed = 1.35 if store == 7 and brand in "DEF" else 1
                    out.write(f"{store},{brand},{week},{price},{guess * missed * chance.uniform(0.75, 1.25):.1f},{guess:.1f}\n")


def write_fruit(path):
    chance = random.Random(2)
    with open(path, "w", encoding="ascii") as out:
        out.write("shop,fruit,is_apple," + ",".join(f"p_{name}" for name in FRUIT) + "\n")
        for _ in range(3000):
            truth = chance.choices(list(FRUIT), list(FRUIT.values()))[0]
            weights = [FRUIT[name] ** 0.5 * math.exp(chance.gauss(0, 1) + (1.7 if name == truth else 0)) for name in FRUIT]
            shares = ",".join(f"{weight / sum(weights):.5f}" for weight in weights)
            out.write(f"{chance.randrange(1, 7)},{truth},{int(truth == 'apple')},{shares}\n")


def photograph(page, name):
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={PAGE_SIZES[name]}",
                    f"--screenshot={HERE / (name + '.png')}", page.as_uri()], check=True, capture_output=True)


def main():
    sluice = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_sales(place / "sales.csv")
        write_fruit(place / "fruit.csv")

        def evaluate(*options):
            subprocess.run([sluice, "evaluate", *options], check=True, cwd=place, capture_output=True)

        evaluate("--data", "sales.csv", "--target", "units", "--prediction", "guess", "--slice", "store*brand", "--slice", "price:5",
                 "--block", "week", "--metric", "wape,mae,rmse,r2,bias", "--html", "sales.html", "--plots", "sales")
        evaluate("--data", "fruit.csv", "--target", "fruit", "--class-probability", "p_*", "--slice", "shop", "--html", "fruit.html",
                 "--plots", "fruit")
        evaluate("--data", "fruit.csv", "--target", "is_apple", "--probability", "p_apple", "--plots", "apples")
        for picture in ("residuals", "slice_heat_map"):
            shutil.copy(place / "sales" / f"{picture}.png", HERE / f"evaluation_{picture}.png")
        shutil.copy(place / "apples/lift.png", HERE / "evaluation_lift.png")
        shutil.copy(place / "fruit/confusion_matrix.png", HERE / "evaluation_confusion_matrix.png")
        photograph(place / "sales.html", "evaluation")
        photograph(place / "fruit.html", "evaluation_classes")


if __name__ == "__main__":
    main()
