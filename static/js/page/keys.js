// @ts-check
/**
 * Keeps somebody unlocked from page to page, and locks. Guarantees that nothing on the device opens anything by
 * itself (the wrapped keys stand in sessionStorage, their other half in the server's session), that locking one
 * tab locks all, and that 15 minutes without a touch (or the body's data-lock-minutes) lock.
 */
import { ApiError, del, get, put } from "./api.js";
import { SLOT, toUnlock } from "./places.js";
import { call, current, start, stop } from "./rpc.js";

/** In milliseconds; asked for when needed, because keys may be asked for before the page is all there. */
const longestIdle = () => (Number(document.body.dataset.lockMinutes) || 15) * 60_000;
/** How often, at most, other tabs and the server hear that somebody is here. */
const TELL_TABS = 10_000;
const TELL_SERVER = 5 * 60_000;
const OTHER_TAB_ANSWERS = 250;
const LOCK_KEY = "/session/lock-key";

/**
 * What to do with the text when keys go and come, and when another tab leaves quickly.
 * @typedef {{hide: () => void, show: () => unknown, leave?: () => void}} Page
 */

/** @type {BroadcastChannel | null} */
let channel = null;
/** @type {Page} */
let page = { hide() {}, show() {} };
/** The worker that holds the keys; another one, or none, does not. @type {Worker | null} */
let holder = null;
/** Counts wipes, so that what was under way at one of them does not open anything after it. */
let generation = 0;
/** @type {Promise<boolean> | null} */
let running = null;
/** The server's half, asked for ahead of time. @type {Promise<{half: string}> | null} */
let ahead = null;
/** @type {((blob: string) => void) | null} */
let answered = null;
let touched = Date.now();
let toldTabs = 0;
let toldServer = Date.now();
/** Whether the page was put away: what it was still doing then must not lock the page that follows it. */
let away = false;

const isOpen = () => holder !== null && holder === current();

/** After signing in: wraps the worker's keys for the pages to come. */
export async function keep() {
  tellLocked(); // what other tabs still hold belongs to a session that is over
  const { half } = await put(LOCK_KEY, await call("session.half"));
  const { blob } = await call("session.keep", { half });
  sessionStorage.setItem(SLOT, blob);
  holder = current();
}

/**
 * Opens the keys for this page: still open, or from this tab's storage, or from another tab's.
 * @returns {Promise<boolean>} false when the passphrase must be typed
 * @throws {ApiError} without connection, or when signed out
 */
export function restore() {
  const mine = running ??= reopen().finally(() => {
    if (running === mine) running = null;
  });
  return mine;
}

/** Ahead of `restore`, while the rest of the page is on its way: starts the worker and asks for the server's half. */
export function prepare() {
  if (!sessionStorage.getItem(SLOT)) return;
  start();
  ahead = get(LOCK_KEY);
  ahead.catch(() => undefined); // `restore` says what went wrong
}

/** @returns {Promise<{half: string}>} what was asked for ahead is used once: it may be another one the next time */
function serversHalf() {
  const asked = ahead ?? get(LOCK_KEY);
  ahead = null;
  return asked;
}

/** @returns {Promise<boolean>} */
async function reopen() {
  if (isOpen()) return true;
  const mine = generation;
  const blob = sessionStorage.getItem(SLOT) ?? await askOtherTab();
  if (!blob) return false;
  start(); // loads while the server answers
  try {
    const { half } = await serversHalf();
    if (mine !== generation) return overtaken();
    await call("session.restore", { blob, half });
  } catch (error) {
    return notOpened(error, mine);
  }
  if (mine !== generation) return overtaken();
  sessionStorage.setItem(SLOT, blob);
  holder = current();
  return true;
}

/** What a wipe makes of an opening that was under way; nothing at all once the page was put away. @returns {Promise<boolean>} */
const overtaken = () => (away ? new Promise(() => {}) : Promise.resolve(false));

