// @ts-check
/**
 * Follows the audit log wherever keys were just opened or made. Guarantees that no page is given keys while the log
 * contradicts what was kept of it: whoever calls this keeps them only afterwards.
 */
import { ApiError, get } from "../page/api.js";
import { wipe } from "../page/keys.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { FormError } from "./form.js";
import { keepPins, retried, stored } from "./own.js";

async function follow() {
  const [trust, pins] = await Promise.all([get("/trust"), stored("pins")]);
  const { size } = await call("log.size", { pins });
  const published = await get(`/audit/published?size=${size}`);
  await keepPins((await call("log.follow", { trust, pins, published })).pins);
}

/** @param {string} kind @param {string} code */
const words = (kind, code) => kind === "participant"
  ? gettext("The record of what is done here does not fit what you were shown before, so nothing was opened or sent. You did nothing wrong. Please ring your facilitator and tell them this word: %(code)s.", { code })
  : code === "note-unsigned" ? gettext("The audit trail is signed with a key that the agency does not name, so nothing was opened or sent. Tell your administrator today, by telephone or in person: %(code)s. An administrator can name another key at /agency/log-keys, with the recovery sheet.", { code })
  : gettext("The audit trail does not fit what you were shown before, so nothing was opened or sent. Tell your administrator today, by telephone or in person: %(code)s.", { code });

/**
 * Asks for the newest published head, and has it checked and kept. If it does not check out, the keys are wiped.
 * @param {string} kind of the account
 * @throws {ApiError | FormError}
 */
export async function followLog(kind) {
  try {
    await retried(follow, async () => undefined);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    wipe(true);
    const { code } = /** @type {any} */ (error);
    throw Object.assign(new FormError(words(kind, code)), { code });
  }
}
