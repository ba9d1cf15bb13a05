// @ts-check
/** A decision that waits for another signature: the same page shows it, to sign it too or to drop it. */
import { del, post } from "../page/api.js";
import { byId, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { again, hand, reading } from "./case_room.js";
import { act, keep } from "./desk.js";
import { FormError } from "./form.js";
import { decisionWords } from "./item_words.js";
import { part } from "./parts.js";
import { decided } from "./review_decision.js";

/** What a colleague wanted to tell the writer: the newest note about this letter. @param {string} id @returns {{reason: string, suggestion: string | null} | null} */
function intended(id) {
  const notes = reading.items.filter((/** @type {any} */ one) => one.kind === "note" && one.document?.name === "return" && one.document.value.message_id === id);
  return notes.at(-1)?.document.value ?? null;
}

/** @param {any} item @param {any} one the decision @param {HTMLElement} place */
async function sign(item, one, place) {
  const closes = one.decision === "return" || one.decision === "stop";
  const reason = /** @type {HTMLTextAreaElement | null} */ (place.querySelector("[name=reason]"))?.value.trim() ?? "";
  if (closes && item.kind !== "summary" && !reason) throw new FormError(gettext("Please tell the writer why, in your own words."));
  const { body, final } = await call("review.sign", { message_id: item.message_id, hash: one.hash });
  await post(`/decisions/${one.hash}/signatures`, body);
  if (final && closes && item.kind !== "summary") await tell(item, one, reason);
  if (final) decided(gettext("It is done"), gettext("Your signature was the last that was needed."));
  else decided(gettext("You have signed"), gettext("It waits for another colleague."));
}

/** @param {any} item @param {any} one @param {string} reason */
async function tell(item, { decision }, reason) {
  const suggestion = decision === "return" ? intended(item.message_id)?.suggestion ?? null : null;
  const sealed = await again(async () => {
    const { pins, ...made } = await call("review.explain", { message_id: item.message_id, decision, reason, suggestion });
    await keep(pins);
    return made;
  });
  await hand(sealed);
}

/** @param {any} item @param {any} one of item.decisions, proposed */
export function setUpProposal(item, one) {
  const closes = one.decision === "return" || one.decision === "stop";
  const words = closes ? intended(item.message_id) : null;
  const mine = one.mine ? gettext("You have signed it. It waits for a colleague.") : gettext("Read the letter yourself first. A signature, once given, cannot surely be taken back.");
  const made = part("proposed", {
    slots: {
      proposal: one.code ? gettext("This decision does not check out (%(code)s). Drop it and decide anew.", { code: one.code }) : decisionWords(one),
      note: one.note ? gettext("The word beforehand: “%(note)s”", { note: one.note }) : "", mine, suggestion: words?.suggestion ?? "",
    },
    shown: { note: Boolean(one.note), sign: !one.mine && !one.code, reason: closes && !one.mine && item.kind !== "summary", suggestion: Boolean(words?.suggestion) },
  });
  const field = /** @type {HTMLTextAreaElement | null} */ (made.querySelector("[name=reason]"));
  if (field) field.value = words?.reason ?? "";
  const [first, drop] = ["[data-act=sign]", "[data-act=drop]"].map((name) => /** @type {HTMLElement | null} */ (made.querySelector(name)));
  first?.addEventListener("click", () => act(first, () => sign(item, one, made)));
  drop?.addEventListener("click", () => act(drop, async () => {
    await del(`/decisions/${one.hash}`);
    location.reload();
  }));
  byId("proposals").append(made);
  show(byId("proposed"));
}
