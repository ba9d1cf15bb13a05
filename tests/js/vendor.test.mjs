// @ts-check
// What the set-up put into static/vendor/ is what it says, down to the bytes that browsers run.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";

import sodium from "../../static/vendor/libsodium-wrappers.mjs";
import { WORDS } from "../../static/vendor/eff_large_wordlist.mjs";

const VENDOR = new URL("../../static/vendor/", import.meta.url);
const read = (/** @type {string} */ name) => readFileSync(new URL(name, VENDOR));
const record = JSON.parse(read("vendor.lock.json").toString());

test("every vendored file has the integrity that is recorded for it, precompressed too", () => {
  for (const [name, { integrity }] of Object.entries(record)) {
    assert.equal(`sha384-${createHash("sha384").update(read(name)).digest("base64")}`, integrity, name);
    assert.deepEqual(brotliDecompressSync(read(`${name}.br`)), read(name), name);
  }
});

test("making the files again from their packages gives the same bytes", () => {
  const script = fileURLToPath(new URL("../vendor.mjs", VENDOR));
  assert.match(execFileSync(process.execPath, [script, "--check"]).toString(), /as pinned/);
});

test("nothing of another organisation's brand, and nothing that is not served, is asked for", () => {
  const css = read("govuk.css").toString();
  assert.doesNotMatch(css, /GDS Transport|@font-face|crest|url\(\/|@import|sourceMappingURL/);
  assert.match(css, /font-family:system-ui/);
  assert.doesNotMatch(read("govuk.js").toString(), /sourceMappingURL/);
  assert.doesNotMatch(read("libsodium-wrappers.mjs").toString(), /from ?"[^./]/);
});

test("the word list has 7776 different words in the order of the dice", () => {
  assert.equal(new Set(WORDS).size, 7776);
  const digest = createHash("sha256").update(WORDS.join("\n")).digest("hex");
  assert.equal(digest, "abae49761b88f3f1ba31ef944bea1f61b795a3cd7e1cfb7d276ed45bf77967ba");
});

test("libsodium is the build with Argon2id", async () => {
  await sodium.ready;
  assert.equal(typeof sodium.crypto_pwhash, "function");
});

test("libsodium runs no other code than its own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vendor-"));
  const code = read("libsodium-sumo.wasm");
  writeFileSync(join(folder, "libsodium-sumo.mjs"), read("libsodium-sumo.mjs"));
  writeFileSync(join(folder, "libsodium-sumo.wasm"), code.fill(1, code.length - 1));
  const { default: start } = await import(pathToFileURL(join(folder, "libsodium-sumo.mjs")).href);
  await assert.rejects(start(), TypeError("Failed integrity check"));
  rmSync(folder, { recursive: true });
});
