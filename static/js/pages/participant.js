// @ts-check
/**
 * What every participant's page with letters does before anything else: opens the keys, has the chain of trust checked
 * in the worker, and remembers what was seen. Guarantees that nothing is shown or sent before that, and that the page's
 * text goes when it is locked, left or put away.
 */
import { ApiError, get, post } from "../page/api.js";
import { byId } from "../page/dom.js";
import "../page/early.js";
import { become } from "../page/held.js";
import { island } from "../page/island.js";
import { restore, watch } from "../page/keys.js";
import { toUnlock } from "../page/places.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { day, listed } from "./dates.js";
import { busy, showError } from "./form.js";
import { frame } from "./frame.js";
import { keepPins, retried, stored } from "./own.js";
import { fillSlots } from "./parts.js";

/** @typedef {{state: string, case_id: string, participant_id: string, side: string, facilitators: {staff_id: string, name: string}[], others: any[], expired: boolean, consent: any, six_words: string[] | null, alarms: string[]}} Entered */

/** What the server put into the page: answers of GET /trust, /membership, /letters, /memory/pins. */
export const data = island("data") ?? {};

/** What `letters.enter` answered last. */
export const me = /** @type {Entered} */ ({});

/** Fetches again what has moved on since the page was made. */
async function refresh() {
  [data.trust, data.membership, data.pins] = await Promise.all([get("/trust"), get("/membership"), stored("pins")]);
}

async function enter() {
  const { pins, ...entered } = await call("letters.enter", { trust: data.trust, membership: data.membership, pins: data.pins });
  await keepPins(pins);
  become(me, entered);
}

/** Whether this page has read the letters: what is written rests on that, so it is done again after entering again. */
let haveRead = false;

async function readAnew() {
  data.letters = await get("/letters");
  const { pins } = await call("letters.read", { letters: data.letters });
  await keepPins(pins);
}

/**
 * Runs `act`; if another tab has remembered something meanwhile, takes that in and runs it again.
 * @template T @param {() => Promise<T>} act @returns {Promise<T>}
 */
export const again = (act) => retried(act, async () => {
  await refresh();
  await enter();
  if (haveRead) await readAnew();
});

const LONGEST_WAIT = 1500;

/** @type {() => Promise<void>} */
let beforeLeaving = async () => undefined;

/** @param {() => Promise<void>} act is awaited before a link of the page is followed */
export function onLeaving(act) {
  beforeLeaving = act;
  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element ? /** @type {HTMLAnchorElement | null} */ (event.target.closest("a[href^='/']")) : null;
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    // A slow line must not keep anybody on the page.
    await Promise.race([beforeLeaving().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
    location.assign(link.href);
  });
}

/** Nothing of anybody's words stays in a page that is put away. */
function hide() {
  byId("main").replaceChildren();
}

/**
 * Begins the page: keys, frame, trust; then `show`. Whatever goes wrong is said in the page.
 * @param {() => Promise<void>} show
 * @param {{locked?: boolean}} [options] `locked`: the page is of use without keys too, and then stays as the server made it
 */
export async function begin(show, { locked = false } = {}) {
  watch({ hide, show: () => location.reload(), leave: frame() });
  try {
    if (!await restore()) {
      if (!locked) return toUnlock();
      // Whoever left quickly and is back at once may be here before the server had heard of it: signed out all the same.
      return void await get("/session");
    }
    await again(enter);
    fillNames();
    const lapsed = document.getElementById("lapsed");
    if (lapsed) lapsed.hidden = !me.expired;
    await show();
  } catch (error) {
    showError(error);
  } finally {
    busy("status");
  }
}

/** The names that were proved take the place of those that the server said. */
function fillNames() {
  if (me.facilitators.length) fillSlots(document, { facilitators: facilitatorNames() });
}

export const facilitatorNames = () => listed(me.facilitators.map(({ name }) => name).sort((one, other) => one.localeCompare(other)));

/** What the worker can read of the letters that the server has for me. @returns {Promise<any>} */
export const readLetters = () => again(async () => {
  const { pins, ...read } = await call("letters.read", { letters: data.letters });
  await keepPins(pins);
  haveRead = true;
  return read;
});

/** @type {Map<string, any>} what was sealed but did not get through, by its text */
const unsent = new Map();

/**
 * Seals and sends a message. When the connection breaks, the same bytes go again the next time.
 * @param {{kind: "relay" | "private", recipients: string[], text: string, answers: string | null, revises: string | null}} message
 */
export async function send(message) {
  const name = JSON.stringify(message);
  const sealed = unsent.get(name) ?? await again(async () => {
    const { pins, ...made } = await call("letters.write", message);
    await keepPins(pins);
    return made;
  });
  unsent.set(name, sealed);
  try {
    await post("/messages", sealed.body);
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) {
      unsent.delete(name);
      // Its number is free again: to a facilitator a gap looks like a letter that was kept from them.
      await keepPins((await call("letters.refused", { message_id: sealed.message_id })).pins);
    }
    throw error;
  }
  unsent.delete(name);
}

/** What this reader calls somebody: the facilitator's words for them, else their role. @param {any} person @param {Record<string, string>} labels by side */
export function called(person, labels) {
  if (person?.name) return person.name;
  return person?.called || labels[person?.side] || gettext("the other person");
}

/** Staff by the names that can still be proved; somebody may have left the case or the agency. @param {(string | null)[]} names */
export const staffNames = (names) => listed(names.map((name) => name ?? "").filter(Boolean)) || gettext("somebody who was your facilitator then");

/** @param {any} offer @param {Record<string, string>} labels */
export const offeredWords = (offer, labels) => ({
  who: offer.kind === "summary"
    ? gettext("From %(name)s, in their own words", { name: called(offer.from, labels) })
    : gettext("From %(name)s", { name: called(offer.from, labels) }),
  when: day(offer.offered_on),
  note: offer.note ?? "",
  sure: offer.scribe
    ? gettext("Written down by %(scribe)s, and passed on by %(names)s", { scribe: staffNames([offer.scribe.name]), names: staffNames(offer.released_by) })
    : gettext("Read and passed on by %(names)s", { names: staffNames(offer.released_by) }),
});
