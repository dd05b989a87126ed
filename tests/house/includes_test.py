#!/usr/bin/env python3
"""The check of includes, checked: in a small tree with one breach it reports that one, and in a clean one nothing."""
import os
import tempfile
import unittest

import includes


class Includes(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        self.addCleanup(self.top.cleanup)
        self.write("core/include/circuit/error.hpp", "#pragma once\n#include <string>\n")
        self.write("core/include/circuit/call.hpp", "#pragma once\n#include <circuit/error.hpp>\n")
        self.write("core/src/base/log.hpp", "#pragma once\n#include <circuit/error.hpp>\n")
        self.write("core/src/wire/frame.hpp", '#pragma once\n#include "base/log.hpp"\n')
        self.write("core/src/lang/call.cpp", '#include <circuit/call.hpp>\n#include "wire/frame.hpp"\n')
        self.write("core/src/monitor/cluster.hpp", '#pragma once\n#include "base/log.hpp"\n')
        self.write("web/server/endpoint.hpp", '#pragma once\n#include <boost/beast/http.hpp>\n'
                   '#include "monitor/cluster.hpp"\n')
        self.write("cli/up.cpp", '#include "web/server/endpoint.hpp"\n')

    def write(self, path, text):
        full = os.path.join(self.top.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def expect_one_breach(self, *parts):
        breaches = includes.check(self.top.name)
        self.assertEqual(len(breaches), 1, breaches)
        for part in parts:
            self.assertIn(part, breaches[0])

    def test_a_clean_tree_has_no_breach(self):
        self.assertEqual(includes.check(self.top.name), [])

    def test_an_include_against_the_direction_is_reported_with_its_line(self):
        self.write("core/src/wire/bad.cpp", '#include "wire/frame.hpp"\n#include "lang/pool.hpp"\n')
        self.write("core/src/lang/pool.hpp", "#pragma once\n")
        self.expect_one_breach("core/src/wire/bad.cpp:2", "core/src/lang/pool.hpp", "not lang")

    def test_an_include_from_the_same_folder_is_found_too(self):
        self.write("core/src/base/bad.cpp", '#include "../wire/frame.hpp"\n')
        self.expect_one_breach("core/src/base/bad.cpp:1", "not wire")

    def test_a_public_header_of_a_higher_layer_is_out_of_reach_for_a_lower_one(self):
        self.write("core/src/wire/bad.cpp", "#include <circuit/call.hpp>\n")
        self.expect_one_breach("core/src/wire/bad.cpp:1", "not lang")

    def test_a_public_header_may_not_stand_on_a_private_one(self):
        self.write("core/include/circuit/bad.hpp", '#pragma once\n#include "base/log.hpp"\n')
        self.expect_one_breach("core/include/circuit/bad.hpp:2", "public headers alone")

    def test_the_consoles_may_not_include_each_other(self):
        self.write("web/server/bad.cpp", '#include "cli/options.hpp"\n')
        self.write("cli/options.hpp", "#pragma once\n")
        self.expect_one_breach("web/server/bad.cpp:1", "not cli")

    def test_beast_outside_the_web_endpoint_is_reported(self):
        self.write("core/src/link/bad.cpp", "#include <boost/beast/websocket.hpp>\n")
        self.expect_one_breach("core/src/link/bad.cpp:1", "web/")

    def test_a_second_file_with_zookeeper_is_reported(self):
        self.write("core/src/anchor/zookeeper/client.cpp", "#include <zookeeper/zookeeper.h>\n")
        self.assertEqual(includes.check(self.top.name), [])
        self.write("core/src/anchor/zookeeper/session.cpp", "#include <zookeeper/zookeeper.h>\n")
        self.expect_one_breach("client.cpp", "session.cpp")

    def test_a_header_without_pragma_once_is_reported(self):
        self.write("core/src/base/bad.hpp", "#ifndef X\n#endif\n")
        self.expect_one_breach("core/src/base/bad.hpp:1", "#pragma once")

    def test_a_file_of_601_lines_is_reported(self):
        self.write("core/src/base/long.cpp", "\n" * 601)
        self.expect_one_breach("core/src/base/long.cpp", "601 lines")
        self.write("core/src/base/long.cpp", "\n" * 600)
        self.assertEqual(includes.check(self.top.name), [])

    def test_a_test_that_is_switched_off_is_reported(self):
        self.write("tests/base/bad_test.cpp", "TEST(Log, DISABLED_WritesALine) {}\n")
        self.expect_one_breach("tests/base/bad_test.cpp:1")
        self.write("tests/base/bad_test.cpp", "TEST(Log, WritesALine) { GTEST" + "_SKIP(); }\n")
        self.expect_one_breach("tests/base/bad_test.cpp:1")


if __name__ == "__main__":
    unittest.main()
