// @ts-check
/**
 * The agency's recovery key opens every case. Guarantees that nothing is sealed to a new one before this person
 * accepted it.
 */
import { b64 } from "../protocol/encoding.js";
import { OwnDocument } from "./own_document.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("../protocol/authority.js").Authority} Authority */
/** @typedef {import("./own_document.js").Stored} Stored */

/** @param {Authority} authority */
const spelled = ({ agency: { recoveryPk } }) => recoveryPk && b64(recoveryPk);

/** @param {Stored} stored own memory `settings` @returns {OwnDocument<Record<string, any>>} */
const settingsOf = (stored) => OwnDocument.open("settings", stored, /** @type {Record<string, any>} */ ({}));

/** Whether it is another one than this person accepted. @param {Authority} authority @param {Stored} stored */
export function recoveryChanged(authority, stored) {
  const { document } = settingsOf(stored);
  return document.recovery !== undefined && document.recovery !== spelled(authority);
}

/** Accepts the present one, after asking an administrator. @param {Authority} authority @param {Stored} stored */
export function acceptRecovery(authority, stored) {
  const settings = settingsOf(stored);
  settings.document = { ...settings.document, recovery: spelled(authority) };
  return settings.close();
}

/**
 * The recovery key to seal to, null if the agency has none. The first one seen is accepted and remembered.
 * @param {Authority} authority
 * @param {Stored} stored
 * @returns {{recoveryPk: Uint8Array | null, settings: import("./own_document.js").Closed | null}}
 * @throws {WorkerError} recovery-changed
 */
export function acceptedRecovery(authority, stored) {
  if (recoveryChanged(authority, stored)) {
    throw new WorkerError(
      "recovery-changed",
      "The agency has a new recovery key. Ask an administrator about it before you go on.",
    );
  }
  return { recoveryPk: authority.agency.recoveryPk, settings: acceptRecovery(authority, stored) };
}
