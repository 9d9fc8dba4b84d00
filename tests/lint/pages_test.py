"""Every rule has a page, every page a rule; each bad example is found at its marked lines, each good one is clean.

Run alone: SLUICE_BINARY=build/dev/sluice python3 tests/lint/pages_test.py
With UPDATE_INDEX=1 the table of docs/lint/README.md and the heads of the pages are written anew.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import pages

BINARY = os.path.abspath(os.environ["SLUICE_BINARY"])


def lint(*arguments, folder="."):
    done = subprocess.run([BINARY, "lint", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def update():
    rules = lint("--rules", "--json")
    readme = pages.FOLDER / "README.md"
    text = readme.read_text()
    begin = text.index("| rule | severity |")
    readme.write_text(text[:begin] + pages.index(rules))
    for rule in rules:
        path = pages.FOLDER / f"{rule['id']}.md"
        if path.exists():
            _, _, rest = path.read_text().split("\n", 2)
            path.write_text(pages.head_of(rule) + rest.lstrip("\n"))


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rules = lint("--rules", "--json")
        cls.pages = pages.read_pages()
        cls.found = cls.lint_examples()

    @classmethod
    def lint_examples(cls):
        """(rule, "bad" or "good") -> {rule: lines}. One call for all, each page's other files in place."""
        with tempfile.TemporaryDirectory() as folder:
            names = {}
            for page in cls.pages.values():
                home = pathlib.Path(folder, page.id)
                for path, body in page.files.items():
                    (home / path).parent.mkdir(parents=True, exist_ok=True)
                    (home / path).write_text(body)
                (home / ".github/workflows").mkdir(parents=True, exist_ok=True)
                for kind, text in (("bad", page.bad), ("good", page.good)):
                    if text is not None:
                        file = home / ".github/workflows" / f"{kind}.yml"
                        file.write_text(text)
                        names[f".github/workflows/{kind}.yml"] = kind
            found = {}
            for page in cls.pages.values():
                home = pathlib.Path(folder, page.id)
                files = [name for name in names if (home / name).exists()]
                for finding in lint("--json", *files, folder=home) if files else []:
                    where = names.get(finding["file"], finding["file"])  # or a file beside the two
                    rules = found.setdefault((page.id, where), {})
                    rules.setdefault(finding["rule"], []).append(finding["line"])
            return found

    def test_every_rule_has_a_page_and_every_page_a_rule(self):
        self.assertEqual([r["id"] for r in self.rules], sorted(r["id"] for r in self.rules))
        self.assertEqual({r["id"] for r in self.rules}, set(self.pages))

    def test_every_page_begins_with_what_the_table_of_rules_says(self):
        for rule in self.rules:
            with self.subTest(rule=rule["id"]):
                page = self.pages[rule["id"]]
                self.assertTrue(page.text.startswith(pages.head_of(rule)), page.text[:200])
                self.assertGreater(len(page.head.split("\n\n", 1)[1].strip()), 60, "says too little of the why")

    def test_every_bad_example_is_found_at_its_marked_lines(self):
        for page in self.pages.values():
            with self.subTest(rule=page.id):
                self.assertIsNotNone(page.bad, "needs one ## Bad with one yaml block")
                marked_beside = {file: page.marked_lines(file) for file in page.files}
                self.assertTrue(page.marked_lines() or any(marked_beside.values()), f"no line ends in '{pages.MARK}'")
                for file, lines in marked_beside.items():
                    beside = self.found.get((page.id, file), {})
                    self.assertEqual(lines, sorted(set(beside.get(page.id, []))), f"in {file}: {beside}")
                found = self.found.get((page.id, "bad"), {})
                self.assertEqual(page.marked_lines(), sorted(set(found.get(page.id, []))), f"found: {found}")

    def test_no_good_example_is_found(self):
        for page in self.pages.values():
            with self.subTest(rule=page.id):
                self.assertIsNotNone(page.good, "needs one ## Good with one yaml block")
                self.assertEqual([], self.found.get((page.id, "good"), {}).get(page.id, []))

    def test_the_index_lists_them_all(self):
        self.assertTrue((pages.FOLDER / "README.md").read_text().endswith(pages.index(self.rules)),
                        "run this test with UPDATE_INDEX=1")


if __name__ == "__main__":
    if os.environ.get("UPDATE_INDEX"):
        update()
    unittest.main()
