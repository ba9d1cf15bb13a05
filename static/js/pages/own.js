// @ts-check
/** Small things about one's own documents: pins are kept before anything that rests on them is sent. */
import { ApiError, get, put } from "../page/api.js";

/** The document in which somebody's own settings stand. */
export const SETTINGS = "settings";

/** @param {{name: string, revision: number, blob: string} | null | undefined} pins what the worker wants to be remembered */
export async function keepPins(pins) {
  if (pins) await put(`/memory/${pins.name}`, { revision: pins.revision, blob: pins.blob });
}

/** One's own document as the server has it; null if there is none. @param {string} name */
export async function stored(name) {
  try {
    return await get(`/memory/${name}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

const TRIES = 4;
const PAUSE = 400;

/**
 * Runs `run`; while another tab was faster to remember something, takes that in and runs it again, without a word. A
 * pause of another length each time lets two tabs that began at once come apart.
 * @template T @param {() => Promise<T>} run @param {() => Promise<void>} refresh takes in what the other one remembered
 * @returns {Promise<T>}
 */
export async function retried(run, refresh, tries = TRIES) {
  let taken = false;
  for (let left = tries; ; left -= 1) {
    try {
      if (taken) await refresh();
      return await run();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "memory-conflict" || left <= 1) throw error;
      if (taken) await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE));
      taken = true;
    }
  }
}

/** Exactly the sentences of the agreement that stand on the page, one a line. */
export function consentText() {
  const sentences = document.querySelectorAll("#consent-text li");
  return [...sentences].map((sentence) => (sentence.textContent ?? "").trim()).join("\n");
}
