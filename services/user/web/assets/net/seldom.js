const EVERY = 200; // milliseconds

/**
 * Does what is asked for all the time a few times a second at most, and for the last time a little later: to show how far
 * something is takes a page as long as to move a megabyte. `now` does it at once.
 * @template {unknown[]} A
 * @param {(...args: A) => void} task
 */
export function seldom(task) {
  let last = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const now = (/** @type {A} */ ...args) => {
    clearTimeout(soon);
    last = Date.now();
    task(...args);
  };
  const sometimes = (/** @type {A} */ ...args) => {
    clearTimeout(soon);
    const wait = last + EVERY - Date.now();
    if (wait > 0) soon = setTimeout(now, wait, ...args);
    else now(...args);
  };
  return { now, sometimes };
}
