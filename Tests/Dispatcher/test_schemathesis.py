"""The running service under requests that Schemathesis makes of its OpenAPI document: https://schemathesis.io.

Schemathesis comes from PyPI, into an environment of its own that is kept; without a network the test says so."""

import os
import pathlib
import subprocess
import sys
import unittest

from service import Service

VERSION = "4.32.5"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "warder"
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "unsupported_method"]


def install():
    """The programs' directory; None where it cannot be had."""
    environment = CACHE / f"schemathesis-{VERSION}"
    if not (environment / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        done = subprocess.run(
            [environment / "bin/pip", "install", "--quiet", "--disable-pip-version-check", f"schemathesis=={VERSION}",
             "openapi-spec-validator"])
        if done.returncode != 0:
            return None
        (environment / "complete").touch()
    return environment / "bin"


class SchemathesisTests(unittest.TestCase):
    def test_generated_requests_get_documented_answers(self):
        programs = install()
        if programs is None:
            self.skipTest("pip could not install schemathesis: see above")
        service = Service(limits={"concurrent_tasks": 8, "queue": 1000})
        self.addCleanup(service.close)
        document = service.folder / "openapi.json"
        document.write_bytes(service.request("GET", "/openapi.json").body)
        subprocess.run([programs / "openapi-spec-validator", document], check=True)
        done = subprocess.run(
            [programs / "schemathesis", "run", document, "--url", f"http://127.0.0.1:{service.port}", "--phases",
             "examples,coverage,fuzzing", "--max-examples", "20", "--max-time",
             os.environ.get("SCHEMATHESIS_SECONDS", "45"),
             "--request-timeout", "60", "--continue-on-failure", "--checks", ",".join(CHECKS)],
            cwd=service.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        print("\n" + "\n".join(line for line in done.stdout.splitlines() if "generated" in line), flush=True)


if __name__ == "__main__":
    unittest.main()
