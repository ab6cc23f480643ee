// node: files, child processes, worker threads, pipes, Unix sockets, streams, timers, crypto.
import assert from "node:assert";
import { execFile, fork, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import zlib from "node:zlib";

const here = fileURLToPath(import.meta.url);

if (!isMainThread) {
  let sum = 0;
  for (let number = workerData.from; number < workerData.to; number++) sum += number;
  Atomics.add(new Int32Array(workerData.shared), 0, 1);
  parentPort.postMessage(sum);
} else if (process.argv[2] === "child") {
  process.on("message", (message) => {
    process.send({ doubled: message.number * 2 });
    process.disconnect();
  });
} else {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
  const file = path.join(directory, "file");

  await fs.promises.writeFile(file, "line\n".repeat(10000));
  await pipeline(fs.createReadStream(file), zlib.createGzip(), fs.createWriteStream(file + ".gz"));
  const again = zlib.gunzipSync(await fs.promises.readFile(file + ".gz")).toString();
  assert.strictEqual(again.length, 50000);
  await fs.promises.rename(file, file + "2");
  await fs.promises.symlink("file2", path.join(directory, "link"));
  await fs.promises.mkdir(path.join(directory, "a/b/c"), { recursive: true });
  await fs.promises.cp(path.join(directory, "a"), path.join(directory, "z"), { recursive: true });
  console.log("files", (await fs.promises.readdir(directory, { recursive: true })).sort().join(" "));

  const changed = new Promise((resolve) => {
    const watcher = fs.watch(directory, (_, name) => {
      if (name === "watched") {
        watcher.close();
        resolve(name);
      }
    });
  });
  fs.writeFileSync(path.join(directory, "watched"), "");
  console.log("watch", await changed);

  const { stdout } = await promisify(execFile)("sh", ["-c", "echo out; exit 0"]);
  console.log("execFile", JSON.stringify(stdout));
  const sort = spawn("sort", ["-r"]);
  sort.stdin.end("a\nb\nc\n");
  let sorted = "";
  for await (const chunk of sort.stdout) sorted += chunk;
  console.log("spawn", JSON.stringify(sorted));
  const child = fork(here, ["child"]);
  child.send({ number: 21 });
  const [message] = await new Promise((resolve) => child.once("message", (...all) => resolve(all)));
  const [code] = await new Promise((resolve) => child.once("exit", (...all) => resolve(all)));
  console.log("fork", JSON.stringify(message), code);

  const shared = new SharedArrayBuffer(4);
  const sums = await Promise.all(
    [0, 1, 2, 3].map(
      (part) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(here, {
            workerData: { from: part * 250000, to: (part + 1) * 250000, shared },
          });
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    ),
  );
  console.log("workers", sums.reduce((one, other) => one + other), Atomics.load(new Int32Array(shared), 0));

  const socket = path.join(directory, "socket");
  const server = net.createServer((connection) => connection.end("hello")).listen(socket);
  await new Promise((resolve) => server.once("listening", resolve));
  let greeting = "";
  for await (const chunk of net.connect(socket)) greeting += chunk;
  server.close();
  console.log("unix socket", greeting);

  console.log("sha256", createHash("sha256").update(again).digest("hex"));
  assert.strictEqual(randomBytes(16).length, 16);
  const order = [];
  setImmediate(() => order.push("immediate"));
  process.nextTick(() => order.push("tick"));
  await Promise.resolve().then(() => order.push("promise"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  console.log("order", order.join(" "));
}
