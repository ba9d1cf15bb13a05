// @ts-check
/** A participant's first page: the six words while they wait, and the yes that they gave when they joined. */
import { post } from "../page/api.js";
import { byId, el } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { consentText, SETTINGS } from "./own.js";
import { begin, data, me } from "./participant.js";

/** Gives the consent that was said when joining, if the words are still the same. */
async function agreeAsSaid() {
  if (!data.settings) return;
  const { document: settings } = await call("memory.open", { name: SETTINGS, ...data.settings });
  const text = consentText();
  const { text_hash } = await call("letters.textHash", { text });
  if (!settings.agreed || settings.agreed !== text_hash) return;
  const { consent } = await call("letters.agree", { text });
  await post("/consents", { consent });
  location.reload();
}

begin(async () => {
  if (me.state === "waiting") byId("six-words").replaceChildren(...(me.six_words ?? []).map((word) => el("li", {}, word)));
  else if (!data.membership.consents.length) await agreeAsSaid();
});
