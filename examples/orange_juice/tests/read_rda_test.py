import gzip
import os
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from read_rda import RdaError, read_rda


def integer(value):
    return struct.pack(">i", value)


def text(value):
    return integer(0x40009) + integer(len(value)) + value.encode()


def names(*values):
    return integer(0x402) + integer(1) + text("names") + integer(16) + integer(len(values)) + b"".join(
        text(v) for v in values) + integer(254)


HEADER = b"RDX2\nX\n" + integer(2) + integer(0) + integer(0)
FRAME = (integer(0x402) + integer(1) + text("d") + integer(0x213) + integer(2)
         + integer(13) + integer(2) + integer(7) + integer(-2 ** 31)
         + integer(14) + integer(1) + struct.pack(">d", 2.5)
         + names("a", "b") + integer(254))


class ReadRdaTest(unittest.TestCase):
    def read(self, data):
        with tempfile.NamedTemporaryFile(suffix=".rda") as file:
            file.write(data)
            file.flush()
            return read_rda(file.name)

    def test_a_list_with_names_becomes_a_dictionary_and_na_none(self):
        self.assertEqual(self.read(HEADER + FRAME), {"d": {"a": [7, None], "b": [2.5]}})

    def test_compressed_files_are_recognised_by_their_first_bytes(self):
        self.assertEqual(self.read(gzip.compress(HEADER + FRAME))["d"]["b"], [2.5])

    def test_a_file_that_ends_early_is_an_error(self):
        for length in range(7, len(HEADER + FRAME)):
            with self.assertRaises(RdaError):
                self.read((HEADER + FRAME)[:length])

    def test_other_files_are_refused(self):
        with self.assertRaises(RdaError):
            self.read(b"PK\x03\x04 not an R file")


if __name__ == "__main__":
    unittest.main()
