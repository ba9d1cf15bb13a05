// @ts-check
/**
 * Lets Python ask JavaScript: reads `{operation, inputs}`, one JSON value a line, and answers each with a line `{ok}` or
 * `{code}`. Anything but a refusal of the protocol is a mistake of ours, answered with `{crash}`.
 */
import { createInterface } from "node:readline";
import { ProtocolError } from "../../static/js/protocol/errors.js";
import { ready } from "../../static/js/protocol/primitives.js";
import { plain } from "./vector_operations.mjs";
import { SCENES } from "./scene_operations.mjs";
import { WRITERS } from "./scene_writers.mjs";

const OPERATIONS = { ...SCENES, ...WRITERS };

/** @param {string} line */
function answer(line) {
  const { operation, inputs } = JSON.parse(line);
  try {
    return { ok: plain(OPERATIONS[operation](inputs)) };
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code };
    return { crash: String(error instanceof Error ? error.stack : error) };
  }
}

await ready();
for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(answer(line))}\n`);
