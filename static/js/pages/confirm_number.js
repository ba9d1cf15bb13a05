// @ts-check
/**
 * Confirming a number by the code that a text takes to it. Guarantees that the page never says that a text arrived, only
 * that one was asked for: where none may go, it says the same.
 */
import { post } from "../page/api.js";
import { byId } from "../page/dom.js";
import { island } from "../page/island.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { busy, FormError } from "./form.js";

/** @typedef {(id: string, run: (values: FormData) => Promise<void>) => void} Sends as `onSubmit` of form.js */
/** @typedef {{channel: string, masked: string | null, language: string | null, confirmed_at: string | null}} Contact */

/** Shows whether there is a number to confirm, or since when it is. @param {Contact} contact as the API answers it */
function showNumber({ channel, masked, language, confirmed_at }) {
  byId("confirm").hidden = channel !== "text" || !masked || Boolean(confirmed_at);
  byId("confirmed").hidden = !confirmed_at;
  for (const place of document.querySelectorAll("[data-number]")) place.textContent = masked;
  if (masked) byId("number-hint").textContent = gettext("Now: %(number)s", { number: masked });
  const since = byId("confirmed").querySelector("[data-since]");
  if (since) since.textContent = confirmed_at ? gettext("Confirmed on %(day)s", { day: day(confirmed_at) }) : "";
  busy("code-asked");
  busy("confirming");
  const texts = island("contact-texts");
  if (!language || !texts[language]) return;
  byId("code-preview").textContent = texts[language].code;
  byId("code-preview").lang = language;
}

/** The same after it was saved, and takes whoever has a number to confirm to where it is done. @param {Contact} contact */
export function showSaved(contact) {
  showNumber(contact);
  if (!byId("confirm").hidden) byId("confirm-title").focus();
}

/** What belongs beside the field, and words of its own for whoever has paused. @param {any} error @returns {Error} */
function inPlace(error) {
  if (error.code === "not-standing") return new FormError(gettext("No text goes out while somebody has paused or stopped."));
  return ["code-wrong", "code-gone"].includes(error.code) ? new FormError(error.message, "code") : error;
}

/** @template T @param {Promise<T>} asked @returns {Promise<T>} */
const placed = (asked) => asked.catch((error) => { throw inPlace(error); });

/** @param {string} path of the contact @param {Sends} sends */
export function setUpConfirming(path, sends) {
  sends("code-form", async () => {
    await placed(post(`${path}/code`, {}));
    busy("code-asked", gettext("We have asked for a text with a code. If none has come after a minute, ask again."));
    byId("code").focus();
  });
  sends("confirm-form", async (values) => {
    const code = String(values.get("code") ?? "").replace(/\s/g, "");
    if (!/^[0-9]{6}$/.test(code)) throw new FormError(gettext("Please type the six digits of the code."), "code");
    showNumber(await placed(post(`${path}/confirmation`, { code })));
    /** @type {HTMLInputElement} */ (byId("code")).value = "";
    busy("confirming", gettext("Thank you. The number is confirmed."));
  });
}
