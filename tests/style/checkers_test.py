"""The checkers catch what they should: small bad trees in, violations out."""

import os
import shutil
import tempfile
import unittest

import braces
import calls
import documents
import formatting
import interfaces
import layers
import readmes
import sizes
import words
from cpp_scopes import Scopes
from source_tree import SourceTree, blank_out

LAYERS = "base:\nos: base\nstore: base os\nml: base os\nconnect: base os ports\n"


class TreeCase(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)

    def tree(self, **files):
        """Keyword names stand for paths: `src__os__a_h` is src/os/a.h."""
        for name, text in {"tools__layers_txt": LAYERS, **files}.items():
            folder, _, suffix = name.replace("__", "/").rpartition("_")
            path = os.path.join(self.root, f"{folder}.{suffix}")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        return SourceTree(self.root)

    def one(self, problems, *parts):
        self.assertEqual(len(problems), 1, problems)
        for part in parts:
            self.assertIn(part, problems[0])


class LayersTest(TreeCase):
    def test_an_edge_that_the_table_lists_passes(self):
        tree = self.tree(src__store__a_cc='#include "os/b.h"\n', src__os__b_h="")
        self.assertEqual(layers.check(tree), [])

    def test_an_edge_that_the_table_does_not_list_is_named_with_its_line(self):
        tree = self.tree(src__os__a_cc='\n#include "store/b.h"\n', src__store__b_h="")
        self.one(layers.check(tree), "src/os/a.cc:2", "os may not include store")

    def test_an_include_in_a_comment_does_not_count(self):
        tree = self.tree(src__os__a_cc='// #include "store/b.h"\n/*\n#include "store/b.h"\n*/\n', src__store__b_h="")
        self.assertEqual(layers.check(tree), [])

    def test_a_cycle_of_files_is_found(self):
        tree = self.tree(src__os__a_h='#include "os/b.h"\n', src__os__b_h='#include "os/a.h"\n')
        self.one(layers.check(tree), "src/os/a.h -> src/os/b.h -> src/os/a.h")

    def test_a_cycle_of_modules_is_found(self):
        tree = self.tree(src__os__a_h='#include "base/b.h"\n', src__base__b_h="", src__base__c_h='#include "os/d.h"\n',
                         src__os__d_h="")
        self.assertTrue(any("modules include each other" in p for p in layers.check(tree)))

    def test_connect_sees_the_ports_of_a_module_and_nothing_else_of_it(self):
        tree = self.tree(src__ml__ports__p_h="", src__ml__x_h="",
                         src__connect__a_cc='#include "ml/ports/p.h"\n#include "ml/x.h"\n')
        self.one(layers.check(tree), "src/connect/a.cc:2", "connect may not include ml")

    def test_a_port_that_reaches_another_module_through_its_own_is_found(self):
        tree = self.tree(src__store__ports__p_h='#include "store/x.h"\n', src__store__x_h='#include "os/y.h"\n',
                         src__os__y_h="")
        self.one(layers.check(tree), "src/store/ports/p.h", "src/os/y.h")

    def test_production_code_may_not_use_fakes(self):
        tree = self.tree(src__os__a_cc='#include "os/testing/f.h"\n', src__os__testing__f_h="",
                         src__os__b_test_cc='#include "os/testing/f.h"\n')
        self.one(layers.check(tree), "src/os/a.cc:1", "test helper")

    def test_heavy_headers_stay_in_sources(self):
        tree = self.tree(src__os__a_h="#include <boost/beast/core.hpp>\n", src__os__b_cc="#include <CLI/CLI.hpp>\n")
        self.one(layers.check(tree), "src/os/a.h:1")


