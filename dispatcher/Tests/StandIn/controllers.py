"""What happens behind the API server: the Job controller, the garbage collector, and the kubelet of one node."""

from __future__ import annotations

import copy
import threading
import time
import uuid
from typing import Any, Dict, List, Optional

from kubelet import Kubelet
from store import Object, Store, now, owners, selects

TRACKING = "batch.kubernetes.io/job-tracking"


class Settings:
    """What a test can turn."""

    def __init__(self) -> None:
        #: How many pods the quota lets in.
        self.pods: Optional[int] = None
        #: What a quota says that is exceeded; `requested` larger than `limited` never fits.
        self.quota_message = "requested: pods=1, used: pods={used}, limited: pods={limit}"
        #: What admission answers to a pod, and how often.
        self.denial: Optional[str] = None
        self.denials = 1 << 30
        #: Jobs with a queue are suspended until somebody says otherwise.
        self.kueue_admits = False
        #: Seconds between a change and its controller's act.
        self.latency = 0.005
        #: The garbage collector's.
        self.collects = True
        #: Whether ttlSecondsAfterFinished is heeded.
        self.ttl = True


class Controllers:
    def __init__(self, store: Store, kubelet: Kubelet, settings: Settings) -> None:
        self.store, self.kubelet, self.settings = store, kubelet, settings
        self.next_try: Dict[str, float] = {}
        self.failures: Dict[str, int] = {}
        self.finished: Dict[str, float] = {}
        self.started: Dict[str, float] = {}
        self.running = True
        for work in (self.jobs, self.garbage):
            threading.Thread(target=self.loop, args=(work,), daemon=True).start()

    def loop(self, work: Any) -> None:
        while self.running:
            with self.store.lock:
                self.store.changed.wait(0.1)
            time.sleep(self.settings.latency)
            work()

    # The Job controller

    def jobs(self) -> None:
        for job in self.store.all("jobs"):
            self.sync(job)

    def pods_of(self, job: Object) -> List[Object]:
        return [pod for pod in self.store.all("pods") if any(ref["uid"] == job["metadata"]["uid"] for ref in owners(pod))]

    def sync(self, job: Object) -> None:
        name, uid = job["metadata"]["name"], job["metadata"]["uid"]
        status, spec = job.get("status") or {}, job["spec"]
        ended = [c for c in status.get("conditions", []) if c["type"] in ("Complete", "Failed")]
        pods = self.pods_of(job)
        if ended or job["metadata"].get("deletionTimestamp"):
            for pod in pods:
                self.release(pod)
            ttl = spec.get("ttlSecondsAfterFinished")
            if ended and ttl is not None and self.settings.ttl and time.monotonic() - self.finished.setdefault(uid, time.monotonic()) >= ttl:
                self.store.drop("jobs", name)
            return
        if spec["suspend"]:
            if self.settings.kueue_admits and "kueue.x-k8s.io/queue-name" in (job["metadata"].get("labels") or {}):
                self.store.update("jobs", name, lambda it: it["spec"].update(suspend=False), uid)
            return
        if "startTime" not in status:
            self.started[uid] = time.monotonic()
            self.store.update("jobs", name, lambda it: it["status"].update(startTime=now(), active=0), uid)
        over = [pod for pod in pods if pod["status"].get("phase") in ("Succeeded", "Failed")]
        active = [pod for pod in pods if pod not in over]
        limit = spec.get("activeDeadlineSeconds")
        if limit is not None and time.monotonic() - self.started.get(uid, time.monotonic()) >= limit:
            for pod in active:
                self.kubelet.delete(pod)
            for pod in pods:
                self.release(pod)
            if not [pod for pod in self.pods_of(job) if pod["status"].get("phase") not in ("Succeeded", "Failed")]:
                self.end(job, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
            return
        done = [pod for pod in over if pod["status"]["phase"] == "Succeeded"]
        if done:
            self.release(done[0])
            self.end(job, "Complete", "CompletionsReached", "Reached expected number of succeeded pods")
            return
        if active:
            # A pod that is being deleted and has not failed is waited for (podReplacementPolicy: Failed).
            return
        removed = (job["metadata"].get("annotations") or {}).get("stand-in/removed")
        failures = 1 if removed else 0
        for pod in over:
            action = self.policy(spec.get("podFailurePolicy"), pod)
            if action == "Ignore":
                self.release(pod)
                continue
            failures += 1
            if action == "FailJob":
                self.release(pod)
                self.end(job, "Failed", "PodFailurePolicy", f'Pod {pod["metadata"]["namespace"]}/{pod["metadata"]["name"]} failed')
                return
        if failures > spec["backoffLimit"]:
            for pod in over:
                self.release(pod)
            self.end(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
            return
        self.make_pod(job)

    @staticmethod
    def policy(policy: Optional[Object], pod: Object) -> str:
        for rule in (policy or {}).get("rules", []):
            for pattern in rule.get("onPodConditions") or []:
                for condition in pod["status"].get("conditions", []):
                    if condition["type"] == pattern["type"] and condition["status"] == pattern.get("status", "True"):
                        return str(rule["action"])
            codes = rule.get("onExitCodes")
            if codes:
                for container in pod["status"].get("containerStatuses", []):
                    ended = container["state"].get("terminated")
                    if ended and ended["exitCode"] != 0 and codes.get("containerName") in (None, container["name"]):
                        if (ended["exitCode"] in codes["values"]) == (codes["operator"] == "In"):
                            return str(rule["action"])
        return "Count"

    def release(self, pod: Object) -> None:
        """The controller has counted the pod."""
        def change(it: Object) -> None:
            it["metadata"]["finalizers"] = [name for name in it["metadata"].get("finalizers") or [] if name != TRACKING]
            if not it["metadata"]["finalizers"]:
                del it["metadata"]["finalizers"]
        if TRACKING in (pod["metadata"].get("finalizers") or []):
            self.store.update("pods", pod["metadata"]["name"], change, pod["metadata"]["uid"])

    def end(self, job: Object, kind: str, reason: str, message: str) -> None:
        first = "SuccessCriteriaMet" if kind == "Complete" else "FailureTarget"

        def condition(type: str) -> Object:
            return {"type": type, "status": "True", "reason": reason, "message": message, "lastProbeTime": now(), "lastTransitionTime": now()}

        uid = job["metadata"]["uid"]
        name = job["metadata"]["name"]
        self.store.update("jobs", name, lambda it: it["status"].update(conditions=[condition(first)]), uid)

        def finish(it: Object) -> None:
            it["status"].update(conditions=[condition(first), condition(kind)], active=0)
            it["status"].update({"succeeded": 1, "completionTime": now()} if kind == "Complete" else {"failed": 1})

        self.store.update("jobs", name, finish, uid)

    def make_pod(self, job: Object) -> None:
        uid = job["metadata"]["uid"]
        if time.monotonic() < self.next_try.get(uid, 0):
            return
        template = copy.deepcopy(job["spec"]["template"])
        name = f'{job["metadata"]["name"]}-{uuid.uuid4().hex[:5]}'
        refusal = self.refusal(name)
        if refusal:
            self.failures[uid] = self.failures.get(uid, 0) + 1
            # The controller's backoff is 1 s to 10 min; here it is shorter.
            self.next_try[uid] = time.monotonic() + min(0.2 * 2 ** self.failures[uid], 2)
            self.event(job, "Warning", "FailedCreate", f"Error creating: {refusal}")
            return
        pod: Object = {
            "metadata": {
                "name": name, "labels": template["metadata"].get("labels", {}), "finalizers": [TRACKING],
                "ownerReferences": [{
                    "apiVersion": "batch/v1", "kind": "Job", "name": job["metadata"]["name"], "uid": uid, "controller": True,
                    "blockOwnerDeletion": True,
                }],
            },
            "spec": {**template["spec"], "serviceAccountName": "default", "schedulerName": "default-scheduler", "dnsPolicy": "ClusterFirst"},
            "status": {"phase": "Pending", "qosClass": "Guaranteed"},
        }
        if template["metadata"].get("annotations"):
            pod["metadata"]["annotations"] = template["metadata"]["annotations"]
        if self.store.find("jobs", job["metadata"]["name"]) is None:
            return
        made = self.store.create("pods", pod)
        self.store.update("jobs", job["metadata"]["name"], lambda it: it["status"].update(active=1), uid)
        self.event(job, "Normal", "SuccessfulCreate", f"Created pod: {name}")
        self.kubelet.run(made)

    def refusal(self, name: str) -> Optional[str]:
        settings = self.settings
        if settings.denial and settings.denials > 0:
            settings.denials -= 1
            return f'pods "{name}" is forbidden: {settings.denial}'
        used = len([pod for pod in self.store.all("pods") if pod["status"].get("phase") not in ("Succeeded", "Failed")])
        if settings.pods is not None and used >= settings.pods:
            return f'pods "{name}" is forbidden: exceeded quota: tasks, ' + settings.quota_message.format(used=used, limit=settings.pods)
        return None

    def event(self, job: Object, type: str, reason: str, message: str) -> None:
        name, uid = job["metadata"]["name"], job["metadata"]["uid"]
        for known in self.store.all("events"):
            about = known["involvedObject"]
            if about["uid"] == uid and known["reason"] == reason and known["message"] == message:
                self.store.update("events", known["metadata"]["name"], lambda it: it.update(count=it["count"] + 1, lastTimestamp=now()))
                return
        self.store.create("events", {
            "metadata": {"generateName": f"{name}."}, "type": type, "reason": reason, "message": message, "count": 1,
            "involvedObject": {"kind": "Job", "namespace": job["metadata"]["namespace"], "name": name, "uid": uid, "apiVersion": "batch/v1"},
            "source": {"component": "job-controller"}, "firstTimestamp": now(), "lastTimestamp": now(),
            "reportingComponent": "job-controller", "reportingInstance": "",
        })

    # The garbage collector

    def garbage(self) -> None:
        if not self.settings.collects:
            return
        # The owned before the owners: an owner that is made in between would be taken for one that is gone.
        owned = [(resource, found) for resource in ("pods", "configmaps") for found in self.store.all(resource)]
        uids = {found["metadata"]["uid"] for found in self.store.all("jobs")}
        for resource, found in owned:
            references = owners(found)
            if references and all(ref["uid"] not in uids for ref in references):
                if resource == "pods":
                    self.kubelet.delete(found)
                    self.release(found)
                else:
                    self.store.drop(resource, found["metadata"]["name"])
        # Foreground: the owner goes when nothing is left that it owns.
        for job in self.store.all("jobs"):
            if "foregroundDeletion" in (job["metadata"].get("finalizers") or []):
                pods = self.pods_of(job)
                for pod in pods:
                    self.kubelet.delete(pod)
                    self.release(pod)
                if not pods:
                    self.store.drop("jobs", job["metadata"]["name"])


def orphan(store: Store, job: Object) -> None:
    """What the Job owned is nobody's."""
    uid = job["metadata"]["uid"]
    for resource in ("pods", "configmaps"):
        for found in store.all(resource):
            if any(ref["uid"] == uid for ref in owners(found)):
                def change(it: Object) -> None:
                    it["metadata"]["ownerReferences"] = [ref for ref in owners(it) if ref["uid"] != uid]
                    it["metadata"]["finalizers"] = [f for f in it["metadata"].get("finalizers") or [] if f != TRACKING]
                store.update(resource, found["metadata"]["name"], change)


__all__ = ["Controllers", "Settings", "orphan", "selects"]
