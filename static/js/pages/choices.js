// @ts-check
/** Choices that a script makes, because names are only known after the case was opened. */
import { el } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { nameOf, placeWords } from "./case_room.js";
import { FormError } from "./form.js";

/**
 * @param {HTMLElement} place
 * @param {{type: "radio" | "checkbox", name: string, people: any[], all?: boolean}} given `all`: ticked from the first
 */
export function offerPeople(place, { type, name, people, all = false }) {
  const kind = type === "radio" ? "radios" : "checkboxes";
  place.replaceChildren(...people.map((person, i) => el("div", { class: `govuk-${kind}__item` },
    el("input", { class: `govuk-${kind}__input`, id: `${name}-${i}`, name, type, value: person.participant_id, checked: all, "aria-describedby": `${name}-${i}-about` }),
    el("label", { class: `govuk-label govuk-${kind}__label`, for: `${name}-${i}` }, nameOf(person.participant_id)),
    el("div", { class: `govuk-hint govuk-${kind}__hint`, id: `${name}-${i}-about` }, placeWords(person)))));
}

/** @param {FormData} values @returns {string[]} @throws {FormError} with nobody */
export function chosenPeople(values) {
  const chosen = values.getAll("to").map(String);
  if (!chosen.length) throw new FormError(gettext("Please choose who it is for."), "to");
  return chosen;
}
