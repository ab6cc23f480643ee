"""A shell in a terminal of its own, to press the tabulator in it."""

import os
import pty
import select
import signal
import time


class Terminal:
    """A program that thinks a person sits before it."""

    def __init__(self, command, environment):
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            try:
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)
        self.output = ""

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def wait_for(self, text, seconds=60):
        """Whether it comes to print that within a time that is generous for a busy machine."""
        deadline = time.monotonic() + seconds
        while text not in self.output:
            if not select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
                return False
            try:
                self.output += os.read(self.descriptor, 4096).decode(errors="replace")
            except OSError:  # EIO: the program has ended
                return text in self.output
        return True

    def forget(self):
        self.output = ""

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.descriptor)
