"""dispatcher.py TASK.json [API]: runs a List of ConfigMap and Job in Kubernetes, prints the result. Ctrl-C cancels it."""
import http.client, json, signal, sys, threading, time, urllib.request as web, warder_frames
API, BROKEN = (sys.argv[2:] or ["http://127.0.0.1:8001"])[0], (OSError, ValueError, http.client.HTTPException)
REASONS = {"Evicted": "evicted", "OOMKilled": "oom_killed", "DeadlineExceeded": "deadline_exceeded",
           "NodeLost": "node_lost", "ErrImagePull": "image_pull", "ImagePullBackOff": "image_pull"}

def call(method, path, body=None):
    kind = {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
    return web.urlopen(web.Request(API + path, body and json.dumps(body).encode(), kind, method=method), timeout=60)

def watch(path):  # the pod as it is and whenever it changes, and an empty event when nothing has come for a while
    while True:
        try:
            yield from map(json.loads, call("GET", f"{path}&watch=1&timeoutSeconds=10"))
        except BROKEN:
            time.sleep(1)
        yield {"type": "NONE"}

def follow(tries=4):  # from the log's start and while it is written: what is rotated away cannot be read later
    while tries and not log.has_verdict:
        tries -= is_over.is_set()
        try:
            log.read(call("GET", f"{core}/pods/{pod['metadata']['name']}/log?follow=true"))
        except (KeyError, *BROKEN):  # not there yet, or cut off: read it from the start, what comes twice counts once
            time.sleep(0.5)

config, job = sorted(json.load(open(sys.argv[1]))["items"], key=lambda item: item["kind"])
core, name = f"/api/v1/namespaces/{job['metadata'].get('namespace', 'default')}", job["metadata"]["name"]
jobs, owned = core.replace("api/v1", "apis/batch/v1") + "/jobs", f"{core}/configmaps/{config['metadata']['name']}"
pod, ended, log, is_over = {"status": {}}, 0, warder_frames.LogReader(), threading.Event()
call("POST", f"{core}/configmaps", config)
try:
    made = {"name": name, "uid": json.load(call("POST", jobs, job))["metadata"]["uid"]}
except BROKEN:  # without a Job nobody would remove it
    call("DELETE", owned)
    raise
try:
    (reader := threading.Thread(target=follow)).start()
    call("PATCH", owned, {"metadata": {"ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", **made}]}})
    cancel = lambda *_: call("PATCH", f"{core}/pods/{pod['metadata']['name']}", {"spec": {"activeDeadlineSeconds": 1}})
    signal.signal(signal.SIGINT, cancel)  # keeps log and message; deleting or suspending the Job would remove the pod
    for event in watch(f"{core}/pods?labelSelector=batch.kubernetes.io/job-name%3D{name}"):
        pod = pod if event["type"] in ("NONE", "ERROR") else event["object"]
        if event["type"] == "NONE":  # is the Job over, and what is left of the pod was not seen in a watch after that?
            status = json.load(call("GET", f"{jobs}/{name}"))["status"]
            ended += any(it["type"] in ("Complete", "Failed") for it in status.get("conditions", []))
        if ended > 2 or event["type"] == "DELETED" or pod["status"].get("phase") in ("Succeeded", "Failed"):
            break
finally:
    is_over.set()
    reader.join()
    call("DELETE", f"{jobs}/{name}?propagationPolicy=Background")  # the pod and the ConfigMap go with it
result, state = log.results[-1].as_dict(), (pod["status"].get("containerStatuses") or [{}])[0].get("state", {})
message = state.get("terminated", {}).get("message", "")
if result["reason"] == "lost":  # what Kubernetes says outranks the message, which was written before
    said = [*filter(REASONS.get, (it.get("reason") for it in [pod["status"], *state.values()]))]
    said += [json.loads(message.partition("\n")[0])["reason"]] if message.startswith("{") else ["lost"]
    result["reason"] = REASONS.get(said[0], said[0])
print(json.dumps({**result, "termination_message": message}))