/** @param {any} error @param {number} mine */
function notOpened(error, mine) {
  if (mine !== generation) return overtaken();
  // Anything but "locked" or "does not open" says nothing about the keys; after a 401 the page is going already.
  if ((error instanceof ApiError && error.status !== 404) || error.code === "worker-failed") throw error;
  sessionStorage.removeItem(SLOT);
  return false;
}

/** @returns {Promise<string | null>} the wrapped keys, useless without the server's session */
function askOtherTab() {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), OTHER_TAB_ANSWERS);
    answered = (blob) => {
      clearTimeout(timer);
      resolve(blob);
    };
    listen()?.postMessage({ type: "want" });
  });
}

/** Forgets the opened keys in this page; with `all` the wrapped ones too. */
export function wipe(all = false) {
  generation++;
  holder = running = ahead = null;
  stop();
  if (all) sessionStorage.removeItem(SLOT);
}

/** Tells the other tabs that the session is over or locked. */
export const tellLocked = () => listen()?.postMessage({ type: "lock" });

/** Locks every tab, and the server's half. */
export function lock() {
  tellLocked();
  // Without connection the server forgets its half by itself after the same time.
  del(LOCK_KEY, { keepalive: true, stay: true }).catch(() => undefined);
  lockHere();
}

function lockHere() {
  wipe(true);
  page.hide();
  toUnlock();
}

/** Tells the other tabs that this one is being left. */
export const tellLeaving = () => listen()?.postMessage({ type: "leave" });

/** @param {MessageEvent} event */
function hear({ data }) {
  const blob = sessionStorage.getItem(SLOT);
  if (data.type === "want" && blob) channel?.postMessage({ type: "have", blob });
  if (data.type === "have") answered?.(data.blob);
  if (data.type === "active") touched = Date.now();
  if (data.type === "lock") {
    if (isOpen()) lockHere();
    else wipe(true);
  }
  if (data.type === "leave") page.leave?.();
}

function listen() {
  if (channel || typeof BroadcastChannel === "undefined") return channel;
  channel = new BroadcastChannel("keys");
  channel.addEventListener("message", hear);
  return channel;
}

function touch() {
  if (isIdle()) return;
  touched = Date.now();
  if (touched - toldTabs > TELL_TABS) {
    toldTabs = touched;
    channel?.postMessage({ type: "active" });
  }
}

/** Locks if nobody was here for too long. A first touch after that must not count. */
function isIdle() {
  const idle = isOpen() && Date.now() - touched > longestIdle();
  if (idle) lock();
  return idle;
}

/** Also notices a lock that no channel told of, and keeps the server's half while somebody only reads or writes. */
async function tick() {
  if (isIdle() || !isOpen() || Date.now() - toldServer < TELL_SERVER || touched < toldServer) return;
  toldServer = Date.now();
  try {
    await get(LOCK_KEY);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) lock();
  }
}

/**
 * Watches over the opened keys for as long as the page lives.
 * @param {Page} handlers `hide` takes the text off the page, `show` brings it back
 */
export function watch(handlers) {
  page = handlers;
  listen();
  for (const type of ["keydown", "pointerdown", "input", "scroll"]) addEventListener(type, touch, { passive: true });
  setInterval(tick, TELL_TABS);
  document.addEventListener("visibilitychange", () => document.hidden || isIdle());
  addEventListener("pagehide", () => {
    away = true;
    page.hide();
    wipe();
    channel?.close(); // an open channel keeps a page out of the back/forward cache
    channel = null;
  });
  addEventListener("pageshow", (event) => event.persisted && comeBack());
}

/** Out of the back/forward cache. */
async function comeBack() {
  away = false;
  listen();
  try {
    if (await restore()) page.show();
    else lockHere();
  } catch (error) {
    // The page's own start says what is wrong.
    if (!(error instanceof ApiError && error.status === 401)) location.reload();
  }
}
