const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'click', 'dragenter'];

/**
 * Does something once, when the page is first touched in any way: what only somebody needs who does something with it is
 * not fetched with it.
 * @param {() => void} task
 */
export function onceSomebodyIsHere(task) {
  const controller = new AbortController();
  for (const sign of SIGNS) {
    addEventListener(
      sign,
      () => {
        if (controller.signal.aborted) return;
        controller.abort();
        task();
      },
      { capture: true, passive: true, signal: controller.signal },
    );
  }
}
