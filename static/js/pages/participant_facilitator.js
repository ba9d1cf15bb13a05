// @ts-check
/** Between a participant and their facilitators: what was written, and a field to write. */
import { byId, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { keepDraft } from "./draft.js";
import { busy, FormError, onSubmit } from "./form.js";
import { part } from "./parts.js";
import { begin, data, me, onLeaving, readLetters, send } from "./participant.js";

const field = /** @type {HTMLTextAreaElement} */ (byId("text"));

/** What a line that is not plain text is about. @param {any} document @returns {{about: string, text: string, link?: [string, string]} | null} */
function document(document) {
  if (document.name !== "return") return null;
  const { message_id: id, decision, reason, suggestion } = document.value;
  const about = decision === "stop" ? gettext("About a letter of yours that is not passed on:") : gettext("About a letter of yours that came back to you:");
  if (decision === "stop") return { about, text: reason };
  return {
    about, text: reason,
    link: suggestion ? [`/write?revises=${id}&words=suggested`, gettext("See the suggested words")] : [`/write?revises=${id}`, gettext("Write it again")],
  };
}

/** @param {any} line @returns {HTMLElement | null} */
function shown(line) {
  if (!line.ok) return part("letter-problem", { slots: { when: day(line.on), code: line.code } });
  const special = line.document ? document(line.document) : null;
  if (line.document && !special) return null; // what somebody is called shows where they are named
  const made = part("private", {
    slots: {
      who: line.mine ? gettext("From you") : gettext("From %(name)s", { name: line.from?.name ?? "" }),
      when: day(line.on), about: special?.about ?? "", link: special?.link?.[1] ?? "",
    },
    links: special?.link ? { link: special.link[0] } : {},
    shown: { about: Boolean(special), link: Boolean(special?.link) },
    body: special ? [[special.text, false]] : line.marked, lang: line.lang,
  });
  made.firstElementChild?.classList.add(line.mine ? "md-letter--out" : "md-letter--in");
  return made;
}

begin(async () => {
  const read = await readLetters();
  const lines = read.private.map(shown).filter(Boolean);
  byId("letters").replaceChildren(...lines);
  const draft = me.expired ? null : await keepDraft(`draft-${me.participant_id}`, data.draft, field, (words) => busy("saved", words));
  show(byId(lines.length ? "letters" : "no-letters"));
  if (!draft) return;
  field.value = draft.text;
  show(byId("letter-form")); // not before: what is typed earlier would be written over
  onLeaving(draft.save);
  onSubmit("letter-form", async () => {
    const text = field.value.trim();
    if (!text) throw new FormError(gettext("There is nothing written yet."), "text");
    busy("sending", gettext("Sending …"));
    try {
      await send({ kind: "private", recipients: [], text, answers: null, revises: null });
      field.value = "";
      await draft.discard().catch(() => undefined);
    } finally {
      busy("sending");
    }
    location.reload();
  });
});
