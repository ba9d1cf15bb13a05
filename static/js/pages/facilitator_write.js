// @ts-check
/** A summary or a note, in the facilitator's own words. */
import { byId, hide, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { openCase, room } from "./case_room.js";
import { chosenPeople, offerPeople } from "./choices.js";
import { begin, data, sends, turnTo } from "./desk.js";
import { draftIn } from "./draft_letter.js";
import { FormError } from "./form.js";
import { fillSlots } from "./parts.js";
import { showWhen } from "./when.js";

begin(async () => {
  await openCase();
  offerPeople(byId("recipients"), { type: "checkbox", name: "to", people: room.people, all: room.people.length === 1 });
  const draft = await draftIn(`draft-${data.case.case_id}`);
  const button = /** @type {HTMLElement} */ (document.querySelector("#letter-form [type=submit]"));
  // A summary goes on to be decided on; a note stays where it is.
  showWhen("letter-form", "kind", (kind) => { button.textContent = kind === "note" ? gettext("Keep the note") : gettext("Hand it in for review"); });
  show(byId("letter-form"));
  sends("letter-form", async (values) => {
    const kind = values.get("kind");
    if (!kind) throw new FormError(gettext("Please choose what it is."), "kind");
    const recipients = kind === "summary" ? chosenPeople(values) : [];
    await draft.send({ kind, recipients, text: draft.text() });
    fillSlots(byId("sent"), { sent: kind === "note" ? gettext("The note is kept") : gettext("The summary waits for review") });
    hide(byId("writing"));
    turnTo("sent");
  });
});
