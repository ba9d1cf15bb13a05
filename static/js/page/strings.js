// @ts-check
/**
 * The words of the pages, in the reader's language. pybabel finds them by the names `gettext` and `ngettext`.
 *
 * The island "strings" is `{language, plural, messages}`: `plural` gives the index of the form for each category of
 * Intl.PluralRules, `messages` one text, or an array of forms, for each msgid. What is missing is shown as it stands here.
 */
import { island } from "./island.js";

/** @typedef {Record<string, string | number>} Values */
/** @typedef {{language: string, plural: Record<string, number>, messages: Record<string, string | string[]>}} Strings */

/** @type {Strings} */
const PLAIN = { language: "en", plural: { one: 0, other: 1 }, messages: {} };
/** @type {Strings | null} */
let found = null;

/** Looked for when the first word is needed: some modules run before the page is all there. @returns {Strings} */
function strings() {
  const given = found ?? island("strings");
  if (!given) return PLAIN;
  found ??= { ...PLAIN, ...given };
  return /** @type {Strings} */ (found);
}

/** @param {string} text @param {Values} values */
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));

/**
 * @param {string} text with places for values written `%(name)s`
 * @param {Values} [values]
 * @returns {string}
 */
export function gettext(text, values = {}) {
  const translated = strings().messages[text] ?? text;
  return fill(typeof translated === "string" ? translated : translated[0], values);
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} n stands in for `%(n)s` too
 * @param {Values} [values]
 * @returns {string}
 */
export function ngettext(one, many, n, values = {}) {
  const { language, plural, messages } = strings();
  const translated = messages[one];
  const forms = Array.isArray(translated) ? translated : [one, many];
  const form = forms[plural[new Intl.PluralRules(language).select(n)] ?? 0] ?? forms[forms.length - 1];
  return fill(form, { n, ...values });
}
