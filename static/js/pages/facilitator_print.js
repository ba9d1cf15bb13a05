// @ts-check
/** A letter that was passed on, for paper or for reading aloud; then what the person chose. */
import { post, put } from "../page/api.js";
import { byId, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { nameOf, openCase, personOf, reading } from "./case_room.js";
import { begin, data, saying, sends } from "./desk.js";
import { FormError } from "./form.js";
import { labels } from "./letter_parts.js";
import { fillBody, fillSlots } from "./parts.js";
import { offeredWords } from "./participant.js";

const asked = new URLSearchParams(location.search).get("for");

/** Who it is printed for: as asked, or the one reader without a phone or computer. */
function readerId() {
  const item = reading.items.find((/** @type {any} */ one) => one.message_id === data.message_id);
  const [first] = item.recipients.filter((/** @type {any} */ one) => personOf(one.person.participant_id)?.assisted);
  return asked ?? first?.person.participant_id ?? item.recipients[0]?.person.participant_id;
}

/** The tasks that are done once a choice was written down. @param {string} id */
const tasksOf = (id) => data.case.tasks.filter((/** @type {any} */ task) => task.message_id === data.message_id && task.participant_id === id
  && (task.kind === "print" || task.kind === "read-together"));

/** @param {string} id of the reader */
const setUpChoice = (id) => sends("choice-form", async (values) => {
  const choice = values.get("choice");
  if (!choice) throw new FormError(gettext("Please choose what they said."), "choice");
  await saying("sending", gettext("Writing it down …"), async () => {
    await put(`/messages/${data.message_id}/recipients/${id}/choice`, { choice, tell: Boolean(values.get("tell")) });
    if (choice === "opened" || choice === "not_wanted") for (const { task_id } of tasksOf(id)) await post(`/tasks/${task_id}/done`, {});
    location.assign(`/cases/${data.case.case_id}`);
  });
});

begin(async () => {
  await openCase();
  const id = readerId();
  fillSlots(byId("main"), { reader: nameOf(id) });
  const letter = await call("review.print", { message_id: data.message_id, participant_id: id });
  const { who, when, sure } = offeredWords({ ...letter, offered_on: letter.decided_on }, labels());
  fillSlots(byId("ready"), { who, when, sure, note: letter.note ?? "" });
  fillBody(byId("ready"), [[letter.text, false]], letter.lang);
  show(byId("ready"), byId("choice-form"));
  setUpChoice(id);
});
