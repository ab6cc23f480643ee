"""A stand-in for the API server of a cluster: ConfigMaps, Jobs, pods, their logs, and events of one namespace.

usage: stand_in.py [--namespace NAME] [--role FILE] [--tls CERT KEY] [--warder-init PATH] [--seed N]

Prints one line of JSON with its URL and that of its control, and goes on until its parent is gone.

What it does as the real one does: versions that rise over all objects, watches with bookmarks, windows and 410 Gone (as an
answer and as an event), lists in pages, selectors, generateName, the Status objects of errors, strict field validation
against the published types, immutability, deadlines that may only be lowered, merge patches, finalizers, preconditions,
propagation policies with batch/v1's default (orphan), and a Role that is enforced. Faults are asked for at the control:

  POST /faults    [{"match": REGEX of "METHOD /path?query", "do": KIND, …}]   adds rules; each has a "count" (1) and "chance"
    status   code, reason, retry_after     answered before anything is done
    drop                                   the connection closes before anything is done
    lost                                   it is done, and then the connection closes without an answer
    slow     seconds                       then as usual
    cut      bytes                         a stream breaks after that many
    gone_event                             the watch brings an ERROR event 410
  POST /set       {"pods": 3, "denial": "…", …}   turns what the controllers do
  POST /compact   forgets history        POST /tokens ["…"]   takes these tokens and no other
  GET /state      what there is          GET /requests        what was asked for: verbs by resource
  POST /remove    ["pods", name] at once, without a word to the kubelet
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional, Tuple

import yaml

import rules
from controllers import Controllers, Settings, orphan
from kubelet import Kubelet
from store import GROUPS, KINDS, Change, Failure, Object, Store, now, selects


class Dropped(Exception):
    """The connection is to close."""


class Cluster:
    def __init__(self, options: argparse.Namespace) -> None:
        self.store = Store(rules.check, options.namespace)
        self.kubelet = Kubelet(self.store, options.warder_init)
        self.settings = Settings()
        self.controllers = Controllers(self.store, self.kubelet, self.settings)
        self.random = random.Random(options.seed)
        self.lock = threading.Lock()
        self.faults: List[Object] = []
        self.tokens: Optional[List[str]] = None
        self.verbs: Dict[str, int] = {}
        self.lines: List[str] = []
        self.allowed = self.role(options.role)
        self.bookmark_seconds = 0.2
        self.continues: Dict[str, Tuple[int, List[Object]]] = {}
        #: Log connections that are open, and how many there were at once at most.
        self.streams = self.most_streams = 0

    @staticmethod
    def role(path: Optional[str]) -> Optional[set[str]]:
        if path is None:
            return None
        allowed = set()
        for document in yaml.safe_load_all(open(path)):
            if document and document["kind"] == "Role":
                for rule in document["rules"]:
                    for group in rule["apiGroups"]:
                        for resource in rule["resources"]:
                            for verb in rule["verbs"]:
                                allowed.add(f"{group}/{resource} {verb}")
        return allowed

    def fault(self, request: str, kinds: List[str]) -> Optional[Object]:
        """The next fault for a request, used up."""
        with self.lock:
            for fault in self.faults:
                if fault["do"] in kinds and fault.get("count", 1) > 0 and re.search(fault["match"], request):
                    if self.random.random() < fault.get("chance", 1):
                        fault["count"] = fault.get("count", 1) - 1
                        return fault
        return None


class Handler(BaseHTTPRequestHandler):
    cluster: Cluster
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def log_message(self, *arguments: Any) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            pass

    # Answers

    def answer(self, code: int, body: Any, headers: Dict[str, str] = {}) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def fail(self, failure: Failure) -> None:
        rules.check("Status", failure.body())
        headers = {"Retry-After": str(failure.retry_after)} if failure.retry_after is not None else {}
        self.answer(failure.code, failure.body(), headers)

    def stream(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.left: Optional[int] = None
        fault = self.cluster.fault(self.line, ["cut"])
        if fault:
            self.left = fault["bytes"]

    def chunk(self, data: bytes) -> None:
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        if data:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        if self.left == 0:
            raise Dropped

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    # Requests

    def do(self) -> None:
        self.line = f"{self.command} {self.path}"
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        cluster = self.cluster
        with cluster.lock:
            cluster.lines.append(self.line)
        try:
            slow = cluster.fault(self.line, ["slow"])
            if slow:
                time.sleep(slow["seconds"])
            if cluster.fault(self.line, ["drop"]):
                raise Dropped
            status = cluster.fault(self.line, ["status"])
            if status:
                code = status["code"]
                message = status.get("message", "the server is not well")
                raise Failure(code, status.get("reason", {429: "TooManyRequests", 410: "Expired"}.get(code, "InternalError")), message,
                              status.get("retry_after"))
            self.authenticate()
            lost = cluster.fault(self.line, ["lost"])
            self.route(body, quiet=bool(lost))
            if lost:
                raise Dropped
        except Failure as failure:
            try:
                self.fail(failure)
            except OSError:
                pass
        except (Dropped, OSError):
            self.close_connection = True
            try:
                self.connection.close()
            except OSError:
                pass

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do

    def authenticate(self) -> None:
        tokens = self.cluster.tokens
        if tokens is not None and self.headers.get("Authorization") not in [f"Bearer {token}" for token in tokens]:
            raise Failure(401, "Unauthorized", "Unauthorized")

    def route(self, body: bytes, quiet: bool) -> None:
        parsed = urllib.parse.urlsplit(self.path)
        query = {key: values[-1] for key, values in urllib.parse.parse_qs(parsed.query, keep_blank_values=True).items()}
        match = re.fullmatch(r"/(api/v1|apis/batch/v1)/namespaces/([^/]+)/(\w+)(?:/([^/]+)(?:/(log))?)?", parsed.path)
        store = self.cluster.store
        if not match:
            raise Failure(404, "NotFound", "the server could not find the requested resource")
        version, namespace, resource, name, sub = match.groups()
        group = "" if version == "api/v1" else "batch"
        if resource not in KINDS or GROUPS[resource] != group:
            raise Failure(404, "NotFound", "the server could not find the requested resource")
        verb = {"POST": "create", "PATCH": "patch", "DELETE": "delete", "PUT": "update"}.get(self.command) \
            or ("get" if name else "watch" if query.get("watch") in ("true", "1") else "list")
        said = f"{group}/{resource}{'/' + sub if sub else ''} {verb}"
        with self.cluster.lock:
            self.cluster.verbs[said] = self.cluster.verbs.get(said, 0) + 1
        if self.cluster.allowed is not None and said not in self.cluster.allowed or namespace != store.namespace:
            raise Failure(403, "Forbidden", f'{resource} is forbidden: User "system:serviceaccount:warder:dispatcher" cannot {verb} resource '
                          f'"{resource}" in API group "{group}" in the namespace "{namespace}"')
        if sub == "log":
            self.log_of(name, query)
        elif verb == "watch":
            self.watch(resource, query)
        elif verb == "list":
            self.reply(200, self.list_of(resource, query), quiet)
        elif verb == "get":
            self.reply(200, store.get(resource, name), quiet)
        elif verb == "create":
            self.reply(201, self.create(resource, body, query), quiet)
        elif verb == "patch":
            self.reply(200, self.patch(resource, name, body), quiet)
        elif verb == "delete":
            self.reply(200, self.delete(resource, name, body, query), quiet)
        else:
            raise Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

    def reply(self, code: int, body: Object, quiet: bool) -> None:
        if not quiet:
            self.answer(code, body)

    def decoded(self, body: bytes, *kinds: str) -> Any:
        kind = (self.headers.get("Content-Type") or "").split(";")[0]
        if kind not in kinds:
            raise Failure(415, "UnsupportedMediaType", f"the body of the request was in an unknown format - accepted media types include: {', '.join(kinds)}")
        if len(body) > 3 << 20:
            raise Failure(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
        try:
            return json.loads(body)
        except ValueError as error:
            raise Failure(400, "BadRequest", f"the object provided is unrecognized: {error}")

    def create(self, resource: str, body: bytes, query: Dict[str, str]) -> Object:
        made = self.decoded(body, "application/json")
        kind, version = KINDS[resource]
        if (made.get("kind"), made.get("apiVersion")) != (kind, version):
            raise Failure(400, "BadRequest", f"the API version in the data ({made.get('apiVersion')}) does not match the expected API version ({version})")
        namespace = made.get("metadata", {}).get("namespace")
        if namespace not in (None, self.cluster.store.namespace):
            raise Failure(400, "BadRequest", "the namespace of the provided object does not match the namespace sent on the request")
        if query.get("fieldValidation") != "Strict":
            raise AssertionError("the engine asks for strict field validation")
        rules.check(kind, made)
        rules.new(kind, made)
        if resource == "jobs":
            rules.default_job(made)
            if "kueue.x-k8s.io/queue-name" in (made["metadata"].get("labels") or {}):
                made["spec"]["suspend"] = True
        return self.cluster.store.create(resource, made)

    def patch(self, resource: str, name: str, body: bytes) -> Object:
        change = self.decoded(body, "application/merge-patch+json")
        store, kind = self.cluster.store, KINDS[resource][0]
        with store.lock:
            before = store.get(resource, name)
            version = (change.get("metadata") or {}).get("resourceVersion")
            if version not in (None, before["metadata"]["resourceVersion"]):
                raise Failure(409, "Conflict", f'Operation cannot be fulfilled on {resource} "{name}": the object has been modified; '
                              "please apply your changes to the latest version and try again")
            after = rules.merge(before, change)
            rules.check(kind, after)
            rules.changed(kind, before, after)

            def apply(it: Object) -> None:
                it.clear()
                it.update(after)
            found = store.update(resource, name, apply)
            assert found
            return found

    def delete(self, resource: str, name: str, body: bytes, query: Dict[str, str]) -> Object:
        options = self.decoded(body, "application/json") if body else dict(query)
        if body:
            rules.check("DeleteOptions", options)
        store = self.cluster.store
        with store.lock:
            found = store.get(resource, name)
            wanted = (options.get("preconditions") or {}).get("uid")
            if wanted and wanted != found["metadata"]["uid"]:
                raise Failure(409, "Conflict", f'Operation cannot be fulfilled on {resource} "{name}": Precondition failed: UID in precondition: '
                              f'{wanted}, UID in object meta: {found["metadata"]["uid"]}')
            policy = options.get("propagationPolicy")
            if policy is None and resource == "jobs":
                # The default of batch/v1, for compatibility.
                policy = "Orphan"
            if resource == "pods":
                self.cluster.kubelet.delete(found)
                return found
            if policy == "Foreground":
                def mark(it: Object) -> None:
                    it["metadata"].update(deletionTimestamp=now(), deletionGracePeriodSeconds=0, finalizers=["foregroundDeletion"])
                return store.update(resource, name, mark) or found
            if policy == "Orphan" and resource == "jobs":
                orphan(store, found)
            store.drop(resource, name)
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
                  "details": {"name": name, "group": GROUPS[resource], "kind": resource, "uid": found["metadata"]["uid"]}}
        rules.check("Status", status)
        return status

    def list_of(self, resource: str, query: Dict[str, str]) -> Object:
        store, kind = self.cluster.store, KINDS[resource]
        token = query.get("continue")
        with store.lock:
            if token:
                if token not in self.cluster.continues or self.cluster.continues[token][0] < store.compacted:
                    raise Failure(410, "Expired", "The provided continue parameter is too old to display a consistent list result.")
                version, items = self.cluster.continues[token]
            else:
                version = store.version
                items = [found for found in store.all(resource)
                         if selects(query.get("labelSelector", ""), query.get("fieldSelector", ""), found)]
        limit = int(query.get("limit") or 0)
        rest = items[limit:] if limit else []
        meta: Object = {"resourceVersion": str(version)}
        if rest:
            meta["continue"] = f"{version}-{len(rest)}-{id(items)}"
            meta["remainingItemCount"] = len(rest)
            self.cluster.continues[meta["continue"]] = (version, rest)
        found = {"kind": f"{kind[0]}List", "apiVersion": kind[1], "metadata": meta, "items": items[:limit] if limit else items}
        if "as=PartialObjectMetadataList" in (self.headers.get("Accept") or ""):
            return {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "items": [
                {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]} for item in found["items"]]}
        rules.check(f"{kind[0]}List", found)
        return found

    # Watches

    def watch(self, resource: str, query: Dict[str, str]) -> None:
        store = self.cluster.store
        labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
        start = int(query.get("resourceVersion") or 0)
        with store.lock:
            if start > store.version:
                raise Failure(504, "Timeout", f"Too large resource version: {start}, current: {store.version}", 1)
            if start and start < store.compacted:
                raise Failure(410, "Expired", f"too old resource version: {start} ({store.version})")
        end = time.monotonic() + float(query.get("timeoutSeconds") or 1800)
        self.stream("application/json")
        if self.cluster.fault(self.line, ["gone_event"]):
            self.event("ERROR", Failure(410, "Expired", f"too old resource version: {start} ({store.version})").body())
            return self.end_stream()
        marked = time.monotonic()
        while time.monotonic() < end:
            with store.lock:
                # Whoever is too slow is told so in the middle.
                if start < store.compacted:
                    changes: Optional[List[Change]] = None
                else:
                    changes = [change for change in store.history if change.version > start]
                version = store.version
                if changes is not None and not changes:
                    store.changed.wait(min(0.1, max(0.0, end - time.monotonic())))
            if changes is None:
                self.event("ERROR", Failure(410, "Expired", f"too old resource version: {start} ({version})").body())
                return self.end_stream()
            for change in changes:
                if change.resource == resource:
                    self.tell(change, labels, fields)
                start = change.version
            if query.get("allowWatchBookmarks") == "true" and time.monotonic() - marked > self.cluster.bookmark_seconds:
                marked = time.monotonic()
                kind, api = KINDS[resource]
                # A bookmark has nothing but the version; fields that have no omitempty are there, empty.
                self.event("BOOKMARK", {"kind": kind, "apiVersion": api, "metadata": {"resourceVersion": str(start)},
                                        **({"spec": {}, "status": {}} if resource in ("pods", "jobs") else {})})
        self.end_stream()

    def tell(self, change: Change, labels: str, fields: str) -> None:
        was = change.before is not None and selects(labels, fields, change.before)
        is_ = change.after is not None and selects(labels, fields, change.after)
        if is_:
            self.event("MODIFIED" if was else "ADDED", change.after)
        elif was:
            gone = change.before if change.after is None else change.after
            self.event("DELETED", gone)

    def event(self, type: str, found: Any) -> None:
        self.chunk(json.dumps({"type": type, "object": found}).encode() + b"\n")

    # Logs

    def log_of(self, name: str, query: Dict[str, str]) -> None:
        cluster = self.cluster
        pod = cluster.store.get("pods", name)
        container = query.get("container")
        names = [it["name"] for it in pod["spec"]["containers"]]
        if container is None and len(names) > 1:
            raise Failure(400, "BadRequest", f"a container name must be specified for pod {name}, choose one of: [{' '.join(names)}]")
        if container is not None and container not in names:
            raise Failure(400, "BadRequest", f"container {container} is not valid for pod {name}")
        running = cluster.kubelet.find(name)
        if running is not None and not running.is_reachable:
            raise Failure(500, "InternalError", f'Get "https://10.0.0.1:10250/containerLogs/{name}": dial tcp 10.0.0.1:10250: i/o timeout')
        if running is None or running.log is None:
            raise Failure(400, "BadRequest", f'container "task" in pod "{name}" is waiting to start: ContainerCreating')
        log, follows = running.log, query.get("follow") in ("true", "1")
        self.stream("text/plain")
        sent, number = 0, log.number
        with cluster.lock:
            cluster.streams += 1
            cluster.most_streams = max(cluster.most_streams, cluster.streams)
            log.readers += 1
        try:
            while True:
                with log.changed:
                    if log.number != number:
                        sent, number = 0, log.number
                    piece = log.file[sent:]
                    writing = log.is_writing
                    if not piece and writing and follows:
                        log.changed.wait(0.5)
                        continue
                sent += len(piece)
                if piece:
                    self.chunk(piece)
                elif not (writing and follows):
                    break
                # The pod was removed, and its log with it.
                if not running.is_reachable:
                    raise Dropped
            self.end_stream()
        finally:
            with cluster.lock:
                cluster.streams -= 1
                log.readers -= 1


class Control(BaseHTTPRequestHandler):
    cluster: Cluster
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        pass

    def do(self) -> None:
        cluster, store = self.cluster, self.cluster.store
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null") if length else None
        result: Any = {}
        if self.path == "/faults":
            with cluster.lock:
                cluster.faults = [] if body is None else cluster.faults + body
        elif self.path == "/set":
            for name, value in body.items():
                owner: Any = next(it for it in (cluster.settings, cluster.kubelet, cluster) if hasattr(it, name))
                setattr(owner, name, value)
        elif self.path == "/compact":
            store.compact()
        elif self.path == "/tokens":
            cluster.tokens = body
        elif self.path == "/remove":
            store.drop(*body)
        elif self.path == "/create":
            result = store.create(*body)
        elif self.path == "/state":
            with store.lock:
                result = {resource: {found["metadata"]["name"]: found for found in store.all(resource)} for resource in KINDS}
        elif self.path == "/requests":
            with cluster.lock:
                result = {"verbs": cluster.verbs, "lines": cluster.lines, "most_streams": cluster.most_streams}
        data = json.dumps(result).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *arguments: Any) -> None:
        kind = sys.exc_info()[0]
        if kind and not issubclass(kind, OSError):
            super().handle_error(*arguments)


class SecureServer(Server):
    """TLS, with the handshake in the connection's own thread."""

    def __init__(self, *arguments: Any, context: ssl.SSLContext) -> None:
        super().__init__(*arguments)
        self.context = context

    def finish_request(self, request: Any, address: Any) -> None:
        request.settimeout(10)
        wrapped = self.context.wrap_socket(request, server_side=True)
        wrapped.settimeout(None)
        try:
            self.RequestHandlerClass(wrapped, address, self)
        finally:
            wrapped.close()


def main() -> None:
    parent = os.getppid()
    parser = argparse.ArgumentParser()
    parser.add_argument("--namespace", default="tasks")
    parser.add_argument("--role")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--client-ca")
    parser.add_argument("--warder-init", default="warder-init")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cluster = Cluster(options)
    handler = type("BoundHandler", (Handler,), {"cluster": cluster})
    control = Server(("127.0.0.1", 0), type("BoundControl", (Control,), {"cluster": cluster}))
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        if options.client_ca:
            context.load_verify_locations(options.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        server: Server = SecureServer(("127.0.0.1", 0), handler, context=context)
    else:
        server = Server(("127.0.0.1", 0), handler)
    scheme = "https" if options.tls else "http"
    for it in (server, control):
        threading.Thread(target=it.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"{scheme}://127.0.0.1:{server.server_address[1]}",
                      "control": f"http://127.0.0.1:{control.server_address[1]}"}), flush=True)
    # Until whoever started it is gone: a pipe would do, were it not inherited by others that are started meanwhile.
    while os.getppid() == parent:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
