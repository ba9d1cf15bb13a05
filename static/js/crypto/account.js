// @ts-check
/**
 * A new account, made in the worker. Guarantees that keys leave it closed under the passphrase only, and that the server is
 * shown `auth`, from which it can learn neither passphrase nor key.
 */
import * as bundle from "../protocol/bundle.js";
import { b64, newId } from "../protocol/encoding.js";
import * as passphrase from "../protocol/passphrase.js";
import { randomBytes, wipe } from "../protocol/primitives.js";
import { hold } from "./session.js";

/**
 * Makes keys that pin a root key, closes them under a passphrase of at least 16 characters, and holds them.
 * @param {Uint8Array} rootPk
 * @param {string} phrase
 * @throws {import("../protocol/errors.js").ProtocolError} passphrase-too-short, bad-passphrase
 */
export function openAccount(rootPk, phrase) {
  passphrase.checkOwnPassphrase(phrase);
  const [keys, accountId, salt] = [bundle.newKeys(rootPk), newId(), randomBytes(16)];
  const { opslimit, memlimit } = passphrase.PARAMETERS;
  const { auth, wrap } = passphrase.derive(phrase, salt, opslimit, memlimit);
  const record = {
    account_id: accountId,
    salt: b64(salt),
    opslimit,
    memlimit,
    auth: b64(auth),
    bundle: b64(bundle.close(keys, wrap, accountId, 1)),
    revision: 1,
  };
  wipe(wrap);
  hold(accountId, keys);
  return { keys, accountId, record };
}
