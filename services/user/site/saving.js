// The service worker of the receive page, for browsers that let no page write into a file: what the page decrypts goes
// through it into a download of the browser's own, as it arrives. It answers what stands below /saving/ and was announced
// to it, each once; it asks the network for nothing, keeps nothing, and sees no other request and no key.
//
// The page sends {path, name, size} with a port, which is "announced", and loads the path in a frame, which is "begun".
// Who has the port then says "ready", is asked for "more", and gives bytes, null for the end, or anything else for a
// failure; and hears that it was "cancelled" where the person ended the download.

const LOCK = 'sgraph-send saving'; // which a page holds while it saves

/** As the types of pages have it not. */
const worker = /** @type {any} */ (self);

/** @type {Map<string, { name: string, size: number, port: MessagePort }>} */
const announced = new Map();

// A new version of this waits until nothing is being saved by the one before.
worker.addEventListener('install', (/** @type {any} */ event) =>
  event.waitUntil(navigator.locks.request(LOCK, () => {})),
);

worker.addEventListener('message', (/** @type {MessageEvent} */ { data, ports: [port] }) => {
  if (!port) return; // to stay awake
  announced.set(data.path, { ...data, port });
  port.postMessage('announced');
});

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { pathname } = new URL(event.request.url);
  const found = announced.get(pathname);
  announced.delete(pathname);
  event.respondWith(found ? download(found) : new Response('Not found', { status: 404, headers: GUARDS }));
});

/** As the service has them of what is no page. */
const GUARDS = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'self'; sandbox",
  'Content-Type': 'application/octet-stream',
  'Cache-Control': 'no-store',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** @param {{ name: string, size: number, port: MessagePort }} announced size is negative where it is not known */
function download({ name, size, port }) {
  port.postMessage('begun');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return new Response(bodyOf(port), {
    headers: {
      ...GUARDS,
      'Content-Disposition': `attachment; filename*=UTF-8''${encoded}`,
      ...(size >= 0 && { 'Content-Length': String(size) }),
    },
  });
}

const QUEUED = 4; // pieces that wait for the browser at most

/** Leads nowhere: what is handed over to it is gone, and no garbage. */
const { port1: nowhere, port2: nobody } = new MessageChannel();
nobody.close();

/**
 * What comes through a port, no faster than the browser takes it. Nothing is asked before somebody is "ready".
 *
 * A piece that the browser took is written when it takes the next. Its memory is given back one piece later than that,
 * since as garbage it would be there until it is collected, hundreds of MiB later.
 * @param {MessagePort} port
 */
function bodyOf(port) {
  let isReady = false;
  let asked = 0;
  /** @type {any[]} */
  const given = [];
  const ask = (/** @type {ReadableStreamDefaultController} */ { desiredSize }) => {
    const waiting = QUEUED - (desiredSize ?? QUEUED);
    while (given.length > waiting + 2) nowhere.postMessage(null, [given.shift().buffer]);
    for (; isReady && asked < (desiredSize ?? 0); asked++) port.postMessage('more');
  };
  return new ReadableStream(
    {
      start(controller) {
        port.onmessage = ({ data }) => {
          if (data === 'ready') isReady = true;
          else if (data instanceof Uint8Array) {
            asked--;
            controller.enqueue(data);
            given.push(data);
          } else if (data === null) controller.close();
          else controller.error(new Error('It was not opened to its end.'));
          ask(controller);
        };
      },
      pull: ask,
      cancel() {
        port.postMessage('cancelled');
      },
    },
    { highWaterMark: QUEUED },
  );
}
