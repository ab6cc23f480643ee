"""dist/warder-integr8s with frames on its standard input, read as Integr8sCode reads it."""

from __future__ import annotations

import pathlib
import random
import re
import resource
import subprocess
import tempfile
import unittest
from typing import Any, Dict, List, Tuple

import reader
from frames import Log, log_of

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = ROOT / "dist/warder-integr8s"


def relay(frames: bytes, status: int = 0) -> Tuple[bytes, str]:
    """The container's standard output, and its termination message."""
    with tempfile.TemporaryDirectory() as folder:
        message = pathlib.Path(folder) / "termination-log"
        # As the kubelet hands it over: there, and not empty, because the supervisor has written a provisional one.
        message.write_text('{"reason":"lost","message":"' + "x" * 500 + '"}\n')
        run = subprocess.run(
            [str(PROGRAM), "--termination-message", str(message)], input=frames, capture_output=True, timeout=120)
        assert run.returncode == status, (run.returncode, run.stderr)
        assert run.stderr == b"", run.stderr
        return run.stdout, message.read_text()


def lay_out_by_bytes(stdout: bytes, stderr: bytes) -> bytes:
    """The layout as a script writes it that counts with `wc -c`."""
    return b"STDOUT %d\n%sSTDERR %d\n%s" % (len(stdout), stdout, len(stderr), stderr)


class LayoutTests(unittest.TestCase):
    def check(self, stdout: bytes, stderr: bytes = b"") -> None:
        output, message = relay(log_of(stdout, stderr))
        for runtime in (reader.CONTAINERD, reader.CONMON):
            with self.subTest(runtime=runtime.name):
                self.assertEqual(reader.read(output, runtime), (reader.shown(stdout), reader.shown(stderr)))
        self.assertEqual(reader.usage(message), reader.Usage(0, 1.203, 3, 100, 11264))

    def test_ascii(self) -> None:
        self.check(b"hello\nworld\n", b"warning\n")

    def test_exactly_as_the_original_for_plain_text(self) -> None:
        self.assertEqual(relay(log_of(b"hello\n", b"oops\n"))[0], lay_out_by_bytes(b"hello\n", b"oops\n"))

    def test_nothing(self) -> None:
        self.check(b"")

    def test_stderr_only(self) -> None:
        self.check(b"", b"Traceback\n")

    def test_no_line_end(self) -> None:
        self.check(b"no line end", b"none here")

    def test_beyond_ascii(self) -> None:
        self.check("grün, 日本語, 😀\n".encode(), "naïve\n".encode())

    def test_counting_bytes_loses_what_is_beyond_ascii(self) -> None:
        """Why the count is not of bytes: the reader slices a str."""
        stdout, stderr = "grün, 日本語, 😀\n".encode(), b"oops\n"
        self.assertEqual(reader.read(lay_out_by_bytes(stdout, stderr)), ("", ""))
        self.assertEqual(reader.read(lay_out_by_bytes("ü".encode(), b"")), ("", ""))

    def test_headers_in_the_output(self) -> None:
        self.check(b"STDOUT 3\nabcSTDERR 99\nno\n", b"STDERR 1\nSTDOUT 0\n")

    def test_line_ends_of_other_systems(self) -> None:
        self.check(b"one\r\ntwo\r\r\nthree\rfour\r\n", b"\r\n\r")

    def test_binary(self) -> None:
        self.check(bytes(range(256)) * 20, b"\xff\xfe\x00\x80")

    def test_a_line_longer_than_the_runtimes_take(self) -> None:
        self.check("ä".encode() * 50_000 + b"\n", b"x" * 100_000)

    def test_as_many_lines_as_the_reader_asks_for(self) -> None:
        self.check(b"line\n" * 9_700, b"error\n" * 50)


