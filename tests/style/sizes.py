"""How long functions and files are. A table-like function opts out with `// style: long table because …`
in the line above it or at its first line."""

import os
import statistics

from cpp_scopes import Scopes
from source_tree import is_test

FUNCTION_LINES = 70
FILE_LINES = 1000
FILE_BYTES = 1024 * 1024
_OPT_OUT = "style: long table because "


def check(tree):
    problems = []
    for file in tree.files:
        size = os.path.getsize(tree.path(file))
        if size > FILE_BYTES:
            problems.append(f"{file}: {size} bytes; large files do not belong into git")
    for file in tree.cpp() + _scripts(tree):
        lines = tree.text(file).count("\n")
        if lines > FILE_LINES:
            problems.append(f"{file}: {lines} lines, at most {FILE_LINES}")
    for file in tree.cpp():
        problems += _long_functions(tree, file)
    return problems


def figures(tree):
    rows = []
    for title, chosen in (("production", lambda f: not is_test(f)), ("tests", is_test)):
        files = [f for f in tree.cpp() if chosen(f)]
        lengths = [_length(g) for f in files for g in Scopes(tree.text(f), tree.code(f)).functions]
        rows.append((title + " functions", lengths))
        rows.append((title + " files", [tree.text(f).count("\n") for f in files]))
    print(f"{'':22}{'count':>8}{'lines':>9}{'p50':>6}{'p90':>6}{'p99':>6}{'max':>6}")
    for title, values in rows:
        if values:
            print(f"{title:22}{len(values):8}{sum(values):9}{_share(values, 50):6}{_share(values, 90):6}"
                  f"{_share(values, 99):6}{max(values):6}")


def _scripts(tree):
    return [f for f in tree.files if f.endswith((".py", ".sh"))]


def _length(function):
    return function.last_line - function.first_line + 1


def _long_functions(tree, file):
    lines = tree.text(file).splitlines()
    problems = []
    for function in Scopes(tree.text(file), tree.code(file)).functions:
        length = _length(function)
        around = lines[max(0, function.first_line - 4):function.first_line + 2]
        if length > FUNCTION_LINES and not any(_OPT_OUT in line for line in around):
            problems.append(f"{file}:{function.first_line}: {function.name} has {length} lines, at most {FUNCTION_LINES}")
    return problems


def _share(values, percent):
    if len(values) == 1:
        return values[0]
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1])
