"""The manifests of examples/patterns: they are in order, they are what `warder render` makes, and they run.

WARDER names the tool, IMAGE_PREFIX the images as scripts/build-images made them.
"""

from __future__ import annotations

import copy
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import uuid
from typing import Any, Dict, List, Tuple

import yaml  # type: ignore[import]

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "examples/patterns"
PODMAN = str(ROOT / "scripts/lib/podman")
WARDER = os.environ["WARDER"]
PREFIX = os.environ.get("IMAGE_PREFIX", "localhost/warder")

Manifest = Dict[str, Any]

COMMON = [
    "examples/patterns/investigate.py", "examples/patterns/restarts.csv", "--image", "localhost/warder/python:latest",
    "--timeout", "1m", "--memory", "256Mi", "--tmp", "64Mi",
]
RENDERED: Dict[str, List[str]] = {
    "investigation-shadow": ["--trust", "shadow"],
    "investigation-read-only": ["--trust", "read-only"],
    "investigation-limited-write": ["--trust", "limited-write", "--artifacts", "out", "--", "propose"],
    "investigation-autonomous": [
        "-n", "investigations", "--trust", "autonomous", "--egress", "ns=operations,pod=app=change-api:8080", "--dns", "kube",
        "--", "apply", "http://change-api.operations.svc:8080/changes",
    ],
}
FOUND = '{"container": "payments", "restarts": 14, "reason": "OOMKilled"}\n'


def run(*words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, input=data, capture_output=True, cwd=ROOT, timeout=200)


def podman(*words: str) -> str:
    done = run(PODMAN, *words)
    if done.returncode != 0:
        raise AssertionError(f"podman {' '.join(words)}: {done.stderr.decode()}")
    return done.stdout.decode()


def as_pod(document: Manifest) -> Manifest:
    """The pod that a Job makes, as podman, which has no Jobs, can play it."""
    if document["kind"] != "Job":
        return document
    template = document["spec"]["template"]
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], "name": document["metadata"]["name"]},
        "spec": copy.deepcopy(template["spec"]),
    }


def own_names(documents: List[Manifest], mark: str) -> List[Manifest]:
    """The same objects with names, volumes and images of this test's own: podman's are the whole machine's."""
    result: List[Manifest] = []
    for document in documents:
        document = copy.deepcopy(document)
        document["metadata"].pop("namespace", None)
        document["metadata"]["name"] += mark
        if document["kind"] == "Pod":
            spec = document["spec"]
            for volume in spec["volumes"]:
                volume["name"] += mark
                if "configMap" in volume:
                    volume["configMap"]["name"] += mark
                # podman 4.3 knows emptyDir on disk only.
                volume.get("emptyDir", {}).pop("medium", None)
            for container in spec.get("initContainers", []) + spec["containers"]:
                container["image"] = container["image"].replace("localhost/warder", PREFIX)
                container["imagePullPolicy"] = "Never"
                for mount in container["volumeMounts"]:
                    mount["name"] += mark
        result.append(document)
    return result


class Played:
    """A manifest played by podman to its end; what its containers wrote and how they ended."""

    def __init__(self, file: pathlib.Path) -> None:
        mark = "-" + uuid.uuid4().hex[:10]
        playable = [as_pod(one) for one in yaml.safe_load_all(file.read_text()) if one["kind"] != "NetworkPolicy"]
        documents = own_names(playable, mark)
        pod = documents[-1]
        name = pod["metadata"]["name"]
        self.log: Dict[str, bytes] = {}
        self.status: Dict[str, int] = {}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as manifest:
            manifest.write(yaml.safe_dump_all(documents))
            manifest.flush()
            try:
                podman("kube", "play", "--quiet", "--network", "none", "--no-hosts", manifest.name)
                for container in pod["spec"]["containers"]:
                    full = f"{name}-{container['name']}"
                    self.status[container["name"]] = int(podman("wait", full).split()[0])
                    self.log[container["name"]] = run(PODMAN, "logs", full).stdout
            finally:
                run(PODMAN, "pod", "rm", "--force", "--ignore", "--time", "0", name)
                # podman calls the volume of a ConfigMap after that.
                volumes = [one.get("configMap", one)["name"] for one in pod["spec"]["volumes"]]
                run(PODMAN, "volume", "rm", "--force", *volumes)

    def result(self, container: str = "task") -> Manifest:
        decoded = run(WARDER, "decode", "--json", data=self.log[container])
        result: Manifest = json.loads(decoded.stdout)
        return result

    def start(self) -> Manifest:
        start: Manifest = json.loads(self.log["task"].split(b"\n", 1)[0])["start"]
        return start


