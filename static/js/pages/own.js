// @ts-check
/** Small things about one's own documents: pins are kept before anything that rests on them is sent. */
import { put } from "../page/api.js";

/** The document in which somebody's own settings stand. */
export const SETTINGS = "settings";

/** @param {{name: string, revision: number, blob: string} | null | undefined} pins what the worker wants to be remembered */
export async function keepPins(pins) {
  if (pins) await put(`/memory/${pins.name}`, { revision: pins.revision, blob: pins.blob });
}

/** Exactly the sentences of the agreement that stand on the page, one a line. */
export function consentText() {
  const sentences = document.querySelectorAll("#consent-text li");
  return [...sentences].map((sentence) => (sentence.textContent ?? "").trim()).join("\n");
}
