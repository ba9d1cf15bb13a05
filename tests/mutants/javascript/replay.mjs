// @ts-check
/**
 * Asks mutated JavaScript what the tests have asked of JavaScript: `replay.mjs <questions> <plan>`.
 *
 * The file of questions has one JSON array a line: operation, inputs, and the answer that the tests agreed with: ["ok",
 * output], ["refused", code] or, where JavaScript draws something at random, ["written"]. The plan is an array of mutants
 * {name, path, edit, questions}, the numbers of the questions to ask it. Writes one JSON array a line: the mutant's name, and the number of the first question
 * that is now answered otherwise, or null; -1 if the mutant
 * does not even load. Without a plan, writes for each question which refusals it led to: their lines and
 * the fields that they were of.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { announce } from "./hooks.mjs";

const [questions, plan] = process.argv.slice(2);
const TESTS = new URL("../../js/", import.meta.url);
const PROTOCOL = new URL("../../../static/js/protocol/", import.meta.url);
/** The end of the constructor of every refusal. */
const AFTER = "this.detail = detail;";
Error.stackTraceLimit = 100;

/** Where each line of the file of questions begins. @param {Uint8Array} bytes */
function beginnings(bytes) {
  const found = [0];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) found.push(at + 1);
  return found;
}

const places = beginnings(readFileSync(questions));
const file = openSync(questions, "r");

/** @param {number} number @returns {[string, any, any[]]} operation, inputs, answer */
function question(number) {
  const buffer = Buffer.alloc(places[number + 1] - places[number]);
  readSync(file, buffer, 0, buffer.length, places[number]);
  return JSON.parse(buffer.toString("utf8"));
}

/** The operations over one copy of the protocol. @param {string} name of its mutation */
async function load(name) {
  const [{ OPERATIONS, plain }, { SCENES }, { WRITERS }, { ready }, { ProtocolError }] = await Promise.all([
    import(`${TESTS}vector_operations.mjs?m=${name}`), import(`${TESTS}scene_operations.mjs?m=${name}`), import(`${TESTS}scene_writers.mjs?m=${name}`),
    import(`${PROTOCOL}primitives.js?m=${name}`), import(`${PROTOCOL}errors.js?m=${name}`),
  ]);
  await ready();
  return { operations: { ...OPERATIONS, ...SCENES, ...WRITERS }, plain, ProtocolError };
}

/** @param {Awaited<ReturnType<typeof load>>} loaded @param {string} operation @param {any} inputs */
function answer({ operations, plain, ProtocolError }, operation, inputs) {
  try {
    return ["ok", JSON.parse(JSON.stringify(plain(operations[operation](inputs))))];
  } catch (error) {
    return error instanceof ProtocolError ? ["refused", error.code] : ["crash", String(error)];
  }
}

/** @param {any[]} expected @param {any[]} given */
const same = (expected, given) => (expected[0] === "written" ? given[0] === "ok" : isDeepStrictEqual(expected, given));

/** @param {unknown} line */
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** What each question makes refuse, and where, while nothing is mutated. */
async function gather() {
  const path = fileURLToPath(new URL("errors.js", PROTOCOL));
  const end = readFileSync(path, "utf8").indexOf(AFTER) + AFTER.length;
  announce("plain", { path, edit: [end, end, "ProtocolError.made?.(this);"] });
  const loaded = await load("plain");
  /** @type {Set<string>} */
  const lines = new Set();
  /** @type {Set<string>} */
  const fields = new Set();
  loaded.ProtocolError.made = (/** @type {Error & {detail: string}} */ error) => {
    for (const each of error.detail.split(".")) fields.add(each);
    for (const [, path, line] of error.stack?.matchAll(/protocol\/(\w+\.js)(?:\?m=plain)?:(\d+)/g) ?? []) lines.add(`${path}:${line}`);
  };
  for (let number = 0; number < places.length - 1; number++) {
    lines.clear();
    fields.clear();
    const [operation, inputs, expected] = question(number);
    const given = answer(loaded, operation, inputs);
    tell({ operation, agrees: same(expected, given), lines: [...lines], fields: [...fields], code: given[0] === "refused" ? given[1] : null });
  }
}

/** @param {{name: string, path: string, edit: [number, number, string], questions: number[]}} mutant */
async function judge(mutant) {
  announce(mutant.name, mutant);
  const loaded = await load(mutant.name).catch(() => null);
  if (loaded === null) return -1;
  for (const number of mutant.questions) {
    const [operation, inputs, expected] = question(number);
    if (!same(expected, answer(loaded, operation, inputs))) return number;
  }
  return null;
}

if (plan === undefined) await gather();
else for (const mutant of JSON.parse(readFileSync(plan, "utf8"))) tell([mutant.name, await judge(mutant)]);
closeSync(file);
