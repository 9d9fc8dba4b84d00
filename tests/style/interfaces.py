"""Interfaces stay small, and headers take enumerations instead of bool parameters."""

import re

from cpp_scopes import Scopes
from source_tree import line_of

METHODS = 7
_PURE = re.compile(r"\)\s*(?:const|noexcept|\s)*=\s*0\s*;")
_BOOL_PARAMETER = re.compile(r"[(,]\s*(?:const\s+)?bool\s*(?:&\s*)?(?:\w+\s*)?(?=[,)=])")
_EXCUSE = "style: bool because "


def check(tree):
    problems = []
    for file in tree.cpp("src/"):
        scopes = Scopes(tree.text(file), tree.code(file))
        for found in scopes.classes:
            methods = len(_PURE.findall(found.body))
            if methods > METHODS:
                problems.append(f"{file}:{found.line}: {found.name} has {methods} pure virtual methods, at most {METHODS}")
        if file.endswith(".h"):
            problems += _bool_parameters(tree, file, scopes)
    return problems


def _bool_parameters(tree, file, scopes):
    lines = tree.text(file).splitlines()
    declarations = _without_template_arguments(scopes.declarations)
    problems = []
    for match in _BOOL_PARAMETER.finditer(declarations):
        line = line_of(declarations, match.end())
        if not any(_EXCUSE in text for text in lines[max(0, line - 3):line]):
            problems.append(f"{file}:{line}: a bool parameter; take an enum class (or say `// {_EXCUSE}…`)")
    return problems


def _without_template_arguments(text):
    """Blanks `<…>`: the bool in std::function<void(bool)> is not a parameter of the function."""
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"<[^<>;{}]*>", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    return text
