// @ts-check
/** The refusals that the protocol shares: one table in two languages. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CODES, ProtocolError } from "../../static/js/protocol/errors.js";

const source = readFileSync(new URL("../../mediation/protocol/errors.py", import.meta.url), "utf8");
const rows = [...source.matchAll(/^ {4}"([a-z0-9-]+)": "(.+)",$/gm)].map(([, code, sentence]) => [code, sentence]);

test("JavaScript has the codes and sentences of Python, in their order", () => {
  assert.deepEqual(Object.entries(CODES), rows);
  assert.deepEqual(Object.keys(CODES), Object.keys(CODES).toSorted());
});

test("a refusal says its sentence, and an unknown code is a mistake of ours", () => {
  const error = new ProtocolError("bad-signature", "place");
  assert.deepEqual([error.code, error.message, error.detail], ["bad-signature", CODES["bad-signature"], "place"]);
  assert.throws(() => new ProtocolError("no-such-code"), /unknown protocol error code/);
});
