"""Finds the functions and classes of C++ text that clang-format has laid out, by matching braces."""

import collections
import re

from source_tree import blank_out, line_of

Function = collections.namedtuple("Function", "name first_line last_line")
Class = collections.namedtuple("Class", "name line body")
Declarations = collections.namedtuple("Declarations", "text")  # what is outside function bodies

_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n[^\n]*)*", re.M | re.S)
_TEMPLATE = re.compile(r"^\s*(?:template|requires)\b\s*")
_NAME = re.compile(r"((?:[A-Za-z_]\w*(?:<[^<>()]*>)?\s*::\s*)*(?:operator\s*\(\s*\)|operator\s*[^\s(]+|~?[A-Za-z_]\w*))\s*\(")
_TYPE = re.compile(r"\b(?:class|struct|union|enum)\b(?:\s+(?:class|struct))?(?:\s*\[\[[^\]]*\]\])?\s*([A-Za-z_][\w:]*)?")


class Scopes:
    """functions, classes and declarations (the text with all function bodies blanked out) of a file."""

    def __init__(self, text, blanked=None):
        self._code = _without_directives(blanked if blanked is not None else blank_out(text))
        self.functions = []
        self.classes = []
        self._bodies = []
        self._scan(0, len(self._code))
        self.declarations = self._without_bodies()

    def _scan(self, start, end):
        at = head_start = start
        while at < end:
            char = self._code[at]
            if char in "([":
                at = self._match(at, end)
            elif char == "{":
                at, consumed = self._brace(head_start, at, end)
                if consumed:
                    head_start = at
            else:
                at += 1
                if char in ";}" or self._is_access_label(char, head_start, at):
                    head_start = at

    def _is_access_label(self, char, head_start, at):
        return char == ":" and re.fullmatch(r"\s*(public|private|protected)\s*:", self._code[head_start:at])

    def _brace(self, head_start, at, end):
        """Handles the brace at `at`; returns where to go on and whether the head before it is used up."""
        head = self._code[head_start:at]
        close = self._match(at, end)
        kind = self._kind(head, close)
        if kind == "initializer":
            return close, False
        if kind == "function":
            first = head_start + len(head) - len(head.lstrip())
            self.functions.append(Function(_function_name(head), line_of(self._code, first),
                                           line_of(self._code, close - 1)))
            self._bodies.append((at, close))
            return close, True
        if kind == "class":
            name = _TYPE.search(_without_template(head)).group(1) or "(unnamed)"
            self.classes.append(Class(name, line_of(self._code, at), self._code[at:close]))
        self._scan(at + 1, close - 1)
        return close, True

    def _kind(self, head, close):
        plain = _without_template(head)
        if re.search(r"\bnamespace\b", plain) or re.search(r'\bextern\s*"', plain):
            return "namespace"
        if plain.rstrip().endswith(("=", ",", "return")):
            return "initializer"
        outside = _outside_parentheses(plain)
        if _TYPE.search(outside) and "=" not in outside and not re.search(r"\(\)\s*(const|noexcept|override)?\s*$", outside):
            return "class"
        if "(" not in plain:
            return "initializer"
        after = self._code[close:close + 200].lstrip()
        if re.search(r"\)[^()]*:(?!:)", outside) and after[:1] in (",", "{"):
            return "initializer"
        return "function"

    def _match(self, at, end):
        """The offset after the bracket that closes the one at `at`."""
        depth = 0
        while at < end:
            char = self._code[at]
            if char in "([{":
                depth += 1
            elif char in ")]}":
                depth -= 1
                if depth == 0:
                    return at + 1
            at += 1
        return end

    def _without_bodies(self):
        parts, last = [], 0
        for start, close in self._bodies:
            parts.append(self._code[last:start])
            parts.append(";" + re.sub(r"[^\n]", " ", self._code[start + 1:close]))
            last = close
        return "".join(parts) + self._code[last:]


def _without_directives(code):
    return _PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)


def _without_template(head):
    match = _TEMPLATE.match(head)
    if not match or not head[match.end():].startswith("<"):
        return head
    depth = 0
    for at in range(match.end(), len(head)):
        depth += {"<": 1, ">": -1}.get(head[at], 0)
        if depth == 0:
            return _without_template(head[at + 1:])
    return head


def _outside_parentheses(text):
    out, depth = [], 0
    for char in text:
        if char in ")]":
            depth -= 1
        if depth == 0 or (depth == 1 and char in "(["):
            out.append(char)
        if char in "([":
            depth += 1
    return "".join(out)


def _function_name(head):
    plain = _without_template(head)
    test = re.match(r"\s*TEST(?:_F|_P)?\(([^)]*)\)", plain)
    if test:
        return ".".join(part.strip() for part in test.group(1).split(","))
    match = _NAME.search(plain)
    return re.sub(r"\s+", "", match.group(1)) if match else plain.strip()[:40]
