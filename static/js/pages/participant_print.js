// @ts-check
/** One letter that was opened before, for paper. */
import { byId, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { FormError } from "./form.js";
import { labels } from "./letter_parts.js";
import { fillBody, fillSlots } from "./parts.js";
import { begin, offeredWords, readLetters } from "./participant.js";

const id = location.pathname.split("/")[2];

begin(async () => {
  const { offers } = await readLetters();
  const offer = offers.find((/** @type {any} */ one) => one.message_id === id);
  if (!offer?.marked) throw new FormError(gettext("Only a letter that you have opened can be printed."));
  const { who, when, sure } = offeredWords(offer, labels());
  fillSlots(byId("ready"), { who, when, sure });
  fillBody(byId("ready"), offer.marked, offer.lang);
  show(byId("ready"));
});
