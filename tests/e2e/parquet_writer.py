"""Writes tables with pyarrow for parquet_test.py: `parquet_writer.py WHAT FOLDER`. Runs in the Python of `./dev arrow`.

The CSV beside each Parquet file is written here by hand, value by value, and knows nothing of sluice."""

import csv
import datetime as dt
import decimal
import random
import struct
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 3000


def columns(numbers):
    def some(choices):
        return [numbers.choice(choices) for _ in range(ROWS)]

    epoch = dt.datetime(1970, 1, 1)
    moments = [epoch + dt.timedelta(microseconds=numbers.randrange(-10**15, 10**15)) for _ in range(ROWS)]
    return {
        "row": pa.array(range(ROWS), pa.int64()),
        "small": pa.array(some([-128, 0, 127]), pa.int8()),
        "edge": pa.array(some([2**63 - 1, -2**63, 0, None]), pa.int64()),
        "count": pa.array(some([2**64 - 1, 3]), pa.uint64()),
        "price": pa.array([numbers.lognormvariate(0, 30) for _ in range(ROWS)], pa.float64()),
        "rare": pa.array(some([0.1, 1.0, -0.0, 1e300, 5e-324, 1e16, None]), pa.float64()),
        "single": pa.array(some([0.1, 3.0, 16777216.0, 1.1754944e-38]), pa.float32()),
        "half": pa.array(some([0.5, 1.0, 65504.0]), pa.float16()),
        "feature": pa.array(some([True, False, None]), pa.bool_()),
        "day": pa.array([(epoch + dt.timedelta(days=numbers.randrange(-40000, 40000))).date() for _ in range(ROWS)], pa.date32()),
        "at": pa.array(moments, pa.timestamp("us", "UTC")),
        "local": pa.array([m.replace(microsecond=m.microsecond // 1000 * 1000) for m in moments], pa.timestamp("ms")),
        "midnight": pa.array([m.replace(hour=0, minute=0, second=0, microsecond=0) for m in moments], pa.timestamp("us")),
        "clock": pa.array([dt.time(numbers.randrange(24), 7, 9, 120000) for _ in range(ROWS)], pa.time64("us")),
        "money": pa.array([decimal.Decimal(numbers.randrange(-10**9, 10**9)).scaleb(-2) for _ in range(ROWS)], pa.decimal128(12, 2)),
        "wide": pa.array([decimal.Decimal(numbers.randrange(10**40)).scaleb(-30) for _ in range(ROWS)], pa.decimal256(50, 30)),
        "brand": pa.array(some(["tropicana", "dominicks", None])).dictionary_encode(),
        "note": pa.array(some(["käse", "a,b", 'say "x"', "two\nlines", "007", None])),
        "empty": pa.nulls(ROWS),
    }


def shortest_single(value):
    def as_single(number):
        return struct.unpack("f", struct.pack("f", number))[0]

    text = next(text for digits in range(1, 10) if as_single(float(text := format(value, f".{digits}g"))) == value)
    return text if "." in text or "e" in text else text + ".0"


def spelling(value, kind):
    """One value as a data file would hold it."""
    if value is None:
        return ""
    if pa.types.is_boolean(kind):
        return "true" if value else "false"
    if pa.types.is_float32(kind) or pa.types.is_float16(kind):
        return shortest_single(value)
    if pa.types.is_floating(kind):
        return repr(value)
    if pa.types.is_decimal(kind):
        return format(value, "f")
    if pa.types.is_timestamp(kind):
        text = value.replace(tzinfo=None).isoformat()
        return (text.rstrip("0") if "." in text else text) + ("Z" if kind.tz else "")
    if pa.types.is_time(kind):
        return value.isoformat().rstrip("0")
    return str(value)


def write_csv(table, path):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table.column_names)
        kinds = [field.type for field in table.schema]
        for row in zip(*(column.to_pylist() for column in table.columns)):
            writer.writerow([spelling(value, kind) for value, kind in zip(row, kinds)])


def types(folder):
    table = pa.table(columns(random.Random(5)))
    write_csv(table, folder / "table.csv")
    plain = table.set_column(table.column_names.index("brand"), "brand", table["brand"].cast(pa.string()))
    pq.write_table(table, folder / "snappy.parquet", row_group_size=700)
    pq.write_table(table, folder / "pages.parquet", compression="none", use_dictionary=False, data_page_size=200)
    pq.write_table(table, folder / "newer.parquet", compression="zstd", data_page_version="2.0", write_page_checksum=True)
    pq.write_table(plain, folder / "foreign.parquet", compression="gzip", store_schema=False, write_statistics=False)
    pq.write_table(plain, folder / "encodings.parquet", compression="brotli", use_dictionary=False, column_encoding={
        "row": "DELTA_BINARY_PACKED", "price": "BYTE_STREAM_SPLIT", "note": "DELTA_BYTE_ARRAY", "brand": "DELTA_LENGTH_BYTE_ARRAY"})
    days = table.select(["row", "midnight"])
    pq.write_table(days, folder / "int96.parquet", compression="lz4", use_deprecated_int96_timestamps=True)
    write_csv(days, folder / "int96.csv")


def weeks(folder):
    for week in (40, 41):
        part = folder / f"week={week}"
        part.mkdir(parents=True)
        table = pa.table({"store": [1, 2, 2], "units": [week * 10.0, 2.0, None]})
        pq.write_table(table if week == 40 else table.select(["units", "store"]), part / "part-0.snappy.parquet")
    (folder / "_SUCCESS").touch()


def scores(folder):
    numbers = random.Random(7)
    truth = [numbers.lognormvariate(3, 1) for _ in range(500)]
    table = pa.table({"units": truth, "predicted": [x * numbers.gauss(1, 0.2) for x in truth]})
    pq.write_table(table, folder / "scores.parquet")
    write_csv(table, folder / "scores.csv")


def broken(folder):
    table = pa.table({"id": pa.array(range(1000), pa.int64()), "note": ["some text"] * 1000})
    pq.write_table(table, folder / "good.parquet", compression="none", use_dictionary=False, write_statistics=False, row_group_size=400)
    good = (folder / "good.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(good[:-100])
    (folder / "magic.parquet").write_bytes(b"PARX" + good[4:])
    (folder / "footer.parquet").write_bytes(good[:-8] + (2**31).to_bytes(4, "little") + good[-4:])
    (folder / "lzo.parquet").write_bytes(good.replace(b"\x02id\x15\x00\x16", b"\x02id\x15\x06\x16"))
    second = good.index((400).to_bytes(8, "little") + (401).to_bytes(8, "little"))
    (folder / "page.parquet").write_bytes(good[:second - 20] + b"\xff" * 13 + good[second - 7:])
    pq.write_table(table, folder / "sum.parquet", compression="none", use_dictionary=False, write_statistics=False,
                   write_page_checksum=True)
    checked = bytearray((folder / "sum.parquet").read_bytes())
    checked[checked.index(b"some text")] = ord("X")
    (folder / "sum.parquet").write_bytes(checked)
    nested = pa.table({"id": [1], "address": pa.array([{"street": "x"}])})
    pq.write_table(nested, folder / "nested.parquet")
    pq.write_table(pa.table({"a": pa.array([b"\xff\xfe\x00\x01"], pa.binary(4))}), folder / "bytes.parquet")
    pq.write_table(pa.table({"took": pa.array([1], pa.duration("s"))}), folder / "span.parquet")
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), folder / "twice.parquet")
    same = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * 900])
    pq.write_table(pa.table({"a": same}), folder / "bomb.parquet", max_rows_per_page=len(same), write_statistics=False)


if __name__ == "__main__":
    into = Path(sys.argv[2])
    into.mkdir(parents=True, exist_ok=True)
    {"types": types, "weeks": weeks, "scores": scores, "broken": broken}[sys.argv[1]](into)
