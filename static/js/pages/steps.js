// @ts-check
/**
 * One decision a page, within one document: what was typed or made in an earlier step never leaves it. The browser's
 * Back goes one step back; steps marked `data-final` cannot be gone back from, and `data-side` ones are only gone to by name.
 */
import { byId } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { clearProblems } from "./form.js";
import { each } from "./frame.js";

/** @typedef {{go: (name: string) => void, next: () => void, current: () => string}} Steps */

/** @returns {HTMLElement[]} */
const sections = () => [...document.querySelectorAll("main [data-step]")].map((found) => /** @type {HTMLElement} */ (found));

/** @param {HTMLElement} section */
const counted = (section) => !("side" in section.dataset) && !("end" in section.dataset) && section.dataset.skip !== "yes";

/** Leaves out the steps, and parts of steps, that are for somebody else. @param {string} kind */
export function only(kind) {
  each("[data-for]", (/** @type {HTMLElement} */ found) => {
    if (found.dataset.step) found.dataset.skip = found.dataset.for === kind ? "no" : "yes";
    else found.hidden = found.dataset.for !== kind;
  });
}

/** @param {HTMLElement} section */
function show(section) {
  clearProblems();
  for (const other of sections()) other.hidden = other !== section;
  const list = sections().filter(counted);
  const place = list.indexOf(section);
  byId("step-count").textContent = place < 0 ? "" : gettext("Step %(n)s of %(all)s", { n: place + 1, all: list.length });
  section.querySelector("h1")?.focus();
  scrollTo(0, 0);
}

/**
 * @param {(name: string) => unknown} [entered] is told of each step that is shown
 * @returns {Steps}
 */
export function setUpSteps(entered = () => undefined) {
  const find = (/** @type {string} */ name) => sections().find((section) => section.dataset.step === name);
  let current = sections()[0];
  /** @param {HTMLElement} section */
  const turn = (section) => {
    current = section;
    show(section);
    entered(section.dataset.step ?? "");
  };
  /** @param {string} name */
  const go = (name) => {
    const section = find(name);
    if (!section) throw new Error(`no step ${name}`);
    history.pushState({ step: name }, "");
    turn(section);
  };
  const next = () => {
    const list = sections().filter(counted);
    const from = list.indexOf(current);
    go(list[from + 1]?.dataset.step ?? current.dataset.step ?? "");
  };
  history.replaceState({ step: current.dataset.step }, "");
  addEventListener("popstate", ({ state }) => {
    const section = find(state?.step);
    // What has been sent to the server cannot be gone back behind.
    if (!section || ("final" in current.dataset && !("final" in section.dataset))) history.pushState({ step: current.dataset.step }, "");
    else turn(section);
  });
  each("[data-next]", (button) => button.addEventListener("click", next));
  each("[data-go]", (/** @type {HTMLElement} */ button) => button.addEventListener("click", () => go(button.dataset.go ?? "")));
  return { go, next, current: () => current.dataset.step ?? "" };
}
