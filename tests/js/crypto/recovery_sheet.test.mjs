// @ts-check
/** The codes on the recovery sheet, and the facilitator's own list of words. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { randomBytes, ready } from "../../../static/js/protocol/primitives.js";
import { newKeys } from "../../../static/js/protocol/bundle.js";
import { fromCode, toCode } from "../../../static/js/crypto/recovery_sheet.js";
import { methods as review } from "../../../static/js/crypto/review.js";
import { forget, hold } from "../../../static/js/crypto/session.js";

before(ready);

it("gives one seed one code, which is read back as people type it", () => {
  const seed = randomBytes(32);
  const code = toCode(seed);
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){12}[0-9A-HJKMNP-TV-Z]{4}$/);
  assert.deepEqual(fromCode(code), seed);
  assert.deepEqual(fromCode(code.toLowerCase().replaceAll("1", "l").replaceAll("0", "o").replaceAll("-", " ")), seed);
});

it("is the same as the Python client's", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(toCode(seed), "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-2GAH-C5RR-34D1-P70X-3RFG");
});

it("refuses a code that is too short, has a wrong letter, or bits to spare", () => {
  const code = toCode(new Uint8Array(32));
  for (const wrong of [code.slice(0, -1), `${code}0`, code.replace("0", "U"), `${code.slice(0, -1)}1`, ""]) {
    assert.throws(() => fromCode(wrong), { code: "recovery-code" });
  }
});

it("finds listed words in a text, whole words only, in any case", () => {
  hold("account", newKeys(randomBytes(32)));
  const found = (/** @type {string} */ text, /** @type {string[]} */ words) =>
    review.proofread({ text, words }).found.map(({ quote }) => quote);
  assert.deepEqual(found("Ann met ANNA and ann at Ann's.", ["Ann", " ", ""]), ["Ann", "ann", "Ann"]);
  assert.deepEqual(found("He lives in St  Mary's (road).", ["st mary's", "(road)"]), ["St  Mary's", "(road)"]);
  assert.deepEqual(found("Zoë", ["Zo"]), []);
  assert.deepEqual(found("anything", []), []);
  forget();
});
