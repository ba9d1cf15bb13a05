// @ts-check
/**
 * One letter that is offered: the reader chooses. Guarantees that it was proved who it is from before anything is asked,
 * and that the writer learns the choice only where the reader ticked that they may.
 */
import { post, put } from "../page/api.js";
import { byId, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { busy, FormError, onSubmit } from "./form.js";
import { labels, letterIn } from "./letter_parts.js";
import { keepPins } from "./own.js";
import { fillSlots, part } from "./parts.js";
import { again, begin, called, readLetters, staffNames } from "./participant.js";

const id = location.pathname.split("/")[2];

/** @type {Record<string, () => [string, string]>} */
const CHOSEN = {
  kept: () => [gettext("It is kept for you"), gettext("It stays here, closed. You can come back to it whenever you like.")],
  with_facilitator: () => [gettext("Your facilitator will read it with you"), gettext("They get in touch with you about when and where. Until then it stays closed.")],
  not_wanted: () => [gettext("It stays closed"), gettext("That is all right, and you need not say why. If you change your mind, you find it among your letters.")],
};

/** @param {string} name of the one section to show @param {string} title */
function turn(name, title) {
  for (const section of ["offered", "chosen", "open"]) byId(section).hidden = section !== name;
  byId("title").textContent = title;
  if (name !== "offered") byId("title").focus();
  scrollTo(0, 0);
}

/** @param {any} offer */
const titleOf = (offer) => gettext("A letter from %(name)s", { name: called(offer.from, labels()) });

/** @param {any} offer */
function open(offer) {
  byId("letters").replaceChildren(letterIn(offer));
  turn("open", titleOf(offer));
}

/** @param {string} choice */
function chosen(choice) {
  const [title, next] = CHOSEN[choice]();
  fillSlots(byId("chosen"), { "chosen-next": next });
  turn("chosen", title);
}

/** @param {any} offer */
function offered(offer) {
  const scribe = offer.scribe ? gettext("%(scribe)s wrote it down for them.", { scribe: staffNames([offer.scribe.name]) }) : "";
  fillSlots(document, {
    "released-by": staffNames(offer.released_by), when: day(offer.offered_on), note: offer.note ?? "", scribe,
  });
  byId("note").hidden = !offer.note;
  turn("offered", titleOf(offer));
}

/** @param {any} offer */
const setUpChoice = (offer) => onSubmit("choice-form", async (values) => {
  const choice = String(values.get("choice") ?? "");
  const tell = values.get("tell") === "yes";
  if (!choice) throw new FormError(gettext("Please choose what you would like to do with it."), "choice");
  if (choice !== "opened") {
    await put(`/letters/${id}/choice`, { choice, tell });
    chosen(choice);
    return;
  }
  busy("status", gettext("Opening the letter …"));
  try {
    const { ciphertext, wrap } = await post(`/letters/${id}/opening`, { tell });
    const read = await again(async () => {
      const { pins, ...opened } = await call("letters.open", { message_id: id, ciphertext, wrap });
      await keepPins(pins);
      return opened;
    });
    open({ ...offer, ...read });
  } finally {
    busy("status");
  }
});

begin(async () => {
  const { offers } = await readLetters();
  const offer = offers.find((/** @type {any} */ one) => one.message_id === id);
  if (!offer || offer.state === "recalled") throw new FormError(gettext("This letter is not here any more. It was called back before it was opened."));
  if (!offer.ok) {
    const problem = part("letter-problem", { slots: { when: day(offer.offered_on), code: offer.code } });
    byId("unsure").append(problem);
    show(byId("unsure"));
    return;
  }
  if (offer.marked) return open(offer);
  offered(offer);
  setUpChoice(offer);
});
