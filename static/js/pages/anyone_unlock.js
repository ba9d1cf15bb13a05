// @ts-check
/** Unlocking: the same session, opened again with the passphrase. */
import { post } from "../page/api.js";
import { island } from "../page/island.js";
import { keep } from "../page/keys.js";
import { toNext } from "../page/places.js";
import { call, start } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { busy, FormError, needed, onSubmit } from "./form.js";
import { plainFrame } from "./frame.js";
import { followLog } from "./log.js";

/** @type {{account_id: string, sign_in_name: string, first_page: string, kind: string}} */
const me = island("data");

plainFrame();
addEventListener("focusin", () => start(), { once: true });

/** @param {string} passphrase */
async function unlock(passphrase) {
  const parameters = await post("/sign-in/parameters", { sign_in_name: me.sign_in_name });
  const { auth } = await call("session.derive", { passphrase, ...parameters });
  const { bundle, revision } = await post("/session/unlock", { auth }, { stay: true });
  await call("session.open", { accountId: me.account_id, bundle, revision });
  await followLog(me.kind);
  await keep();
}

onSubmit("unlock", async (values) => {
  const passphrase = needed(values, "passphrase", gettext("Please type your passphrase."));
  busy("status", gettext("Unlocking. This can take a few seconds …"));
  try {
    await unlock(passphrase);
    toNext(me.first_page);
  } catch (error) {
    const wrong = /** @type {any} */ (error).code === "sign-in-failed";
    throw wrong ? new FormError(gettext("The passphrase is not right. Please check it word by word."), "passphrase") : error;
  } finally {
    busy("status");
  }
});
