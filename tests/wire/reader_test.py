"""Has a session recorded by the library, and reads it with the reader that was written from docs/wire.md.

    reader_test.py PROGRAM      the test program that records the session
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import reader


class ReaderTest(unittest.TestCase):
    def assert_contains(self, found, expected, where):
        """What is expected stands in what was found; a dictionary may have more."""
        if isinstance(expected, dict):
            self.assertIsInstance(found, dict, where)
            for key, value in expected.items():
                self.assertIn(key, found, where)
                self.assert_contains(found[key], value, f"{where}.{key}")
        elif isinstance(expected, list):
            self.assertIsInstance(found, list, where)
            self.assertEqual(len(found), len(expected), f"{where}: {json.dumps(found, indent=1)}")
            for i, value in enumerate(expected):
                self.assert_contains(found[i], value, f"{where}[{i}]")
        else:
            self.assertEqual(found, expected, where)

    def test_a_recorded_session_means_what_was_said(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([PROGRAM, "--gtest_filter=Session.IsRecorded"], check=True,
                           stdout=subprocess.DEVNULL, env={**os.environ, "CIRCUIT_SESSION": directory})
            for side in ("dialer", "acceptor"):
                with open(f"{directory}/{side}.bytes", "rb") as file:
                    found = list(reader.messages(file.read()))
                with open(f"{directory}/{side}.json", encoding="utf-8") as file:
                    self.assert_contains(found, json.load(file), side)

    def test_the_id_in_the_document_is_right(self):
        page = os.path.join(os.path.dirname(__file__), "../../docs/wire.md")
        method = "process.ping()->void"
        with open(page, encoding="utf-8") as file:
            self.assertIn(f"`{method}` has the id {reader.signature_id(method):#018x}", file.read())

    def test_what_must_be_refused_is(self):
        def frame(kind, body=b"", flags=0, reserved=0, length=None):
            size = len(body) if length is None else length
            return reader.HEADER.pack(size, kind, flags, reserved, 1) + body

        for stream in (frame(7), frame(35), frame(4, flags=4), frame(4, reserved=1), frame(4, length=65537),
                       frame(4)[:15], frame(1, b"KIRC" + bytes(20)), frame(16, bytes(39)),
                       frame(16, bytes(38) + b"\4\0\x80"), frame(16, bytes(39) + b"\1\x80"), frame(17, b"\x9f\xff"),
                       frame(17, b"\xd9\xc7\x39\x83\0\1\x61a"), frame(17, b"\x81" * 70 + b"\0"),
                       frame(17, b"\0\0"), frame(17, b"a", flags=1)):
            with self.assertRaises(reader.Refused, msg=stream):
                list(reader.messages(stream))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
