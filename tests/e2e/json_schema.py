"""As much of JSON Schema (draft-07) as `sluice lint --schema` uses; a word that is not known here is an error."""

import re

_TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str), "boolean": lambda v: isinstance(v, bool), "null": lambda v: v is None,
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)}
_WITHOUT_MEANING = {"$schema", "title", "description", "definitions"}


class Schema:
    def __init__(self, root):
        self.root = root

    def mistakes(self, value):
        return list(self._mistakes(self.root, value, ""))

    def _fits(self, schema, value):
        return not any(True for _ in self._mistakes(schema, value, ""))

    def _mistakes(self, schema, value, at):
        if schema is True:
            return
        if schema is False:
            yield f"{at}: must not be there"
            return
        for word, wanted in schema.items():
            if word not in _WITHOUT_MEANING:
                yield from getattr(self, "_" + word.replace("$", "").replace("if", "choice"))(schema, wanted, value, at)

    def _ref(self, _, wanted, value, at):
        here = self.root
        for name in wanted.removeprefix("#/").split("/"):
            here = here[name]
        yield from self._mistakes(here, value, at)

    def _type(self, _, wanted, value, at):
        if not any(_TYPES[name](value) for name in ([wanted] if isinstance(wanted, str) else wanted)):
            yield f"{at}: is no {wanted}"

    def _enum(self, _, wanted, value, at):
        if value not in wanted:
            yield f"{at}: {value!r} is none of {wanted}"

    def _pattern(self, _, wanted, value, at):
        if isinstance(value, str) and not re.search(wanted, value):
            yield f"{at}: {value!r} does not match"

    def _anyOf(self, _, wanted, value, at):
        if not any(self._fits(one, value) for one in wanted):
            yield f"{at}: fits none of {len(wanted)} forms"

    def _allOf(self, _, wanted, value, at):
        for one in wanted:
            yield from self._mistakes(one, value, at)

    def _choice(self, schema, wanted, value, at):
        yield from self._mistakes(schema["then" if self._fits(wanted, value) else "else"], value, at)

    def _then(self, *_):
        return ()

    _else = _then

    def _required(self, _, wanted, value, at):
        if isinstance(value, dict):
            yield from (f"{at}: lacks {name}" for name in wanted if name not in value)

    def _minItems(self, _, wanted, value, at):
        if isinstance(value, list) and len(value) < wanted:
            yield f"{at}: is too short"

    def _minProperties(self, _, wanted, value, at):
        if isinstance(value, dict) and len(value) < wanted:
            yield f"{at}: is empty"

    def _items(self, _, wanted, value, at):
        for i, item in enumerate(value if isinstance(value, list) else ()):
            yield from self._mistakes(wanted, item, f"{at}[{i}]")

    def _properties(self, _, wanted, value, at):
        for name in wanted.keys() & (value.keys() if isinstance(value, dict) else set()):
            yield from self._mistakes(wanted[name], value[name], f"{at}.{name}")

    def _patternProperties(self, _, wanted, value, at):
        for name in value if isinstance(value, dict) else ():
            for pattern, schema in wanted.items():
                if re.search(pattern, name):
                    yield from self._mistakes(schema, value[name], f"{at}.{name}")

    def _additionalProperties(self, schema, wanted, value, at):
        for name in value if isinstance(value, dict) else ():
            known = name in schema.get("properties", {}) or any(
                re.search(pattern, name) for pattern in schema.get("patternProperties", {}))
            if not known:
                yield from self._mistakes(wanted, value[name], f"{at}.{name}")
