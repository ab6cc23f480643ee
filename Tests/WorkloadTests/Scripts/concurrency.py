"""Threads, processes by fork and by spawn, and asyncio's subprocesses, streams and Unix servers."""

import asyncio
import concurrent.futures
import multiprocessing
import multiprocessing.shared_memory
import os
import sys
import tempfile
import threading


def square(number):
    return number * number


def count(counter, lock, times):
    for _ in range(times):
        with lock:
            counter.value += 1


def add_up(name, length):
    block = multiprocessing.shared_memory.SharedMemory(name=name)
    try:
        return sum(block.buf[:length])
    finally:
        block.close()


def threads():
    total = 0
    lock = threading.Lock()

    def add(number):
        nonlocal total
        with lock:
            total += number

    workers = [threading.Thread(target=add, args=(number,)) for number in range(100)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("threads", total)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        print("thread pool", sum(pool.map(square, range(1000))))


def processes(method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(3, mp_context=context) as pool:
        print(method, "process pool", sum(pool.map(square, range(300), chunksize=20)))
    with context.Pool(3) as pool:
        print(method, "pool", pool.map(square, range(10)))
    counter, lock = context.Value("i", 0, lock=False), context.Lock()
    children = [context.Process(target=count, args=(counter, lock, 200)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(method, "counted", counter.value, [child.exitcode for child in children])
    block = multiprocessing.shared_memory.SharedMemory(create=True, size=1000)
    try:
        block.buf[:1000] = bytes(7 for _ in range(1000))
        with context.Pool(1) as pool:
            print(method, "shared memory", pool.apply(add_up, (block.name, 1000)))
    finally:
        block.close()
        block.unlink()


async def subprocesses():
    async def shell(command, data=None):
        process = await asyncio.create_subprocess_shell(
            command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        output, errors = await process.communicate(data)
        return process.returncode, output.decode(), errors.decode()

    results = await asyncio.gather(*(shell(f"echo {number}; exit {number}") for number in range(20)))
    print("shells", sorted(results))
    print("filter", await shell("tr a-z A-Z | rev; echo odd >&2", b"abc\n"))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    process.terminate()
    print("terminated", await process.wait())
    try:
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
    except TimeoutError:
        print("timed out")

    async def answer(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    path = os.path.join(tempfile.mkdtemp(), "socket")
    async with await asyncio.start_unix_server(answer, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"over a unix socket\n")
        print("server", await reader.read())
        writer.close()
    print("to a thread", await asyncio.to_thread(square, 12))


if __name__ == "__main__":
    threads()
    for method in ["fork", "spawn", "forkserver"]:
        processes(method)
    asyncio.run(subprocesses())
