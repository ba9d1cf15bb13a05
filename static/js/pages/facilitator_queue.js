// @ts-check
/** What waits today; names of cases and people are opened on this screen. */
import { post } from "../page/api.js";
import { announce } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { fillNames, listCases } from "./case_names.js";
import { begin, pressed } from "./desk.js";

pressed("[data-done]", async (button) => {
  await post(`/tasks/${button.dataset.done}/done`, {});
  const line = button.closest("li");
  const next = line?.nextElementSibling ?? line?.previousElementSibling;
  line?.remove();
  announce(gettext("Done."));
  /** @type {HTMLElement | null} */ (next?.querySelector("a") ?? document.querySelector("main h1"))?.focus();
});

begin(async () => fillNames(await listCases()));
