"""Builds the package with the standard library alone, so that `pip install` needs neither network nor other packages.

The hooks are those of PEP 517 and PEP 660; what the metadata say comes from pyproject.toml.
"""

from __future__ import annotations

import base64
import hashlib
import io
import pathlib
import re
import tarfile
import zipfile
from typing import Dict, List, Optional

HERE = pathlib.Path(__file__).parent
PACKAGE = "warder_frames"
# The same files give the same archive, byte by byte.
EPOCH = (1980, 1, 1, 0, 0, 0)


def _project() -> Dict[str, str]:
    """The plain texts of the [project] table: Python has a parser for the format only since 3.11."""
    table = (HERE / "pyproject.toml").read_text().split("[project]\n", 1)[1].split("\n[", 1)[0]
    return dict(re.findall(r'^([a-z-]+) = "([^"]*)"$', table, re.MULTILINE))


def _metadata() -> str:
    project = _project()
    return (
        "Metadata-Version: 2.1\n"
        f"Name: {project['name']}\nVersion: {project['version']}\nSummary: {project['description']}\n"
        f"License: Apache-2.0\nRequires-Python: {project['requires-python']}\n"
        f"Description-Content-Type: text/markdown\n\n{(HERE / 'README.md').read_text()}"
    )


def _write_wheel(directory: str, files: Dict[str, bytes]) -> str:
    version = _project()["version"]
    info = f"{PACKAGE}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": _metadata().encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: warder\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": b"[console_scripts]\nwarder-frames = warder_frames.__main__:main\n",
    }
    record: List[str] = []
    name = f"{PACKAGE}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(data)}")
            wheel.writestr(_entry(path), data)
        wheel.writestr(_entry(f"{info}/RECORD"), "\n".join([*record, f"{info}/RECORD,,", ""]))
    return name


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _sources() -> Dict[str, bytes]:
    found = sorted((HERE / "src" / PACKAGE).glob("*.py")) + [HERE / "src" / PACKAGE / "py.typed"]
    return {f"{PACKAGE}/{path.name}": path.read_bytes() for path in found}


def build_wheel(
    wheel_directory: str, config_settings: Optional[object] = None, metadata_directory: Optional[str] = None
) -> str:
    """Writes the wheel and returns its name."""
    return _write_wheel(wheel_directory, _sources())


def build_editable(
    wheel_directory: str, config_settings: Optional[object] = None, metadata_directory: Optional[str] = None
) -> str:
    """A wheel that leads to the sources where they are: `pip install --editable`."""
    return _write_wheel(wheel_directory, {f"{PACKAGE}.pth": f"{HERE / 'src'}\n".encode()})


def build_sdist(sdist_directory: str, config_settings: Optional[object] = None) -> str:
    """Writes the source archive and returns its name."""
    base = f"{PACKAGE}-{_project()['version']}"
    files = {f"src/{path}": data for path, data in _sources().items()}
    for name in ("pyproject.toml", "README.md", "build_backend.py"):
        files[name] = (HERE / name).read_bytes()
    files["PKG-INFO"] = _metadata().encode()
    with tarfile.open(pathlib.Path(sdist_directory) / f"{base}.tar.gz", "w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(f"{base}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return f"{base}.tar.gz"
