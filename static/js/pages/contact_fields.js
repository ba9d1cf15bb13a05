// @ts-check
/**
 * The fields that say how somebody may be reached. Guarantees that the preview is what the server would send: the same
 * sentence, in the chosen language, after the code word.
 */
import { byId, setText } from "../page/dom.js";
import { island } from "../page/island.js";
import { gettext } from "../page/strings.js";
import { FormError } from "./form.js";

/** @type {Record<string, Record<string, string>>} */
const texts = island("contact-texts");
const form = () => /** @type {HTMLFormElement} */ (byId("contact-form"));

/** @param {FormData} values @param {string} name */
const typed = (values, name) => String(values.get(name) ?? "").trim();

/** As wordings.text in mediation/sms. @param {string} wording @param {string} language @param {string} word */
function said(wording, language, word) {
  const of = texts[language];
  const template = wording === "word" && !word ? of.update : of[wording];
  if (template.includes("{word}")) return template.replace("{word}", word);
  return word ? `${word}: ${template}` : template;
}

function preview() {
  const values = new FormData(form());
  const language = typed(values, "language");
  const word = typed(values, "code_word");
  setText(byId("preview"), said(typed(values, "wording"), language, word));
  byId("preview").lang = language;
  for (const radio of form().querySelectorAll("input[name=wording]")) {
    const { value, id } = /** @type {HTMLInputElement} */ (radio);
    const label = form().querySelector(`label[for="${id}"]`);
    if (label) setText(label, value === "word" ? word || "…" : texts[language][value]);
  }
}

/** Shows what the phone will show, now and after every change. */
export function setUpContact() {
  form().addEventListener("input", preview);
  preview();
}

/**
 * What goes to the server.
 * @param {FormData} values
 * @returns {Record<string, unknown>}
 * @throws {FormError} for what is missing
 */
export function contactBody(values) {
  const channel = typed(values, "channel");
  const number = typed(values, "number");
  if (!channel) throw new FormError(gettext("Please choose how we may reach you."), "channel");
  if (channel !== "text") return { channel, number: null, wording: "update" };
  if (!number && form().dataset.known !== "yes") throw new FormError(gettext("Please give the number that texts can go to."), "number");
  if (typed(values, "wording") === "word" && !typed(values, "code_word")) throw new FormError(gettext("For this text, please choose a word of your own."), "code_word");
  const days = values.getAll("days").map(Number);
  if (!days.length) throw new FormError(gettext("Please choose at least one day on which a text may come."), "hours");
  const [begin, end] = [typed(values, "begin"), typed(values, "end")];
  if (!begin || !end) throw new FormError(gettext("Please say from when until when a text may come."), "hours");
  const avoid = [...new Set(values.getAll("avoid").map(String).filter(Boolean))];
  return {
    channel,
    number: number || null,
    wording: typed(values, "wording"),
    language: typed(values, "language"),
    code_word: typed(values, "code_word") || null,
    hours: { days, begin, end, avoid, zone: typed(values, "zone") },
  };
}