class FileTests(unittest.TestCase):
    def test_they_are_in_order(self) -> None:
        files = sorted(FOLDER.glob("*.yaml"))
        self.assertEqual(len(files), 6)
        for file in files:
            with self.subTest(file=file.name):
                checked = run(WARDER, "check", "--job", str(file), "--json")
                findings = json.loads(checked.stdout)["findings"]
                # What the pattern itself is: the document says it too.
                expected = ["warder/containers"] if file.stem == "sidecar" else []
                self.assertEqual([finding["rule"] for finding in findings], expected)
                self.assertEqual(checked.returncode, 0)

    def test_jobs_are_what_warder_renders(self) -> None:
        for name, words in RENDERED.items():
            with self.subTest(name=name):
                rendered = run(WARDER, "render", *COMMON, "--name", name, *words)
                self.assertEqual(rendered.stdout.decode(), (FOLDER / f"{name}.yaml").read_text(), rendered.stderr.decode())

    def test_nothing_else_is_rendered(self) -> None:
        """A Job in the folder that no command makes would drift away from what the tool writes."""
        jobs = {file.stem for file in FOLDER.glob("*.yaml") if "kind: Job\n" in file.read_text()}
        self.assertEqual(jobs, set(RENDERED))


class RunTests(unittest.TestCase):
    def test_sidecar(self) -> None:
        played = Played(FOLDER / "sidecar.yaml")
        self.assertEqual(played.status, {"task": 0, "agent": 0})
        self.assertEqual(played.result()["stdout"], "42\n")
        self.assertEqual(played.log["agent"], b"'42\\n' exited\n")

    def test_separate_pod(self) -> None:
        played = Played(FOLDER / "separate-pod.yaml")
        result = played.result()
        self.assertEqual((played.status["task"], result["stdout"], result["reason"]), (0, "payments,14,OOMKilled\n", "exited"))

    def phase(self, name: str, status: int, reason: str) -> Tuple[Manifest, Manifest]:
        played = Played(FOLDER / f"investigation-{name}.yaml")
        result = played.result()
        self.assertEqual((played.status["task"], result["reason"], result["complete"]), (status, reason, True), result)
        self.assertEqual(played.start()["trust"], name)
        return result, played.start()

    def test_shadow_runs_nothing(self) -> None:
        result, start = self.phase("shadow", 0, "checked")
        self.assertEqual((result["stdout"], start["mode"]), ("", "check"))

    def test_read_only_reports(self) -> None:
        result, start = self.phase("read-only", 0, "exited")
        self.assertEqual((result["stdout"], result["artifacts"]), (FOUND, []))
        self.assertEqual(start["script"]["path"], "/task/investigate.py")

    def test_limited_write_hands_a_change_back(self) -> None:
        result, _ = self.phase("limited-write", 0, "exited")
        self.assertEqual(result["stdout"], FOUND)
        self.assertEqual([artifact["name"] for artifact in result["artifacts"]], ["change.json"])

    def test_autonomous_has_the_network_that_the_pod_has(self) -> None:
        """Here that is none at all: the script tries, and says so itself."""
        result, _ = self.phase("autonomous", 1, "exited")
        self.assertEqual(result["stdout"], FOUND)
        self.assertIn("URLError", result["stderr"])
        self.assertNotIn("Permission", result["stderr"])


if __name__ == "__main__":
    unittest.main()
