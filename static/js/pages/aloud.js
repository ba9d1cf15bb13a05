// @ts-check
/** Reading aloud, only with voices that live on this device: no letter is sent to somebody's speech service. */
import { gettext } from "../page/strings.js";

/** @param {string} lang @returns {SpeechSynthesisVoice | undefined} */
const localVoice = (lang) => speechSynthesis.getVoices().filter((voice) => voice.localService).find((voice) => voice.lang.startsWith(lang.slice(0, 2)));

/** Stops whatever is being read. */
export const hush = () => globalThis.speechSynthesis?.cancel();

/**
 * Shows the button where there is such a voice, now or once the voices are known.
 * @param {HTMLButtonElement} button
 * @param {() => string} text
 * @param {string} lang
 */
export function offerAloud(button, text, lang) {
  if (!globalThis.speechSynthesis) return;
  const look = () => { button.hidden = !localVoice(lang); };
  look();
  speechSynthesis.addEventListener?.("voiceschanged", look);
  button.addEventListener("click", () => {
    const speaking = speechSynthesis.speaking;
    hush();
    button.textContent = gettext("Read aloud");
    if (speaking) return;
    const said = new SpeechSynthesisUtterance(text());
    said.voice = localVoice(lang) ?? null;
    said.onend = () => { button.textContent = gettext("Read aloud"); };
    button.textContent = gettext("Stop reading aloud");
    speechSynthesis.speak(said);
  });
}

addEventListener("pagehide", hush);
