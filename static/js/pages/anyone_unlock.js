// @ts-check
/** Unlocking: the same session, opened again with the passphrase. */
import { post } from "../page/api.js";
import { keep } from "../page/keys.js";
import { toNext } from "../page/places.js";
import { call, start } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { busy, needed, onSubmit } from "./form.js";
import { plainFrame } from "./frame.js";

plainFrame();
addEventListener("focusin", () => start(), { once: true });

/** @param {string} passphrase */
async function unlock(passphrase) {
  const { account_id: accountId, ...parameters } = await post("/session/unlock/parameters", {});
  const { auth } = await call("session.derive", { passphrase, ...parameters });
  const { bundle, revision } = await post("/session/unlock", { auth }, { stay: true });
  await call("session.open", { accountId, bundle, revision });
  await keep();
}

onSubmit("unlock", async (values) => {
  const passphrase = needed(values, "passphrase", gettext("Please type your passphrase."));
  busy("status", gettext("Unlocking. This can take a few seconds …"));
  try {
    await unlock(passphrase);
    toNext("/home");
  } finally {
    busy("status");
  }
});
