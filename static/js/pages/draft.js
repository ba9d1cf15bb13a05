// @ts-check
/**
 * A draft that saves itself, sealed, while somebody writes. Guarantees that no two savings cross, that a newer draft from
 * another tab is not written over in silence, and that what is sent is thrown away here.
 */
import { ApiError, del } from "../page/api.js";
import { save } from "../page/memory.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";

const QUIET = 900;

/**
 * @param {string} name of the document
 * @param {{revision: number, blob: string} | null} stored as GET /memory/<name> answers it, null where there is none
 * @param {HTMLTextAreaElement} field
 * @param {(words: string) => void} say tells the writer how it stands
 */
export async function keepDraft(name, stored, field, say) {
  let revision = stored?.revision ?? 0;
  let saved = stored ? (await call("memory.open", { name, ...stored })).document.text ?? "" : "";
  /** @type {Promise<void>} one saving after the other */
  let line = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let stopped = false;

  async function write() {
    const text = field.value;
    if (stopped || text === saved) return;
    try {
      revision = await save(name, revision, { text });
      saved = text;
      say(gettext("Saved privately"));
    } catch (error) {
      const conflict = error instanceof ApiError && error.code === "memory-conflict";
      if (conflict) stopped = true;
      say(conflict
        ? gettext("You are writing this in another window too. Only that one is being saved.")
        : gettext("Not saved yet. We keep trying while this page is open."));
    }
  }
  const now = () => {
    clearTimeout(timer);
    line = line.then(write);
    return line;
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(now, QUIET);
  });
  document.addEventListener("visibilitychange", () => document.hidden && now());

  return {
    /** What was kept from the last time. */
    text: saved,
    save: now,
    /** Nothing of it is kept any more. */
    async discard() {
      clearTimeout(timer);
      stopped = true;
      await line;
      if (revision) await del(`/memory/${name}`);
    },
  };
}
