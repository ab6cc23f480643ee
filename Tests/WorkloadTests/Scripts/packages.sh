#!/usr/bin/env bash
# pip: a package made into a wheel by hand, installed into /tmp without an index, imported, and tested by pytest.
set -euo pipefail
cd "$(mktemp -d)"

mkdir -p build/greet-1.0.dist-info build/greet
cat >build/greet/__init__.py <<'EOF'
def greet(name):
    return f"hello, {name}"
EOF
cat >build/greet/__main__.py <<'EOF'
import sys
from greet import greet
print(greet(sys.argv[1]))
EOF
cat >build/greet-1.0.dist-info/METADATA <<'EOF'
Metadata-Version: 2.1
Name: greet
Version: 1.0
EOF
cat >build/greet-1.0.dist-info/WHEEL <<'EOF'
Wheel-Version: 1.0
Generator: by hand
Root-Is-Purelib: true
Tag: py3-none-any
EOF
(cd build && find . -type f | sed 's,^\./,,; s/$/,,/' >greet-1.0.dist-info/RECORD &&
  echo greet-1.0.dist-info/RECORD,, >>greet-1.0.dist-info/RECORD)
(cd build && python3 -c 'import shutil; shutil.make_archive("../greet-1.0-py3-none-any", "zip", ".")')
mv greet-1.0-py3-none-any.zip greet-1.0-py3-none-any.whl

python3 -m pip install --quiet --no-index --no-deps --no-cache-dir --disable-pip-version-check \
  --target site ./greet-1.0-py3-none-any.whl 2>/dev/null
export PYTHONPATH=$PWD/site
python3 -m greet Wärter
python3 -c 'import importlib.metadata as metadata; print(metadata.version("greet"))'

mkdir tests
cat >tests/test_greet.py <<'EOF'
import pytest
from greet import greet

@pytest.mark.parametrize("name", ["a", "b", "ü"])
def test_greet(name, tmp_path, capfd):
    (tmp_path / "file").write_text(greet(name))
    assert (tmp_path / "file").read_text() == "hello, " + name

def test_output(capfd):
    import os
    os.system("echo from a shell")
    assert capfd.readouterr().out == "from a shell\n"

@pytest.mark.xfail
def test_fails():
    assert greet("x") == "y"
EOF
python3 -m pytest -q -p no:cacheprovider tests | sed 's/ in [0-9.]*s//'

# A virtual environment, too: links to the interpreter, and a program that execs it.
python3 -m venv --without-pip venv
venv/bin/python -c 'import sys; print(sys.prefix != sys.base_prefix)'
