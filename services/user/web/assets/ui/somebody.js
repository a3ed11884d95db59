const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'click', 'dragenter'];

/**
 * Does something once, when the page is first touched in any way: what only somebody needs who does something with it is
 * not fetched with it.
 * @param {() => void} task
 */
export function onceSomebodyIsHere(task) {
  const controller = new AbortController();
  const { signal } = controller;
  const here = () => {
    controller.abort(); // no other sign is waited for
    task();
  };
  for (const sign of SIGNS) addEventListener(sign, here, { capture: true, passive: true, signal });
}
