// @ts-check
/** The fields for one person of a case, and reading them. */
import { byId } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { FormError } from "./form.js";

/** @typedef {{name: string, side: string, role: string, assisted: boolean}} Newcomer */

/** @param {Element} group a fieldset with data-person @param {string} name @returns {HTMLInputElement} */
const field = (group, name) => /** @type {HTMLInputElement} */ (group.querySelector(`[name=${name}]`));

/** What somebody typed about one person; null where no name was typed. @param {Element} group @returns {Newcomer | null} */
export function readPerson(group) {
  const name = field(group, "name").value.trim();
  if (!name) return null;
  return { name, side: field(group, "side").value, role: field(group, "role").value, assisted: field(group, "assisted").checked };
}

/** Everybody whose name was typed. @returns {Newcomer[]} @throws {FormError} with nobody */
export function readPeople() {
  const groups = [...document.querySelectorAll("form [data-person]")];
  const people = groups.flatMap((group) => readPerson(group) ?? []);
  if (!people.length) throw new FormError(gettext("Please give at least one person a name."), "person-1-name");
  return people;
}

let count = document.querySelectorAll("form [data-person]").length;

/** Fields for one more person, after the others. */
export function addFields() {
  count += 1;
  const pattern = /** @type {HTMLTemplateElement} */ (byId("part-person-fields"));
  const made = /** @type {DocumentFragment} */ (pattern.content.cloneNode(true));
  for (const name of ["id", "for", "name", "data-field", "aria-describedby", "data-person"]) {
    for (const each of made.querySelectorAll(`[${name}]`)) {
      const value = each.getAttribute(name) ?? "";
      each.setAttribute(name, name === "data-person" ? String(count) : value.replace(/\bperson-N-/g, `person-${count}-`));
    }
  }
  const legend = /** @type {HTMLElement} */ (made.querySelector("legend"));
  legend.textContent = gettext("Person %(n)s", { n: count });
  byId("people").append(made);
  byId(`person-${count}-name`).focus();
}
