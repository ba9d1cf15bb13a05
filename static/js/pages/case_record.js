// @ts-check
/**
 * What has happened in a case, drawn from its events in the audit log, newest first, by days. Guarantees that a line is
 * called verified only if the worker has proved it, and that a gap in somebody's numbers is said.
 */
import { get } from "../page/api.js";
import { byId, el, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { data, inWords, pressed } from "./desk.js";
import { reading, room } from "./case_room.js";
import { eventWords, whoWords } from "./event_words.js";
import { busy } from "./form.js";
import { proofFrom } from "./held_head.js";
import { whatWords } from "./item_words.js";
import { part } from "./parts.js";
import { changeWords } from "./timeline.js";

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** What each statement of the case changed, by its hash. @type {Map<string, string>} */
const changes = new Map();
/** Where the next page begins, null after the last one. @type {string | null} */
let more = null;
/** The number of each actor's last event so far: the one before has the number before. @type {Map<string, number>} */
const numbers = new Map();

async function fetchPage() {
  const [kept, page] = await Promise.all([
    call("recorded.kept"), get(`/cases/${data.case.case_id}/events${more ? `?before=${more}` : ""}`),
  ]);
  const heads = [];
  for (const head of page.heads) heads.push({ ...head, proof: await proofFrom(head, kept) });
  more = page.more;
  return (await call("recorded.check", { ...page, heads })).events;
}

/** Whether an event of the same actor is missing between this one and the one that was shown before it. @param {any} event */
function isGap({ actor, n }) {
  if (actor === undefined) return false;
  const after = numbers.get(actor);
  numbers.set(actor, n);
  return after !== undefined && after !== n + 1;
}

/** @param {any} event */
function line(event) {
  const item = reading.items.find((/** @type {any} */ one) => one.message_id === event.refs?.message);
  const letter = item && (item.kind === "relay" || item.kind === "summary");
  const about = item && item.kind !== "note" ? whatWords(item) : changes.get(event.refs?.statement) ?? "";
  const prose = event.kind === "message.submitted" && item?.kind === "private" ? item.marked : null;
  return part("recorded", {
    slots: {
      what: event.kind ? eventWords(event, item) : gettext("Something that cannot be read"),
      who: event.kind ? whoWords(event.by) : "", time: event.at ? TIME.format(new Date(event.at)) : "",
      about,
      code: event.code ?? "",
    },
    shown: { verified: event.state === "verified", waiting: event.state === "waiting", failed: event.state === "failed", text: Boolean(prose), about: Boolean(about), unlinked: !letter },
    links: { about: letter ? `/review/${item.message_id}` : "" },
    ...(prose ? { body: prose, lang: item.lang } : {}),
  });
}

/** @param {HTMLElement} place @param {string} day */
function listOf(place, day) {
  const last = place.lastElementChild;
  if (last instanceof HTMLElement && last.dataset.day === day) return /** @type {HTMLElement} */ (last.querySelector("ol"));
  const list = el("ol", { class: "md-timeline" });
  place.append(el("section", { "data-day": day }, el("h3", { class: "govuk-heading-s" }, day), list));
  return list;
}

async function draw() {
  const place = byId("record");
  const events = await fetchPage();
  for (const event of events) {
    const list = listOf(place, event.at ? DAY.format(new Date(event.at)) : gettext("On a day that cannot be read"));
    list.append(line(event));
    if (isGap(event)) show(byId("record-gap"));
  }
  if (!more && [...numbers.values()].some((n) => n > 0)) show(byId("record-gap"));
  byId("record-more").hidden = !more;
}

/** Draws the newest page; what goes wrong stands in its place, and the rest of the page stays. */
export async function showRecord() {
  show(byId("record-part"));
  busy("record-status", gettext("Fetching and checking what was recorded …"));
  try {
    const { statements } = await call("cases.history");
    for (const { hash, changes: made } of [...statements.slice(1), ...room.proposals]) changes.set(hash, made.map(changeWords).join("; "));
    await draw();
  } catch (error) {
    byId("record-problem").textContent = inWords(error).message;
    show(byId("record-problem"));
  } finally {
    busy("record-status");
  }
}

pressed("[data-act=earlier]", draw);
