// @ts-check
/** Parts of a form that only one of its choices needs: `data-when` names the values; govuk's own conditionals likewise. */
import { each } from "./frame.js";

/**
 * @param {string} id of the form
 * @param {string} name of the choice
 * @param {(value: string) => void} [chosen]
 */
export function showWhen(id, name, chosen = () => undefined) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById(id));
  const look = () => {
    const value = String(new FormData(form).get(name) ?? "");
    each(`#${id} [data-when]`, (/** @type {HTMLElement} */ part) => { part.hidden = !part.dataset.when?.split(" ").includes(value); });
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(`[name=${name}]`))) {
      const part = document.getElementById(field.dataset.ariaControls ?? "");
      part?.classList.toggle("govuk-radios__conditional--hidden", !field.checked);
    }
    chosen(value);
  };
  form.addEventListener("change", look);
  look();
}