class VerdictTests(unittest.TestCase):
    def test_what_was_written_is_kept(self) -> None:
        cases: List[Tuple[str, Dict[str, Any], int]] = [
            ("timeout", {"signal": "SIGKILL"}, 124), ("memory_limit", {"signal": "SIGKILL"}, 137),
            ("cancelled", {"exit_code": 0}, 143), ("syscall_violation", {"signal": "SIGSYS"}, 159),
            ("launch_failed", {}, 127), ("isolation_unavailable", {}, 126), ("disk_limit", {}, 137),
        ]
        for reason, more, code in cases:
            with self.subTest(reason=reason):
                output, message = relay(log_of(b"so far", b"partial", reason=reason, message="the reason", **more))
                self.assertEqual(reader.read(output), ("so far", "partial\nwarder: the reason\n"))
                self.assertEqual(reader.usage(message).exit_code, code)

    def test_the_scripts_own_end_needs_no_words(self) -> None:
        cases: List[Tuple[Dict[str, Any], int]] = [
            ({"exit_code": 7}, 7), ({"reason": "signaled", "signal": "SIGSEGV"}, 139),
        ]
        for more, code in cases:
            output, message = relay(log_of(b"out", b"err", **more))
            self.assertEqual(reader.read(output), ("out", "err"))
            self.assertEqual(reader.usage(message).exit_code, code)

    def test_no_verdict(self) -> None:
        log = Log()
        log.write("stdout", b"so far\n")
        output, message = relay(log.bytes, status=1)
        stdout, stderr = reader.read(output)
        self.assertEqual(stdout, "so far\n")
        self.assertIn("killed from outside", stderr)
        self.assertEqual(reader.usage(message).exit_code, 137)

    def test_a_message_that_cannot_be_written_is_no_success(self) -> None:
        run = subprocess.run(
            [str(PROGRAM), "--termination-message", "/nowhere/at/all"], input=log_of(b"x"), capture_output=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"/nowhere/at/all", run.stderr)


