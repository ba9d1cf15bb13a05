// @ts-check
/** What JSON cannot hold, and no vector can say, is refused by its code and not by a mistake. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../../static/js/protocol/encoding.js";
import { parse } from "../../static/js/protocol/envelope.js";

/** @type {[string, unknown][]} */
const VALUES = [
  ["undefined", undefined], ["a function", () => {}], ["a symbol", Symbol("x")], ["a bigint", 1n], ["NaN", NaN], ["a date", new Date(0)],
  ["bytes", new Uint8Array(1)], ["a map", new Map()], ["half a surrogate pair", "\ud800"],
];

for (const [name, value] of VALUES) {
  test(`${name} has no canonical form`, () => {
    for (const each of [value, [value], { value }]) assert.throws(() => canonical(each), { code: "bad-json" });
  });
  test(`${name} is no envelope`, () => {
    assert.throws(() => parse(value, "join"), { code: "bad-envelope" });
  });
}

test("an array is no envelope, even with two of its names", () => {
  const named = Object.assign([0], { payload: "", payloadType: "application/vnd.mediation.join.v1+json" });
  assert.throws(() => parse(named, "join"), { code: "bad-envelope" });
});
