// @ts-check
/**
 * The facilitator's own list of names and loaded words. Guarantees that the list and what it finds stay in this browser: it
 * is kept sealed as own memory, and compared in the worker.
 */
import { byId, el } from "../page/dom.js";
import { save } from "../page/memory.js";
import { call } from "../page/rpc.js";
import { gettext, ngettext } from "../page/strings.js";
import { reading } from "./case_room.js";
import { data, sends } from "./desk.js";
import { busy } from "./form.js";
import { SETTINGS } from "./own.js";

const SHORTEST = 3;

/** Words of the names in the case's note, so that a surname alone is found too. @returns {string[]} */
function namesOfCase() {
  const names = Object.values(reading.case_notes?.names ?? {}).map(String);
  return [...new Set(names.flatMap((name) => name.split(/\s+/u)).filter((word) => word.length >= SHORTEST))];
}

/** @param {string} text @param {string[]} words one's own */
async function look(text, words) {
  const names = namesOfCase();
  const { found } = await call("review.proofread", { text, words: [...names, ...words] });
  const isName = new Set(names.map((name) => name.toLowerCase()));
  const quotes = [...new Set(found.map((/** @type {any} */ one) => one.quote))];
  byId("advice-title").textContent = quotes.length
    ? ngettext("%(n)s word to look at in this letter", "%(n)s words to look at in this letter", quotes.length)
    : gettext("No name and no word of your list is in this letter");
  byId("advice-list").replaceChildren(...quotes.map((quote) => el("li", {}, el("q", {}, quote), " ", isName.has(quote.toLowerCase())
    ? gettext("is a name from this case.") : gettext("is on your own list."))));
  byId("advice-list").hidden = byId("advice-more").hidden = !quotes.length;
}

/** @param {string} text the letter */
export async function showWords(text) {
  const field = /** @type {HTMLTextAreaElement} */ (byId("own-words"));
  const { document } = data.settings ? await call("memory.open", { name: SETTINGS, ...data.settings }) : { document: {} };
  let [revision, settings] = [data.settings?.revision ?? 0, document];
  const typed = () => [...new Set(field.value.split(/\n/u).map((word) => word.trim()).filter(Boolean))];
  field.value = (settings?.words ?? []).join("\n");
  await look(text, typed());
  byId("advice").hidden = false;
  sends("words-form", async () => {
    settings = { ...settings, words: typed() };
    revision = await save(SETTINGS, revision, settings);
    await look(text, typed());
    busy("words-kept", gettext("Kept, for all your cases."));
  });
}
