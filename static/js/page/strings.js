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
const strings = { language: "en", plural: { one: 0, other: 1 }, messages: {}, ...island("strings") };
const rules = new Intl.PluralRules(strings.language);

/** @param {string} text @param {Values} values */
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));

/**
 * @param {string} text with places for values written `%(name)s`
 * @param {Values} [values]
 * @returns {string}
 */
export function gettext(text, values = {}) {
  const found = strings.messages[text] ?? text;
  return fill(typeof found === "string" ? found : found[0], values);
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} n stands in for `%(n)s` too
 * @param {Values} [values]
 * @returns {string}
 */
export function ngettext(one, many, n, values = {}) {
  const found = strings.messages[one];
  const forms = Array.isArray(found) ? found : [one, many];
  const form = forms[strings.plural[rules.select(n)] ?? 0] ?? forms[forms.length - 1];
  return fill(form, { n, ...values });
}
