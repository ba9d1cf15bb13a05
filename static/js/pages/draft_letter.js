// @ts-check
/** A text that staff write: its draft saves itself, sealed, and goes when it is sent. */
import { byId } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { write } from "./case_room.js";
import { data, saying } from "./desk.js";
import { keepDraft } from "./draft.js";
import { busy, FormError } from "./form.js";

/** @param {string} name of the draft */
export async function draftIn(name) {
  const field = /** @type {HTMLTextAreaElement} */ (byId("text"));
  const draft = await keepDraft(name, data.draft, field, (words) => busy("saved", words));
  field.value = draft.text;
  return {
    /** What is written. @returns {string} */
    text() {
      const text = field.value.trim();
      if (!text) throw new FormError(gettext("There is nothing written yet."), "text");
      return text;
    },
    /** Sends it, and throws the draft away. @param {Record<string, any>} message */
    send: (message) => saying("sending", gettext("Sending …"), async () => {
      await write(message);
      field.value = "";
      await draft.discard().catch(() => undefined); // it went; an old draft in one's own memory harms nobody
    }),
  };
}
