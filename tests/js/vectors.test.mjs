// @ts-check
/** Every vector in every file of tests/vectors/ runs here as it does in Python; none is passed over. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { CODES, ProtocolError } from "../../static/js/protocol/errors.js";
import { ready } from "../../static/js/protocol/primitives.js";
import { OPERATIONS, run } from "./vector_operations.mjs";

/** @typedef {{name: string, operation: string, inputs: Record<string, any>, expect: string, output?: any}} Vector */

const FOLDER = new URL("../vectors/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json")).sort();

/** @param {string} file @returns {Vector[]} */
const read = (file) => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")).vectors;

/** @param {Vector} vector */
function check({ operation, inputs, expect, output }) {
  if (expect === "success") {
    assert.deepStrictEqual(run(operation, inputs), output);
    return;
  }
  assert.ok(expect in CODES, `${expect} is not a code`);
  assert.throws(() => run(operation, inputs), (error) => {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.equal(error.code, expect);
    return true;
  });
}

await ready();
assert.ok(files.length > 0, "there are no vectors");

for (const file of files) {
  describe(file, () => {
    for (const vector of read(file)) it(vector.name, () => check(vector));
  });
}

it("uses every operation of the table in some vector", () => {
  const used = new Set(files.flatMap(read).map(({ operation }) => operation));
  assert.deepStrictEqual(Object.keys(OPERATIONS).filter((operation) => !used.has(operation)), []);
});
