"""The page in headless Chromium, against the running dispatcher."""

import json
import pathlib
import tempfile
import time
import unittest

from browser import Browser
from service import TOKENS, Service, wait_until

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202eevil\u202c\x1b[31m"
# What the browser itself says of answers that are errors, and of a dispatcher that is away. All else in the console is
# ours.
EXPECTED = ("Failed to load resource",)


class PageTests(unittest.TestCase):
    tokens = False

    @classmethod
    def setUpClass(cls):
        cls.downloads = tempfile.TemporaryDirectory(prefix="warder-downloads-")
        cls.addClassCleanup(cls.downloads.cleanup)
        cls.browser = Browser(downloads=cls.downloads.name)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.service = Service(tokens=self.tokens)
        self.addCleanup(self.service.close)
        self.url = f"http://127.0.0.1:{self.service.port}"
        self.browser.open("about:blank")
        self.browser.console()

    def tearDown(self):
        for dialog in [it for it in self.browser.console() if not any(word in it["message"] for word in EXPECTED)]:
            self.fail(f"in the browser's console: {dialog}")

    def show(self, name=None):
        self.browser.open("about:blank")
        self.browser.open(f"{self.url}/" + (f"#/tasks/{name}" if name else ""))
        self.browser.find("#ready.good")

    def states(self):
        return self.browser.run("return [...document.querySelectorAll('#tasks .badge')].map((it) => it.textContent)")

    # ---- The list

    def test_the_list_is_live(self):
        self.show()
        self.browser.wait_text("No tasks yet", "#nothing")
        go = self.service.counters / "go"
        name = self.service.submit(f"until [ -e {go} ]; do sleep 0.1; done; exit 3", timeout="5m")
        self.browser.wait(lambda: self.states() == ["running"], "a running task in the list")
        clock = "return document.querySelector('#tasks .clock').textContent"
        before = self.browser.run(clock)
        self.browser.wait(lambda: self.browser.run(clock) != before, "the clock to tick")
        self.assertTrue(self.browser.run("return document.querySelector('#tasks progress').checkVisibility()"))
        self.assertIn(name, self.browser.text("#tasks"))
        go.touch()
        self.browser.wait(lambda: self.states() == ["exited 3"], "the end in the list")
        self.assertIn("tone-bad", self.browser.run("return document.querySelector('#tasks .badge').className"))

    def test_the_list_is_filtered_and_goes_back_in_time(self):
        for number in range(60):
            self.service.submit(f"exit {number % 2}")
        ended = "/tasks?limit=100&state=finished"
        wait_until(lambda: len(self.service.request("GET", ended).json["tasks"]) == 60, "ends")
        running = self.service.submit("sleep 60")
        self.show()
        self.browser.wait(lambda: len(self.states()) == 50, "fifty tasks")
        self.browser.click("#more-button")
        self.browser.wait(lambda: len(self.states()) == 61, "older tasks")
        self.browser.click("#filters button:nth-child(3)")
        self.browser.wait(lambda: self.states() == ["running"], "running tasks only")
        self.assertIn(running, self.browser.text("#tasks"))
        self.browser.click("#filters button:nth-child(2)")
        self.browser.wait_text("No such task", "#nothing")
        self.browser.click("#filters button:nth-child(4)")
        self.browser.wait(lambda: set(self.states()) == {"exited 0", "exited 1"}, "ended tasks only")

    # ---- One task

    def test_output_appears_while_the_script_runs(self):
        go = self.service.counters / "go"
        name = self.service.submit(
            f"echo first; echo wrong >&2; until [ -e {go} ]; do sleep 0.1; done; echo last; exit 4", timeout="5m")
        self.show(name)
        self.browser.wait_text("first", ".console")
        self.browser.wait_text("wrong", ".console .stderr")
        self.assertNotIn("last", self.browser.text(".console"))
        self.assertIn("running", self.browser.text(".task-head"))
        self.browser.wait_text("of 5:00 min", ".deadline")
        go.touch()
        self.browser.wait_text("The script exited with status 4", ".verdict")
        self.assertIn("last", self.browser.text(".console"))
        self.assertIn("tone-bad", self.browser.run("return document.querySelector('.verdict').className"))
        self.assertIn("active", self.browser.text("main details summary"))
        self.browser.click("main details summary")
        self.assertIn("seccomp", self.browser.text(".layers"))
        self.assertIn("5:00 min", self.browser.text(".limits"))

    def test_a_task_is_cancelled_after_a_question(self):
        name = self.service.submit("echo begun; sleep 100", timeout="5m")
        self.show(name)
        self.browser.wait_text("begun", ".console")
        self.browser.click(".task-head .danger")
        self.assertIn(name, self.browser.text("#cancel-dialog"))
        self.browser.click("#cancel-no")
        self.assertFalse(self.service.task(name)["cancel_requested"])
        self.browser.click(".task-head .danger")
        self.browser.click("#cancel-yes")
        self.browser.wait_text("Cancelled", ".verdict")
        self.assertEqual(self.service.task(name)["reason"], "cancelled")
        self.browser.wait(lambda: self.states() == ["cancelled"], "the end in the list")

    def test_what_scripts_write_is_text(self):
        code = f"""
import os, sys
hostile = {HOSTILE!r}
print(hostile, hostile.replace("<", "<\\n"))
print(hostile, file=sys.stderr)
os.write(1, b"bytes \\xff\\xfe\\n")
os.makedirs("out", exist_ok=True)
open("out/" + hostile.replace("/", "_") + ".txt", "w").write("back")
os.mkfifo("out/<b>pipe" + hostile.replace("/", "_"))
"""
        name = self.service.submit(code, "python", artifacts="out", args=[HOSTILE])
        self.service.wait(name)
        self.show(name)
        self.browser.wait_text("exited with status 0", ".verdict")
        page = self.browser.text("main")
        self.assertIn("<img src=x onerror=alert(1)><script>alert(2)</script>\\u{202e}evil\\u{202c}\\u{1b}[31m", page)
        self.assertIn("bytes \\xff\\xfe", page)
        self.assertIn("artifact <b>pipe", page)
        self.assertNotIn("\u202e", page)
        self.assertNotIn("\x1b", page)
        made = "return document.querySelectorAll('main img, main script, main b').length"
        self.assertEqual(self.browser.run(made), 0)
        self.assertEqual(self.browser.run("return document.querySelectorAll('script').length"), 1)
        self.browser.click(".files li button")
        folder = pathlib.Path(self.downloads.name)
        saved = wait_until(lambda: [it for it in folder.iterdir() if it.suffix == ".txt"], "the file")
        self.assertEqual(saved[0].read_text(), "back")
        # Where a task's name should be: an address that somebody was sent.
        self.show("%3Cimg%20src%3Dx%20onerror%3Dalert(3)%3E%E2%80%AE")
        self.browser.wait_text("There is no such task", ".verdict")
        self.assertIn("<img src=x onerror=alert(3)>\\u{202e}", self.browser.text("#task-title"))

    def test_lines_and_characters_that_come_in_pieces_are_put_together(self):
        code = ("import os, time\n"
                "for piece in [b'\\xe6\\x97', b'\\xa5\\xe6', b'\\x9c', b'\\xac', b' one', b' line\\r\\n', b'two\\n', "
                "b'a\\rb\\n']:\n"
                "    os.write(1, piece); time.sleep(0.05)\n")
        name = self.service.submit(code, "python")
        self.show(name)
        self.browser.wait_text("exited", ".verdict")
        rows = self.browser.run("return [...document.querySelectorAll('.console .stdout')].map((it) => it.textContent)")
        self.assertEqual(rows, ["日本 one line", "two", "a\\u{d}b"])

    def test_long_output_stays_fast_and_says_what_is_left_out(self):
        for code in ["head -c 3900000 /dev/zero | tr '\\0' y | fold -w 40; echo the end",
                     "head -c 3900000 /dev/zero | tr '\\0' '\\033'; echo the end"]:
            with self.subTest(code=code):
                name = self.service.submit(code)
                self.service.wait(name)
                started = time.monotonic()
                self.show(name)
                self.browser.wait_text("exited", ".verdict")
                # The end that the dispatcher has, which a log that is full may have cut.
                end = self.service.task(name)["result"]["stdout"].rstrip("\n")[-7:].replace("\x1b", "\\u{1b}")
                self.browser.wait_text(end, ".console")
                seconds = time.monotonic() - started
                nodes = self.browser.run("return document.querySelectorAll('.console *').length")
                characters = self.browser.run("return document.querySelector('.console').textContent.length")
                print(f"\n3.9 MB of output: {seconds:.1f} s, {nodes} elements, {characters} characters", flush=True)
                self.assertLess(nodes, 20_000)
                # An escape is six characters where it is made visible.
                self.assertLess(characters, 4 << 20)
                self.assertIn("earlier lines", self.browser.text(".left-out"))
                self.assertLess(seconds, 60)
                # A page that hangs does not answer.
                started = time.monotonic()
                self.browser.click(".section header button:nth-of-type(1)")
                self.assertLess(time.monotonic() - started, 10)

    def test_a_broken_connection_goes_on_where_it_was(self):
        go = self.service.counters / "go"
        name = self.service.submit(f"echo before; until [ -e {go} ]; do sleep 0.1; done; echo after", timeout="5m")
        self.show(name)
        self.browser.wait_text("before", ".console")
        self.service.kill()
        self.browser.wait_text("connection lost", "main")
        self.browser.wait_text("does not answer", "#trouble")
        self.service.start()
        go.touch()
        self.browser.wait_text("exited with status 0", ".verdict")
        rows = self.browser.run("return [...document.querySelectorAll('.console .stdout')].map((it) => it.textContent)")
        self.assertEqual(rows, ["before", "after"])
        self.browser.wait(lambda: not self.browser.text("#trouble"), "the warning to go")

    # ---- The form

    def test_a_script_is_run_from_the_form_with_the_keyboard_alone(self):
        self.show()
        self.browser.run("document.querySelector('#field-code').focus()")
        for key in "echo $1":
            self.browser.press(key)
        self.browser.press("Tab")
        self.assertEqual(self.browser.run("return document.activeElement.id"), "field-runtime")
        self.browser.run("document.querySelector('#field-runtime').value = ''")
        self.browser.type("#field-runtime", "sh")
        self.browser.click("form details summary")
        self.browser.type("#field-args", "from the form")
        self.browser.run("document.querySelector('#field-code').focus()")
        self.browser.press("Control", "Enter")
        self.browser.wait_text("exited with status 0", ".verdict")
        self.assertIn("from the form", self.browser.text(".console"))
        self.assertEqual(self.browser.run("return document.activeElement.id"), "task-title")

    def test_a_wrong_field_is_marked(self):
        self.show()
        self.browser.type("#field-code", "echo")
        self.browser.type("#field-timeout", "soon")
        self.browser.press("Enter")
        self.browser.wait_text("timeout", ".wrong")
        self.assertEqual(self.browser.run("return document.activeElement.id"), "field-timeout")
        self.assertEqual(self.browser.run("return document.activeElement.getAttribute('aria-invalid')"), "true")
        self.assertEqual(self.service.request("GET", "/tasks").json["tasks"], [])

    # ---- For everybody

    def test_narrow_screens_have_one_column_without_scrolling_sideways(self):
        name = self.service.submit("echo " + "x" * 500)
        self.service.wait(name)
        self.addCleanup(self.browser.size, 1280, 900)
        self.browser.size(360, 740)
        for place in [None, name]:
            self.show(place)
            self.browser.wait(lambda: self.states() or place, "the list")
            wide = self.browser.run("return document.documentElement.scrollWidth")
            self.assertLessEqual(wide, 360)
        self.browser.wait_text("exited", ".verdict")
        self.browser.click(".back")
        self.browser.find("nav")

    def test_everything_that_is_used_has_a_name_and_enough_contrast(self):
        name = self.service.submit("echo out; echo wrong >&2; exit 1")
        self.service.wait(name)
        for scheme in ("light", "dark"):
            self.browser.media(prefers_color_scheme=scheme)
            self.show(name)
            self.browser.wait_text("exited", ".verdict")
            self.assertEqual(self.browser.run(NAMELESS), [])
            self.assertEqual(self.browser.run(FAINT), [], scheme)
        self.browser.media(prefers_color_scheme="light")


# Controls that a screen reader has no name for.
NAMELESS = """
return [...document.querySelectorAll("button, a, input, select, textarea, progress")].filter((it) =>
  it.checkVisibility() && !it.closest("[aria-hidden]") && it.getAttribute("aria-hidden") !== "true" &&
  !(it.textContent.trim() || it.getAttribute("aria-label") || it.labels?.length)).map((it) => it.outerHTML)
"""
# Text whose contrast to what is behind it is below 4.5 (WCAG 2.2, 1.4.3).
FAINT = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const over = (colours) => {
  canvas.clearRect(0, 0, 1, 1);
  for (const it of colours) { canvas.fillStyle = it; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const light = (rgb) => rgb.map((it) => it / 255).map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4)
  .reduce((sum, it, index) => sum + it * [0.2126, 0.7152, 0.0722][index], 0);
const wrong = [];
for (const it of document.querySelectorAll("body *")) {
  const own = [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !it.checkVisibility() || it.closest(".unseen, .skip, noscript, button:disabled")) continue;
  const backs = [];
  for (let up = it; up; up = up.parentElement) backs.unshift(getComputedStyle(up).backgroundColor);
  const [text, back] = [light(over([...backs, getComputedStyle(it).color])), light(over(backs))];
  const contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
  if (contrast < 4.5) wrong.push(`${it.className} "${it.textContent.slice(0, 30)}" ${contrast.toFixed(2)}`);
}
return wrong;
"""


class TokenPageTests(PageTests):
    """With tokens only what is about them: the rest is the same."""

    tokens = True

    def test_a_token_is_asked_for_and_kept_in_this_tab_only(self):
        name = self.service.submit("echo mine")
        self.service.wait(name)
        self.show()
        self.browser.run("sessionStorage.clear()")
        self.show()
        self.browser.find("#token")
        self.assertEqual(self.states(), [])
        self.browser.type("#token", "wrong-token-0123456789")
        self.browser.press("Enter")
        self.browser.wait_text("does not know this token", "#token-why")
        self.browser.type("#token", TOKENS["agents"])
        self.browser.press("Enter")
        self.browser.wait(lambda: self.states() == ["exited 0"], "the list")
        self.browser.click("#tasks a")
        self.browser.wait_text("mine", ".console")
        self.browser.reload()
        self.browser.wait_text("mine", ".console")
        kept = self.browser.run(
            "return [JSON.stringify(localStorage), document.cookie, location.href, JSON.stringify(sessionStorage)]")
        self.assertNotIn(TOKENS["agents"], "".join(kept[:3]))
        self.assertEqual(json.loads(kept[3]), {"warder-token": TOKENS["agents"]})
        self.browser.click("#token-button")
        self.browser.click("#token-forget")
        self.browser.wait_text("Tasks are shown with a token only", "#trouble")
        self.assertEqual(self.browser.run("return sessionStorage.length"), 0)


def load_tests(loader, _, __):
    """What a class inherits is not run again."""
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(PageTests))
    own = [name for name in vars(TokenPageTests) if name.startswith("test_")]
    suite.addTests(TokenPageTests(name) for name in own)
    return suite


if __name__ == "__main__":
    unittest.main()
