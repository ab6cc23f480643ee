"""What the API server keeps: objects, their versions, and what happened lately, for those who watch.

Versions rise over all objects of all kinds. History is kept for a while only; who asks for what is older is told 410 Gone.
"""

from __future__ import annotations

import copy
import datetime
import threading
import uuid
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

Object = Dict[str, Any]
Key = Tuple[str, str]

#: Resource to kind and version.
KINDS = {
    "configmaps": ("ConfigMap", "v1"), "pods": ("Pod", "v1"), "events": ("Event", "v1"), "jobs": ("Job", "batch/v1"),
}
GROUPS = {"configmaps": "", "pods": "", "events": "", "jobs": "batch"}


class Failure(Exception):
    """A Status that is no success."""

    def __init__(self, code: int, reason: str, message: str, retry_after: Optional[int] = None, details: Optional[Object] = None):
        super().__init__(message)
        self.code, self.reason, self.message, self.retry_after, self.details = code, reason, message, retry_after, details

    def body(self) -> Object:
        status: Object = {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message,
            "reason": self.reason, "code": self.code,
        }
        if self.details or self.retry_after is not None:
            status["details"] = dict(self.details or {})
            if self.retry_after is not None:
                status["details"]["retryAfterSeconds"] = self.retry_after
        return status


def qualified(resource: str) -> str:
    group = GROUPS[resource]
    return f"{resource}.{group}" if group else resource


def not_found(resource: str, name: str) -> Failure:
    details = {"name": name, "group": GROUPS[resource], "kind": resource}
    return Failure(404, "NotFound", f'{qualified(resource)} "{name}" not found', details={k: v for k, v in details.items() if v})


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Change(NamedTuple):
    version: int
    resource: str
    before: Optional[Object]
    after: Optional[Object]


class Store:
    def __init__(self, check: Any, namespace: str) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.namespace = namespace
        self.check = check
        self.version = 1000
        self.objects: Dict[Key, Object] = {}
        self.history: List[Change] = []
        #: What is not newer than this is forgotten.
        self.compacted = 999

    def get(self, resource: str, name: str) -> Object:
        with self.lock:
            found = self.objects.get((resource, name))
            if found is None:
                raise not_found(resource, name)
            return found

    def find(self, resource: str, name: str) -> Optional[Object]:
        with self.lock:
            return self.objects.get((resource, name))

    def all(self, resource: str) -> List[Object]:
        with self.lock:
            return [found for (kind, _), found in sorted(self.objects.items()) if kind == resource]

    def create(self, resource: str, given: Object) -> Object:
        made = copy.deepcopy(given)
        meta = made.setdefault("metadata", {})
        with self.lock:
            if not meta.get("name"):
                if not meta.get("generateName"):
                    raise Failure(422, "Invalid", f"{KINDS[resource][0]} is invalid: metadata.name: Required value: name or generateName is required")
                meta["name"] = meta["generateName"] + uuid.uuid4().hex[:5]
            if (resource, meta["name"]) in self.objects:
                raise Failure(409, "AlreadyExists", f'{qualified(resource)} "{meta["name"]}" already exists',
                              details={"name": meta["name"], "kind": resource})
            meta.update({"namespace": self.namespace, "uid": str(uuid.uuid4()), "creationTimestamp": now()})
            return self._put(resource, None, made)

    def update(self, resource: str, name: str, change: Any, uid: Optional[str] = None) -> Optional[Object]:
        """Changes an object by a function on a copy of it; None where it is gone."""
        with self.lock:
            before = self.objects.get((resource, name))
            if before is None or (uid and before["metadata"]["uid"] != uid):
                return None
            after = copy.deepcopy(before)
            change(after)
            if after == before:
                return before
            after = self._put(resource, before, after)
            # The last finalizer of what is being deleted is gone.
            if after["metadata"].get("deletionTimestamp") and not after["metadata"].get("finalizers") \
                    and not after["metadata"].get("deletionGracePeriodSeconds"):
                self.drop(resource, name)
            return after

    def drop(self, resource: str, name: str) -> None:
        with self.lock:
            before = self.objects.pop((resource, name), None)
            if before is None:
                return
            self.version += 1
            gone = copy.deepcopy(before)
            # A DELETED event has the version of the deletion.
            gone["metadata"]["resourceVersion"] = str(self.version)
            self.history.append(Change(self.version, resource, gone, None))
            self.changed.notify_all()

    def _put(self, resource: str, before: Optional[Object], after: Object) -> Object:
        kind, version = KINDS[resource]
        after.update({"kind": kind, "apiVersion": version})
        self.check(kind, after)
        self.version += 1
        after["metadata"]["resourceVersion"] = str(self.version)
        self.objects[(resource, after["metadata"]["name"])] = after
        self.history.append(Change(self.version, resource, before, after))
        if len(self.history) > 5000:
            self.compact(self.history[1000].version)
        self.changed.notify_all()
        return after

    def compact(self, version: Optional[int] = None) -> None:
        """Forgets what happened up to a version, or everything."""
        with self.lock:
            self.compacted = version if version is not None else self.version
            self.history = [change for change in self.history if change.version > self.compacted]
            self.changed.notify_all()


def owners(found: Object) -> List[Object]:
    references: List[Object] = found["metadata"].get("ownerReferences") or []
    return references


def selects(label_selector: str, field_selector: str, found: Object) -> bool:
    labels = found["metadata"].get("labels") or {}
    for part in filter(None, label_selector.split(",")):
        if "!=" in part:
            name, value = part.split("!=")
            if labels.get(name) == value:
                return False
        elif "=" in part:
            name, value = part.replace("==", "=").split("=")
            if labels.get(name) != value:
                return False
        elif part not in labels:
            return False
    for part in filter(None, field_selector.split(",")):
        name, value = part.split("=")
        known = {"metadata.name", "metadata.namespace", "status.phase", "spec.nodeName", "involvedObject.kind",
                 "involvedObject.name", "involvedObject.uid", "reason", "type"}
        if name not in known:
            raise Failure(400, "BadRequest", f'field label not supported: {name}')
        place: Any = found
        for step in name.split("."):
            place = (place or {}).get(step)
        if (place or "") != value:
            return False
    return True
