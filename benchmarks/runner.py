"""Runs commands one after the other, in turns, and takes the time of each."""

import contextlib
import ctypes
import json
import os
import signal
import sys
import time

import place


# Names the two pipe ends of a runner outside.
OUTSIDE = "WARDER_BENCH_OUTSIDE"


class Failed(Exception):
    """A command that did not do what it is measured for."""


class Runner:
    """A process that starts commands for us, as a user of its own, and answers how long each took.

    Started once and small: what starts a process copies some of its own, and that would be in every figure.
    """

    def __init__(self, as_root=False, sandbox=None):
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.requests)
            os.close(self.answers)
            status = 1
            try:
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                os.environ.clear()
                os.environ.update(place.ENVIRONMENT)
                if not as_root:
                    place.become_user()
                    # Whoever changes its user cannot look at itself in /proc any more, until it executes something.
                    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
                _serve(os.fdopen(requests), os.fdopen(answers, "w"), sandbox)
                status = 0
            except Exception as error:  # said to whoever reads the answers' end
                print(f"runner: {error!r}", file=sys.stderr)
            finally:
                os._exit(status)
        os.close(requests)
        os.close(answers)
        self.requests = os.fdopen(self.requests, "w")
        self.answers = os.fdopen(self.answers)

    @classmethod
    def outside(cls):
        """The one that was started outside of the bench's namespaces, for what refuses to run in any; where the bench has
        none, one of its own."""
        ends = os.environ.get(OUTSIDE)
        if not ends:
            return cls()
        self = cls.__new__(cls)
        self.process = None
        requests, answers = map(int, ends.split())
        self.requests, self.answers = os.fdopen(os.dup(requests), "w"), os.fdopen(os.dup(answers))
        return self

    def run(self, command, output=None):
        """The wall time and the CPU time of one run, in microseconds; the latter of all processes it waited for.

        What it writes to both streams goes into the file `output`, if there is one.
        """
        self.requests.write(json.dumps([command, output]) + "\n")
        self.requests.flush()
        line = self.answers.readline()
        if not line:
            raise Failed("the process that starts commands has ended")
        answer = json.loads(line)
        if answer["status"] != 0:
            raise Failed(f"{' '.join(command)}: status {answer['status']}")
        return answer["wall"], answer["cpu"]

    def close(self):
        if self.process is None:
            self.requests.close()
            self.answers.close()
            return
        # Said and not only hung up: runners that were made later have the pipe's end as well.
        with contextlib.suppress(BrokenPipeError):
            self.requests.write("\n")
            self.requests.flush()
        self.requests.close()
        os.waitpid(self.process, 0)


def _serve(requests, answers, sandbox):
    start = sandbox() if sandbox else _spawn
    for line in requests:
        if line == "\n":
            return
        command, output = json.loads(line)
        begin = time.perf_counter_ns()
        status, cpu = start(command, output or os.devnull)
        wall = (time.perf_counter_ns() - begin) / 1e3
        answers.write(json.dumps({"status": status, "wall": wall, "cpu": cpu}) + "\n")
        answers.flush()


def _spawn(command, output):
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    process = os.posix_spawn(command[0], command, place.ENVIRONMENT, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    return status, (usage.ru_utime + usage.ru_stime) * 1e6


def spawn_as_user(command, output):
    """Starts a command whose standard output is a descriptor, and answers its number. Without a fork of this large process:
    it is the user itself for a moment, and what it executes cannot go back."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    is_root = os.getuid() == 0
    if is_root:
        groups = os.getgroups()
        os.setgroups([])
        os.setresgid(place.USER, place.USER, 0)
        os.setresuid(place.USER, place.USER, 0)
    try:
        return os.posix_spawn(command[0], command, place.ENVIRONMENT, file_actions=actions)
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)
            os.setgroups(groups)


def in_turns(commands, rounds, warm_up=3):
    """Runs every command once a round, each round beginning with another one.

    `commands` is a list of (name, runner, command). Answers wall and CPU times by name.
    """
    wall = {name: [] for name, _, _ in commands}
    cpu = {name: [] for name, _, _ in commands}
    for number in range(rounds + warm_up):
        shift = number % len(commands)
        for name, runner, command in commands[shift:] + commands[:shift]:
            took, used = runner.run(command)
            if number >= warm_up:
                wall[name].append(took)
                cpu[name].append(used)
    return wall, cpu
