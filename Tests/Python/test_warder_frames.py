"""The decoder in Python against the vectors that the one in Swift is held to, and what it has of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from typing import List, Tuple

import warder_frames
from warder_frames import Artifact, Frame, FrameDecoder, LogReader, Output, results_of_log

ROOT = pathlib.Path(__file__).parents[2]
VECTORS = sorted((ROOT / "Tests/Vectors").glob("*.log"))


def command(*arguments: str, log: bytes = b"") -> Tuple[int, str, str]:
    """`python -m warder_frames`: exit status, output and errors."""
    run = subprocess.run(
        [sys.executable, "-m", "warder_frames", *arguments],
        input=log, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT / "clients/python/src")}, timeout=60,
    )
    return run.returncode, run.stdout.decode(), run.stderr.decode()


class VectorTests(unittest.TestCase):
    def test_there_are_vectors(self) -> None:
        self.assertGreaterEqual(len(VECTORS), 25)

    def test_the_result_is_the_one_that_is_written(self) -> None:
        for path in VECTORS:
            with self.subTest(path.name):
                found = "".join(result.json() + "\n" for result in results_of_log(path.read_bytes()))
                self.assertEqual(found, path.with_suffix(".json").read_text())
                # What is written is JSON, with the same values as the dictionary.
                for line, result in zip(found.splitlines(), results_of_log(path.read_bytes())):
                    self.assertEqual(json.loads(line), json.loads(json.dumps(result.as_dict())))

    def test_pieces_do_not_matter(self) -> None:
        for path in VECTORS:
            log = path.read_bytes()
            whole = FrameDecoder()
            expected = whole.feed(log) + whole.finish()
            for size in (1, 7, 4096) if len(log) < 20_000 else (4096,):
                decoder, found = FrameDecoder(), []
                for start in range(0, len(log), size):
                    found += decoder.feed(log[start : start + size])
                self.assertEqual(found + decoder.finish(), expected, f"{path.name} in pieces of {size}")

    def test_cut_anywhere_nothing_is_claimed(self) -> None:
        for name in ("plain", "runtime-parts", "docker"):
            log = (ROOT / f"Tests/Vectors/{name}.log").read_bytes()
            (whole,) = results_of_log(log)
            for end in range(0, len(log) - 200, 13):
                for result in results_of_log(log[:end]):
                    self.assertEqual((result.reason, result.exit_code, result.complete), ("lost", None, False))
                    self.assertTrue(whole.stdout.startswith(result.stdout))


class CommandTests(unittest.TestCase):
    def test_statuses(self) -> None:
        for name, status in (("plain", 0), ("gap", 1), ("restarted", 2), ("no-frames", 3), ("nothing", 3)):
            path = str(ROOT / f"Tests/Vectors/{name}.log")
            code, out, errors = command(path)
            self.assertEqual((code, errors), (status, ""), name)
            self.assertEqual(out, pathlib.Path(path).with_suffix(".json").read_text())
            self.assertEqual(command(log=pathlib.Path(path).read_bytes()), (status, out, ""), name)

    def test_several_logs(self) -> None:
        paths = [str(ROOT / f"Tests/Vectors/{name}.log") for name in ("plain", "nothing", "denied")]
        code, out, _ = command(*paths)
        self.assertEqual((code, [json.loads(line)["source"] for line in out.splitlines()]), (3, paths))

    def test_wrong_calls(self) -> None:
        code, out, errors = command("/nonexistent/log")
        self.assertEqual((code, out), (66, ""))
        self.assertIn("cannot read /nonexistent/log: No such file or directory", errors)
        self.assertEqual(command("--nonsense")[0], 64)
        self.assertEqual(command("--help")[0], 0)


class LibraryTests(unittest.TestCase):
    def test_a_reader_that_is_cut_off_and_reads_again(self) -> None:
        log = (ROOT / "Tests/Vectors/artifacts.log").read_bytes()
        reader = LogReader()
        seen: List[warder_frames.Item] = []
        reader.read(io.BytesIO(log[:3000]))
        self.assertFalse(reader.has_verdict)
        reader.read(io.BytesIO(log), on_item=seen.append)
        self.assertTrue(reader.has_verdict)
        (result,) = reader.results
        self.assertTrue(result.complete and result.duplicate_frames > 0)
        self.assertEqual(len(seen), log.count(b"\n"))

    def test_a_connection_that_breaks_keeps_what_came(self) -> None:
        log = (ROOT / "Tests/Vectors/plain.log").read_bytes()

        class Broken(io.BytesIO):
            def read1(self, size: int = -1) -> bytes:  # type: ignore[override]
                piece = super().read1(700)
                if not piece:
                    raise ConnectionResetError
                return piece

        reader = LogReader()
        with self.assertRaises(ConnectionResetError):
            reader.read(Broken(log))
        self.assertTrue(reader.results[0].complete)

    def test_contents_of_files(self) -> None:
        (result,) = results_of_log((ROOT / "Tests/Vectors/artifacts.log").read_bytes())
        contents = {artifact.name: artifact.data for artifact in result.artifacts}
        self.assertEqual(contents, {b"a.txt": b"x" * 9000, b"d/b": bytes(range(256)), b"\xff\n": b"odd"})
        self.assertEqual([artifact.is_safe_path for artifact in result.artifacts], [True, True, False])

    def test_names_that_are_no_paths(self) -> None:
        for name in (b"a", b"a/b", b"...", "ü".encode(), b"a" * 255):
            self.assertTrue(Artifact(name).is_safe_path, name)
        for name in (b"", b"/a", b"a/", b"a//b", b"..", b"a/../b", b".", b"a\nb", b"\xff", b"a" * 256, b"a\x7f"):
            self.assertFalse(Artifact(name).is_safe_path, name)

    def test_what_has_no_room_is_left_out_and_said(self) -> None:
        lines = [b'{"seq":%d,"t":0,"stdout":"%s"}\n' % (number, b"x" * 100) for number in range(100)]
        (result,) = results_of_log(b"".join(lines), maximum_bytes=2000)
        self.assertFalse(result.complete)
        self.assertTrue(result.truncated and result.left_out_frames > 80 and len(result.stdout) < 2000)

    def test_strings_of_other_alphabets_are_no_numbers(self) -> None:
        for number in ("\u0661", "1e0", "-1", "+1", "01", "1.0", '"1"', "9" * 5000):
            line = f'{{"seq":{number},"t":0,"stdout":"x"}}\n'.encode()
            self.assertNotIsInstance(FrameDecoder().feed(line)[0][0], Frame, number)

    def test_the_readme_works(self) -> None:
        blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "clients/python/README.md").read_text(), re.DOTALL | re.MULTILINE)
        self.assertGreaterEqual(len(blocks), 2)
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "log").write_bytes((ROOT / "Tests/Vectors/plain.log").read_bytes())
            before = os.getcwd()
            os.chdir(folder)
            try:
                for block in blocks:
                    shown = io.StringIO()
                    with contextlib.redirect_stdout(shown):
                        exec(compile(block, "README.md", "exec"), {})
                    self.assertIn("exited", shown.getvalue())
            finally:
                os.chdir(before)

    def test_everything_public_is_there(self) -> None:
        names: List[str] = warder_frames.__all__
        self.assertEqual(names, [name for name in names if hasattr(warder_frames, name)])
        self.assertTrue(Output("stdout", b"x").data)


if __name__ == "__main__":
    unittest.main()
