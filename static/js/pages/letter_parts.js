// @ts-check
/** A letter that came and is open, as every page shows it. */
import { byId } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { offerAloud } from "./aloud.js";
import { part } from "./parts.js";
import { offeredWords } from "./participant.js";

/** What the agency calls each side. @returns {Record<string, string>} */
export const labels = () => /** @type {any} */ ({ .../** @type {HTMLElement} */ (byId("labels")).dataset });

/**
 * @param {any} offer as letters.read gives it, with its text
 * @returns {HTMLElement}
 */
export function letterIn(offer) {
  const words = offeredWords(offer, labels());
  const made = part("letter-in", {
    slots: { ...words, of: ` ${gettext("(the letter of %(day)s)", { day: words.when })}` },
    links: { print: `/letters/${offer.message_id}/print`, answer: `/write?answers=${offer.message_id}` },
    shown: { note: Boolean(offer.note), answer: offer.kind === "relay" },
    body: offer.marked, lang: offer.lang,
  });
  offerAloud(/** @type {HTMLButtonElement} */ (made.querySelector("[data-act=aloud]")), () => offer.text, offer.lang ?? "en");
  return made;
}
