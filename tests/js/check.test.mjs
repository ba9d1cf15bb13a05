// @ts-check
/** The private check: what it points out, what it leaves alone, and that it judges nobody. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { check } from "../../static/js/pages/check.js";

/** @param {string} text */
const kinds = (text) => check(text).map(({ kind }) => kind);

/** @type {[string, string, string][]} text, kind, quote */
const FOUND = [
  ["You can ring me on 07700 900123 any evening.", "phone", "07700 900123"],
  ["My number: +44 (0)7700 900-123.", "phone", "+44 (0)7700 900-123"],
  ["Ring 0116.4960999", "phone", "0116.4960999"],
  ["write to leah.brown@example.org please", "email", "leah.brown@example.org"],
  ["leah at gmail dot com", "email", "leah at gmail dot com"],
  ["leah (at) example (dot) org", "email", "leah (at) example (dot) org"],
  ["I moved to LE5 3QT in March", "postcode", "LE5 3QT"],
  ["sw1a1aa", "postcode", "sw1a1aa"],
  ["We live at 4 Mill Lane now", "address", "4 Mill Lane"],
  ["12b, Old Station Road", "address", "12b, Old Station Road"],
  ["I am in flat 7", "address", "flat 7"],
  ["Look for @leah_b there", "handle", "@leah_b"],
  ["Add me on Snapchat, leahb99", "handle", "Add me on Snapchat, leahb99"],
  ["My insta is leahb99", "handle", "My insta is leahb99"],
  ["See https://example.org/photos?id=3 for it", "link", "https://example.org/photos?id=3"],
  ["I'll find you", "threat", "I'll find you"],
  ["I’m going to hurt your family", "threat", "I’m going to hurt your"],
  ["Watch your back", "threat", "Watch your back"],
  ["I know where you live.", "threat", "I know where you live"],
];

for (const [text, kind, quote] of FOUND) {
  it(`points out a ${kind}: ${text}`, () => assert.deepEqual(check(text).map((one) => [one.kind, one.quote]), [[kind, quote]]));
}

/** What somebody feels is theirs to say; and plain numbers are only numbers. */
const LEFT_ALONE = [
  "", "It was on 03.11.2026 16.30 or so.", "Why our house?", "You ruined everything. I hate what you did.", "I am so angry that I cannot sleep.", "You are a coward and a thief.",
  "It was on 3 November 2026 at 16.30.", "It cost 1,250.00 and took 14 days.", "I waited 12 years.", "In 2019 there were 3 of us, in 2024 there were 4.",
  "Meet me half way.", "I will never forget what happened.", "I will find it hard to answer.", "I am sorry for what I did to you.",
  "The road was long and the street was dark.", "He is 15 and goes to school.", "I look up at 7 each morning.",
];

for (const text of LEFT_ALONE) it(`leaves alone: ${text || "nothing"}`, () => assert.deepEqual(kinds(text), []));

it("finds several things, in the order of the text, and each once", () => {
  const text = "I live at 4 Mill Lane, LE5 3QT. Ring 07700 900123 or write to a@example.org.";
  assert.deepEqual(kinds(text), ["address", "postcode", "phone", "email"]);
});

it("finds nothing in a long letter without anything in it", () => {
  const text = "I have thought about this for a long time and 1 2 3 4 5 things came to mind. ";
  assert.deepEqual(check(text.repeat(400)), []);
});

it("ends on a text that was made to be slow: a pattern that tried every split would not", { timeout: 60_000 }, () => {
  for (const piece of ["1 ", "a.", "flat 1 ", "@a ", "1a a "]) assert.ok(Array.isArray(check(piece.repeat(6000))));
});
