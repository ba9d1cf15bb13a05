// @ts-check
/** The private check's findings in words, beside the letter. Advice, for this writer's eyes alone. */
import { byId, el } from "../page/dom.js";
import { gettext, ngettext } from "../page/strings.js";
import { check } from "./check.js";

/** @returns {Record<import("./check.js").Kind, string>} */
const words = () => ({
  phone: gettext("looks like a phone number. Your facilitator can pass on how to reach you, if you both want that."),
  email: gettext("looks like an email address. Your facilitator can pass on how to reach you, if you both want that."),
  postcode: gettext("looks like a postcode. It may show where somebody lives."),
  address: gettext("looks like an address. It may show where somebody lives."),
  handle: gettext("looks like a name on a social network. Letters stay between the people here."),
  link: gettext("is a link to something outside these letters."),
  threat: gettext("could be read as a threat."),
});

/** Shows what the check found in `text`. @param {string} text */
export function showAdvice(text) {
  const findings = check(text);
  const say = words();
  const box = byId("advice");
  byId("advice-title").textContent = findings.length
    ? ngettext("%(n)s thing that you may want to look at", "%(n)s things that you may want to look at", findings.length)
    : gettext("Nothing to point out");
  byId("advice-list").replaceChildren(...findings.map(({ kind, quote }) => el("li", {}, el("q", {}, quote), " ", say[kind])));
  byId("advice-list").hidden = byId("advice-more").hidden = !findings.length;
  box.hidden = false;
  box.focus();
}
