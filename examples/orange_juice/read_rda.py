"""Reads R's .rda files (XDR, versions 2 and 3; plain, gzip, bzip2 or xz) into lists and dictionaries.

A named list and a data frame become a dict, an unnamed list a list, a vector a list; NA is None.
"""

import bz2
import gzip
import lzma
import math
import struct

_OPENERS = ((b"\xfd7zXZ", lzma.decompress), (b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress))
_NA_INTEGER = -(2 ** 31)


class RdaError(Exception):
    pass


def read_rda(path):
    """{name: value} of everything that the file holds."""
    with open(path, "rb") as stream:
        data = stream.read()
    for magic, decompress in _OPENERS:
        if data.startswith(magic):
            data = decompress(data)
    return _Reader(data, path).read()


class _Reader:
    def __init__(self, data, path):
        self._data = data
        self._path = path
        self._at = 0
        self._references = []

    def read(self):
        magic = self._take(7)
        if magic not in (b"RDX2\nX\n", b"RDX3\nX\n"):
            raise RdaError(f"{self._path}: not an .rda file in XDR form")
        self._ints(3)
        if magic.startswith(b"RDX3"):
            self._take(self._int())
        return self._plain(self._item())

    def _take(self, count):
        if count < 0 or self._at + count > len(self._data):
            raise RdaError(f"{self._path}: ends early, at byte {self._at}")
        self._at += count
        return self._data[self._at - count:self._at]

    def _int(self):
        return struct.unpack(">i", self._take(4))[0]

    def _ints(self, count):
        return struct.unpack(f">{count}i", self._take(4 * count))

    def _item(self):
        flags = self._int()
        kind, attributed, tagged = flags & 0xFF, flags & 0x200, flags & 0x400
        if kind == 2:
            return self._pairs(attributed, tagged)
        value = self._value(kind, flags)
        if attributed and kind not in (9, 255):  # there the bits mean something else
            return _named(value, self._plain(self._item()))
        return value

    def _value(self, kind, flags):
        if kind in (254, 253, 251, 242, 241):
            return None
        if kind == 255:
            return self._references[(flags >> 8) - 1]
        if kind == 1:
            self._references.append(self._item())
            return self._references[-1]
        if kind == 9:
            length = self._int()
            return None if length == -1 else self._take(length).decode("utf-8", "replace")
        if kind in (10, 13):
            return [None if v == _NA_INTEGER else v for v in self._ints(self._int())]
        if kind == 14:
            count = self._int()
            numbers = struct.unpack(f">{count}d", self._take(8 * count))
            return [None if math.isnan(v) else v for v in numbers]
        if kind in (16, 19):
            return [self._plain(self._item()) for _ in range(self._int())]
        if kind == 238:
            return self._compact()
        raise RdaError(f"{self._path}: unsupported kind {kind} of item before byte {self._at}")

    def _pairs(self, attributed, tagged):
        """A pairlist as [(tag, value), …]; its rest follows it directly."""
        pairs = _Pairs()
        while True:
            if attributed:
                self._item()
            tag = self._item() if tagged else None
            pairs.append((tag, self._plain(self._item())))
            flags = self._int()
            if flags & 0xFF != 2:
                return pairs
            attributed, tagged = flags & 0x200, flags & 0x400

    def _compact(self):
        info, state, _ = self._item(), self._item(), self._item()
        name = info[0][1]
        if name == "compact_intseq":
            count, start, step = state
            return [int(start + i * step) for i in range(int(count))]
        if name == "deferred_string" and isinstance(state, _Pairs):
            return [str(v) for v in state[0][1]]
        raise RdaError(f"{self._path}: unsupported compact vector {name}")

    def _plain(self, item):
        return dict(item) if isinstance(item, _Pairs) and all(tag for tag, _ in item) else item


class _Pairs(list):
    pass


def _named(value, attributes):
    names = attributes.get("names") if isinstance(attributes, dict) else None
    if names and isinstance(value, list) and len(names) == len(value):
        return dict(zip(names, value))
    return value
