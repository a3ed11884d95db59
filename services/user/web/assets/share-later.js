// What another app shares with this one, from the service worker that took it (sharing.js).

const SCRIPT = '/sharing.js';
const SCOPE = '/share/';
const PATIENCE = 5000; // milliseconds

/**
 * Has the service worker there before anything can be shared. Where there can be none nothing is shared, either.
 * @param {(url: string) => string} scriptURL of the page, which has the one policy for such
 */
export const prepare = (scriptURL) =>
  navigator.serviceWorker?.register(scriptURL(SCRIPT), { scope: SCOPE }).catch(() => {});

/**
 * What was shared, once; null where it is not there any more.
 * @returns {Promise<{ files: File[], text: string } | null>}
 */
export async function taken() {
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  if (!registration?.active) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), PATIENCE);
  });
  registration.active.postMessage('taken', [port2]);
  return answer;
}
