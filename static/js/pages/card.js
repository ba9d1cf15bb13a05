// @ts-check
/** The card that is handed over. Guarantees that its square is drawn in this page from the code, and that neither is kept anywhere. */
import { qrcode } from "../../vendor/qrcode.mjs";
import { byId, hide, show } from "../page/dom.js";
import { day } from "./dates.js";
import { fillSlots } from "./parts.js";

const SPACE = "http://www.w3.org/2000/svg";
/** Light modules around the square, as its readers need. */
const QUIET = 4;

/** @param {Element} picture an empty svg @param {string} text */
export function drawSquare(picture, text) {
  const square = qrcode(0, "M");
  square.addData(text);
  square.make();
  const size = square.getModuleCount();
  const all = [...Array(size).keys()];
  const dark = all.flatMap((y) => all.filter((x) => square.isDark(y, x)).map((x) => `M${x} ${y}h1v1h-1z`));
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", dark.join(""));
  picture.setAttribute("viewBox", `${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`);
  picture.setAttribute("shape-rendering", "crispEdges");
  picture.replaceChildren(path);
}

/** @param {{code: string, link_fragment: string, expires_at: string}} made */
export function showCard({ code, link_fragment: fragment, expires_at: until }) {
  fillSlots(byId("card"), { address: `${location.host}/join`, code, until: day(until) });
  drawSquare(byId("card-square"), `${location.origin}/join#${fragment}`);
  hide(byId("asking"));
  show(byId("made"));
  byId("card").setAttribute("tabindex", "-1");
  byId("card").focus();
  scrollTo(0, 0);
}
