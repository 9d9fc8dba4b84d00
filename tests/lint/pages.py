"""The pages of docs/lint: their form, read and checked.

    # rule-id
    *severity, mended by `--fix`* · what the rule finds (as `sluice lint --rules` says it)

    Why it is a mistake, and how to mend it.

    ## Bad
    ```yaml
    steps:
      - run: make | tee log  # <--
    ```
    ## Good
    ```yaml
    …
    ```

In the bad example `# <--` ends each line at which the rule must report; the good one has none. A block whose fence
names a file (```python evaluate.py) is put there for both examples; the bad one's mark may stand in it.
"""

import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "lint"
OTHER_PAGES = {"README", "findings"}
MARK = "# <--"
_FENCE = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Page:
    def __init__(self, path):
        self.id = path.stem
        self.text = path.read_text()
        self.head = self.text.split("\n## Bad\n")[0]
        self.files = {name: body for _, name, body in _FENCE.findall(self.text) if name}
        self.bad = self._example("Bad")
        self.good = self._example("Good")

    def _example(self, title):
        parts = self.text.split(f"\n## {title}\n")
        if len(parts) != 2:
            return None
        section = parts[1].split("\n## ")[0]
        blocks = [body for kind, name, body in _FENCE.findall(section) if kind == "yaml" and not name]
        return blocks[0] if len(blocks) == 1 else None

    def marked_lines(self, file=None):
        """Of the bad example, or of a file beside the two."""
        text = self.bad if file is None else self.files[file]
        return [n for n, line in enumerate(text.splitlines(), 1) if line.endswith(MARK)]


def read_pages():
    return {path.stem: Page(path) for path in sorted(FOLDER.glob("*.md")) if path.stem not in OTHER_PAGES}


def head_of(rule):
    mended = ", mended by `--fix`" if rule["fixable"] else ""
    return f"# {rule['id']}\n*{rule['severity']}{mended}* · {rule['summary']}\n\n"


def index(rules):
    rows = "".join(
        f"| [{r['id']}]({r['id']}.md) | {r['severity']} | {'`--fix`' if r['fixable'] else ''} | {r['summary']} |\n"
        for r in rules)
    return f"| rule | severity | mended by | what it finds |\n|---|---|---|---|\n{rows}"
