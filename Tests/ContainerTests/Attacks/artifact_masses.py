"""Leave more in the artifact directory than anybody can want: files, levels, long and odd names."""

import os
import sys

out = os.environ["WARDER_ARTIFACTS"]
os.chdir(out)

if sys.argv[1] == "files":
    for number in range(100_000):
        os.close(os.open("f%06d" % number, os.O_CREAT | os.O_WRONLY))
elif sys.argv[1] == "levels":
    for _ in range(500):
        os.mkdir("d")
        os.chdir("d")
    with open("deep", "w") as deep:
        deep.write("x")
elif sys.argv[1] == "long":
    for _ in range(30):
        os.mkdir("n" * 255)
        os.chdir("n" * 255)
        os.close(os.open(b"\xff" * 255, os.O_CREAT | os.O_WRONLY))
elif sys.argv[1] == "names":
    for name in [b"new\nline", b'{"seq":0,"t":0,"exit":{}}', b"\x1b[2J", b"\xff\xfe", "\u202e".encode(), b"..."]:
        with open(name, "wb") as file:
            file.write(name)
