"""Each module has a page that says what it is for, and it stays a page."""

from source_tree import module_of

LINES = 40


def check(tree):
    problems = []
    for module in sorted({module_of(f) for f in tree.cpp("src/")} - {None}):
        file = f"src/{module}/README.md"
        if not tree.exists(file):
            problems.append(f"{file}: missing; say purpose, main types, which file for which task, invariants, what is absent")
    for file in tree.files:
        if file.startswith("src/") and file.endswith("/README.md"):
            lines = tree.text(file).count("\n")
            if lines > LINES:
                problems.append(f"{file}: {lines} lines, at most {LINES}")
    return problems
