"""500 tasks, 50 at once: none is lost, none is mixed up with another, and the dispatcher does not grow."""

import concurrent.futures
import hashlib
import os
import statistics
import threading
import time
import unittest

from service import Service, wait_until

TASKS = int(os.environ.get("LOAD_TASKS", "500"))
AT_ONCE = 50
# Says what it was given by every way that there is, so that a mix-up of any of them shows. With `sh`: a load of
# interpreters would measure the machine.
SCRIPT = """
echo "argument $1"
echo "variable $NAME"
echo "input $(cat)"
echo "digest $(sha256sum < payload)"
echo "to the other stream $1" >&2
mkdir -p out
cat payload > out/back
exit $2
"""


class Memory(threading.Thread):
    """Samples the dispatcher's resident memory."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.samples, self.is_over = service, [], threading.Event()

    def run(self):
        while not self.is_over.wait(0.1):
            self.samples.append(self.service.resident_bytes())

    def take(self):
        """The median since the last call."""
        taken, self.samples = self.samples, []
        return statistics.median(taken or [self.service.resident_bytes()])


class LoadTests(unittest.TestCase):
    def setUp(self):
        self.service = Service(limits={"concurrent_tasks": 8, "queue": 100})
        self.addCleanup(self.service.close)

    def run_one(self, number):
        """One task, by POST /exec; the name of the task. Sizes differ, some fail, by their number."""
        word = f"task-{number}"
        payload = os.urandom(16 + number % 7 * 1000).hex()
        status = number % 5
        answer = self.service.request("POST", "/exec", {
            "code": SCRIPT, "runtime": "sh", "args": [word, str(status)], "env": {"NAME": f"name of {word}"},
            "stdin": f"stdin of {word}", "files": {"payload": payload}, "artifacts": "out", "timeout": "5m",
            "trust": "limited-write"}, timeout=600)
        self.assertEqual(answer.status, 200, answer)
        result = answer.json
        digest = hashlib.sha256(payload.encode()).hexdigest()
        self.assertEqual(
            result["stdout"],
            f"argument {word}\nvariable name of {word}\ninput stdin of {word}\ndigest {digest}  -\n", result)
        self.assertEqual(result["stderr"], f"to the other stream {word}\n")
        self.assertEqual((result["reason"], result["exit_code"]), ("exited", status))
        self.assertTrue(result["complete"], result)
        self.assertEqual([it["sha256"] for it in result["artifacts"]], [digest])
        return result["job_id"]

    def test_many_tasks_at_once_are_told_apart_and_leave_nothing_behind(self):
        started = time.monotonic()
        files_before = self.service.open_files()
        memory = Memory(self.service)
        memory.start()
        names, levels = [], []
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for first in range(0, TASKS, 100):
                numbers = range(first, min(first + 100, TASKS))
                names += pool.map(self.run_one, numbers)
                levels.append(memory.take())
        memory.is_over.set()
        memory.join()
        self.assertEqual(len(set(names)), TASKS)

        # Everything on record says the same, once.
        listed, before = [], ""
        while page := self.service.request("GET", f"/tasks?limit=100{before}").json["tasks"]:
            listed += page
            before = f"&before={page[-1]['id']}"
        self.assertEqual(sorted(it["id"] for it in listed), sorted(names))
        self.assertEqual([it["id"] for it in listed], sorted(names, reverse=True))
        self.assertEqual({it["state"] for it in listed}, {"finished"})
        self.assertEqual(sorted(it["task"] for it in self.service.audit()), sorted(names))

        seconds = time.monotonic() - started
        print(f"\n{TASKS} tasks, {AT_ONCE} at once: {seconds:.1f} s; resident MiB by hundred: "
              + ", ".join(f"{it / 2**20:.1f}" for it in levels), flush=True)
        # The first hundred warm allocators and pools up. Of what is kept for each task (its record) there are a few KB.
        self.assertLess(levels[-1] - levels[1], 24 << 20, levels)
        self.assertLess(levels[-1], 256 << 20)
        wait_until(lambda: self.service.open_files() <= files_before + 8, "files to be closed")
        wait_until(lambda: not self.service.zombies(), "children to be waited for")
        wait_until(lambda: not self.service.task_processes(), "the tasks' processes to end")
        self.assertEqual(self.service.stop(), 0, self.service.output[-2000:])

    def test_a_full_queue_says_when_to_come_again_and_loses_nobody(self):
        service = Service(limits={"concurrent_tasks": 2, "queue": 5})
        self.addCleanup(service.close)
        body = {"code": "sleep 1; echo $1", "runtime": "sh"}

        def one(number):
            refused = 0
            while True:
                answer = service.request("POST", "/tasks", {**body, "args": [str(number)]})
                if answer.status == 202:
                    return answer.json["id"], refused
                self.assertEqual(answer.status, 429, answer)
                self.assertEqual(answer.headers["content-type"], "application/problem+json")
                refused += 1
                time.sleep(min(5, int(answer.headers["retry-after"])))

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            done = list(pool.map(one, range(20)))
        self.assertGreater(sum(refused for _, refused in done), 0)
        self.assertEqual(len({name for name, _ in done}), 20)
        for number, (name, _) in enumerate(done):
            self.assertEqual(service.wait(name)["result"]["stdout"], f"{number}\n")
        self.assertEqual(len(service.audit()), 20)


if __name__ == "__main__":
    unittest.main()
