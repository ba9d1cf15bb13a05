// @ts-check
/** Staff who have joined and were not let in yet see their six words again. */
import { byId, el } from "../page/dom.js";
import { restore, watch } from "../page/keys.js";
import { toUnlock } from "../page/places.js";
import { call } from "../page/rpc.js";
import { busy, showError } from "./form.js";
import { frame } from "./frame.js";

async function show() {
  try {
    if (!await restore()) toUnlock();
    else byId("six-words").replaceChildren(...(await call("joining.words")).words.map((/** @type {string} */ word) => el("li", {}, word)));
  } catch (error) {
    showError(error);
  } finally {
    busy("status");
  }
}

watch({ hide: () => byId("main").replaceChildren(), show: () => location.reload(), leave: frame() });
show();