class ScopesTest(unittest.TestCase):
    def names(self, text):
        return [(f.name, f.first_line, f.last_line) for f in Scopes(text).functions]

    def test_functions_are_found_in_namespaces_and_classes(self):
        text = ("namespace a {\n"
                "struct S : B {\n"
                "  int x{3};\n"
                "  explicit S(int y = int{2}) : x{y}, z_{y} { run(); }\n"
                "  bool operator==(const S&) const = default;\n"
                "};\n"
                "const T kTable[] = {{1, 2}, {3, 4}};\n"
                "template <class T>\n"
                "Result<T> S<T>::make(std::function<void()> f) {\n"
                "  if (x) {\n"
                "    return {};\n"
                "  }\n"
                "}\n"
                "}  // namespace a\n"
                "TEST(Suite, does_it) {\n"
                "}\n")
        self.assertEqual(self.names(text), [("S", 4, 4), ("S<T>::make", 8, 13), ("Suite.does_it", 15, 16)])

    def test_text_in_literals_and_comments_has_no_braces(self):
        text = 'void f() {\n  g("{", \'{\', R"(})" /* { */);  // {\n}\nvoid h() {}\n'
        self.assertEqual(self.names(text), [("f", 1, 3), ("h", 4, 4)])

    def test_digit_separators_are_no_literals(self):
        self.assertEqual(blank_out("int a = 1'000'000; // x"), "int a = 1'000'000;     ")

    def test_macros_do_not_open_scopes(self):
        text = "#define A(x) \\\n  if (x) {\n\nvoid f() {\n}\n"
        self.assertEqual(self.names(text), [("f", 4, 5)])

    def test_operators_and_structs_as_results(self):
        text = "bool operator()(int a) const {\n}\nstruct stat look(int a) {\n}\nenum class E : int { A, B };\n"
        self.assertEqual([n for n, _, _ in self.names(text)], ["operator()", "look"])


class BracesTest(TreeCase):
    def check(self, body):
        return braces.check(self.tree(src__os__a_cc=f"Result<int> f() {{\n{body}\n}}\n"))

    def test_try_behind_another_member_is_found(self):
        for body in ("return Pair{a, TRY(b())};", "list.push_back({a, TRY(b())});", "x = {a, {1, f(TRY(b()))}};",
                     "return A{.a = a, .b = TRY_CONTEXT(b(), name)};", "Pair pair{TRY(a()), TRY(b())};"):
            with self.subTest(body):
                self.one(self.check(body), "src/os/a.cc:2", "TRY in braces")

    def test_try_elsewhere_is_fine(self):
        for body in ("return f(a, TRY(b()));", "Single one{TRY(a())};", "int a, b; a = TRY(c());",
                     "return A{a, [&] { int x = 1, y = 2; TRY(b()); }};", "for (auto& [a, b] : c) { TRY(d(a, b)); }",
                     "return A{std::map<a, b>(TRY(c()))};"):
            with self.subTest(body):
                self.assertEqual(self.check(body), [])


class SizesTest(TreeCase):
    LONG = "void f() {\n" + "  g();\n" * 69 + "}\n"

    def test_a_function_of_71_lines_is_too_long(self):
        self.one(sizes.check(self.tree(src__os__a_cc=self.LONG)), "src/os/a.cc:1", "f has 71 lines")

    def test_one_of_70_is_not(self):
        self.assertEqual(sizes.check(self.tree(src__os__a_cc=self.LONG.replace("  g();\n", "", 1))), [])

    def test_a_table_may_be_long_for_a_reason(self):
        text = "// style: long table because each row is a route\n" + self.LONG
        self.assertEqual(sizes.check(self.tree(src__os__a_cc=text)), [])

    def test_long_files_and_large_files(self):
        tree = self.tree(src__os__a_h="\n" * 1001, docs__b_bin="x" * (1024 * 1024 + 1))
        problems = sizes.check(tree)
        self.assertEqual(len(problems), 2, problems)


class InterfacesTest(TreeCase):
    def test_eight_pure_methods_are_too_many(self):
        body = "".join(f"  virtual void f{i}() const = 0;\n" for i in range(8))
        self.one(interfaces.check(self.tree(src__os__a_h="class A {\n" + body + "};\n")), "A has 8")

    def test_bool_parameters_of_headers(self):
        text = ("class A {\n  explicit A(bool on);\n  bool fine() const;\n"
                "  void also_fine(std::function<void(bool)> f);\n  bool operator==(const A& o) const { return g(true, bool{}); }\n};\n"
                "// style: bool because JSON has it\nvoid set(bool value);\nvoid get(int a,\n         const bool& b);\n")
        problems = interfaces.check(self.tree(src__os__a_h=text))
        self.assertEqual([p.split(": ")[0] for p in problems], ["src/os/a.h:2", "src/os/a.h:10"])


