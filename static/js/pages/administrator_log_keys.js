// @ts-check
/**
 * Naming the audit log's keys. Guarantees that the code from the recovery sheet goes to the worker and nowhere else, and leaves
 * the page as soon as it was used. It needs no keys of the administrator's: nobody has any before the log is believed.
 */
import { post } from "../page/api.js";
import { byId, hide, show } from "../page/dom.js";
import { island } from "../page/island.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { inWords, saying, sends } from "./desk.js";
import { FormError, needed } from "./form.js";
import { plainFrame } from "./frame.js";

const { trust } = island("data");

plainFrame();

/** @param {string} code @param {string[]} keys */
async function signed(code, keys) {
  try {
    return (await call("setup.nameLogKeys", { trust, root_code: code, log_vkeys: keys })).body;
  } catch (error) {
    if (/** @type {any} */ (error).code !== "recovery-code") throw inWords(error);
    throw new FormError(gettext("This is not the code of this agency’s root key. Please check it letter by letter."), "root-code");
  }
}

sends("log-keys-form", async (values) => {
  const keys = values.getAll("keys").map(String);
  if (!keys.length) throw new FormError(gettext("Please choose at least one key."), "keys");
  const code = needed(values, "root_code", gettext("Please type the code from the recovery sheet."), "root-code");
  await saying("naming", gettext("Signing what the agency says …"), async () => post("/agency/statements", await signed(code, keys)));
  /** @type {HTMLInputElement} */ (byId("root-code")).value = "";
  hide(byId("log-keys-form"));
  show(byId("named"));
  byId("named-title").focus();
});
