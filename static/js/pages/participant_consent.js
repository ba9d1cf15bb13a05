// @ts-check
/** Saying yes, for the first time or again after a pause. The signature is made in the worker, over the words on this page. */
import { post } from "../page/api.js";
import { byId, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { FormError, onSubmit } from "./form.js";
import { consentText } from "./own.js";
import { fillSlots } from "./parts.js";
import { begin, data, me } from "./participant.js";

/** @param {string} name */
function turn(name) {
  hide(byId("asking"));
  show(byId(name));
  byId(name).querySelector("h1")?.focus();
}

begin(async () => {
  const stands = me.consent && data.membership.standing.standing === "active";
  if (stands) {
    fillSlots(document, { "agreed-on": day(me.consent.at) });
    hide(byId("to-agree"));
    show(byId("agreed"), byId("take-back"));
    return;
  }
  show(byId("consent-form"));
  onSubmit("consent-form", async (values) => {
    const answer = values.get("agree");
    if (!answer) throw new FormError(gettext("Please choose one of the answers."), "agree");
    if (answer === "no") return turn("no");
    await post("/consents", await call("letters.agree", { text: consentText() }));
    turn("yes");
  });
});
