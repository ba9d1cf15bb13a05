// @ts-check
/**
 * Leave quickly. Guarantees that text, keys and title are gone before anything that could fail or wait, and that
 * the page goes to the neutral site whatever fails.
 *
 * Elements with `data-leave` leave when clicked (links whose href is the neutral site, so that they work before
 * this file is loaded); so do three presses of Shift.
 */
import { del } from "./api.js";
import { tellLeaving, wipe } from "./keys.js";
import { setOut } from "./places.js";

const PRESSES = 3;
const WITHIN = 5_000;

/** @param {string} address the neutral site */
export function leave(address, tellOthers = true) {
  try {
    document.body.replaceChildren();
    document.title = "\u200b";
    setOut();
    wipe(true);
    sessionStorage.clear();
    if (tellOthers) tellLeaving();
    // Already signed out, or no connection: the page leaves all the same.
    del("/session", { keepalive: true, stay: true }).catch(() => undefined);
  } finally {
    location.replace(address);
  }
}

/**
 * Counts presses of Shift alone; any other key, or a pause, starts anew.
 * @param {() => void} act
 * @returns {(event: {key: string, repeat?: boolean, timeStamp: number}) => void}
 */
export function threeShifts(act) {
  /** @type {number[]} */
  let presses = [];
  return ({ key, repeat, timeStamp }) => {
    if (repeat) return;
    presses = key === "Shift" ? [...presses.filter((then) => timeStamp - then < WITHIN), timeStamp] : [];
    if (presses.length < PRESSES) return;
    presses = [];
    act();
  };
}

/** Makes the page's leaving controls work. @returns {() => void} leaves because another tab did; for `watch` */
export function setUpLeave() {
  const controls = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-leave]"));
  const address = controls[0].href;
  const go = () => leave(address);
  for (const control of controls) {
    control.addEventListener("click", (event) => {
      event.preventDefault();
      go();
    });
  }
  document.addEventListener("keydown", threeShifts(go));
  return () => leave(address, false);
}
