// @ts-check
/** An invitation is made and its card shown, once: the code is nowhere but on this page until it goes. */
import { post } from "../page/api.js";
import { byId, el, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { showCard } from "./card.js";
import { begin, saying, sends } from "./desk.js";
import { everybody, nameOf, openCase, personOf, placeWords } from "./case_room.js";
import { FormError } from "./form.js";
import { fillSlots } from "./parts.js";

/** @param {any} person @param {boolean} chosen */
function choice(person, chosen) {
  const id = `person-${person.participant_id}`;
  const about = [placeWords(person), person.joined ? gettext("has joined before") : ""].filter(Boolean).join(", ");
  return el("div", { class: "govuk-radios__item" },
    el("input", { class: "govuk-radios__input", type: "radio", id, name: "person", value: person.participant_id, checked: chosen, "aria-describedby": `${id}-about` }),
    el("label", { class: "govuk-label govuk-radios__label", for: id }, nameOf(person.participant_id)),
    el("div", { class: "govuk-hint govuk-radios__hint", id: `${id}-about` }, about));
}

function told() {
  const chosen = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=person]:checked"));
  byId("anew").hidden = !(chosen && personOf(chosen.value)?.joined);
}

begin(async () => {
  await openCase();
  const people = everybody();
  const asked = new URLSearchParams(location.search).get("person");
  byId("people").replaceChildren(...people.map((person) => choice(person, person.participant_id === asked)));
  byId("people").addEventListener("change", told);
  told();
  show(byId("invite-form"));
  if (asked && personOf(asked)) fillSlots(byId("title"), { name: nameOf(asked) });
  sends("invite-form", async (values) => {
    const person = personOf(String(values.get("person")));
    if (!person) throw new FormError(gettext("Please choose who the card is for."), "person");
    const { participant_id, side, role, assisted } = person;
    await saying("status", gettext("Making the card …"), async () => {
      const { body, ...made } = await call("cases.invite", { participant_id, side, role, assisted: person.member ? assisted : false });
      await post("/invitations", body);
      fillSlots(byId("title"), { name: nameOf(participant_id) });
      showCard(made);
    });
  });
});
