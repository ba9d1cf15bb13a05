// @ts-check
/**
 * A participant's first page: the six words while they wait, the yes that they gave when they joined, and the other
 * person by the words that the facilitator chose. While everything is locked it is of use as the server made it.
 */
import { post } from "../page/api.js";
import { byId, el } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { consentText, SETTINGS } from "./own.js";
import { fillSlots } from "./parts.js";
import { begin, data, me, readLetters } from "./participant.js";

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

async function nameTheOther() {
  const { called } = await readLetters();
  const [words, ...more] = Object.values(called);
  if (words && !more.length) fillSlots(document, { other: words, "other-first": words[0].toUpperCase() + words.slice(1) });
}

begin(async () => {
  if (me.state === "waiting") byId("six-words").replaceChildren(...(me.six_words ?? []).map((word) => el("li", {}, word)));
  if (me.state !== "admitted") return;
  if (data.asks_consent) await agreeAsSaid();
  await nameTheOther();
}, { locked: data.membership.state === "admitted" });
