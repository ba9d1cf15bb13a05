// @ts-check
/** The list of staff: how long it holds, and renewing it with one click. */
import { byId, el, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { enterOffice, issue, office } from "./agency_room.js";
import { day } from "./dates.js";
import { begin, refreshOwn, saying, sends } from "./desk.js";
import { fillSlots } from "./parts.js";

/** What the list says now. */
function showList() {
  const { seq, issued_at, expires_at, staff } = office.roster;
  fillSlots(byId("roster"), { seq: String(seq), issued: day(issued_at), expires: day(expires_at) });
  byId("staff").replaceChildren(...staff.map((/** @type {any} */ one) => el("li", {}, one.display_name)));
  if (office.renew) fillSlots(byId("soon"), { soon: office.lapse
    ? gettext("The list has run out. Renew it now: until then nothing can be written, passed on or opened.")
    : gettext("The list runs out on %(day)s. Renew it now, so that nobody has to wait.", { day: day(expires_at) }) });
  byId("soon").hidden = !office.renew;
  show(byId("roster"));
}

begin(async () => {
  await enterOffice();
  showList();
  sends("renew-form", async () => {
    byId("renewed").textContent = "";
    await saying("renewing", gettext("Signing a new list …"), async () => {
      await issue({ staff: null });
      await refreshOwn();
      await enterOffice();
    });
    showList();
    byId("renewed").textContent = gettext("The list is renewed. It holds until %(day)s.", { day: day(office.roster.expires_at) });
  });
});
