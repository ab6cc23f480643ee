"""What scripts/install and scripts/release make, used as a user would use it."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

root = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(root / "scripts/lib/packaging"), str(root / "Tests/Packaging")]
import sbom  # noqa: E402
from terminals import Terminal  # noqa: E402

VERSION = re.search(r'text = "([^"]+)"', (root / "Sources/TaskModel/WarderVersion.swift").read_text())[1]
NAME = f"warder-{VERSION}-linux-{os.uname().machine}"
EPOCH = 1_700_000_000
MANUAL = {**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat"}


def run(*command, status=0, **options):
    """What a command writes to both streams; it has to end with this status."""
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != status:
        raise AssertionError(f"{command} ended with status {done.returncode}, expected {status}:\n{done.stdout}")
    return done.stdout


class Packaging(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="warder-packaging-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.release, cls.prefix = cls.folder / "release", cls.folder / "a prefix"
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
        run(root / "scripts/release", cls.release, env=environment)
        run(root / "scripts/install", cls.prefix)
        with tarfile.open(cls.release / f"{NAME}.tar.gz") as archive:
            cls.members = archive.getmembers()
            archive.extractall(cls.folder)
        cls.tree = cls.folder / NAME

    # The release

    def test_the_same_sources_give_the_same_bytes(self):
        again = self.folder / "again"
        odd = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
        run("bash", "-c", f"umask 077; exec {root}/scripts/release {again}", env=odd)
        files = sorted(path.name for path in self.release.iterdir())
        self.assertEqual(files, ["SHA256SUMS", f"{NAME}.spdx.json", f"{NAME}.tar.gz"])
        for name in files:
            self.assertEqual((self.release / name).read_bytes(), (again / name).read_bytes(), name)

    def test_the_directory_of_the_build_is_not_in_the_programs(self):
        for name in ("warder", "warder-init"):
            self.assertNotIn(str(root).encode(), (self.tree / "bin" / name).read_bytes())

    def test_checksums_are_right(self):
        run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=self.release)
        listed = (self.release / "SHA256SUMS").read_text().split()[1::2]
        self.assertEqual(sorted(listed), [f"{NAME}.spdx.json", f"{NAME}.tar.gz"])

    def test_the_archive_is_orderly(self):
        names = [member.name for member in self.members]
        self.assertEqual(names, sorted(names, key=lambda name: name.replace("/", "\0")))
        for member in self.members:
            self.assertTrue(member.name == NAME or member.name.startswith(NAME + "/"), member.name)
            self.assertTrue(member.isfile() or member.isdir(), member.name)
            self.assertEqual((member.uid, member.gid, member.mtime), (0, 0, EPOCH), member.name)
            self.assertEqual(member.mode, 0o755 if member.isdir() or "/bin/" in member.name else 0o644, member.name)
        for name in (
            "bin/warder", "bin/warder-init", "LICENSE", "README.md", "share/man/man1/warder.1",
            "share/man/man1/warder-init.1", "share/bash-completion/completions/warder",
            "share/zsh/site-functions/_warder", "share/fish/vendor_completions.d/warder.fish", "share/doc/warder/docs/configuration.md",
        ):
            self.assertIn(f"{NAME}/{name}", names)

    def test_both_programs_need_nothing_else(self):
        """They run where there is nothing but themselves and /proc: no C library, no loader, no shell, no /etc."""
        bare = self.folder / "bare"
        bare.mkdir(mode=0o755)
        for name in ("warder", "warder-init"):
            shutil.copy2(self.tree / "bin" / name, bare)
            self.assertNotIn("INTERP", run("readelf", "--program-headers", bare / name))
        (bare / "proc").mkdir()
        inside = ["unshare", "--map-root-user", "--mount", "bash", "-euc",
                  'mount --rbind /proc "$0/proc"; exec chroot "$0" "$@"', bare]
        self.assertEqual(run(*inside, "/warder", "--version"), VERSION + "\n")
        self.assertEqual(run(*inside, "/warder-init", "--version"), f"warder-init {VERSION}\n")
        log = run(self.tree / "bin/warder-init", "--script", root / "examples/words.sh", env={"PATH": "/usr/bin:/bin"})
        (bare / "log").write_text(log)
        result = json.loads(run(*inside, "/warder", "decode", "--json", "/log"))
        self.assertEqual((result["reason"], result["exit_code"], result["complete"]), ("exited", 0, True))

    def test_one_version_everywhere(self):
        python = (root / "clients/python/pyproject.toml").read_text()
        told = {
            "warder": run(self.tree / "bin/warder", "--version").strip(),
            "warder-init": run(self.tree / "bin/warder-init", "--version").split()[-1],
            "clients/python": re.search(r'^version = "(.*)"', python, re.M)[1],
        }
        for page in (self.tree / "share/man/man1").iterdir():
            told[page.name] = re.search(r"^\.Os Warder (.*)$", page.read_text(), re.M)[1]
        for package in self.sbom()["packages"]:
            if package["name"] in ("warder", "warder-init"):
                told["SBOM: " + package["name"]] = package["versionInfo"]
        self.assertEqual(set(told.values()), {VERSION}, told)
        self.assertGreaterEqual(len(told), 7)
        self.assertIn(f"\n{VERSION}", (root / "CHANGELOG.md").read_text())
        for version in re.findall(r"warder(?:/\w+)?[-:](\d+\.\d+\.\d+)", (root / "README.md").read_text()):
            self.assertEqual(version, VERSION, "README.md")

    # The list of parts

    def sbom(self):
        return json.loads((self.release / f"{NAME}.spdx.json").read_text())

    def test_the_list_of_parts_is_whole(self):
        document = self.sbom()
        packages = {package["SPDXID"]: package for package in document["packages"]}
        by_name = {package["name"]: package for package in document["packages"]}
        self.assertEqual(document["spdxVersion"], "SPDX-2.3")
        linked = {(one["spdxElementId"], one["relatedSpdxElement"]) for one in document["relationships"]}
        for one, other in linked:
            self.assertTrue(one == "SPDXRef-DOCUMENT" or one in packages)
            self.assertIn(other, packages)
        # Its filters are compiled when it is built: nothing of libseccomp is left in it.
        for part in ("swift-runtime", "libcap2", "libmd", "musl"):
            self.assertIn(("SPDXRef-warder-init", "SPDXRef-" + part), linked)
        for part in ("swift-runtime", "yams", "swift-argument-parser", "swift-subprocess", "glibc", "libseccomp"):
            self.assertIn(("SPDXRef-warder", "SPDXRef-" + part), linked)
        self.assertNotIn(("SPDXRef-warder-init", "SPDXRef-glibc"), linked)
        # Versions are those of what is here, by other ways than the program's own.
        pins = {pin["identity"]: pin["state"] for pin in json.loads((root / "Package.resolved").read_text())["pins"]}
        self.assertEqual(by_name["yams"]["versionInfo"], pins["yams"]["version"])
        status = run("dpkg", "-s", "libseccomp-dev")
        self.assertEqual(by_name["libseccomp"]["versionInfo"], re.search(r"^Version: (.*)$", status, re.M)[1])
        for package in packages.values():
            self.assertTrue(package["versionInfo"] and package["licenseDeclared"], package)
        for name in ("warder", "warder-init"):
            digest = hashlib.sha256((self.tree / "bin" / name).read_bytes()).hexdigest()
            self.assertEqual(by_name[name]["checksums"], [{"algorithm": "SHA256", "checksumValue": digest}])

    def test_a_part_without_a_licence_is_an_error(self):
        class Options:
            resolved, checkouts, swift, version = root / "Package.resolved", root / ".build-static/checkouts", "1", "1"
        inventory = sbom.Inventory(Options)
        for path, table, key in [
            (f"/usr/lib/{os.uname().machine}-linux-gnu/libseccomp.a", sbom.DEBIAN_LICENCES, "libseccomp"),
            ("/x/.build-static/release/Yams.build/a.o", sbom.SWIFT_LICENCES, "yams"),
        ]:
            licence = table.pop(key)
            with self.subTest(path), contextlib.ExitStack() as stack:
                stack.callback(table.__setitem__, key, licence)
                with self.assertRaisesRegex(SystemExit, "has no licence"):
                    inventory.part(path)
            self.assertIn(key, inventory.part(path))
        with self.assertRaisesRegex(SystemExit, "no package owns it"):
            inventory.part("/nowhere/libother.a")

    # Manual pages

    def test_every_command_has_a_page_that_is_well_formed(self):
        pages = self.tree / "share/man/man1"
        tool = json.loads(run(self.tree / "bin/warder", "--experimental-dump-help"))["command"]
        expected = {"warder.1", "warder-init.1"}

        def walk(command, name):
            for sub in command.get("subcommands", []):
                if sub["commandName"] != "help":
                    expected.add(f"{name}-{sub['commandName']}.1")
                    walk(sub, f"{name}-{sub['commandName']}")
        walk(tool, "warder")
        self.assertEqual({page.name for page in pages.iterdir()}, expected)
        for page in pages.iterdir():
            shown = run("man", "--warnings=w", "--local-file", page, env={**MANUAL, "MANWIDTH": "80"})
            self.assertNotRegex(shown, r"warning:|error:")
            self.assertGreater(len(shown.splitlines()), 20, page.name)

    def test_the_page_of_the_supervisor_has_all_of_its_options(self):
        page = run("man", "--local-file", self.tree / "share/man/man1/warder-init.1", env={**MANUAL, "MANWIDTH": "200"})
        page = re.sub(r"\s+", " ", page.replace("‐\n", "-"))
        said = run(self.tree / "bin/warder-init", "--help")
        options = re.findall(r"^  (--[a-z-]+)(.*)$", said, re.M)
        self.assertGreater(len(options), 30)
        for option, rest in options:
            self.assertIn(option + rest, page)
        # Every word of the help is there, in its order.
        for paragraph in re.split(r"\n(?:\s*\n|  (?=--)|      (?=WARDER_))", said.split("\n\n", 1)[1]):
            words = re.sub(r"\s+", " ", paragraph).strip()
            self.assertIn(words.removesuffix(":"), page)

    # Completions

    def test_bash_completes(self):
        with self.terminal(["bash", "--noprofile", "--norc", "-i"]) as shell:
            shell.type(f"PS1='> '; . '{self.prefix}/share/bash-completion/completions/warder'; echo rea''dy\n")
            self.complete(shell)

    def test_zsh_completes(self):
        with self.terminal(["zsh", "-f", "-i"]) as shell:
            shell.type(f"fpath=('{self.prefix}/share/zsh/site-functions' $fpath); autoload -U compinit; "
                       f"compinit -u -d '{self.folder}/zcompdump'; echo rea''dy\n")
            self.complete(shell)

    def complete(self, shell):
        self.assertTrue(shell.wait_for("\nready") or "ready" in shell.output, shell.output)
        for typed, completed in [("warder dec", "warder decode"), ("warder decode --art", "warder decode --artifacts")]:
            shell.forget()
            shell.type(typed + "\t")
            # zsh shows an option with its description and leaves the line as it is.
            self.assertTrue(shell.wait_for(completed.split()[-1]), shell.output)
            shell.type("\x15")

    def test_fish_completes(self):
        environment = {**self.user(), "XDG_DATA_DIRS": f"{self.prefix}/share:/usr/share"}
        self.assertRegex(run("fish", "--command", "complete -C 'warder dec'", env=environment), "(?m)^decode\t")
        options = run("fish", "--command", "complete -C 'warder decode --art'", env=environment)
        self.assertRegex(options, "(?m)^--artifacts\t")

    def user(self):
        path = f"{self.prefix}/bin:/usr/bin:/bin"
        return {"HOME": str(self.folder), "PATH": path, "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    @contextlib.contextmanager
    def terminal(self, command):
        shell = Terminal(command, self.user())
        try:
            yield shell
        finally:
            shell.close()

    # Installing

    def installed(self):
        return (self.prefix / "share/warder/installed-files").read_text().splitlines()

    def test_the_installation_works(self):
        for file in self.installed():
            self.assertTrue((self.prefix / file).is_file(), file)
        found = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        self.assertEqual(found - set(self.installed()), {"share/warder/installed-files"})
        result = run("warder", "run", "--engine", "process", "--json", root / "examples/words.sh", env=self.user())
        self.assertEqual(json.loads(result.splitlines()[-1])["reason"], "exited")

    def test_uninstalling_removes_what_was_installed_and_nothing_else(self):
        copy = self.folder / "copy"
        shutil.copytree(self.prefix, copy)
        (copy / "share/man/man1/other.1").write_text("of somebody else")
        run(root / "scripts/install", "--uninstall", copy)
        left = [str(path.relative_to(copy)) for path in copy.rglob("*") if not path.is_dir()]
        self.assertEqual(left, ["share/man/man1/other.1"])
        self.assertFalse((copy / "bin").exists())
        self.assertIn("nothing is installed", run(root / "scripts/install", "--uninstall", copy, status=1))

    def test_uninstalling_touches_nothing_outside(self):
        copy = self.folder / "tampered"
        (copy / "share/warder").mkdir(parents=True)
        (self.folder / "precious").write_text("x")
        for line in ("bin/../../precious", "/etc/hostname", "share/warder/../../../precious", "bin/a b"):
            (copy / "share/warder/installed-files").write_text(line + "\n")
            self.assertIn("not a file of ours", run(root / "scripts/install", "--uninstall", copy, status=1))
        self.assertTrue((self.folder / "precious").exists())

    def test_a_newer_version_leaves_nothing_of_the_older_and_destdir_counts(self):
        stage = self.folder / "stage"
        (stage / "usr/share/warder").mkdir(parents=True)
        (stage / "usr/bin").mkdir()
        (stage / "usr/bin/warder-old").write_text("")
        (stage / "usr/share/warder/installed-files").write_text("bin/warder-old\n")
        run(root / "scripts/install", "/usr", env={**os.environ, "DESTDIR": str(stage)})
        self.assertFalse((stage / "usr/bin/warder-old").exists())
        self.assertEqual(sorted(path.name for path in (stage / "usr/bin").iterdir()), ["warder", "warder-init"])

    def test_misuse_is_said_in_words(self):
        self.assertIn("cannot be written to", run(root / "scripts/install", "/proc/warder", status=1))
        self.assertIn("unknown option", run(root / "scripts/install", "--prefix", status=1))
        self.assertIn("unknown option", run(root / "scripts/release", "--sign", status=1))
        odd = {**os.environ, "SOURCE_DATE_EPOCH": "today"}
        self.assertIn("SOURCE_DATE_EPOCH", run(root / "scripts/release", self.folder / "x", status=1, env=odd))


if __name__ == "__main__":
    unittest.main()
