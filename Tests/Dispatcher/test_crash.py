"""kill -9 of the dispatcher, again and again: each task runs at most once and ends with one true verdict, or is said to
be lost."""

import collections
import concurrent.futures
import http.client
import os
import random
import time
import unittest

from service import Service, wait_until

TASKS = 60
KILLS = 6
SEED = int(os.environ.get("CRASH_SEED", str(random.SystemRandom().randrange(1 << 30))))
# The mark is made outside of what Warder keeps, and before anything else: a second run would leave a second line.
SCRIPT = """
echo "$$ began" >> COUNTERS/$1
echo "begin $1"
sleep $2
echo "end $1"
echo ended >> COUNTERS/$1
exit $3
"""


class CrashTests(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.service = Service(limits={"concurrent_tasks": 6, "queue": 200})
        self.addCleanup(self.service.close)

    def post_until_taken(self, number, kind="/tasks"):
        """Sends a request with one key until it is answered, as a good client does; the task's name."""
        body = {"code": SCRIPT.replace("COUNTERS", str(self.service.counters)), "runtime": "sh",
                "args": [str(number), str(self.pauses[number]), str(number % 4)], "trust": "limited-write"}
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            try:
                answer = self.service.request(
                    "POST", kind, body, {"Idempotency-Key": f"key-{number}"}, timeout=240)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if answer.status in (429, 503):
                time.sleep(0.2)
                continue
            self.assertIn(answer.status, (200, 202), answer)
            it = answer.json
            return it["job_id"] if answer.status == 200 else it["id"]
        raise AssertionError(f"request {number} was never answered")

    def judge(self, number, name):
        """Holds a task's verdict against what its script did; whether it was lost."""
        task = self.service.wait(name, seconds=120)
        result, path = task["result"], self.service.counters / str(number)
        marks = path.read_text().splitlines() if path.exists() else []
        said = f"task {number} {name}, seed {SEED}: {task}\nmarks {marks}"
        self.assertLessEqual(len([it for it in marks if it.endswith("began")]), 1, f"ran twice: {said}")
        self.assertEqual((task["reason"], task.get("exit_code")), (result["reason"], result["exit_code"]), said)
        if task["reason"] == "lost":
            self.assertFalse(result["complete"], said)
            return True
        self.assertEqual((task["reason"], task.get("exit_code")), ("exited", number % 4), said)
        self.assertEqual(len(marks), 2, said)
        self.assertEqual(result["stdout"], f"begin {number}\nend {number}\n", said)
        self.assertTrue(result["complete"], said)
        return False

    def test_tasks_survive_a_dispatcher_that_is_killed(self):
        self.pauses = [round(self.random.uniform(0, 2), 2) for _ in range(TASKS)]
        kinds = [self.random.choice(["/tasks", "/exec"]) for _ in range(TASKS)]
        with concurrent.futures.ThreadPoolExecutor(TASKS) as pool:
            requests = [pool.submit(self.post_until_taken, it, kinds[it]) for it in range(TASKS)]
            for _ in range(KILLS):
                time.sleep(self.random.uniform(0.05, 2.5))
                self.service.kill()
                time.sleep(self.random.choice([0, 0.5]))
                self.service.start()
            names = [it.result() for it in requests]
        self.assertEqual(len(set(names)), TASKS, f"two keys have one task, seed {SEED}")
        lost = [self.judge(number, name) for number, name in enumerate(names)].count(True)
        print(f"\n{TASKS} tasks, {KILLS} kills, seed {SEED}: {lost} said to be lost", flush=True)
        # A kill between two steps of a start can lose a task; of those six at a time that can be there.
        self.assertLessEqual(lost, KILLS * 2)

        listed = self.service.request("GET", "/tasks?limit=1000").json["tasks"]
        self.assertEqual(sorted(it["id"] for it in listed), sorted(names), f"a key made two tasks, seed {SEED}")
        # The keys hold after the end as well, also for what is asked of another dispatcher.
        self.service.kill()
        self.service.start()
        for number in self.random.sample(range(TASKS), 10):
            self.assertEqual(self.post_until_taken(number), names[number])
        other = self.service.request(
            "POST", "/tasks", {"code": "echo other", "runtime": "sh"}, {"Idempotency-Key": "key-0"})
        self.assertEqual(other.status, 409, other)
        # What a dispatcher did not come to write down, the next one does when it has started.
        wait_until(lambda: len(self.service.audit()) >= TASKS, "all audit records")
        audited = collections.Counter(it["task"] for it in self.service.audit())
        wrong = {name: audited[name] for name in {*names, *audited} if audited[name] != 1 or name not in names}
        self.assertEqual(wrong, {}, f"audit records that are not one for each task, seed {SEED}")
        wait_until(lambda: not self.service.task_processes(), "the tasks' processes to end")

    def test_a_task_that_ended_while_nobody_was_there_has_its_verdict(self):
        name = self.service.submit("echo before; sleep 1; echo after; exit 7")
        self.service.wait(name, "running")
        self.service.kill()
        wait_until(lambda: not self.service.task_processes(), "the task to end")
        self.service.start()
        task = self.service.wait(name)
        self.assertEqual((task["reason"], task["exit_code"]), ("exited", 7))
        self.assertEqual(task["result"]["stdout"], "before\nafter\n")
        self.assertTrue(task["result"]["complete"])

    def test_a_task_whose_processes_are_killed_while_nobody_was_there_is_lost(self):
        name = self.service.submit("echo before; sleep 100")
        wait_until(lambda: "stdout" in [it[0] for it in self.first_events(name, 3)], "output")
        self.service.kill()
        for process in self.service.task_processes():
            try:
                os.kill(process, 9)
            except ProcessLookupError:
                pass
        self.service.start()
        task = self.service.wait(name)
        self.assertEqual(task["reason"], "lost")
        self.assertIsNone(task["result"]["exit_code"])
        self.assertEqual(task["result"]["stdout"], "before\n")
        self.assertFalse(task["result"]["complete"])

    def first_events(self, name, count):
        found = []
        for event in self.service.events(name):
            found.append(event)
            if event[0] == "stdout" or len(found) > count:
                break
        return found

    def test_a_cancellation_is_not_forgotten(self):
        name = self.service.submit("trap '' TERM; sleep 100")
        self.service.wait(name, "running")
        self.assertEqual(self.service.request("DELETE", f"/tasks/{name}").status, 202)
        self.service.kill()
        self.service.start()
        task = self.service.wait(name)
        self.assertEqual(task["reason"], "cancelled")
        self.assertTrue(task["cancel_requested"])

    def test_a_dispatcher_that_is_stopped_leaves_its_tasks_running(self):
        name = self.service.submit("sleep 2; echo done")
        self.service.wait(name, "running")
        self.assertEqual(self.service.stop(), 0, self.service.output[-2000:])
        self.assertTrue(self.service.task_processes())
        self.service.start()
        self.assertEqual(self.service.wait(name)["result"]["stdout"], "done\n")

    def test_events_go_on_behind_the_last_one_after_a_restart(self):
        name = self.service.submit("for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done")
        seen, last = "", None
        for kind, data, identifier in self.service.events(name):
            last = identifier or last
            if kind == "stdout":
                seen += data["stdout"]
                if "2" in seen:
                    break
        self.service.kill()
        self.service.start()
        is_over = False
        for kind, data, identifier in self.service.events(name, last):
            if kind == "stdout":
                seen += data["stdout"]
            is_over = kind == "result"
        self.assertTrue(is_over)
        self.assertEqual(seen, "1\n2\n3\n4\n5\n6\n")


if __name__ == "__main__":
    unittest.main()
