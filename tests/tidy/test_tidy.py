"""The rules, each shown something it must find and something it must leave alone."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import compiling  # noqa: E402
import rooms  # noqa: E402
import sizes  # noqa: E402
import words  # noqa: E402
from project import Project  # noqa: E402

MAP = """
| Room | May include | Holds |
|---|---|---|
| `src/base` | nothing | |
| `src/table` | `base` | |
| `src/table/delta` | `base` `table` | |
| `src/engine` | `base` `table` | |
"""
CMAKE = {
    "src/base/CMakeLists.txt": "limno_room(base SOURCES clock.cc)",
    "src/table/CMakeLists.txt": "limno_room(table\n  DEPENDS base\n  SOURCES a.cc)",
    "src/engine/CMakeLists.txt": "limno_room(engine DEPENDS base table SOURCES a.cc LIBRARIES fmt::fmt)",
}


class RuleTest(unittest.TestCase):
    def tree(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in files.items():
            path = pathlib.Path(folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Project(folder.name, sorted(files))

    def house(self, **files):
        return self.tree({"docs/ARCHITECTURE.md": MAP, **CMAKE, **{k.replace("__", "/"): v for k, v in files.items()}})

    def texts(self, findings):
        return [str(f) for f in findings]


class Rooms(RuleTest):
    def test_a_true_map_passes(self):
        self.assertEqual([], rooms.map_is_true(self.house()))

    def test_a_folder_without_row_and_a_row_without_folder(self):
        project = self.house(**{"src/ingest/CMakeLists.txt": ""})
        project._files.remove("src/engine/CMakeLists.txt")
        texts = self.texts(rooms.map_is_true(project))
        self.assertTrue(any("src/ingest is not in the map" in t for t in texts), texts)
        self.assertTrue(any("src/engine, but there is no such folder" in t for t in texts), texts)

    def test_edges_of_cmake_and_map_differ(self):
        project = self.house(**{"src/base/CMakeLists.txt": "limno_room(base DEPENDS table SOURCES a.cc)",
                                "src/engine/CMakeLists.txt": "limno_room(engine DEPENDS base SOURCES a.cc)"})
        texts = self.texts(rooms.map_is_true(project))
        self.assertTrue(any("DEPENDS names table" in t for t in texts), texts)
        self.assertTrue(any("allows engine -> table" in t for t in texts), texts)

    def test_a_ring_is_found(self):
        ring = MAP.replace("| `src/base` | nothing |", "| `src/base` | `engine` |")
        texts = self.texts(rooms.map_is_true(self.house(**{"docs/ARCHITECTURE.md": ring})))
        self.assertTrue(any("ring" in t for t in texts), texts)

    def include(self, path, line):
        return self.texts(rooms.includes_follow_the_map(self.house(**{path: line + "\n"})))

    def test_includes(self):
        for path, line, fine in [
                ("src/engine/a.cc", '#include "table/table.h"', True),
                ("src/engine/a.cc", '#include "duckdb.hpp"', True),
                ("src/engine/a.cc", '#include "table/delta/log.h"', False),
                ("src/table/a.cc", '#include "engine/engine.h"', False),
                ("src/table/a.cc", '#include <duckdb.hpp>', False),
                ("src/table/a.cc", '#include "table/delta/log.h"', False),
                ("src/table/delta/a.cc", '#include "table/table.h"', True),
                ("src/table/a.cc", '#include "../base/clock.h"', False),
                ("src/table/a.cc", '#include "clock.h"', False),
                ("src/table/a.cc", '#include "base/testing/fake_clock.h"', False),
                ("src/table/a_test.cc", '#include "base/testing/fake_clock.h"', True),
                ("include/limno/lake.h", '#include "base/clock.h"', False),
                ("include/limno/lake.h", '#include "limno/error.h"', True)]:
            with self.subTest(path=path, line=line):
                self.assertEqual(fine, self.include(path, line) == [])


class Sizes(RuleTest):
    def test_functions_are_counted(self):
        text = """namespace a {
class B {
 public:
  int C() const {
    if (x) {
      return '{';
    }
    return 1;
  }
  std::vector<int> d_ = {1, 2};
};
Result<void> B::D(int a,
                  int b) {
  auto f = [&](int x) {
    return x;
  };
}
TEST(Suite, Name) {
  Foo();
}
}  // namespace a
"""
        self.assertEqual([("C", 4, 6), ("B::D", 13, 5), ("Suite.Name", 18, 3)], sizes.functions(text))

    def test_long_function_and_the_ratchet(self):
        body = "int Long() {\n" + "  x();\n" * 80 + "}\n"
        self.assertEqual(1, len(sizes.sizes(self.tree({"src/a.cc": body}))))
        listed = {"src/a.cc": body, sizes.EXCEPTIONS: "src/a.cc:Long 82\n"}
        self.assertEqual([], sizes.sizes(self.tree(listed)))
        listed[sizes.EXCEPTIONS] = "src/a.cc:Long 81\n"
        self.assertIn("grew", str(sizes.sizes(self.tree(listed))[0]))
        listed[sizes.EXCEPTIONS] = "src/a.cc:Long 90\n"
        self.assertIn("lower it to 82", str(sizes.sizes(self.tree(listed))[0]))

    def test_long_file(self):
        self.assertEqual(1, len(sizes.sizes(self.tree({"src/a.cc": "\n" * 451}))))
        self.assertEqual([], sizes.sizes(self.tree({"src/a.cc": "\n" * 450})))


class Words(RuleTest):
    def test_file_names(self):
        self.assertEqual(1, len(words.file_names(self.tree({"src/base/string_util.h": ""}))))
        self.assertEqual([], words.file_names(self.tree({"src/base/commonly_utilised.h": ""})))

    def test_unfinished(self):
        mark = "TO" + "DO"
        self.assertEqual(1, len(words.no_marks_of_unfinished_work(self.tree({"src/a.cc": f"// {mark} later\n"}))))

    def test_calls(self):
        for line, fine in [("std::stoi(text)", False), ("auto n = std::chrono::system_clock::now();", False),
                           ('Fail("throw it away");', True), ("// never throw here", True),
                           ("throw std::runtime_error(x);", False), ("std::snprintf(a, 1, b)", True)]:
            with self.subTest(line=line):
                self.assertEqual(fine, words.better_calls(self.tree({"src/table/a.cc": line + "\n"})) == [])
        self.assertEqual([], words.better_calls(self.tree({"src/engine/a.cc": "throw duckdb::Exception();\n"})))

    def test_machine_paths_and_registries(self):
        for line, fine in [("cd /wo" + "rk/main", False), ("$HOME/wo" + "rk/x", True),
                           ("see https://py" + "pi.org/x", False), ("https://duckdb.org", True)]:
            with self.subTest(line=line):
                self.assertEqual(fine, words.no_machine_paths(self.tree({"docs/a.md": line + "\n"})) == [])

    def test_links(self):
        page = "[a](b.md#some-words) `[x](no.md)`\n```\n[y](no.md)\n```\n"
        self.assertEqual([], words.links_resolve(self.tree({"a.md": page, "b.md": "# Some `words`\n"})))
        self.assertEqual(1, len(words.links_resolve(self.tree({"a.md": "[a](b.md)\n"}))))
        self.assertEqual(1, len(words.links_resolve(self.tree({"a.md": "[a](#gone)\n"}))))


class Compiling(RuleTest):
    def test_a_header_that_leans_on_another_is_found(self):
        project = self.tree({
            "src/base/good.h": "#include <string>\nstd::string Good();\n",
            "src/base/bad.h": "std::string Bad();\n",
            "src/base/a.cc": "",
            "build/compile_commands.json": ""})
        project._files.remove("build/compile_commands.json")
        build = project.root / "build"
        (build / "compile_commands.json").write_text(
            '[{"directory": "%s", "file": "%s/src/base/a.cc", "command": "g++ -I%s/src -std=c++20 -o CMakeFiles/limno_base.dir/a.o -c a.cc"}]'
            % ((project.root,) * 3))
        findings = compiling.headers_compile_alone(project, build)
        self.assertEqual(["src/base/bad.h"], [f.path for f in findings])
        self.assertEqual(["src/base/bad.h"], [f.path for f in compiling.headers_compile_alone(project, build)])


if __name__ == "__main__":
    unittest.main()
