// The service worker of what another app shares with this one, where it is installed. It takes what is posted to /share/,
// so that nothing of it is sent to the server, and leads to the page, which asks for it. It holds that in memory, once and
// for no longer than the browser lets it live; it asks the network for nothing, and sees no other request and no key.

/** As the types of pages have it not. */
const here = /** @type {any} */ (self);

/** @type {{ files: File[], text: string } | null} */
let shared = null;

here.addEventListener('install', () => here.skipWaiting()); // there is nothing that the one before has to finish

here.addEventListener('fetch', (/** @type {any} */ event) => {
  if (event.request.method === 'POST') event.respondWith(take(event.request));
});

here.addEventListener('message', (/** @type {MessageEvent} */ { ports: [port] }) => {
  port?.postMessage(shared);
  shared = null;
});

/** @param {Request} request */
async function take(request) {
  try {
    const data = await request.formData();
    const said = ['title', 'text', 'url'].map((name) => data.get(name));
    shared = {
      files: /** @type {File[]} */ (data.getAll('files')).filter((file) => file instanceof File && file.name),
      text: said.filter((text) => typeof text === 'string' && text).join('\n'),
    };
  } catch {
    shared = null; // the page says so
  }
  return Response.redirect('/#shared', 303);
}
