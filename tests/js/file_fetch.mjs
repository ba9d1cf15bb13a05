// @ts-check
/**
 * Lets node load libsodium as browsers do: `fetch` also answers for files of this machine, with the integrity that it was
 * asked to demand. Given to node with `--import`, before the modules under test.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

const TYPES = /** @type {Record<string, string>} */ ({ wasm: "application/wasm" });
const overTheNetwork = globalThis.fetch;

/** @param {URL} url @param {string | undefined} integrity */
async function ofThisMachine(url, integrity) {
  const bytes = await readFile(url);
  const [method, wanted] = integrity?.split(/-(.*)/s) ?? [];
  if (wanted && createHash(method).update(bytes).digest("base64") !== wanted) throw new TypeError("Failed integrity check");
  return new Response(bytes, { headers: { "Content-Type": TYPES[url.pathname.split(".").at(-1) ?? ""] ?? "text/plain" } });
}

/** @type {typeof fetch} */
globalThis.fetch = async (asked, options) =>
  asked instanceof URL && asked.protocol === "file:" ? ofThisMachine(asked, options?.integrity) : overTheNetwork(asked, options);
