"""Words that say something is unfinished, and paths of one person's machine."""

import re

from source_tree import line_of

_TEXT = (".cc", ".h", ".md", ".py", ".sh", ".txt", ".cmake", ".yml", ".yaml", ".json", ".S")
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|WIP|not implemented|unimplemented|for now|coming soon|"
                         r"lorem ipsum|(?:a|as|the) placeholder (?:until|for now)|stub(?:bed)? out)\b")
_MACHINE = re.compile(r"(?<![\w.~$}/-])/(?:Users/[A-Za-z]\w*|root)/")


def check(tree):
    problems = []
    for file in tree.files:
        if file.startswith("tests/style/") or "/corpus/" in file:
            continue
        if not file.endswith(_TEXT) and file not in ("dev", ".ci/run"):
            continue
        text = tree.text(file)
        for pattern, what in ((_UNFINISHED, "says that something is unfinished"),
                              (_MACHINE, "is a path of one machine")):
            problems += [f"{file}:{line_of(text, m.start())}: `{m.group(0)}` {what}" for m in pattern.finditer(text)]
    return problems
