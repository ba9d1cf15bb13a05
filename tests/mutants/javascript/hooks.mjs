// @ts-check
/**
 * Lets one process load the protocol many times, each time with another mutation: a file whose address ends in `?m=<n>`
 * loads its own imports with the same ending, and the mutated file with its edit. Everything from `vendor` is shared.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/** @typedef {{path: string, edit: [number, number, string]}} Mutation an absolute path; what to put from where to where */

/** @type {Map<string, Mutation>} */
const mutations = new Map();

/** @param {string} name @param {Mutation} mutation */
export const announce = (name, mutation) => void mutations.set(name, mutation);

/** @param {string} url */
const nameIn = (url) => new URL(url).searchParams.get("m");

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const name = context.parentURL?.startsWith("file:") ? nameIn(context.parentURL) : null;
    const shared = !found.url.startsWith("file:") || found.url.includes("/vendor/") || found.url.includes("/node_modules/");
    return name === null || shared ? found : { ...found, url: `${found.url.split("?")[0]}?m=${name}` };
  },
  load(url, context, next) {
    const name = url.startsWith("file:") ? nameIn(url) : null;
    if (name === null) return next(url, context);
    const path = fileURLToPath(url.split("?")[0]);
    const mutation = mutations.get(name);
    const source = readFileSync(path, "utf8");
    if (!mutation || mutation.path !== path) return { format: "module", source, shortCircuit: true };
    const [from, to, text] = mutation.edit;
    return { format: "module", source: source.slice(0, from) + text + source.slice(to), shortCircuit: true };
  },
});
