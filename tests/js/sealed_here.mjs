// @ts-check
/**
 * Prints vectors (see tests/vectors/) of what JavaScript sealed and signed just now, with fresh random keys, for Python to
 * open: `node tests/js/sealed_here.mjs`. The other way round the shared vectors do, which Python makes.
 */
import * as bundle from "../../static/js/protocol/bundle.js";
import { b64, bytesOf, newId } from "../../static/js/protocol/encoding.js";
import * as envelope from "../../static/js/protocol/envelope.js";
import * as invitationSecret from "../../static/js/protocol/invitation_secret.js";
import * as memory from "../../static/js/protocol/memory.js";
import { pad } from "../../static/js/protocol/padding.js";
import { derive } from "../../static/js/protocol/passphrase.js";
import * as primitives from "../../static/js/protocol/primitives.js";
import { sixWords } from "../../static/js/protocol/words.js";
import { plain } from "./vector_operations.mjs";

await primitives.ready();
const random = primitives.randomBytes;
const TEXT = "Dear Sam, \u{1F33B} dw i’n sori.\n\tYn gywir";

/** @param {string} operation @param {Record<string, any>} inputs @param {any} output */
function vector(operation, inputs, output) {
  const stored = Object.entries(inputs).map(([name, value]) => {
    const bytes = value instanceof Uint8Array || (Array.isArray(value) && value[0] instanceof Uint8Array);
    return [bytes ? `${name}_hex` : name, plain(value)];
  });
  const inputs_ = Object.fromEntries(stored);
  return { name: `${operation} of JavaScript`, operation, inputs: inputs_, expect: "success", output: plain(output) };
}

function sealed() {
  const [key, aad, seed] = [random(32), random(20), random(32)];
  return [
    vector("primitives.aead_open", { key, aad, blob: primitives.aeadSeal(key, bytesOf(TEXT), aad) }, bytesOf(TEXT)),
    vector("primitives.open_seal", { seed, sealed: primitives.seal(primitives.boxPublicKey(seed), key) }, key),
    vector("padding.unpad", { padded: pad(bytesOf(TEXT.repeat(90))) }, bytesOf(TEXT.repeat(90))),
  ];
}

function own() {
  const keys = bundle.newKeys(random(32));
  const [passphrase, salt, account_id, revision] = ["cam\u00e9lia \u2167 river stone", random(16), newId(), 3];
  const derived = derive(passphrase, salt, 3, 64 * 2 ** 20);
  const blob = bundle.close(keys, derived.wrap, account_id, revision);
  const document = { text: TEXT, "\u{1F600}": 1, "\ufb33": [2 ** 53 - 1, true, null] };
  const name = "draft-1";
  const closed = memory.close(keys.signSeed, account_id, name, revision, document);
  return [
    vector("passphrase.derive", { passphrase, salt, opslimit: 3, memlimit: 64 * 2 ** 20 }, derived),
    vector("bundle.open", { blob, wrap: derived.wrap, account_id, revision },
      { sign_seed: keys.signSeed, box_seed: keys.boxSeed, root_pk: keys.rootPk }),
    vector("memory.open", { sign_seed: keys.signSeed, account_id, name, revision, blob: closed }, document),
  ];
}

function joining() {
  const [root, seed, box, secret] = [random(32), random(32), random(32), invitationSecret.newSecret()];
  const [root_pk, sign_pk] = [primitives.signPublicKey(root), primitives.signPublicKey(seed)];
  const box_pk = primitives.boxPublicKey(box);
  const payload = { invite_hash: b64(random(32)), account_id: newId(), sign_pk: b64(sign_pk), box_pk: b64(box_pk) };
  const made = envelope.make("join", payload, [seed]);
  const { hash } = envelope.parse(made, "join");
  return [
    vector("invitation_secret.from_code", { code: invitationSecret.toCode(secret).toLowerCase() }, secret),
    vector("envelope.verify", { envelope: made, type: "join", keys: [sign_pk], required: 1 },
      { payload, hash, signers: [primitives.kid(sign_pk)] }),
    vector("words.six_words", { root_pk, sign_pk, box_pk }, sixWords(root_pk, sign_pk, box_pk)),
  ];
}

console.log(JSON.stringify({ vectors: [...sealed(), ...own(), ...joining()] }));