class SizeTests(unittest.TestCase):
    def check_cut(self, frames: bytes, first: str, last: str, written: int) -> Tuple[str, str]:
        """Beginning and end are there, and what is said to be missing is what is missing."""
        output, _ = relay(frames)
        stdout, stderr = reader.read(output)
        match = re.search(r"\n?\[warder: (\d+) bytes of output are left out here\]\n", stdout)
        assert match is not None, stdout[:200]
        self.assertTrue(stdout.startswith(first))
        self.assertTrue(stdout.endswith(last))
        kept = len(stdout[:match.start()].encode()) + len(stdout[match.end():].encode())
        # The line end before the remark may be the script's or the remark's own.
        self.assertIn(written - kept - int(match[1]), (0, 1))
        return stdout, stderr

    def test_more_bytes_than_a_log_holds(self) -> None:
        line = "ü" * 40 + "\n"
        count = 300_000
        body = "first\n" + line * count + "last\n"
        log = Log()
        log.write("stdout", body.encode())
        stdout, _ = self.check_cut(log.end(), "first\n", "last\n", len(body.encode()))
        self.assertGreater(len(stdout.encode()), 700_000)

    def test_more_lines_than_the_reader_asks_for(self) -> None:
        body = "".join(f"{number}\n" for number in range(100_000))
        log = Log()
        log.write("stdout", body.encode())
        log.write("stderr", b"err\n" * 100_000)
        _, stderr = self.check_cut(log.end(), "0\n1\n", "99999\n", len(body))
        self.assertIn("left out here", stderr)

    def test_one_line_without_an_end(self) -> None:
        log = Log()
        log.write("stdout", b"x" * (12 << 20))
        self.check_cut(log.end(), "xxx", "xxx", 12 << 20)

    def test_what_the_supervisor_left_out(self) -> None:
        log = Log()
        log.write("stdout", b"begin\n")
        log.drop("stdout", 123_456)
        log.write("stdout", b"end\n")
        stdout, _ = reader.read(relay(log.end())[0])
        self.assertEqual(stdout, "begin\n[warder: 123456 bytes of output are left out here]\nend\n")

    def test_memory_is_bounded(self) -> None:
        """200 MB of output on both streams in some 50 MB at the most, whatever its shape."""
        for chunk in (b"\xff" * 3000, b"y\n" * 1500, b"x" * 3000):
            log = Log()
            log.write("stdout", chunk)
            one = log.lines.pop().split(b",", 2)[2]
            with tempfile.TemporaryFile() as file:
                file.write(log.bytes)
                other = one.replace(b"stdout", b"stderr")
                for seq in range(1, 70_000):
                    file.write(b'{"seq":%d,"t":1.0,%s\n' % (seq, other if seq % 2 else one))
                file.seek(0)
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                run = subprocess.run(
                    ["/usr/bin/time", "-f", "%M", str(PROGRAM), "--termination-message", "none"], stdin=file,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
                self.assertEqual(run.returncode, 1, before)
                self.assertLess(int(run.stderr.split()[-1]), 50_000)


class PropertyTests(unittest.TestCase):
    alphabet = [
        "a", "b", " ", "\n", "\n", "\r", "\r\n", "\t", "\0", "ü", "€", "日", "😀", "\u0301", "\ufeff", "\u2028",
        "STDOUT ", "STDERR ", "STDERR 3\n", "12",
    ]
    damaged = [b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5"]

    def stream(self, source: random.Random) -> bytes:
        parts = []
        bad = source.random() < 0.4
        for _ in range(int(source.random() ** 3 * 400)):
            part = source.choice(self.alphabet).encode() * source.choice([1, 1, 1, 2, 30])
            parts.append(source.choice(self.damaged) if bad and source.random() < 0.1 else part)
        return b"".join(parts)

    def test_generated_output(self) -> None:
        for seed in range(400):
            source = random.Random(seed)
            streams = {"stdout": self.stream(source), "stderr": self.stream(source)}
            log = Log()
            position = {"stdout": 0, "stderr": 0}
            while any(position[name] < len(streams[name]) for name in streams):
                name = source.choice(["stdout", "stderr"])
                size = source.choice([1, 2, 3, 7, 100, 1000])
                log.write(name, streams[name][position[name]:position[name] + size])
                position[name] += size
            output, _ = relay(log.end())
            expected = (reader.shown(streams["stdout"]), reader.shown(streams["stderr"]))
            for runtime in (reader.CONTAINERD, reader.CONMON):
                self.assertEqual(reader.read(output, runtime), expected, f"seed {seed}, {runtime.name}")


def install(image: pathlib.Path, volume: pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(image / "warder-integr8s"), "--install", str(volume)], capture_output=True, text=True)


class CommandTests(unittest.TestCase):
    def run_program(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(PROGRAM), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def test_help_and_version(self) -> None:
        self.assertTrue(self.run_program("--help").stdout.startswith("Usage: warder-integr8s"))
        self.assertLessEqual(max(len(line) for line in self.run_program("--help").stdout.splitlines()), 80)
        self.assertRegex(self.run_program("--version").stdout, r"^warder-integr8s \d+\.\d+\.\d+\n$")

    def test_a_wrong_command_line(self) -> None:
        for words in (["--nonsense"], ["--install"], ["a", "b", "c"]):
            run = self.run_program(*words)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            self.assertIn("see --help", run.stderr)

    def test_install(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            image, volume = pathlib.Path(folder) / "image", pathlib.Path(folder) / "volume"
            image.mkdir()
            volume.mkdir()
            names = ["entrypoint.sh", "warder-init", "warder-integr8s"]
            for name, folder_of in zip(names, ["images/integr8s", "dist", "dist"]):
                (image / name).write_bytes((ROOT / folder_of / name).read_bytes())
                (image / name).chmod(0o755)
            run = install(image, volume)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertEqual(sorted(path.name for path in volume.iterdir()), names)
            for name in names:
                self.assertEqual((volume / name).read_bytes(), (image / name).read_bytes())
                self.assertEqual((volume / name).stat().st_mode & 0o777, 0o755)
            (image / "warder-init").unlink()
            run = install(image, volume)
            self.assertEqual(run.returncode, 1)
            self.assertIn("warder-init", run.stderr)

    def test_small_enough_to_be_sent_along(self) -> None:
        self.assertLess(PROGRAM.stat().st_size, 400 << 10)




if __name__ == "__main__":
    unittest.main()