class CallsTest(TreeCase):
    BAD = {
        "clock": "auto t = std::chrono::steady_clock::now();", "sleep": "std::this_thread::sleep_for(1s);",
        "environment": 'auto h = std::getenv("HOME");', "processes": "int p = fork();", "files": "std::ifstream in(path);",
        "filesystem": "if (std::filesystem::exists(p)) {}", "random": "std::random_device d;",
        "sockets": "int s = ::socket(AF_INET, 0, 0);", "threads": "t.detach();", "throw": "throw 1;",
    }

    def test_each_rule_catches_its_call_outside_os(self):
        for rule, text in self.BAD.items():
            with self.subTest(rule):
                problems = calls.check(self.tree(src__ml__a_cc=f"void f() {{\n  {text}\n}}\n"))
                self.one(problems, "src/ml/a.cc:2", f"({rule})")

    def test_os_tests_comments_and_own_methods_are_free(self):
        tree = self.tree(src__os__a_cc=self.BAD["clock"], src__ml__b_test_cc=self.BAD["files"],
                         src__ml__c_cc="// throw\nauto a = store.open(x); auto b = Store::open(y); files.remove(z);\n")
        self.assertEqual(calls.check(tree), [])

    def test_a_listed_exception_passes_and_an_unneeded_one_is_reported(self):
        listed = "src/ml/*  clock  it measures itself\nsrc/ml/*  sleep  it waits\n"
        tree = self.tree(src__ml__a_cc=self.BAD["clock"], tests__style__allowed_calls_txt=listed)
        self.one(calls.check(tree), "src/ml/* sleep")

    def test_an_exception_without_a_reason_is_refused(self):
        with self.assertRaises(SystemExit):
            calls.check(self.tree(tests__style__allowed_calls_txt="src/ml/*  clock\n"))


class WordsTest(TreeCase):
    def test_unfinished_work_and_paths_of_one_machine(self):
        tree = self.tree(src__os__a_cc="// TO" + "DO: more\n", docs__b_md="see /ro" + "ot/x and a/ro" + "ot/x\n")
        self.assertEqual(sorted(p.split(": ")[0] for p in words.check(tree)), ["docs/b.md:1", "src/os/a.cc:1"])


class DocumentsTest(TreeCase):
    def test_dead_links_and_anchors(self):
        tree = self.tree(docs__a_md="# One `two`: three\n[ok](b.md#x-y) [ok](#one-two-three) [no](c.md)\n[no](b.md#z)\n"
                                    "[web](https://example.org) `[code](d.md)`\n```\n[fenced](e.md)\n```\n",
                         docs__b_md="## X y\n")
        problems = documents.check(tree)
        self.assertEqual([p.split(": ")[0] for p in problems], ["docs/a.md:2", "docs/a.md:3"], problems)

    def test_named_files_exist(self):
        tree = self.tree(docs__life_of_a_run_md="`src/os/a.cc`, `os/a.cc` and `src/os/gone.cc`\n", src__os__a_cc="",
                         src__os__README_md="`a.cc`, `other.h`\n")
        problems = documents.check(tree)
        self.assertEqual(len(problems), 2, problems)
        self.assertIn("gone.cc", problems[0])
        self.assertIn("other.h", problems[1])


class ReadmesTest(TreeCase):
    def test_each_module_has_a_page_of_40_lines(self):
        tree = self.tree(src__os__a_cc="", src__ml__a_cc="", src__ml__README_md="\n" * 41)
        problems = readmes.check(tree)
        self.assertEqual(len(problems), 2, problems)


@unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
class FormattingTest(TreeCase):
    def test_what_clang_format_would_change_is_found(self):
        tree = self.tree(src__os__a_cc="int  a;\n", src__os__b_cc="int a;\n")
        self.one(formatting.check(tree), "src/os/a.cc:1")


if __name__ == "__main__":
    unittest.main()
