// @ts-check
/** Taking down what somebody says who takes part without a phone or computer. */
import { byId, hide, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { nameOf, openCase, personOf, room } from "./case_room.js";
import { chosenPeople, offerPeople } from "./choices.js";
import { begin, data, sends, turnTo } from "./desk.js";
import { draftIn } from "./draft_letter.js";
import { FormError } from "./form.js";
import { fillSlots } from "./parts.js";

const id = data.participant_id;

begin(async () => {
  await openCase();
  const writer = personOf(id);
  fillSlots(byId("writing"), { name: nameOf(id) });
  if (!writer?.assisted) throw new FormError(gettext("They write their letters themselves."));
  const others = room.people.filter((/** @type {any} */ one) => one.participant_id !== id);
  const across = others.filter((/** @type {any} */ one) => one.side !== writer.side);
  const people = across.length ? across : others;
  if (!people.length) throw new FormError(gettext("There is nobody in the case yet whom they could write to."));
  offerPeople(byId("recipients"), { type: "checkbox", name: "to", people, all: people.length === 1 });
  const draft = await draftIn(`draft-${id}`);
  show(byId("letter-form"));
  sends("letter-form", async (values) => {
    const recipients = chosenPeople(values);
    const means = values.get("means");
    const provenance = String(values.get("provenance") ?? "").trim();
    if (!means) throw new FormError(gettext("Please choose how you got their words."), "means");
    if (!provenance) throw new FormError(gettext("Please note where and when it was, and who was there."), "provenance");
    const text = draft.text();
    if (!values.get("read_back")) throw new FormError(gettext("Read it back to them first. These must be the words they want."), "read-back");
    await draft.send({ kind: "relay", recipients, text, author_id: id, means, provenance });
    hide(byId("writing"));
    turnTo("sent");
  });
});
