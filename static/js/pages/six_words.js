// @ts-check
/** Hearing six words: nobody is let in before they were heard, and what to do if they differ is on the same page. */
import { byId, el } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { act, sends } from "./desk.js";
import { FormError } from "./form.js";

/**
 * @param {string[]} words
 * @param {{admit: () => Promise<void>, cancel: () => Promise<void>}} acts
 */
export function askForWords(words, { admit, cancel }) {
  byId("six-words").replaceChildren(...words.map((word) => el("li", {}, word)));
  const alarm = byId("different");
  document.querySelector("[data-act=different]")?.addEventListener("click", () => {
    alarm.hidden = false;
    alarm.tabIndex = -1;
    alarm.focus();
  });
  const button = /** @type {HTMLElement} */ (document.querySelector("[data-act=cancel]"));
  button.addEventListener("click", () => act(button, cancel));
  sends("admit-form", async (values) => {
    if (!values.get("heard")) throw new FormError(gettext("Only go on when you have heard the words from them yourself."), "heard");
    await admit();
  });
}
