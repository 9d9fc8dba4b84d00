"""Parquet files as pyarrow writes them: the same answers as for CSV of the same table, and a reason for each broken one."""

import gzip
import json
import os
import subprocess
import unittest
from pathlib import Path

from sandbox import DEADLINE, SandboxTest, binary, main

HERE = Path(__file__).resolve().parent
ARROW = HERE.parent.parent / "build/arrow"
IS_BUILT = (Path(binary()).parent / "sluice_parquet.so").exists()


@unittest.skipUnless((ARROW / "installed").exists(), "SKIPPED: pyarrow is not here to write Parquet files (./dev arrow installs it from PyPI)")
@unittest.skipUnless(IS_BUILT, "SKIPPED: this sluice was built without Apache Arrow (./dev arrow, then ./dev build)")
class ParquetTest(SandboxTest):
    def written(self, what):
        folder = self.sandbox.root / what
        subprocess.run([ARROW / "bin/python", "-B", HERE / "parquet_writer.py", what, folder], check=True, timeout=DEADLINE)
        return folder

    def setUp(self):
        super().setUp()
        self.sandbox.commit({"readme.txt": "tables"})


def without(value, *names):
    """A JSON value without the members of these names, wherever they are."""
    if isinstance(value, dict):
        return {name: without(part, *names) for name, part in value.items() if name not in names}
    if isinstance(value, list):
        return [without(part, *names) for part in value]
    return value


class SameAsCsv(ParquetTest):
    def assert_same_profile(self, csv, parquet):
        ours, theirs = (without(self.sandbox.json("data", "profile", file), "file", "bytes", "data_digest", "profile_digest")
                        for file in (csv, parquet))
        self.assertEqual(len(ours["columns"]), len(theirs["columns"]))
        for one, other in zip(ours["columns"], theirs["columns"], strict=True):
            for key in one:
                self.assertEqual(one[key], other.get(key), f"{parquet.name}: {one['name']}: {key}")
        self.assertEqual(ours, theirs)

    def test_profiles_of_every_type_and_encoding(self):
        folder = self.written("types")
        for name in ("snappy", "pages", "newer", "foreign", "encodings"):
            self.assert_same_profile(folder / "table.csv", folder / f"{name}.parquet")
        self.assert_same_profile(folder / "int96.csv", folder / "int96.parquet")

    def test_schemas_and_what_breaks_them(self):
        folder = self.written("types")
        proposals = []
        for file in ("table.csv", "snappy.parquet"):
            status, text, error = self.sandbox.sluice("data", "infer", folder / file)
            self.assertEqual(0, status, error)
            proposals.append(text.split("\n", 1)[1])
        self.assertEqual(*proposals)
        schema = self.sandbox.write("schema.yml", "version: 1\nkeys:\n  - [small]\ncolumns:\n  small: {type: integer}\n  edge: {type: integer, required: true}\n"
                                                  "  price: {type: number, max: 1}\n  note: {type: category, allowed: [käse]}\n")
        reports = []
        for file in ("table.csv", "pages.parquet"):
            status, out, error = self.sandbox.sluice("data", "validate", folder / file, "--schema", schema, "--json")
            self.assertEqual(1, status, error)
            reports.append(without(json.loads(out), "file", "files", "line", "byte", "bytes", "data_digest"))
        self.assertEqual(*reports)
        self.assertGreater(len(reports[0]["violations"]), 3)
        _, text, _ = self.sandbox.sluice("data", "validate", folder / "pages.parquet", "--schema", schema)
        self.assertNotIn("line 0", text)

    def test_an_evaluation(self):
        folder = self.written("scores")
        ours, theirs = (self.sandbox.json("evaluate", "--prediction-column", "predicted", "--target", "units", "--data",
                                          folder / f"scores.{kind}")["metrics"] for kind in ("csv", "parquet"))
        self.assertEqual(ours, theirs)
        self.assertIn("rmse", ours)

    def test_folders_patterns_and_links(self):
        folder = self.written("weeks")
        os.symlink(folder / "week=40/part-0.snappy.parquet", self.sandbox.repository / "link")
        for path, rows in ((folder, 6), (folder / "week=*/*.parquet", 6), ("link", 3)):
            profile = self.sandbox.json("data", "profile", path)
            self.assertEqual(rows, profile["rows"])
            names = [column["name"] for column in profile["columns"]]
            self.assertEqual(["store", "units"] + ["week"] * (rows == 6), names)


class Broken(ParquetTest):
    def assert_refused(self, file, *said):
        status, out, error = self.sandbox.sluice("data", "profile", file)
        self.assertEqual(2, status, f"{file}: {out}{error}")
        for part in (str(file), *said):
            self.assertIn(part, error)

    def test_each_is_refused_with_its_place(self):
        folder = self.written("broken")
        self.assertEqual(1000, self.sandbox.json("data", "profile", folder / "good.parquet")["rows"])
        for name, said in {
                "cut": "does not end in PAR1: it is truncated",
                "magic": "byte 1: a Parquet file begins with PAR1",
                "footer": "a footer of 2147483648 bytes",
                "lzo": "row group 1, column 'id': packed by lzo",
                "page": "row group 2, after row 400: ",
                "sum": "row group 1, after row 0: ",
                "nested": "the column 'address' is nested (struct<street: string>); write its parts as columns",
                "bytes": "the column 'a' is of raw bytes (fixed_size_binary[4]); write it as text",
                "span": "the column 'took' is a span of time (duration[s]); write it as a number",
                "twice": "the column 'a' appears twice",
                "bomb": "unpacks to more than 10000 times the size of the file",
        }.items():
            self.assert_refused(folder / f"{name}.parquet", said)

    def test_what_cannot_be_sought_in_is_refused(self):
        folder = self.written("scores")
        for path in ("-", "/dev/stdin"):
            with open(folder / "scores.parquet", "rb") as file, subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) as cat:
                done = subprocess.run([binary(), "data", "profile", path], stdin=cat.stdout, env=self.sandbox.environment, capture_output=True,
                                      text=True, timeout=DEADLINE, check=False)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn("which is read from its end: give the name of the file itself", done.stderr)
        packed = self.sandbox.root / "scores.parquet.gz"
        packed.write_bytes(gzip.compress((folder / "scores.parquet").read_bytes()))
        self.assert_refused(packed, "not packed and not as a stream")

    def test_without_the_module_beside_it_sluice_says_what_is_missing(self):
        folder = self.written("scores")
        alone = self.sandbox.root / "sluice"
        alone.write_bytes(Path(binary()).read_bytes())
        alone.chmod(0o755)
        done = subprocess.run([alone, "data", "profile", folder / "scores.parquet"], env=self.sandbox.environment, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("the module that reads Parquet belongs beside sluice", done.stderr)


if __name__ == "__main__":
    main()
