// @ts-check
/**
 * The real server, with an empty database of its own, for the worker's tests; and a way for it to lie.
 * Node starts it from the same environment that the tests run in.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Refused } from "./person.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const OWN_PYTHON = join(ROOT, ".venv", "bin", "python");
const STARTS_WITHIN = 30_000;

/** @typedef {import("./person.mjs").Person} Person */
/**
 * Changes an answer on its way to somebody.
 * @typedef {(answer: any, method: string, path: string, person: Person) => any} Lie
 */

/** @returns {Promise<number>} a port that nobody listens on */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  /** @type {Lie | null} */
  lie = null;
  /** What was printed so far. */
  said = "";

  /** @param {string} url @param {string} folder @param {import("node:child_process").ChildProcess} process */
  constructor(url, folder, process) {
    this.url = url;
    this.folder = folder;
    this.process = process;
    for (const stream of [process.stdout, process.stderr])
      stream?.on("data", (chunk) => {
        this.said += chunk;
      });
  }

  /** @returns {Promise<Server>} once it answers */
  static async start() {
    const folder = await mkdtemp(join(tmpdir(), "mediation-"));
    const port = await freePort();
    const python = existsSync(OWN_PYTHON) ? OWN_PYTHON : "python";
    const child = spawn(python, ["-m", "mediation.cli", "run"], {
      cwd: ROOT,
      env: { ...process.env, MEDIATION_INSTANCE: folder, HOST: "127.0.0.1", PORT: String(port) },
    });
    const server = new Server(`http://127.0.0.1:${port}`, folder, child);
    const end = Date.now() + STARTS_WITHIN;
    while (!(await server.answers())) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`the server did not start:\n${server.said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return server;
  }

  answers = () =>
    fetch(`${this.url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );

  /** What it printed for the first administrator. */
  get setUpCode() {
    return /#(\S+)/.exec(this.said)?.[1] ?? "";
  }

  async stop() {
    this.process.kill();
    await new Promise((resolve) => this.process.once("exit", resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @type {import("./person.mjs").Ask} */
  ask = async (method, path, body, person) => {
    const headers = {
      Origin: this.url,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(person.cookie ? { Cookie: person.cookie } : {}),
    };
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    for (const cookie of response.headers.getSetCookie()) person.cookie = cookie.split(";")[0];
    const text = await response.text();
    const answer = text ? JSON.parse(text) : null;
    if (!response.ok) throw new Refused({ ...answer, status: response.status });
    return this.lie ? this.lie(answer, method, path, person) : answer;
  };

  /** Lets the server lie while something is done. @template T @param {Lie} lie @param {() => Promise<T>} act */
  async lying(lie, act) {
    this.lie = lie;
    try {
      return await act();
    } finally {
      this.lie = null;
    }
  }
}
