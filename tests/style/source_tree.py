"""The files of a checkout, and C++ text with comments and literals blanked out."""

import functools
import os
import re
import subprocess

_SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__"}


class SourceTree:
    """All files that git tracks or would track; every file below the root where there is no git."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.files = sorted(self._list())

    def _list(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            out = subprocess.run(
                ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                check=True, capture_output=True).stdout.decode()
            return [f for f in out.split("\0") if f and os.path.isfile(self.path(f))]
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if f not in _SKIPPED_FOLDERS]
            found += [os.path.relpath(os.path.join(folder, n), self.root) for n in names]
        return found

    def path(self, file):
        return os.path.join(self.root, file)

    def exists(self, file):
        return os.path.exists(self.path(file))

    def cpp(self, *prefixes):
        prefixes = prefixes or ("src/", "tests/", "bench/", "fuzz/", "tools/")
        return [f for f in self.files if f.endswith((".cc", ".h", ".cpp")) and f.startswith(prefixes)]

    def headers(self):
        return [f for f in self.cpp("src/") if f.endswith(".h")]

    @functools.lru_cache(maxsize=None)
    def text(self, file):
        with open(self.path(file), encoding="utf-8", errors="replace") as stream:
            return stream.read()

    @functools.lru_cache(maxsize=None)
    def code(self, file):
        return blank_out(self.text(file))


_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""
    r"""|R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)\""""
    r"""|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""", re.S)


def blank_out(text):
    """Comments and the insides of literals as spaces; lines and columns stay where they are."""

    def blank(match):
        body = match.group(0)
        spaces = re.sub(r"[^\n]", " ", body)
        if body.startswith("/"):
            return spaces
        return body[0].replace("R", '"') + spaces[1:-1] + body[-1]

    return _LITERAL.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def is_test(file):
    return file.endswith("_test.cc") or "/testing/" in file or file.startswith(("tests/", "bench/", "fuzz/"))


def module_of(file):
    """`src/ml/data/csv.h` -> `ml`; None for files outside src/ and for src/main.cc."""
    parts = file.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "src" else None
