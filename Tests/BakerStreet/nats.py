"""A NATS server of Debian's with TLS, and a subscriber that speaks the protocol (docs.nats.io, "Client Protocol")."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time
from typing import Any, Dict, List, Optional

SERVER = "/usr/sbin/nats-server"
PASSWORD = "s3cret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificates(folder: pathlib.Path) -> None:
    """An authority, a server's certificate for localhost, one for another host, and a client's."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    for name in ("ca", "other-ca"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.pem")
    for name, host in (("server", "localhost"), ("elsewhere", "elsewhere.example"), ("client", "client")):
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    for file in folder.iterdir():
        # The supervisor gives root up, if it has it.
        file.chmod(0o644)


class Server:
    """nats-server on this machine: TLS with client certificates, a user and a password."""

    def __init__(self, folder: pathlib.Path, certificate: str = "server", token: Optional[str] = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: Optional[subprocess.Popen[bytes]] = None
        who = f'token: "{token}"' if token else f'user: "task", password: "{PASSWORD}"'
        self.configuration = folder / f"nats-{self.port}.conf"
        self.configuration.write_text(
            f'listen: "127.0.0.1:{self.port}"\nauthorization {{ {who} }}\n'
            f'tls {{ cert_file: "{folder}/{certificate}.pem", key_file: "{folder}/{certificate}.key", '
            f'ca_file: "{folder}/ca.pem", verify: true }}\n')

    @property
    def url(self) -> str:
        return f"tls://task:{PASSWORD}@localhost:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [SERVER, "-c", str(self.configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("nats-server does not answer")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        assert self.process
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        os.kill(self.process.pid, signal.SIGCONT)


class Subscriber:
    """Takes every message on bakerst.tasks.>, and comes back after a restart of the server."""

    def __init__(self, server: Server, token: Optional[str] = None) -> None:
        self.server = server
        self.token = token
        self.messages: List[Dict[str, Any]] = []
        self.subjects: List[str] = []
        self.arrived = threading.Condition()
        self.connected = threading.Event()
        self.closing = False
        self.connection: Optional[ssl.SSLSocket] = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.connected.wait(60), "the subscriber found no server"

    def run(self) -> None:
        while not self.closing:
            try:
                self.receive()
            except (OSError, ssl.SSLError, ConnectionError):
                self.connected.clear()
                time.sleep(0.02)

    def receive(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
        information = b""
        while not information.endswith(b"\n"):  # INFO comes before TLS
            byte = plain.recv(1)
            if not byte:
                raise ConnectionError
            information += byte
        context = ssl.create_default_context(cafile=str(self.server.folder / "ca.pem"))
        context.check_hostname = False
        context.load_cert_chain(self.server.folder / "client.pem", self.server.folder / "client.key")
        self.connection = context.wrap_socket(plain)
        who = {"auth_token": self.token} if self.token else {"user": "task", "pass": PASSWORD}
        options = {"verbose": False, "pedantic": False, "lang": "python", "version": "1", "headers": True, **who}
        self.connection.sendall(
            b"CONNECT " + json.dumps(options).encode() + b"\r\nSUB bakerst.tasks.> 1\r\nPING\r\n")
        stream = self.connection.makefile("rb")
        while True:
            line = stream.readline()
            if not line:
                raise ConnectionError
            words = line.split()
            if words[0] == b"PING":
                self.connection.sendall(b"PONG\r\n")
            elif words[0] == b"PONG":
                self.connected.set()
            elif words[0] == b"MSG":
                body = stream.read(int(words[-1]) + 2)[:-2]
                with self.arrived:
                    self.subjects.append(words[1].decode())
                    self.messages.append({"subject": words[1].decode(), **json.loads(body)})
                    self.arrived.notify_all()
            elif words[0] == b"-ERR":
                raise ConnectionError(line)

    def wait(self, what: str, condition: Any, seconds: float = 60) -> None:
        with self.arrived:
            found = self.arrived.wait_for(lambda: bool(condition(self.messages)), seconds)
        assert found, f"no {what} within {seconds} s: {str(self.messages[-5:])[:600]}"

    def progress(self, kind: Optional[str] = None) -> List[Dict[str, Any]]:
        with self.arrived:
            return [m for m in self.messages
                    if m["subject"].endswith(".progress") and (kind is None or m["type"] == kind)]

    def text(self) -> str:
        """The output that was told as text, whatever messages it came in."""
        return "".join(m.get("message", "") for m in self.progress("log"))

    def wait_for_text(self, text: str) -> None:
        self.wait(f"output {text!r}", lambda _: text in self.text())

    def results(self) -> List[Dict[str, Any]]:
        with self.arrived:
            return [m for m in self.messages if m["subject"].endswith(".result")]

    def result(self) -> Dict[str, Any]:
        """The one result; a second one would have come by then."""
        self.wait("result", lambda messages: any(m["subject"].endswith(".result") for m in messages))
        time.sleep(0.5)
        results = self.results()
        assert len(results) == 1, results
        return results[0]

    def close(self) -> None:
        self.closing = True
        if self.connection:
            self.connection.close()
