"""What the API server lets in: the published types, and what may change of an object that is there.

The wording follows k8s.io/kubernetes/pkg/apis/{core,batch}/validation.
"""

from __future__ import annotations

import copy
import json
import pathlib
import re
import uuid
from typing import Any, Dict

import jsonschema

from store import Failure, Object

_SCHEMA = json.loads((pathlib.Path(__file__).parent / "kubernetes-1.34.schema.json").read_text())
_VALIDATORS: Dict[str, Any] = {}


def validator(kind: str) -> Any:
    if kind not in _VALIDATORS:
        _VALIDATORS[kind] = jsonschema.Draft202012Validator({"$defs": _SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"})
    return _VALIDATORS[kind]


def check(kind: str, found: Object) -> None:
    """Holds an object against the published types."""
    for error in validator(kind).iter_errors(found):
        place = error.json_path.removeprefix("$.")
        if error.validator == "additionalProperties":
            raise Failure(400, "BadRequest", f'{kind} in version "v1" cannot be handled as a {kind}: strict decoding error: {place}: {error.message}')
        raise Failure(422, "Invalid", f"{kind} is invalid: {place}: {error.message}")


LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def invalid(kind: str, found: Object, problem: str) -> Failure:
    name = found["metadata"].get("name", "")
    return Failure(422, "Invalid", f'{kind} "{name}" is invalid: {problem}', details={"name": name, "kind": kind})


def new(kind: str, found: Object) -> None:
    """What a new object must keep to."""
    meta = found.get("metadata") or {}
    for key, value in (meta.get("labels") or {}).items():
        if not LABEL_KEY.fullmatch(key) or not LABEL_VALUE.fullmatch(value) or len(value) > 63:
            raise invalid(kind, found, f'metadata.labels: Invalid value: "{key}={value}"')
    if kind == "ConfigMap":
        size = 0
        for key, value in {**(found.get("data") or {}), **(found.get("binaryData") or {})}.items():
            if not re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key) or key in (".", "..") or key.startswith(".."):
                raise invalid(kind, found, f'data[{key}]: Invalid value: "{key}": a valid config key must consist of alphanumeric characters')
            size += len(key) + len(value.encode() if key in (found.get("data") or {}) else value) * (1 if key in (found.get("data") or {}) else 3 / 4)
        if size > 1 << 20:
            raise invalid(kind, found, "[]: Too long: may not be more than 1048576 bytes")
    if kind == "Job":
        if not LABEL.fullmatch(meta.get("name", "")):
            raise invalid(kind, found, f'metadata.name: Invalid value: "{meta.get("name")}": a lowercase RFC 1123 label')
        pod = found["spec"]["template"]["spec"]
        if pod.get("restartPolicy") not in ("Never", "OnFailure"):
            raise invalid(kind, found, 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"')
        for seconds in (found["spec"].get("activeDeadlineSeconds", 0), pod.get("activeDeadlineSeconds", 1)):
            if seconds < 0 or seconds > 2**31 - 1:
                raise invalid(kind, found, "spec.activeDeadlineSeconds: Invalid value")
        policy = found["spec"].get("podFailurePolicy")
        if policy and pod["restartPolicy"] != "Never":
            raise invalid(kind, found, "spec.podFailurePolicy: Invalid value: only applicable when spec.template.spec.restartPolicy is Never")
        for rule in (policy or {}).get("rules", []):
            codes = rule.get("onExitCodes", {})
            values = codes.get("values", [])
            if values != sorted(set(values)) or (codes.get("operator") == "In" and 0 in values):
                raise invalid(kind, found, "spec.podFailurePolicy.rules[].onExitCodes.values: Invalid value")
        names = [volume["name"] for volume in pod.get("volumes", [])]
        for container in pod["containers"]:
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in names:
                    raise invalid(kind, found, f'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "{mount["name"]}"')


def default_job(job: Object) -> None:
    """What the server fills in (pkg/apis/batch/v1/defaults.go), and the selector that the strategy makes."""
    spec = job["spec"]
    for field, value in (("parallelism", 1), ("completions", 1), ("completionMode", "NonIndexed"), ("suspend", False),
                         ("backoffLimit", 6), ("manualSelector", False)):
        spec.setdefault(field, value)
    spec.setdefault("podReplacementPolicy", "Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed")
    job["metadata"]["uid"] = uid = str(uuid.uuid4())
    own = {"batch.kubernetes.io/controller-uid": uid, "controller-uid": uid}
    labels = spec["template"].setdefault("metadata", {}).setdefault("labels", {})
    labels.update({**own, "batch.kubernetes.io/job-name": job["metadata"]["name"], "job-name": job["metadata"]["name"]})
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    job["status"] = {}


def changed(kind: str, before: Object, after: Object) -> None:
    """What of an object may change."""
    for fixed in ("name", "namespace", "uid", "creationTimestamp"):
        if before["metadata"].get(fixed) != after["metadata"].get(fixed):
            raise invalid(kind, before, f'metadata.{fixed}: Invalid value: field is immutable')
    for reference in after["metadata"].get("ownerReferences") or []:
        if not all(reference.get(field) for field in ("apiVersion", "kind", "name", "uid")):
            raise invalid(kind, before, "metadata.ownerReferences: Invalid value: must not be empty")
    if kind == "ConfigMap" and before.get("immutable"):
        if not after.get("immutable"):
            raise invalid(kind, before, "immutable: Forbidden: field is immutable when `immutable` is set")
        for field in ("data", "binaryData"):
            if before.get(field) != after.get(field):
                raise invalid(kind, before, f"{field}: Forbidden: field is immutable when `immutable` is set")
    if kind == "Job" and before["spec"]["template"] != after["spec"]["template"]:
        raise invalid(kind, before, "spec.template: Invalid value: field is immutable")
    if kind == "Pod":
        old, given = before["spec"].get("activeDeadlineSeconds"), after["spec"].get("activeDeadlineSeconds")
        if given != old:
            if given is None or (old is not None and given > old):
                raise invalid(kind, before, f"spec.activeDeadlineSeconds: Invalid value: {given}: must be less than or equal to previous value")
            if not 1 <= given <= 2**31 - 1:
                raise invalid(kind, before, f"spec.activeDeadlineSeconds: Invalid value: {given}: must be between 1 and 2147483647, inclusive")
        one, other = copy.deepcopy(before["spec"]), copy.deepcopy(after["spec"])
        for spec in (one, other):
            spec.pop("activeDeadlineSeconds", None)
            spec.pop("tolerations", None)
            for container in spec["containers"]:
                container.pop("image", None)
        if one != other:
            raise invalid(kind, before, "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
                          "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`")


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
