"""The runner of the documents' commands, tried on documents with planted faults: it must find each."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

root = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(root / "scripts/lib/documents"))
from blocks import DocumentError, blocks, check_form, commands  # noqa: E402
from matching import matches  # noqa: E402


class Blocks(unittest.TestCase):
    def test_finds_blocks_with_notes_and_lines(self):
        text = (
            "a\n<!-- not run: needs a cluster -->\n```sh\nkubectl get pods\n```\n\n"
            "1. b\n\n   ```console\n   $ true\n   ```\n")
        first, second = blocks("a.md", text)
        self.assertEqual((first.line, first.language, first.lines), (3, "sh", ("kubectl get pods",)))
        self.assertEqual(first.notes, {"not run": "needs a cluster"})
        self.assertEqual((second.line, second.lines, second.notes), (9, ("$ true",), {}))

    def test_a_longer_fence_holds_shorter_ones(self):
        (block,) = blocks("a.md", "````markdown\n```sh\nfalse\n```\n````\n")
        self.assertEqual((block.language, len(block.lines)), ("markdown", 3))

    def test_refuses_what_it_would_misunderstand(self):
        wrong = {
            "```sh\ntrue\n": "has no end",
            "<!-- not rnu: x -->\n```sh\ntrue\n```\n": "unknown note 'not rnu'",
            "<!-- not run: -->\n```sh\ntrue\n```\n": "says nothing",
            "<!-- not run: x -->\ntext\n\n```sh\ntrue\n```\n": "belongs to no block",
            "```bash\ntrue\n```\n": "commands are in blocks of 'sh'",
            "```\n$ true\n```\n": "are in blocks of 'console'",
            "<!-- file: a -->\n```sh\ntrue\n```\n": "means nothing",
            "<!-- status: 1 -->\n```json\n{}\n```\n": "means nothing",
            "```console\nno command\n```\n": "begins with a command",
        }
        for text, message in wrong.items():
            with self.subTest(text), self.assertRaisesRegex(DocumentError, message):
                for block in blocks("a.md", text):
                    check_form(block)
                    if block.language == "console":
                        commands(block)

    def test_comments_that_tests_write_are_no_notes(self):
        (block,) = blocks("a.md", "<!-- configuration: errors (written by the test suite) -->\n```\nx\n```\n")
        self.assertEqual(block.notes, {})

    def test_commands_may_be_continued(self):
        (block,) = blocks("a.md", "```console\n$ cat <<END\n> two\n> END\ntwo\n$ echo a \\\n  b\na b\n$ ls |\n> wc\n```\n")
        first, second, third = commands(block)
        self.assertEqual((third.text, third.output), ("ls |\nwc", ()))
        self.assertEqual((first.text, first.output), ("cat <<END\ntwo\nEND", ("two",)))
        self.assertEqual((second.text, second.output), ("echo a \\\n  b", ("a b",)))


class Matching(unittest.TestCase):
    def test_what_is_the_same(self):
        for expected, found in [
            (["a"], ["a  ", ""]), (["a … c"], ["a b c"]), (["…"], []), (["…", "b"], ["a", "a", "b"]),
            (["a", "…"], ["a", "x"]), (["took 0.1 s, 9.6 MB (x)"], ["took 12 s, 101 MB (x)"]), (["[a].*"], ["[a].*"]),
        ]:
            with self.subTest(expected=expected, found=found):
                self.assertTrue(matches(expected, found))

    def test_what_is_not(self):
        for expected, found in [
            (["a"], ["b"]), (["a"], ["a", "b"]), (["a", "b"], ["a"]), ([], ["a"]), (["a … c"], ["a b"]),
            (["a…"], ["a", "b"]), (["0.1 s"], ["0.1 MB"]), (["5 files"], ["6 files"]), ([".*"], ["x"]),
            (["…", "b"], ["b", "a"]),
        ]:
            with self.subTest(expected=expected, found=found):
                self.assertFalse(matches(expected, found))


class Running(unittest.TestCase):
    """The whole command, on pages with one fault each."""

    def run_page(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".md") as page:
            page.write(text)
            page.flush()
            command = [root / "scripts/run-documents", page.name]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def test_a_good_page_passes(self):
        status, output = self.run_page(
            '<!-- file: two.txt -->\n```text\none\ntwo\n```\n\n```sh\nwc -l <two.txt >count\n```\n\n'
            "<!-- status: 3 -->\n```console\n$ cat count\n2\n$ false\n$ echo $?\n1\n$ (exit 3)\n```\n\n"
            '<!-- run with: A="b c" -->\n```console\n$ echo "$A"; echo x >&2\nb c\nx\n```\n\n'
            "<!-- log: examples/hello.py -->\n```sh\nkubectl logs job/x | warder decode --json >/dev/null\n```\n\n"
            "<!-- not run: a reason -->\n```sh\nfalse\n```\n")
        self.assertEqual(status, 0, output)
        self.assertIn("4 blocks of 1 documents run, 0 failed, 1 not run", output)
        self.assertIn(":34: a reason", output)

    def test_each_fault_is_found(self):
        faults = [
            ("```sh\nfalse\ntrue\n```\n", "ended with status 1"),
            ("```sh\nfalse | cat\n```\n", "ended with status 1"),
            ("```sh\nno-such-command\n```\n", "status 127"),
            ("```sh\necho $UNSET_HERE\n```\n", "unbound variable"),
            ("```sh\nkubectl get pods\n```\n", "status"),
            ("```console\n$ echo a\nb\n```\n", "found:\na"),
            ("```console\n$ echo a\n```\n", "found:\na"),
            ("```console\n$ true\na\n```\n", "expected:\na"),
            ("```console\n$ false\n$ true\n```\n", "$ false\nended with status 1"),
            ("```console\n$ exit 0\n$ true\n```\n", "the shell ended here"),
            ("<!-- status: 2 -->\n```console\n$ false\n```\n", "ended with status 1, expected 2"),
        ]
        status, output = self.run_page("\n".join(text for text, _ in faults))
        self.assertEqual(status, 1, output)
        self.assertIn(f"0 blocks of 1 documents run, {len(faults)} failed", output)
        # They are told in their order, each after its place.
        told = re.split(r"^\S+\.md:\d+: ", output, flags=re.MULTILINE)[1:]
        self.assertEqual(len(told), len(faults), output)
        for (text, message), said in zip(faults, told):
            with self.subTest(text):
                self.assertIn(message, said)


if __name__ == "__main__":
    unittest.main()
