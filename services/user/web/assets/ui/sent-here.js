// The list of what was sent from this device, which is loaded when somebody wants to see it.

/** @returns {Promise<typeof import('./sent-here-later.js')>} */
export const loadSentHere = () => import(new URL('./sent-here-later.js', import.meta.url).href);
