"""Runs one of CPython's own test modules and prints the outcome of each test, a JSON object a line.

usage: outcomes.py MODULE [--time-limit SECONDS] [--pattern WORD]... [--only FILE] [--repeat N]

  {"test": "test_json.test_scan.…", "outcome": "passed", "detail": ""}     for each test
  {"end": "test_json", "tests": 170, "seconds": 1.2}                     at the end

The tests run in a process of their own whose output goes to a file: what they print, close or crash spoils no result. A
test that hangs is ended by faulthandler, one that takes the process with it is told, and the others go on after it.
"""

import argparse
import collections
import faulthandler
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import unittest

# What every id begins with.
PACKAGE = "test."


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("--time-limit", type=float, default=60, help="of each test, in seconds")
    parser.add_argument("--pattern", action="append", default=[], help="only tests with this in their id")
    parser.add_argument("--only", help="a file of ids, one a line: only these tests")
    parser.add_argument("--repeat", type=int, default=1, help="times to run each")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        # By its path from here: the worker has another working directory.
        options.only = os.path.abspath(options.only)
    if options.worker:
        Worker(options).run()
    else:
        for _ in range(options.repeat):
            supervise(options)


# MARK: The process that starts the others


def supervise(options):
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="outcomes-", ignore_cleanup_errors=True) as directory:
        results = os.path.join(directory, "results")
        output = os.path.join(directory, "output")
        open(results, "w").close()
        command = [sys.executable, os.path.abspath(__file__), "--worker", results, "--time-limit", str(options.time_limit)]
        for pattern in options.pattern:
            command += ["--pattern", pattern]
        if options.only:
            command += ["--only", options.only]
        command.append(options.module)
        before = 0
        while True:
            work = tempfile.mkdtemp(prefix="work-", dir=directory)
            with open(output, "wb") as file:
                status = subprocess.run(command, cwd=work, stdin=subprocess.DEVNULL, stdout=file, stderr=file).returncode
            with open(results) as file:
                records = [json.loads(line) for line in file]
            running = [record["test"] for record in records if "outcome" not in record]
            done = collections.Counter(record["test"] for record in records if "outcome" in record)
            lost = [test for test in dict.fromkeys(running) if done[test] == 0]
            if not lost and status == 0:
                break
            with open(output, errors="replace") as file:
                said = file.read()
            # A test that has failed may still end the process, or hang, while it cleans up.
            if len(records) == before:
                sys.exit(f"the tests of {options.module} ended with status {status}:\n{said[-4000:]}")
            before = len(records) + len(lost)
            outcome = "hung" if "Timeout (" in said else "crashed"
            with open(results, "a") as file:
                for test in lost:
                    print(json.dumps({"test": test, "outcome": outcome, "detail": f"status {status}"}), file=file)
            print(said[-2000:], file=sys.stderr)
        count = 0
        for record in records:
            if "outcome" in record:
                print(json.dumps(record))
                count += 1
        print(json.dumps({"end": options.module, "tests": count, "seconds": round(time.monotonic() - started, 1)}))


# MARK: The process of the tests


class Worker:
    def __init__(self, options):
        self.options = options

    def run(self):
        from test import support

        # As `python3 -m test` has it: nothing that costs much or needs the Internet.
        support.use_resources = []
        support.verbose = False
        with open(self.options.worker) as file:
            before = {json.loads(line)["test"] for line in file}
        wanted = None
        if self.options.only:
            with open(self.options.only) as file:
                wanted = set(file.read().split())
        recorder = Recorder(self.options.worker, self.options.time_limit)
        suite = unittest.TestSuite()
        seen = collections.Counter()
        for case in flatten(self.load()):
            name = identity(case)
            seen[name] += 1
            if seen[name] > 1:
                # Some modules make several classes of the same name.
                name += f"#{seen[name]}"
                case.id = lambda name=name: name
            if name in before or (wanted is not None and name not in wanted):
                continue
            if self.options.pattern and not any(pattern in name for pattern in self.options.pattern):
                continue
            suite.addTest(case)
        suite.run(recorder)
        support.reap_children()
        # Not by way of exit handlers: a thread that a failed test has left behind would be waited for.
        sys.stdout.flush()
        os._exit(0)

    def load(self):
        name = PACKAGE + self.options.module
        loader = unittest.TestLoader()
        try:
            module = importlib.import_module(name)
        except unittest.SkipTest as skipped:
            reason = str(skipped)

            class Module(unittest.TestCase):
                @unittest.skip(reason)
                def test_import(self):
                    pass

            Module.__module__ = name
            return loader.loadTestsFromTestCase(Module)
        return loader.loadTestsFromModule(module)


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def identity(test):
    """The id without the package, which is the same for all; ids of doctests and set-ups may have spaces."""
    return test.id().replace(" ", "_").removeprefix(PACKAGE)


class Recorder(unittest.TestResult):
    """Writes every outcome at once, so that it is there when a later test ends the process."""

    def __init__(self, path, time_limit):
        super().__init__()
        self.path = path
        self.time_limit = time_limit
        self.failed = set()

    def write(self, record):
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            os.write(descriptor, (json.dumps(record) + "\n").encode())
        finally:
            os.close(descriptor)

    def record(self, test, outcome, error=None, detail=""):
        if error:
            detail = describe(error)
        self.write({"test": identity(test), "outcome": outcome, "detail": detail})

    def startTest(self, test):
        super().startTest(test)
        self.write({"test": identity(test)})
        faulthandler.dump_traceback_later(self.time_limit, exit=True)

    def stopTest(self, test):
        super().stopTest(test)
        # What follows may be the tear-down of a class, which waits for what a failed test has left behind.
        faulthandler.dump_traceback_later(self.time_limit, exit=True)

    def addSuccess(self, test):
        self.record(test, "passed")

    def addFailure(self, test, err):
        self.record(test, "failed", err)

    def addError(self, test, err):
        # A set-up of a class or module that fails has no start.
        self.record(test, "failed", err)

    def addSkip(self, test, reason):
        self.record(test, "skipped", detail=str(reason))

    def addExpectedFailure(self, test, err):
        self.record(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        self.record(test, "unexpected success")

    def addSubTest(self, test, subtest, err):
        # The first one tells; the others of the same test are the same test.
        if err and identity(test) not in self.failed:
            self.failed.add(identity(test))
            self.record(test, "failed", err)


def describe(error):
    """The exception in a line, and where in the tests it came from."""
    text = traceback.format_exception_only(error[0], error[1])[-1].strip().replace("\n", " ")
    places = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(error[2])]
    return (text[:300] + " at " + " < ".join(reversed(places[-4:]))) if places else text[:300]


if __name__ == "__main__":
    main()
