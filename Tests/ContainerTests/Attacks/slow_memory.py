"""Keep its own memory map locked, so that whoever asks for its command line has to wait."""

import ctypes
import mmap
import threading
import time

from attack import libc

LENGTH = 192 << 20
READ, WRITE = mmap.PROT_READ, mmap.PROT_READ | mmap.PROT_WRITE

memory = mmap.mmap(-1, LENGTH, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=WRITE)
# With huge pages there would be little to change.
MADV_NOHUGEPAGE = 15
address = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
libc.madvise(address, ctypes.c_size_t(LENGTH), MADV_NOHUGEPAGE)
for offset in range(0, LENGTH, mmap.PAGESIZE):
    memory[offset] = 1


def change_protection():
    # The map is locked for as long as its every page is changed; ctypes lets the other threads go on.
    while True:
        libc.mprotect(address, ctypes.c_size_t(LENGTH), READ)
        libc.mprotect(address, ctypes.c_size_t(LENGTH), WRITE)


for _ in range(3):
    threading.Thread(target=change_protection, daemon=True).start()
print("started", flush=True)
time.sleep(60)
