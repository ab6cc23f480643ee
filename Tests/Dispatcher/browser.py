"""Headless Chromium, driven by W3C WebDriver over plain HTTP: https://www.w3.org/TR/webdriver2/."""

import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives a reference to an element
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Control": "\ue009"}


class BrowserError(AssertionError):
    """What the driver or the page says is not what was asked for."""


class Browser:
    """One window of one Chromium, with a profile that is gone with it."""

    def __init__(self, downloads=None, width=1280, height=900):
        for program in ("chromedriver", "chromium"):
            if not shutil.which(program):
                raise BrowserError(f"{program} is missing: scripts/setup --test installs it")
        self.folder = tempfile.mkdtemp(prefix="warder-browser-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(os.path.join(self.folder, "driver.log"), "wb")
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        arguments = [
            "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
            f"--user-data-dir={self.folder}/profile", f"--window-size={width},{height}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium's own sandbox refuses to start for root
        options = {"binary": shutil.which("chromium"), "args": arguments}
        if downloads:
            options["prefs"] = {"download.default_directory": str(downloads), "download.prompt_for_download": False}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        try:
            self._until_ready()
            self.session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        except BaseException:
            self.driver.kill()
            self.driver.wait()
            raise

    def close(self):
        try:
            self._do("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(20)
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _until_ready(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                if self._call("GET", "/status").get("ready"):
                    return
            except OSError:
                pass
            if time.monotonic() > deadline or self.driver.poll() is not None:
                raise BrowserError(f"chromedriver does not answer; see {self.log.name}")
            time.sleep(0.1)

    def _call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            text = None if method in ("GET", "DELETE") else json.dumps(body or {})
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        value = answer.get("value")
        if isinstance(value, dict) and "error" in value:
            raise BrowserError(f"{value['error']}: {value.get('message', '').splitlines()[0]}")
        return value

    def _do(self, method, path, body=None):
        return self._call(method, f"/session/{self.session}{path}", body)

    # ---- The page

    def open(self, url):
        self._do("POST", "/url", {"url": url})

    def reload(self):
        self._do("POST", "/refresh")

    def run(self, script, *arguments):
        """A function's body in the page; its result as Python knows it."""
        return self._do("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        """The first visible element of a CSS selector, waited for."""
        return self.wait(
            lambda: self.run(
                "return [...document.querySelectorAll(arguments[0])].find((it) => it.checkVisibility()) ?? null",
                selector), f"an element {selector}")

    def click(self, selector):
        self._do("POST", f"/element/{self.find(selector)[ELEMENT]}/click")

    def type(self, selector, text):
        self._do("POST", f"/element/{self.find(selector)[ELEMENT]}/value", {"text": text})

    def press(self, *names):
        """Keys as a person presses them, wherever the focus is; the first ones are held for the last."""
        keys = [KEYS.get(name, name) for name in names]
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._do("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, selector="body"):
        """What a person reads there; empty where there is no such element."""
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def wait(self, condition, what, seconds=40):
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise BrowserError(f"waited {seconds} s for {what}; the page says:\n{self.text()[:3000]}")
            time.sleep(0.05)

    def wait_text(self, text, selector="body", seconds=40):
        self.wait(lambda: text in self.text(selector), f"the text '{text}' in {selector}", seconds)

    # ---- The browser

    def console(self):
        """Messages of the console since the last call: errors, warnings, violations of the page's policy."""
        return self._do("POST", "/se/log", {"type": "browser"})

    def media(self, **features):
        """Media features by name, as `prefers_color_scheme="dark"`."""
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.developer("Emulation.setEmulatedMedia", {"features": listed})

    def size(self, width, height):
        # A window is never narrower than 500 pixels; a device can be.
        self.developer("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def developer(self, command, parameters):
        return self._do("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._do("GET", "/screenshot")))
