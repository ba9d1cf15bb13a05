// @ts-check
/**
 * Guarantees that a button which is pressed before the page's modules are there is not pressed in vain: the press is
 * kept, the button shows that it was noticed, and once they are there it is pressed again, once. No module, but the
 * first script of a page: it runs before anything can be pressed.
 */
(() => {
  /** @type {Set<HTMLElement>} */
  const kept = new Set();

  /** @param {Event} event */
  function keep(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.setAttribute("aria-disabled", "true");
    kept.add(button);
  }

  function pressAgain() {
    removeEventListener("click", keep, true);
    for (const button of kept) {
      button.removeAttribute("aria-disabled");
      button.click();
    }
  }

  addEventListener("click", keep, true);
  // Comes after the modules of the page have run.
  document.addEventListener("DOMContentLoaded", pressAgain);
})();
