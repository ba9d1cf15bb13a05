// @ts-check
/** Somebody at a browser: a worker of their own, and a server to ask. Does what a page does, without the page. */
import { Worker } from "node:worker_threads";

const THREAD = new URL("thread.mjs", import.meta.url);

export class Refused extends Error {
  /** @param {{code: string, message: string, status?: number}} refusal */
  constructor({ code, message, status = 0 }) {
    super(`${code}: ${message}`);
    this.code = code;
    this.status = status;
  }
}

/** @typedef {(method: string, path: string, body: any, person: Person) => Promise<any>} Ask */

export class Person {
  /** @type {Worker | null} */
  #worker = null;
  #last = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  /** @type {number | null} */
  #clock = null;

  /** @param {string} name @param {Ask} ask the server; throws Refused */
  constructor(name, ask) {
    this.name = name;
    this.ask = ask;
    /** What the server's session knows them by. @type {any} */
    this.session = {};
    /** The session's cookie. */
    this.cookie = "";
  }

  /** @param {any} answer */
  #settle({ id, ok, error }) {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref(); // a test ends without leaving
    if (error) call?.reject(new Refused(error));
    else call?.resolve(ok);
  }

  #start() {
    if (this.#worker) return this.#worker;
    this.#worker = new Worker(THREAD);
    this.#worker.on("message", (answer) => this.#settle(answer));
    this.#worker.on("error", (error) => {
      throw error;
    });
    if (this.#clock !== null) this.#worker.postMessage({ clock: this.#clock });
    return this.#worker;
  }

  /** @param {string} method @param {any} [args] @returns {Promise<any>} @throws {Refused} */
  call(method, args = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      const worker = this.#start();
      worker.ref();
      worker.postMessage({ id, method, args });
    });
  }

  /** @param {Date} now what this person's worker believes from now on */
  believe(now) {
    this.#clock = now.getTime();
    this.#worker?.postMessage({ clock: this.#clock });
  }

  /** A new page: a new worker, with the keys of the old one. */
  async turn() {
    const { half } = await this.call("session.half");
    const { blob } = await this.call("session.keep", { half });
    await this.leave();
    await this.call("session.restore", { blob, half });
  }

  async leave() {
    await this.#worker?.terminate();
    this.#worker = null;
  }

  /** @param {string} path */
  get = (path) => this.ask("GET", path, undefined, this);
  /** @param {string} path @param {any} body */
  post = (path, body) => this.ask("POST", path, body, this);
  /** @param {string} path @param {any} body */
  put = (path, body) => this.ask("PUT", path, body, this);

  /** What GET answers, null for 404. @param {string} path */
  async find(path) {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * Stores what the worker wants to be remembered.
   * @param {{name: string, revision: number, blob: string} | null} closed
   */
  async keep(closed) {
    if (closed) await this.put(`/memory/${closed.name}`, { revision: closed.revision, blob: closed.blob });
  }

  /**
   * Asks the worker with what the server knows, and stores what is to be remembered.
   * @param {string} method
   * @param {any} [args]
   */
  async act(method, args = {}) {
    const answer = await this.call(method, args);
    for (const name of ["pins", "settings", "memory"]) await this.keep(answer?.[name] ?? null);
    return answer;
  }

  pins = () => this.find("/memory/pins");
}
