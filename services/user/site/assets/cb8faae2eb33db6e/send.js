// assets/shared/language.js
var coming = (
  /** @type {any} */
  globalThis.sgraphCatalogue
);
var catalogue = coming ? await coming : null;
var language = catalogue ? document.documentElement.lang : "en";
var forms = new Intl.PluralRules(language);
var t = (text, values = {}) => filled(catalogue?.[text] ?? text, values);
function tn(one, other, count, values = {}) {
  const form = catalogue?.[`${other}_${forms.select(count)}`] ?? catalogue?.[`${other}_other`];
  return filled(form ?? (count === 1 ? one : other), { count, ...values });
}
var parts = (text, nodes) => t(text).split(/\{\{(\w+)\}\}/).map((part2, i) => i % 2 ? nodes[part2] : part2).filter(Boolean);
var sentences = (...all) => all.filter(Boolean).join(["ja", "zh"].includes(language) ? "" : " ");
var filled = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (all, name) => {
  const value = values[name] ?? all;
  return typeof value === "number" ? value.toLocaleString(language) : value;
});

// assets/crypto/memory.js
var isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? "");

// assets/crypto/bytes.js
var encoder = new TextEncoder();
var encodeText = (text) => encoder.encode(text);
function concat(chunks) {
  return joinInto(new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0)), chunks);
}
function joinInto(into, chunks) {
  let at = 0;
  for (const chunk of chunks) {
    into.set(chunk, at);
    at += chunk.length;
  }
  return into.subarray(0, at);
}
var startsWith = (bytes2, prefix) => Array.from(prefix).every((byte, i) => bytes2[i] === byte);
function toHex(bytes2) {
  return Array.from(bytes2, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var toBase64 = (bytes2) => btoa(Array.from(bytes2, (b) => String.fromCharCode(b)).join(""));
function toBase64url(bytes2) {
  return toBase64(bytes2).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
function fromBase64url(text) {
  const plain2 = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return Uint8Array.from(atob(plain2), (char) => char.charCodeAt(0));
}

// assets/crypto/envelope.js
var MAGIC = encodeText("SGMETA");
var MAX_METADATA = 64 * 1024;
function parseJson(bytes2) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes2));
  } catch {
    return null;
  }
}
var DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;
var UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;
var MAX_NAME = 255;
var MAX_ENDING = 16;
function safeFilename(name, fallback = "download") {
  let safe = String(name ?? "").replace(/^.*[/\\]/s, "").replace(UNSAFE, "").replace(/[<>:"|?*]/g, "_").replace(/^\s+/, "").replace(/^(?!\.[^\s.])[\s.]+|[\s.]+$/g, "");
  if (DEVICE.test(safe)) safe = `_${safe}`;
  return shorten(safe) || fallback;
}
function shorten(name) {
  const length = (text) => encodeText(text).length;
  if (length(name) <= MAX_NAME) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && length(name.slice(dot)) <= MAX_ENDING ? name.slice(dot) : "";
  let room = MAX_NAME - length(ending);
  let stem = "";
  for (const char of name.slice(0, name.length - ending.length)) {
    room -= length(char);
    if (room < 0) break;
    stem += char;
  }
  return stem.replace(/[\s.]+$/, "") + ending;
}

// assets/crypto/errors.js
var WrongKeyError = class extends Error {
  code = "wrong-key";
};
var DamagedError = class extends Error {
  code = "damaged";
};
var NewerVersionError = class extends Error {
  code = "newer-version";
};
var PassphraseError = class extends Error {
  code = "needs-passphrase";
  /** @param {import('./bytes.js').Bytes} block */
  constructor(block) {
    super("a passphrase is needed");
    this.block = block;
  }
};

// assets/files/tree.js
var isFolder = (path) => path.endsWith("/");

// assets/files/called.js
var UNNAMED = "files";
function called(name, entries) {
  if (name !== UNNAMED) return name;
  const files = entries.filter(({ path }) => !isFolder(path)).length;
  return files ? tn("{{count}} file", "{{count}} files", files) : t("Empty folders");
}

// assets/files/selection.js
async function dropped(transfer) {
  const roots = [];
  for (const item of transfer.items ?? []) {
    const root = item.kind === "file" && item.webkitGetAsEntry?.();
    if (root) roots.push({ root, handle: handleOf(item) });
  }
  if (roots.length === 0) return picked(transfer.files);
  const all = roots.map(async ({ root, handle }) => {
    const entries = await walk(root, "");
    const found = root.isFile && await handle;
    return found ? entries.map((entry) => ({ ...entry, handle: found })) : entries;
  });
  return (await Promise.all(all)).flat();
}
async function handleOf(item) {
  try {
    return await /** @type {any} */
    item.getAsFileSystemHandle?.() ?? null;
  } catch {
    return null;
  }
}
var opened = (handles) => Promise.all(handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile(), handle })));
function picked(files) {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}
async function walk(entry, folder2) {
  const path = folder2 + entry.name;
  if (entry.isFile) {
    const found = (
      /** @type {FileSystemFileEntry} */
      entry
    );
    return [{ path, file: await new Promise((resolve, reject) => found.file(resolve, reject)) }];
  }
  const reader = (
    /** @type {FileSystemDirectoryEntry} */
    entry.createReader()
  );
  const children = [];
  for (; ; ) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    children.push(...batch);
  }
  if (children.length === 0) return [{ path: `${path}/`, file: new File([], entry.name) }];
  return (await Promise.all(children.map((child) => walk(child, `${path}/`)))).flat();
}
function merge(entries, added) {
  const taken = new Set(entries.map(({ path }) => path));
  const renamed = added.flatMap(({ path, ...entry }) => {
    if (path.endsWith("/") && taken.has(path)) return [];
    const free = freePath(path, taken);
    taken.add(free);
    return [{ ...entry, path: free }];
  });
  return [...entries, ...renamed];
}
function freePath(path, taken) {
  if (!taken.has(path)) return path;
  const dot = path.lastIndexOf(".");
  const [stem, ending] = dot > path.lastIndexOf("/") + 1 ? [path.slice(0, dot), path.slice(dot)] : [path, ""];
  for (let n = 2; ; n++) {
    const candidate = `${stem} (${n})${ending}`;
    if (!taken.has(candidate)) return candidate;
  }
}
var isHidden = ({ path }) => path.split("/").some((part2) => part2.startsWith("."));
var totalSize = (entries) => entries.reduce((sum, { file }) => sum + file.size, 0);
var isContainer = (entries) => entries.length > 1 || entries.some(({ path }) => path.includes("/"));
function sendName(entries) {
  if (!isContainer(entries)) return entries[0].path;
  const roots = new Set(entries.map(({ path }) => path.split("/")[0]));
  return roots.size === 1 ? [...roots][0] : UNNAMED;
}
function shownName(entries) {
  const name = sendName(entries);
  return isContainer(entries) ? called(name, entries) : name;
}

// assets/link/own.js
var PLACE = /^#manage\/([0-9a-f]{12,64})(?:\/([A-Za-z0-9_-]{43}))?$/;
var writeManage = (origin, { id, deleteSecret }) => `${origin}/#manage/${id}/${deleteSecret}`;
var isOwn = () => /^#manage\b/.test(location.hash);
function takeOwn() {
  const [, id, secret] = location.hash.match(PLACE) ?? [];
  if (!id) {
    history.replaceState(null, "", location.pathname);
    return null;
  }
  if (secret) history.replaceState({ own: { id, deleteSecret: secret } }, "", `#manage/${id}`);
  if (history.state?.own?.expires <= /* @__PURE__ */ new Date()) endOwn();
  const own = history.state?.own;
  return own?.id === id ? own : { id, deleteSecret: "" };
}
var enterOwn = (own) => history.pushState({ own }, "", `#manage/${own.id}`);
function leaveOwn() {
  if (isOwn()) history.pushState(null, "", location.pathname);
}
function endOwn(when2) {
  const { id, name, size, deleted = when2 } = history.state?.own ?? {};
  if (id)
    history.replaceState({ own: { id, name, size, deleteSecret: "", isOver: true, ...deleted && { deleted } } }, "");
}

// assets/link/write.js
var placeOf = (id, key) => key ? `/d/#${id}/${key}` : `/d/#${id}`;
var writeLinks = (origin, id, key) => ({
  whole: origin + placeOf(id, key),
  withoutKey: origin + placeOf(id)
});
var writeRequest = (origin, { id, seed, publicKey }) => `${origin}/r/#${id}/${seed}/${publicKey}`;

// assets/net/database.js
var answer = (request2) => new Promise((resolve, reject) => {
  request2.onsuccess = () => resolve(request2.result);
  request2.onerror = () => reject(request2.error);
});
var LAST = 2 ** 32;
var rowsOf = (id) => IDBKeyRange.bound([id, 0], [id, LAST]);
var Database = class {
  #name;
  #stores;
  #durability;
  /** @type {Promise<IDBDatabase> | undefined} */
  #opened;
  /**
   * @param {string} name
   * @param {string[]} stores
   * @param {'strict' | 'default'} durability
   */
  constructor(name, stores, durability) {
    this.#name = name;
    this.#stores = stores;
    this.#durability = durability;
  }
  /**
   * Does something with some stores in one step, all of it or nothing.
   * @template R
   * @param {string[]} names
   * @param {(...stores: IDBObjectStore[]) => Promise<R>} task
   * @returns {Promise<R>}
   */
  async transact(names, task) {
    this.#opened ??= this.#open();
    const db = await this.#opened;
    const transaction = db.transaction(names, "readwrite", { durability: this.#durability });
    const complete = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const [result] = await Promise.all([task(...names.map((name) => transaction.objectStore(name))), complete]);
    return result;
  }
  #open() {
    const request2 = indexedDB.open(this.#name, 1);
    request2.onupgradeneeded = () => {
      for (const store of this.#stores) request2.result.createObjectStore(store);
    };
    return answer(request2).then((db) => {
      db.onclose = () => {
        this.#opened = void 0;
      };
      return db;
    });
  }
};
var sending = new Database("sgraph-sending", ["uploads", "tags", "sent", "requests"], "strict");

// assets/net/own-transfers.js
var KEEPING = "sgraph-send-keeps";
var MOST = 200;
var sent = new Database("sgraph-sent", ["transfers"], "default");
function isKeeping() {
  try {
    return localStorage.getItem(KEEPING) !== null;
  } catch {
    return false;
  }
}
function keepFromNow(wanted) {
  if (wanted) localStorage.setItem(KEEPING, "1");
  else localStorage.removeItem(KEEPING);
}
var transact = (task) => sent.transact(["transfers"], task);
async function keepTransfer(transfer) {
  await transact((transfers) => answer(transfers.put(transfer, transfer.id)));
  for (const { id } of (await ownTransfers()).slice(MOST)) await forgetTransfer(id);
}
async function ownTransfers() {
  const all = await transact((transfers) => answer(transfers.getAll()));
  return all.sort((a, b) => b.sent - a.sent);
}
var ownTransfer = async (id) => isKeeping() ? transact((transfers) => answer(transfers.get(id))) : void 0;
var forgetTransfer = (id) => transact((transfers) => answer(transfers.delete(id)));

// assets/net/storage.js
var FOLDER = "received";
var folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
async function eraseFiles(ids) {
  if (ids.length === 0 || !navigator.storage?.getDirectory) return;
  const files = await folder().catch(() => null);
  await Promise.all(ids.map((id) => files?.removeEntry(String(id)).catch(() => {
  })));
}
var received = new Database("sgraph-send", ["claims", "pieces"], "default");
var cleared;
async function clear() {
  let last = [];
  const files = await filesOf();
  await received.transact(["claims", "pieces"], async (claims, pieces) => {
    const [ids, all] = await Promise.all([answer(claims.getAllKeys()), answer(claims.getAll())]);
    const over = ids.filter((_, i) => all[i].ends <= Date.now());
    last = ids.filter((id) => !over.includes(id));
    await Promise.all(over.map((id) => erase(claims, pieces, id)));
  });
  await eraseFiles(files.filter((id) => !last.includes(id)));
}
async function filesOf() {
  const ids = [];
  try {
    const files = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    for await (
      const id of
      /** @type {any} */
      files.keys()
    ) ids.push(id);
  } catch {
  }
  return ids;
}
var erase = (claims, pieces, id) => Promise.all([answer(claims.delete(id)), answer(pieces.delete(rowsOf(id)))]);
async function removeOver() {
  cleared ??= clear();
  await cleared;
}

// assets/script-url.js
var policy = (
  /** @type {any} */
  globalThis.trustedTypes?.createPolicy("scripts", {
    createScriptURL: (url) => {
      if (new URL(url, location.href).origin !== location.origin) throw new TypeError("not a script of ours");
      return url;
    }
  })
);
var scriptURL = (url) => policy?.createScriptURL(url) ?? url;

// assets/shared/contract.js
var part = encodeURIComponent;
var headers = {
  contentType: "content-type",
  contentLength: "content-length",
  retryAfter: "retry-after",
  requestAuth: "x-sgraph-request-auth",
  accessToken: "x-sgraph-access-token",
  deleteAuth: "x-sgraph-transfer-delete-auth",
  downloadPermit: "x-sgraph-download-permit",
  downloadClaim: "x-sgraph-download-claim",
  range: "range",
  ifRange: "if-range",
  contentEncoding: "content-encoding",
  eTag: "etag",
  contentRange: "content-range"
};
var paths = {
  config: "/api/send/config",
  status: "/info/status",
  server: "/info/server",
  versions: "/info/versions",
  listTransfers: "/transfers/list",
  showTransfer: (transferId) => `/transfers/show/${part(transferId)}`,
  takeDownTransfer: (transferId) => `/transfers/take-down/${part(transferId)}`,
  initiateUpload: "/api/presigned/initiate",
  resumeUpload: "/api/presigned/resume",
  assembleUpload: "/api/presigned/complete",
  cancelUpload: (transferId, uploadId) => `/api/presigned/cancel/${part(transferId)}/${part(uploadId)}`,
  downloadUrl: (transferId) => `/api/presigned/download-url/${part(transferId)}`,
  getLink: (link) => `/api/presigned/bytes/${part(link)}`,
  createRequest: "/api/requests/create",
  requestInfo: (requestId) => `/api/requests/info/${part(requestId)}`,
  requestTransfers: (requestId) => `/api/requests/transfers/${part(requestId)}`,
  closeRequest: (requestId) => `/api/requests/delete/${part(requestId)}`,
  login: "/auth/login",
  currentSession: "/auth/session",
  logout: "/auth/logout",
  listSessions: "/auth/sessions",
  endSession: (sessionId) => `/auth/sessions/${part(sessionId)}`,
  endOtherSessions: "/auth/sessions",
  showSignOn: "/auth/sso",
  beginSignOn: "/auth/sso",
  createToken: "/tokens/create",
  revokeToken: (tokenName) => `/tokens/revoke/${part(tokenName)}`,
  reactivateToken: (tokenName) => `/tokens/reactivate/${part(tokenName)}`,
  updateTokenLimit: (tokenName) => `/tokens/update-limit/${part(tokenName)}`,
  listTokenDetails: "/tokens/list-details",
  checkToken: (tokenName) => `/api/transfers/check-token/${part(tokenName)}`,
  createTransfer: "/api/transfers/create",
  completeTransfer: (transferId) => `/api/transfers/complete/${part(transferId)}`,
  transferInfo: (transferId) => `/api/transfers/info/${part(transferId)}`,
  downloadTransfer: (transferId) => `/api/transfers/download/${part(transferId)}`,
  deleteTransfer: (transferId) => `/api/transfers/delete/${part(transferId)}`,
  confirmDownload: (transferId) => `/api/transfers/confirm/${part(transferId)}`,
  changeExpiry: (transferId) => `/api/transfers/expiry/${part(transferId)}`,
  pulse: "/health/pulse",
  activity: "/health/activity",
  storage: "/health/storage",
  services: "/health/services",
  alarms: "/health/alarms",
  serving: "/health/versions",
  listEvents: "/audit/events",
  exportEvents: "/audit/export",
  chainHead: "/audit/head",
  showWebhook: "/webhook",
  revealWebhook: "/webhook/reveal",
  testWebhook: "/webhook/test"
};

// assets/shared/http.js
var STATUSES = {
  0: "no_answer",
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  409: "conflict",
  410: "gone",
  413: "too_large",
  416: "out_of_range",
  429: "limited",
  500: "internal",
  502: "no_proper_answer",
  503: "unavailable",
  504: "no_answer_in_time",
  507: "full"
};
var codeOf = (status) => STATUSES[status] ?? (status < 500 ? "invalid" : "internal");
var ApiError = class extends Error {
  /**
   * @param {number} status 0: no answer at all
   * @param {{ code?: Code, detail?: string, retryAfter?: number }} [why] detail is for people, retryAfter in seconds
   */
  constructor(status, { code = codeOf(status), detail = "", retryAfter = 0 } = {}) {
    super(detail || code);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
};
async function request(method, path, { headers: headers2 = {}, json, signal, credentials = "omit" } = {}) {
  const body = json === void 0 ? void 0 : JSON.stringify(json);
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === void 0 ? headers2 : { [headers.contentType]: "application/json", ...headers2 },
      body,
      signal,
      credentials,
      cache: "no-store",
      referrerPolicy: "no-referrer"
    });
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new ApiError(0);
  }
  if (response.ok) return response;
  const text = await response.text().catch(() => "");
  throw errorOf(response.status, text, response.headers.get(headers.retryAfter));
}
async function read(response) {
  try {
    return await response.json();
  } catch {
    throw new ApiError(502);
  }
}
function errorOf(status, body, retryAfter) {
  let said;
  try {
    said = JSON.parse(body);
  } catch {
  }
  const detail = Array.isArray(said?.detail) ? said.detail.map(({ msg }) => msg).join("; ") : said?.detail;
  return new ApiError(status, {
    code: typeof said?.code === "string" ? said.code : void 0,
    detail: typeof detail === "string" ? detail : "",
    retryAfter: Number(retryAfter) || 0
  });
}

// assets/crypto/crossing.js
function crossed({ name, message, ...said }) {
  if (name === "ApiError") return new ApiError(said.status, { ...said, detail: said.detail });
  if (name === "AbortError") return new DOMException(message, name);
  if (said.code === "needs-passphrase") return new PassphraseError(said.block);
  return Object.assign(new Error(message), said);
}

// assets/crypto/client.js
var CryptoClient = class {
  /** @type {Worker | null} */
  #started = null;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (why: unknown) => void, on: Record<string, any> }>} */
  #waiting = /* @__PURE__ */ new Map();
  #lastId = 0;
  /** Why the worker does not work, once it does not. @type {Error | null} */
  #broken = null;
  get #worker() {
    if (this.#started) return this.#started;
    const worker = new Worker(scriptURL(new URL("./worker.js", import.meta.url).href), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answer(data));
    worker.addEventListener("error", () => this.#fail(t("The encryption module did not start. Reload the page.")));
    this.#started = worker;
    return worker;
  }
  /** Has it there before it is asked for anything, by when a deploy may have taken away what it is made of. */
  start() {
    return this.#call("start", []);
  }
  /**
   * Seals and sends, all in the worker: no byte of it passes through the page. Returns the transfer's id.
   * @param {Upload} what
   * @param {Pick<import('../net/upload.js').Options, 'signal' | 'onCreated' | 'onProgress' | 'onWait'>} options
   * @returns {Promise<string>}
   */
  upload(what, { signal, ...on }) {
    return this.#call("upload", [what], { signal, on });
  }
  /**
   * Receives and opens, all in the worker: no byte of it passes through the page.
   * @param {SealedTransfer} sealed
   * @param {Receiving} options
   * @returns {Promise<Received>}
   */
  receive(sealed, { signal, ...on }) {
    return this.#call("receive", [sealed], { signal, on });
  }
  /**
   * Receives one of the files that receive listed, by its number.
   * @param {string} id
   * @param {number} number
   * @param {Receiving} options
   * @returns {Promise<One>}
   */
  receiveOne(id, number3, { signal, ...on }) {
    return this.#call("receiveOne", [id, number3], { signal, on });
  }
  /**
   * Receives all of them as a ZIP archive.
   * @param {string} id
   * @param {Receiving} options
   * @returns {Promise<One>}
   */
  receiveArchive(id, { signal, ...on }) {
    return this.#call("receiveArchive", [id], { signal, on });
  }
  /**
   * Receives all of them into a new folder, and returns what that is called.
   * @param {string} id
   * @param {FileSystemDirectoryHandle} folder
   * @param {Receiving} options
   * @returns {Promise<string>}
   */
  receiveFolder(id, folder2, { signal, ...on }) {
    return this.#call("receiveFolder", [id, folder2], { signal, on });
  }
  /**
   * How the download of a transfer stands.
   * @param {string} id
   * @returns {Promise<State>}
   */
  stateOf(id) {
    return this.#call("stateOf", [id]);
  }
  /**
   * To be called when a download can be had no more, or shall not.
   * @param {string} id
   */
  forget(id) {
    return this.#call("forget", [id]);
  }
  /**
   * Fetches again what has arrived: it is not what was sent.
   * @param {string} id
   */
  distrust(id) {
    return this.#call("distrust", [id]);
  }
  /**
   * @param {string} token
   * @returns {Promise<{ id: string, key: Key }>}
   */
  friendly(token) {
    return this.#call("friendly", [token]);
  }
  /**
   * Mixes a passphrase into a link's key. The block is that of what was sealed, or a new one. It takes about a second;
   * onProgress gets how much of it is done, from 0 to 1.
   * @param {Key} key
   * @param {string} passphrase
   * @param {Bytes | null} [block]
   * @param {{ onProgress?: (done: number) => void }} [on]
   * @returns {Promise<{ key: Key, block: Bytes }>}
   */
  lock(key, passphrase, block = null, on = {}) {
    return this.#call("lock", [key, passphrase, block], { on });
  }
  /** @returns {Promise<{ publicKey: Bytes, keys: CryptoKeyPair }>} */
  newRequestKeys() {
    return this.#call("newRequestKeys", []);
  }
  /**
   * Seals a link's key to a request.
   * @param {Bytes} publicKey
   * @param {string} requestId
   * @param {Key} key
   * @returns {Promise<Bytes>}
   */
  sealKey(publicKey, requestId, key) {
    return this.#call("sealKey", [publicKey, requestId, key]);
  }
  /**
   * Opens a key that was sealed to a request.
   * @param {import('./request.js').RequestKeys} keys
   * @param {string} requestId
   * @param {Bytes} sealed
   * @returns {Promise<Key>}
   */
  openKey(keys, requestId, sealed) {
    return this.#call("openKey", [keys, requestId, sealed]);
  }
  /**
   * What shows that somebody has a request's link, out of its seed.
   * @param {Bytes} seed
   * @returns {Promise<Bytes>}
   */
  grant(seed) {
    return this.#call("grant", [seed]);
  }
  /**
   * @param {string} call
   * @param {unknown[]} args
   * @param {Line} [line] `on` has what is called by the events of a call that takes a while
   * @returns {Promise<any>}
   */
  #call(call, args, { handOver: handOver2 = [], signal, on = {} } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      signal?.throwIfAborted();
      this.#waiting.set(id, { resolve, reject, on });
      const abort = () => this.#worker.postMessage({ id, abort: String(signal?.reason?.message ?? "cancelled") });
      signal?.addEventListener("abort", abort, { once: true });
      this.#worker.postMessage({ id, call, args }, handOver2);
    });
  }
  /** @param {{ id: number, value: unknown, error?: any, event?: string, args: unknown[], question?: any }} answer */
  #answer({ id, value, error, event, args, question }) {
    const asked = this.#waiting.get(id);
    if (question) {
      asked?.on.place(question).then((answer2) => {
        this.#worker.postMessage({ id, answer: answer2 }, "port" in answer2 ? [answer2.port] : []);
      }, asked.reject);
      return;
    }
    if (event) {
      asked?.on[event]?.(...args);
      return;
    }
    this.#waiting.delete(id);
    if (error) asked?.reject(crossed(error));
    else asked?.resolve(value);
  }
  /** @param {string} message */
  #fail(message) {
    this.#broken = Object.assign(new Error(message), { code: "worker" });
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
};

// assets/crypto/key.js
var newSecret = () => crypto.getRandomValues(new Uint8Array(32));
var writeKey = toBase64url;
var FRIENDLY_SALT = encodeText("sgraph-send-v1");
async function hashSecret(secret) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encodeText(secret))));
}

// assets/crypto/passphrase.js
var BLOCK = 24;
var MAX_PASSPHRASE = 1024;
var ARGON2ID = 1;
var SALT = 16;
var COSTS = { lanes: 1, passes: 2, memory: 19 * 1024 };
var MOST2 = { lanes: 4, passes: 16, memory: 256 * 1024 };
function readBlock(block) {
  if (block.length !== BLOCK) throw new DamagedError();
  if (block[0] !== ARGON2ID) throw new NewerVersionError();
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  const [lanes, passes, memory] = [view.getUint8(1), view.getUint16(2), view.getUint32(4)];
  const isWithin = lanes >= 1 && lanes <= MOST2.lanes && passes >= 1 && passes <= MOST2.passes && memory >= 8 * lanes && memory <= MOST2.memory;
  if (!isWithin) throw new DamagedError();
  return { lanes, passes, memory, salt: block.slice(BLOCK - SALT) };
}
function passphraseBytes(passphrase) {
  const bytes2 = encodeText(passphrase.normalize("NFC"));
  return bytes2.length >= 1 && bytes2.length <= MAX_PASSPHRASE ? bytes2 : null;
}

// assets/crypto/label.js
var UNKNOWN = -1;
var MAX_NOTE = 1e3;
var MAX_PICTURE = 5 * 1024;
var PLAIN = 1;
var WITH_PASSPHRASE = 2;
var NONCE = 12;
var TAG = 16;
var SIZES = [512, 1024, 2048, 4096, 8192];
var INFO = encodeText("sgraph-send label 1");
var MAX_LISTED = 100;
var MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
var UNSAFE2 = /[^\P{Cc}\n]|[\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;
var PICTURES = {
  "image/jpeg": (text) => text.startsWith("ÿØÿ"),
  "image/png": (text) => text.startsWith("PNG\r\n\n"),
  "image/webp": (text) => text.startsWith("RIFF") && text.startsWith("WEBP", 8)
};
async function deriveKey(linkKey, usage) {
  const material = await crypto.subtle.importKey("raw", linkKey, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}
var gcm = (iv, head) => ({ name: "AES-GCM", iv, additionalData: head });
async function sealLabel(linkKey, label, { block = null, nonce } = {}) {
  const iv = nonce ?? crypto.getRandomValues(new Uint8Array(NONCE));
  const head = block ? concat([Uint8Array.of(WITH_PASSPHRASE), block]) : Uint8Array.of(PLAIN);
  const overhead = head.length + NONCE + TAG;
  const json = encodeText(writeLabel(label, SIZES[SIZES.length - 1] - overhead));
  const size = SIZES.find((size2) => size2 >= overhead + json.length);
  if (!size) throw new RangeError("label too long");
  const padded = new Uint8Array(size - overhead).fill(32);
  padded.set(json);
  const key = await deriveKey(linkKey, "encrypt");
  const sealed = new Uint8Array(await crypto.subtle.encrypt(gcm(iv, head), key, padded));
  return concat([head, iv, sealed]);
}
function labelBlock(sealed) {
  if (sealed[0] !== WITH_PASSPHRASE || !SIZES.includes(sealed.length)) return null;
  const block = sealed.slice(1, 1 + BLOCK);
  try {
    readBlock(block);
  } catch {
    return null;
  }
  return block;
}
async function openLabel(linkKey, sealed, block = null) {
  if (!SIZES.includes(sealed.length)) return null;
  const asked = labelBlock(sealed);
  if (!asked && sealed[0] !== PLAIN) return null;
  if (asked && !block) throw new PassphraseError(asked);
  if (block && !(asked && startsWith(asked, block))) throw new WrongKeyError();
  const begin = asked ? 1 + BLOCK : 1;
  const [head, iv] = [sealed.slice(0, begin), sealed.slice(begin, begin + NONCE)];
  const key = await deriveKey(linkKey, "decrypt");
  let json;
  try {
    json = await crypto.subtle.decrypt(gcm(iv, head), key, sealed.slice(begin + NONCE));
  } catch {
    throw new WrongKeyError();
  }
  return readLabel(new Uint8Array(json));
}
function writeLabel({ files, count, size, note, picture }, room) {
  const listed = files.slice(0, MAX_LISTED).map((file) => ({
    name: safeFilename(file.name),
    ...isSize(file.size) && { size: file.size },
    ...MEDIA_TYPE.test(file.type) && { type: file.type }
  }));
  const said = cleanNote(note);
  let shown = picture && { picture: { type: picture.type, data: toBase64(picture.data) } };
  const write = () => JSON.stringify({
    files: listed,
    ...count > listed.length && { count },
    ...isSize(size) && { size },
    ...said && { note: said },
    ...shown
  });
  const fits = () => encodeText(write()).length <= room;
  const all = listed.splice(1);
  if (!fits()) shown = null;
  listed.push(...all);
  while (listed.length > 1 && !fits()) listed.pop();
  return write();
}
function readLabel(json) {
  const said = parseJson(json);
  if (!isObject(said)) return null;
  const { files, count, size, note, picture } = said;
  if (!Array.isArray(files) || files.length === 0 || !files.every(isObject)) return null;
  return {
    files: files.slice(0, MAX_LISTED).map(readFile),
    count: Math.max(files.length, readSize(count)),
    size: readSize(size),
    note: typeof note === "string" ? cleanNote(note) : "",
    picture: readPicture(picture)
  };
}
var isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
var isSize = (size) => Number.isSafeInteger(size) && Number(size) >= 0;
var readSize = (size) => isSize(size) ? Math.abs(size) : UNKNOWN;
var readFile = ({ name, size, type }) => ({
  name: safeFilename(typeof name === "string" ? name : ""),
  size: readSize(size),
  type: typeof type === "string" && MEDIA_TYPE.test(type) ? type : ""
});
function cleanNote(note) {
  const safe = note.replace(/\r\n?/g, "\n").replaceAll("	", " ").replace(UNSAFE2, "").trim().replace(/\n{3,}/g, "\n\n");
  return Array.from(safe).slice(0, MAX_NOTE).join("").trim();
}
function readPicture(picture) {
  if (!isObject(picture) || typeof picture.type !== "string" || typeof picture.data !== "string") return null;
  let text;
  try {
    text = atob(picture.data);
  } catch {
    return null;
  }
  const isPicture = Object.hasOwn(PICTURES, picture.type) && PICTURES[picture.type](text);
  if (btoa(text) !== picture.data || text.length > MAX_PICTURE || !isPicture) return null;
  return { type: picture.type, data: Uint8Array.from(text, (char) => char.charCodeAt(0)) };
}

// assets/files/again.js
function remembered(entries) {
  const handles = entries.flatMap(({ handle }) => handle ?? []);
  return {
    files: entries.map(({ path, file: { size, lastModified: modified, type } }) => ({ path, size, modified, type })),
    handles: handles.length === entries.length ? handles : null
  };
}
function sameFiles(files, entries) {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const found = { entries: [], missing: [], changed: [] };
  for (const { path, size, type } of files) {
    if (isFolder(path)) {
      found.entries.push({ path, file: new File([], "") });
      continue;
    }
    const entry = byPath.get(path);
    if (!entry) {
      found.missing.push(path);
      continue;
    }
    if (entry.file.size !== size) found.changed.push(path);
    const isSame = entry.file.type === type;
    const { name, lastModified } = entry.file;
    const file = isSame ? entry.file : new File([entry.file], name, { type, lastModified });
    found.entries.push({ path, file });
  }
  return found;
}

// assets/files/picture.js
var SIDE = 160;
var SOURCE_MAX = 64 * 1024 * 1024;
var KINDS = /^image\/(avif|bmp|gif|jpeg|png|webp)$/;
var WAYS = [
  { side: SIDE, quality: 0.8 },
  { side: SIDE, quality: 0.5 },
  { side: 112, quality: 0.5 },
  { side: 80, quality: 0.4 }
];
async function smallPicture(file) {
  if (!KINDS.test(file.type) || file.size > SOURCE_MAX) return null;
  try {
    const image = await createImageBitmap(file);
    try {
      for (const way of WAYS) {
        const picture = await draw(image, way);
        if (picture.size <= MAX_PICTURE) {
          return { type: picture.type, data: new Uint8Array(await picture.arrayBuffer()) };
        }
      }
    } finally {
      image.close();
    }
  } catch {
  }
  return null;
}
async function draw(image, { side, quality }) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((pixels) => Math.max(1, Math.round(pixels * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("nothing to draw on");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  const picture = await canvas.convertToBlob({ type: "image/webp", quality });
  if (picture.type === "image/webp") return picture;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

// assets/files/label.js
async function labelOf(content, note) {
  if ("text" in content) {
    const { size: size2 } = new Blob([content.text]);
    return { files: [{ name: "message.txt", size: size2, type: "text/plain" }], count: 1, size: size2, note, picture: null };
  }
  const { entries } = content;
  const size = totalSize(entries);
  const listed = entries.filter(({ path }) => !isFolder(path));
  const files = (listed.length ? listed : entries).map(({ path, file }) => ({
    name: path.replace(/\/$/, ""),
    size: file.size,
    type: file.type
  }));
  const picture = entries.length === 1 ? await smallPicture(entries[0].file) : null;
  return { files, count: files.length, size, note, picture };
}

// assets/net/api.js
var DEFAULTS = {
  max_bytes: 0,
  direct_bytes: 5 * 1024 * 1024,
  default_ttl_seconds: 7 * 86400,
  max_ttl_seconds: 30 * 86400,
  token_required: true
};
async function getConfig() {
  const response = await request("GET", paths.config);
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  const ahead = serverTime - Date.now();
  const said = await read(response);
  return { ...DEFAULTS, ...said, clock_offset: Math.abs(ahead) > 5e3 ? ahead : 0 };
}
var get = async (path) => read(await request("GET", path));
var checkToken = (token) => get(paths.checkToken(token));
var getInfo = (id) => get(paths.transferInfo(id));
var deleteTransfer = (id, secret) => request("DELETE", paths.deleteTransfer(id), { headers: { [headers.deleteAuth]: secret } });
var changeExpiry = async (id, secret, expires) => {
  const json = { expires_at: expires.toISOString() };
  return read(await request("POST", paths.changeExpiry(id), { headers: { [headers.deleteAuth]: secret }, json }));
};
var getRequest = (id) => get(paths.requestInfo(id));
var getArrived = async (id, secret) => read(await request("GET", paths.requestTransfers(id), { headers: { [headers.requestAuth]: secret } }));
var closeRequest = (id, secret) => request("DELETE", paths.closeRequest(id), { headers: { [headers.requestAuth]: secret } });
var tokenHeaders = (token) => token ? { [headers.accessToken]: token } : {};
var post = async (path, { token = "", json, signal } = {}) => read(await request("POST", path, { json, signal, headers: tokenHeaders(token) }));

// assets/net/patience.js
var PASSING = [0, 408, 425, 429, 500, 502, 503, 504];
var isPassing = (error) => error instanceof ApiError && PASSING.includes(error.status);

// assets/crypto/stream.js
var FAMILY = concat([encodeText("SGSEND"), Uint8Array.of(0)]);
var TAG2 = 16;
var SEGMENT = 1024 * 1024;
var SALT2 = 32;
var PREFIX = 7;
var HEADER = 1 + SALT2 + PREFIX;
var MAX_SEGMENTS = 2 ** 32 - 1;
var firstPlain = SEGMENT - HEADER - TAG2;
var nextPlain = SEGMENT - TAG2;
var RANDOM = SALT2 + PREFIX;
var MAX_HEAD = FAMILY.length + 1 + BLOCK + HEADER;

// assets/net/unfinished.js
var PENDING = 24 * 3600 * 1e3;
var eraseRows = (id, ...stores) => Promise.all(stores.map((store) => answer(store.delete(rowsOf(id)))));
var lockName = (id) => `sgraph-send upload ${id}`;
function unfinished() {
  return sending.transact(["uploads", "tags", "sent"], async (uploads, tags, sent2) => {
    const all = await answer(uploads.getAll());
    const kept = await Promise.all(
      all.map(async (begun) => {
        if (begun.ends <= Date.now()) {
          await Promise.all([answer(uploads.delete(begun.id)), eraseRows(begun.id, tags, sent2)]);
          return [];
        }
        const parts2 = await answer(sent2.getAll(rowsOf(begun.id)));
        return [{ begun, sent: parts2.reduce((sum, bytes2) => sum + bytes2, 0) }];
      })
    );
    return kept.flat();
  });
}
var isUnfinished = (id) => Journal.find(id).then(
  (journal) => journal !== null,
  () => false
  // the browser keeps nothing
);
async function forget(id) {
  await sending.transact(
    ["uploads", "tags", "sent"],
    (uploads, tags, sent2) => Promise.all([answer(uploads.delete(id)), eraseRows(id, tags, sent2)])
  );
}
var Journal = class _Journal {
  #begun;
  /** Numbers of the segments that left. @type {Set<number>} */
  #known = /* @__PURE__ */ new Set();
  /** Until what was to be kept before is. @type {Promise<void>} */
  #keeping = Promise.resolve();
  /** @param {Begun} begun */
  constructor(begun) {
    this.#begun = begun;
  }
  /**
   * Keeps an upload that begins. Null where the browser keeps nothing: then it can only be sent in one go.
   * @param {Plan} plan
   * @param {{ id: string, random: Bytes, size: number }} stream
   */
  static async begin(plan, stream) {
    const ends = Math.min(Date.now() + PENDING, plan.expires);
    const journal = new _Journal({ ...plan, ...stream, ends });
    try {
      await journal.#restart();
      return journal;
    } catch {
      return null;
    }
  }
  /**
   * What is kept of an upload; null where another tab has finished or forgotten it.
   * @param {string} id
   */
  static async find(id) {
    const begun = await sending.transact(["uploads"], (uploads) => answer(uploads.get(id)));
    return begun ? new _Journal(begun) : null;
  }
  get begun() {
    return this.#begun;
  }
  /**
   * What to seal the same again from.
   * @returns {Promise<Kept>}
   */
  async kept() {
    const { id, random, size } = this.#begun;
    const [firsts, runs] = await sending.transact(
      ["tags"],
      (tags2) => Promise.all([answer(tags2.getAllKeys(rowsOf(id))), answer(tags2.getAll(rowsOf(id)))])
    );
    const starts = (
      /** @type {[string, number][]} */
      firsts.map(([, first]) => first)
    );
    const count = starts.reduce((most, first, i) => Math.max(most, first + runs[i].length / TAG2), 0);
    const tags = new Uint8Array(count * TAG2);
    for (const [i, first] of starts.entries()) {
      tags.set(runs[i], first * TAG2);
      for (let n = 0; n < runs[i].length / TAG2; n++) this.#known.add(first + n);
    }
    return { random, size, tags };
  }
  /**
   * Whether all of these segments left before.
   * @param {Tagged[]} segments
   */
  knows(segments) {
    return segments.every(({ index }) => this.#known.has(index));
  }
  /**
   * Keeps the tags of segments that follow each other. Only then may they leave. Two parts that have a segment in common
   * are kept one after the other: else the row of one could replace that of the other, and its tags.
   * @param {Tagged[]} segments
   */
  leaving(segments) {
    const keeps = this.#keeping.then(() => this.#keep(segments));
    this.#keeping = keeps.catch(() => {
    });
    return keeps;
  }
  /** @param {Tagged[]} segments */
  async #keep(segments) {
    const fresh = segments.findIndex(({ index }) => !this.#known.has(index));
    if (fresh < 0) return;
    const added = segments.slice(fresh);
    const run = new Uint8Array(added.length * TAG2);
    for (const [i, { tag }] of added.entries()) run.set(tag, i * TAG2);
    await sending.transact(["tags"], (tags) => answer(tags.put(run, [this.#begun.id, added[0].index])));
    for (const { index } of added) this.#known.add(index);
  }
  /**
   * Notes that a part arrived, for who asks how far it is. What the service has it says itself.
   * @param {number} part
   * @param {number} bytes
   */
  async arrived(part2, bytes2) {
    const put = sending.transact(["sent"], (sent2) => answer(sent2.put(bytes2, [this.#begun.id, part2])));
    await put.catch(() => {
    });
  }
  /**
   * Begins again, under other random bytes: nothing of what was known is of this stream.
   * @param {Bytes} random
   */
  async startOver(random) {
    this.#begun = { ...this.#begun, random };
    await this.#restart();
  }
  async #restart() {
    this.#known.clear();
    const { id } = this.#begun;
    await sending.transact(
      ["uploads", "tags", "sent"],
      (uploads, tags, sent2) => Promise.all([answer(uploads.put(this.#begun, id)), eraseRows(id, tags, sent2)])
    );
  }
};

// assets/shared/dom.js
var SVG = "http://www.w3.org/2000/svg";
var el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
var svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (
    const child of
    /** @type {any[]} */
    children.flat(Infinity)
  ) {
    if (child !== false && child != null) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}
var ICONS = new URL("icons.svg", import.meta.url).pathname;
var icon = (name) => svg("svg", { "aria-hidden": "true" }, svg("use", { href: `${ICONS}#${name}` }));
var facts = (rows) => rows.flatMap(([term, fact]) => [el("dt", {}, term), el("dd", {}, fact)]);
function find(root, selector, type = (
  /** @type {any} */
  HTMLElement
)) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}
function show(root, name) {
  for (
    const view of
    /** @type {NodeListOf<HTMLElement>} */
    root.querySelectorAll("[data-view]")
  ) {
    view.hidden = view.dataset.view !== name;
  }
  return find(root, `[data-view="${name}"]`);
}
function announce(heading) {
  heading.focus({ preventScroll: true });
  heading.closest(".card")?.scrollIntoView({ block: "nearest" });
}
function copyButton(words, value, { picture = "copy", wordless, primary, onCopied, onRefused } = {}) {
  const said = el("span", { class: wordless ? "visually-hidden" : "", "aria-live": "polite" }, words);
  const kind = wordless ? "button quiet square" : primary ? "button primary" : "button";
  const button = el("button", { type: "button", class: kind, title: wordless && words }, icon(picture), said);
  let timer = 0;
  const say2 = (name, text) => {
    said.textContent = text;
    button.firstChild?.replaceWith(icon(name));
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value());
      say2("check", t("Copied"));
      onCopied?.();
    } catch {
      say2(picture, t("Press Ctrl+C"));
      onRefused?.();
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => say2(picture, words), 2500);
  });
  return button;
}
var Problem = class extends Error {
  /**
   * @param {string} message
   * @param {HTMLElement} [field]
   */
  constructor(message, field2) {
    super(message);
    this.field = field2;
  }
};
function dialog({ title, body, action, danger, submit, dismiss = t("Cancel") }) {
  let result;
  const error = el("p", { class: "note bad", role: "alert" });
  const close = () => {
    box.close();
  };
  const ok = el("button", { class: `button primary ${danger ? "danger" : ""}` }, action);
  const send = async (event) => {
    event.preventDefault();
    error.textContent = "";
    ok.disabled = true;
    try {
      result = await submit?.(form.elements);
      box.close();
    } catch (problem) {
      error.textContent = /** @type {Error} */
      problem.message;
      if (problem instanceof Problem) problem.field?.focus();
    } finally {
      ok.disabled = false;
    }
  };
  const leave = { type: "button", class: action ? "button" : "button primary", click: close, autofocus: danger };
  const form = el(
    "form",
    { method: "dialog", novalidate: true, submit: send },
    el("h2", { id: "dialog-title" }, title),
    body,
    error,
    el("footer", {}, el("button", leave, dismiss), action && ok)
  );
  const box = el("dialog", { "aria-labelledby": "dialog-title" }, form);
  document.body.append(box);
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => {
      box.remove();
      resolve(result);
    });
  });
}

// assets/shared/format.js
var SIZES2 = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
function bytes(count) {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < SIZES2.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return unbroken(inUnits(value, "byte", { unitDisplay: "long", useGrouping: false }));
  const maximumFractionDigits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return unbroken(inUnits(value, SIZES2[step], { unitDisplay: "short", maximumFractionDigits }).replace("kB", "KB"));
}
var unbroken = (text) => text.replaceAll(" ", " ");
var speed = (bytesPerSecond) => `${bytes(Math.round(bytesPerSecond))}/s`;
function span(seconds) {
  const [count, unit] = rough(seconds);
  return inUnits(count, unit, { unitDisplay: unit === "second" || unit === "minute" ? "short" : "long" });
}
function rough(seconds) {
  if (seconds < 90) return [Math.max(1, Math.round(seconds)), "second"];
  if (seconds < 90 * 60) return [Math.round(seconds / 60), "minute"];
  if (seconds < 36 * 3600) return [Math.round(seconds / 3600), "hour"];
  return [Math.round(seconds / 86400), "day"];
}
var inUnits = (value, unit, options) => value.toLocaleString(language, { style: "unit", unit, ...options });
var number = (count) => count.toLocaleString(language);
var percent = (part2) => (Math.floor(part2 * 100) / 100).toLocaleString(language, { style: "percent", maximumFractionDigits: 0 });
var DATES = language === "en" ? "en-GB" : language;
function moment(date) {
  return date.toLocaleString(DATES, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: date.getFullYear() === (/* @__PURE__ */ new Date()).getFullYear() ? void 0 : "numeric",
    hour: "2-digit",
    minute: "2-digit"
  });
}
function minute(date) {
  const two = (part2) => String(part2).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
var relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
function until(date, now = /* @__PURE__ */ new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1e3;
  if (seconds <= 0) return t("expired {{moment}}", { moment: moment(date) });
  return t("{{span}} ({{moment}})", {
    span: relative.format(...rough(seconds)),
    moment: unbroken(moment(date))
  });
}
function ago(date, now = /* @__PURE__ */ new Date()) {
  const seconds = (now.getTime() - date.getTime()) / 1e3;
  if (seconds < 90) return t("just now");
  const [count, unit] = rough(seconds);
  return relative.format(-count, unit);
}

// assets/ui/error-note.js
var ErrorNote = class extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
  }
  /** @param {import('../words.js').Words} words */
  show({ title, text }) {
    this.replaceChildren(el("div", {}, icon("alert"), el("div", {}, el("b", {}, title), el("p", {}, text))));
    this.scrollIntoView({ block: "nearest" });
  }
  clear() {
    this.replaceChildren();
  }
};
customElements.define("error-note", ErrorNote);

// assets/ui/name.js
var SHOWN = 64;
var ENDING = 20;
var CUT_FROM = 16;
var ROW_ENDING = 12;
var TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
function nameOf(name) {
  const characters = Array.from(name.replace(TURNS, ""));
  const isLong = characters.length > SHOWN;
  const shown = isLong ? `${characters.slice(0, SHOWN - ENDING).join("")}…${characters.slice(-ENDING).join("")}` : characters.join("");
  return el("bdi", { title: isLong && name }, shown);
}
function rowOf(name) {
  const characters = Array.from(name.replace(TURNS, ""));
  if (characters.length < CUT_FROM) return el("bdi", { class: "name" }, characters.join(""));
  const at = characters.length - ROW_ENDING;
  return el(
    "bdi",
    { class: "name cut", title: name },
    el("span", {}, characters.slice(0, at).join("")),
    el("span", {}, characters.slice(at).join(""))
  );
}
var isolated = (name) => `⁨${name.replace(TURNS, "")}⁩`;

// assets/ui/file-picker.js
var SHOWN2 = 100;
var FilePicker = class extends HTMLElement {
  /** @type {Entry[]} */
  entries = [];
  #depth = 0;
  // of drags into elements of the page
  connectedCallback() {
    for (
      const input of
      /** @type {NodeListOf<HTMLInputElement>} */
      this.querySelectorAll('input[type="file"]')
    ) {
      input.addEventListener("change", () => {
        this.add(picked(input.files ?? []));
        input.value = "";
      });
      if (!input.webkitdirectory) input.addEventListener("click", (event) => this.#choose(event));
    }
    find(this, "[data-clear]").addEventListener("click", () => {
      this.#set([]);
      find(this, "#files").focus();
    });
    find(this, "[data-drop-hidden]").addEventListener("click", () => {
      this.#set(this.entries.filter((entry) => !isHidden(entry)));
      find(this, "#more").focus();
    });
    addEventListener("dragenter", (event) => this.#over(event, 1));
    addEventListener("dragleave", (event) => this.#over(event, -1));
    addEventListener("dragover", (event) => {
      if (carriesFiles(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.#over(event, -this.#depth);
      if (event.dataTransfer && !this.closest("[inert]")) this.#drop(event.dataTransfer);
    });
  }
  /**
   * Lets the person choose files in a way that leads to them again after a reload, where the browser has one.
   * @param {Event} event
   */
  async #choose(event) {
    const pick = (
      /** @type {any} */
      window.showOpenFilePicker
    );
    if (!pick) return;
    event.preventDefault();
    try {
      this.add(await opened(await pick({ multiple: true })));
    } catch (error) {
      if (
        /** @type {Error} */
        error.name === "AbortError"
      ) return;
      this.dispatchEvent(new CustomEvent("unreadable", { bubbles: true }));
    }
  }
  /**
   * @param {DragEvent} event
   * @param {number} by
   */
  #over(event, by) {
    if (!carriesFiles(event)) return;
    this.#depth += by;
    this.classList.toggle("over", this.#depth > 0);
  }
  /** @param {DataTransfer} transfer */
  async #drop(transfer) {
    try {
      const entries = await dropped(transfer);
      if (!entries.length) return;
      const isElsewhere = (
        /** @type {HTMLElement | null} */
        this.closest("[data-view]")?.hidden
      );
      if (isElsewhere) this.dispatchEvent(new CustomEvent("elsewhere", { detail: entries }));
      else this.add(entries);
    } catch {
      this.dispatchEvent(new CustomEvent("unreadable", { bubbles: true }));
    }
  }
  /** @param {Entry[]} entries */
  add(entries) {
    if (entries.length) this.#set(merge(this.entries, entries));
  }
  clear() {
    this.#set([]);
  }
  /** @param {Entry[]} entries */
  #set(entries) {
    this.entries = entries;
    const size = totalSize(entries);
    find(this, ".drop").hidden = entries.length > 0;
    find(this, ".chosen").hidden = entries.length === 0;
    const folders = entries.filter(({ path }) => isFolder(path)).length;
    find(this, "[data-total]").textContent = [
      tn("{{count}} file", "{{count}} files", entries.length - folders),
      folders > 0 && tn("{{count}} empty folder", "{{count}} empty folders", folders),
      bytes(size)
    ].filter(Boolean).join(t(", "));
    find(this, ".files").replaceChildren(
      ...entries.slice(0, SHOWN2).map((entry) => this.#item(entry)),
      ...entries.length > SHOWN2 ? [
        el(
          "li",
          { class: "rest" },
          tn("and {{count}} more file", "and {{count}} more files", entries.length - SHOWN2)
        )
      ] : []
    );
    const hidden = entries.filter(isHidden);
    find(this, "[data-hidden-files]").hidden = hidden.length === 0;
    find(this, "[data-hidden-files] span").textContent = tn(
      "{{count}} hidden file among them: {{name}}.",
      "{{count}} hidden files among them, such as {{name}}.",
      hidden.length,
      { name: isolated(hidden[0]?.path ?? "") }
    );
    const archive = find(this, "[data-archive]");
    archive.hidden = entries.length === 0 || !isContainer(entries);
    if (!archive.hidden) {
      archive.textContent = t(
        "They travel under one link, as {{name}}. The recipient can have each of them alone, or all as a ZIP archive.",
        { name: isolated(shownName(entries)) }
      );
    }
    this.dispatchEvent(new CustomEvent("change", { bubbles: true }));
  }
  /** @param {Entry} entry */
  #item(entry) {
    const remove = () => {
      const at = this.entries.indexOf(entry);
      this.#set(this.entries.filter((other) => other !== entry));
      const buttons = (
        /** @type {NodeListOf<HTMLElement>} */
        this.querySelectorAll(".files button")
      );
      (buttons[Math.min(at, buttons.length - 1)] ?? find(this, "#files")).focus();
    };
    return el(
      "li",
      {},
      icon(isFolder(entry.path) ? "folder" : "file"),
      rowOf(entry.path),
      el("span", { class: "size" }, isFolder(entry.path) ? t("empty folder") : bytes(entry.file.size)),
      el(
        "button",
        { type: "button", "aria-label": t("Remove {{name}}", { name: entry.path }), click: remove },
        icon("close")
      )
    );
  }
};
var carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
customElements.define("file-picker", FilePicker);

// assets/ui/note-field.js
var NEAR = 100;
var NoteField = class extends HTMLElement {
  #field = find(this, "textarea", HTMLTextAreaElement);
  #left = find(this, "[data-left]");
  #more = this.querySelector("details");
  connectedCallback() {
    this.#field.addEventListener("input", () => this.#count());
  }
  get value() {
    return this.#field.value.trim();
  }
  set value(text) {
    this.#field.value = text;
    this.#count();
  }
  /** What keeps the note from being sent; null if nothing does. */
  get problem() {
    const over = -left(this.value);
    return over > 0 ? {
      title: t("The note is too long"),
      text: t("It can have {{most}} characters: take out {{over}}, or send it as a text.", {
        most: MAX_NOTE,
        over
      })
    } : null;
  }
  focus() {
    if (this.#more) this.#more.open = true;
    this.#field.focus();
  }
  clear() {
    this.value = "";
    if (this.#more) this.#more.open = false;
  }
  #count() {
    const more = left(this.value);
    const words = more < 0 ? tn("{{count}} character too many", "{{count}} characters too many", -more) : tn("{{count}} character left", "{{count}} characters left", more);
    this.#left.textContent = more <= NEAR ? words : "";
    this.#field.setAttribute("aria-invalid", String(more < 0));
    const kept = this.querySelector("[data-kept]");
    if (kept) kept.textContent = this.value ? t("written") : "";
  }
};
var left = (note) => MAX_NOTE - Array.from(note).length;
customElements.define("note-field", NoteField);

// assets/ui/progress-meter.js
var SPOKEN_EVERY = 1e4;
var SETTLED_AFTER = 1500;
var STILL_AFTER = 2e4;
var ProgressMeter = class extends HTMLElement {
  #ahead = el("i", { class: "ahead" });
  #done = el("i", { class: "done" });
  #bar = el(
    "div",
    { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 },
    this.#ahead,
    this.#done
  );
  #percent = el("span", { class: "meter-percent" }, percent(0));
  #facts = el("span", { class: "meter-facts" });
  #steps = el("p", { class: "meter-steps" });
  #spoken = el("p", { class: "visually-hidden", role: "status" });
  #lastSpoken = 0;
  #pace = new Pace();
  #waiting = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #still;
  #why = "";
  connectedCallback() {
    this.#bar.setAttribute("aria-label", this.getAttribute("label") ?? "");
    this.replaceChildren(
      el("div", { class: "meter-head" }, this.#percent, this.#facts),
      this.#bar,
      this.#steps,
      this.#spoken
    );
  }
  /** @param {string} why what to say when it has not moved for a while, and nobody has said why */
  reset(why) {
    this.#why = why;
    this.#pace = new Pace();
    this.#waiting = "";
    this.#lastSpoken = performance.now();
    this.update({ done: 0, total: 0 });
    this.#watch();
  }
  /** To be called when nothing is to move any more. */
  rest() {
    clearTimeout(this.#still);
  }
  #watch() {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      if (!this.#waiting) this.wait(this.#why);
    }, STILL_AFTER);
  }
  /**
   * A line that says why nothing moves; the next progress takes it away.
   * @param {string} text
   */
  wait(text) {
    this.#waiting = text;
    this.#facts.textContent = text;
    this.#speak(text);
  }
  /**
   * @param {{ done: number, total: number, ahead?: number, steps?: { name: string, ahead?: boolean }[] }} progress in
   * bytes; ahead marks steps that run before the one being measured
   */
  update({ done, total, ahead = 0, steps = [] }) {
    const ratio = total ? Math.min(1, done / total) : 0;
    this.#done.style.setProperty("--done", String(ratio));
    this.#ahead.style.setProperty("--done", String(total ? Math.min(1, ahead / total) : 0));
    this.#percent.textContent = percent(ratio);
    this.#bar.setAttribute("aria-valuenow", String(Math.floor(ratio * 100)));
    this.#steps.replaceChildren(...steps.map((step) => el("span", { class: step.ahead ? "ahead" : "" }, step.name)));
    const perSecond = this.#pace.at(done);
    if (this.#pace.moved) {
      this.#waiting = "";
      this.#watch();
    }
    if (this.#waiting) return;
    const facts2 = [t("{{size}} of {{all}}", { size: bytes(done), all: bytes(total) })];
    if (total && done >= total) facts2.push(t("finishing…"));
    else if (perSecond > 0)
      facts2.push(speed(perSecond), t("{{time}} left", { time: span((total - done) / perSecond) }));
    this.#facts.textContent = total ? facts2.join(" · ") : "";
    if (performance.now() - this.#lastSpoken > SPOKEN_EVERY) this.#speak(`${percent(ratio)}. ${facts2.join(t(", "))}`);
  }
  /** @param {string} text */
  #speak(text) {
    this.#lastSpoken = performance.now();
    this.#spoken.textContent = text;
  }
};
var Pace = class {
  #started = 0;
  #lastAt = 0;
  #last = 0;
  #perSecond = 0;
  moved = false;
  /** @param {number} done bytes so far */
  at(done) {
    const now = performance.now();
    this.moved = done > this.#last;
    if (!this.#started) {
      [this.#started, this.#lastAt, this.#last] = [now, now, done];
      return 0;
    }
    const seconds = (now - this.#lastAt) / 1e3;
    if (seconds >= 0.25) {
      const current = Math.max(0, done - this.#last) / seconds;
      this.#perSecond = this.#perSecond ? this.#perSecond * 0.75 + current * 0.25 : current;
      [this.#lastAt, this.#last] = [now, done];
    }
    return now - this.#started > SETTLED_AFTER ? this.#perSecond : 0;
  }
};
customElements.define("progress-meter", ProgressMeter);

// assets/ui/somebody.js
var SIGNS = ["pointermove", "pointerdown", "keydown", "click", "dragenter"];
function onceSomebodyIsHere(task) {
  const controller = new AbortController();
  const { signal } = controller;
  const here = () => {
    controller.abort();
    task();
  };
  for (const sign of SIGNS) addEventListener(sign, here, { capture: true, passive: true, signal });
}

// assets/ui/unfinished-uploads.js
var UnfinishedUploads = class extends HTMLElement {
  #request = "";
  /** Transfers that somebody else sends. @type {Set<string>} */
  #awaited = /* @__PURE__ */ new Set();
  /**
   * Shows what can go on of what is sent to a request, or, with nothing, with an access token. What another tab sends is
   * not among it until that ends, nor is what the page of before a reload sends, whose end may take a while.
   * @param {string} request
   */
  async load(request2) {
    this.#request = request2;
    let all = [];
    try {
      const busy = new Set((await navigator.locks?.query())?.held?.map(({ name }) => name));
      const kept = (await unfinished()).filter(({ begun }) => begun.request === request2);
      all = kept.filter(({ begun }) => !busy.has(lockName(begun.id)));
      for (const { begun } of kept) if (busy.has(lockName(begun.id))) this.#await(begun.id);
    } catch {
    }
    const shown = all.map(({ begun, sent: sent2 }) => `${begun.id} ${sent2}`).join();
    if (this.dataset.shown === shown && this.childElementCount === all.length) return;
    this.dataset.shown = shown;
    this.replaceChildren(...all.map(({ begun, sent: sent2 }) => this.#item(begun, sent2)));
  }
  /**
   * Looks again once nobody else sends a transfer.
   * @param {string} id
   */
  async #await(id) {
    if (this.#awaited.has(id)) return;
    this.#awaited.add(id);
    await navigator.locks.request(lockName(id), { mode: "shared" }, () => {
    });
    this.#awaited.delete(id);
    if (this.isConnected) await this.load(this.#request);
  }
  /**
   * @param {Begun} begun
   * @param {number} sent
   */
  #item(begun, sent2) {
    const { size, ends, handles } = begun;
    const name = nameOfBegun(begun);
    const error = new ErrorNote();
    const title = el(
      "h2",
      { tabindex: -1 },
      parts("Go on sending {{name}} ({{percent}})", { name: nameOf(name), percent: new Text(percent(sent2 / size)) })
    );
    const bar = el("i", { class: "done" });
    bar.style.setProperty("--done", String(sent2 / size));
    const actions = el("div", { class: "row" });
    const item = el(
      "section",
      { class: "card unfinished", "aria-label": t("Not finished: {{name}}", { name }) },
      title,
      el("div", { class: "bar", "aria-hidden": "true" }, bar),
      el(
        "p",
        { class: "hint" },
        sentences(
          t("{{size}} of {{all}} have arrived. It can go on until {{moment}}.", {
            size: bytes(sent2),
            all: bytes(size),
            moment: moment(new Date(ends))
          }),
          !handles && t("This browser does not remember where the file is: choose the same again, and only the rest is sent.")
        )
      ),
      error,
      actions
    );
    let chosen = [];
    const offer = (entries) => {
      error.clear();
      chosen = [...entries, ...chosen];
      const found = sameFiles(begun.files, chosen);
      if (found.missing.length) {
        if (found.missing.length === begun.files.length) chosen = [];
        error.show(missing(begun, found.missing));
      } else {
        this.#tell(found.changed.length ? "changed" : "go-on", { begun, entries: found.entries });
      }
    };
    const open = async () => {
      try {
        offer(await fromHandles(begun));
      } catch {
        actions.firstChild?.replaceWith(...choosers(begun, offer));
        error.show({
          title: t("The browser cannot read it any more"),
          text: t("It was moved or renamed, or reading it was not allowed. Choose it again.")
        });
      }
    };
    actions.append(
      ...handles ? [el("button", { type: "button", class: "button primary", click: open }, icon("upload"), t("Go on"))] : choosers(begun, offer),
      ...begun.request ? [] : [copyButton(t("Copy link"), () => linkOf(begun))],
      el(
        "button",
        { type: "button", class: "button", click: () => this.#forget(begun) },
        icon("trash"),
        t("Forget it")
      )
    );
    return item;
  }
  /**
   * @param {'go-on' | 'changed'} name
   * @param {GoOn} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
  /** @param {Begun} begun */
  async #forget({ id, name, deleteSecret, request: request2 }) {
    const sure = await dialog({
      title: t("Forget this upload?"),
      body: el(
        "p",
        {},
        sentences(
          t("What has arrived of {{name}} is erased from the server.", { name: isolated(name) }),
          !request2 && t("The link that you may have copied opens nothing.")
        )
      ),
      dismiss: t("Keep it"),
      action: t("Forget it"),
      danger: true,
      submit: () => true
    });
    if (!sure) return;
    deleteTransfer(id, deleteSecret).catch(() => {
    });
    await forget(id);
    await this.load(this.#request);
    this.dispatchEvent(new CustomEvent("forgotten"));
  }
};
var linkOf = ({ id, linkKey }) => writeLinks(location.origin, id, writeKey(linkKey)).whole;
function choosers({ files, together }, offer) {
  const chooser = (words, attributes) => {
    const input = el("input", { type: "file", ...attributes });
    input.addEventListener("change", () => {
      offer(picked(input.files ?? []));
      input.value = "";
    });
    return el("label", { class: "button primary" }, input, words);
  };
  const inFolders = files.some(({ path }) => path.includes("/"));
  const loose = files.some(({ path }) => !path.includes("/"));
  return [
    ...loose ? [chooser(together ? t("Choose the files again") : t("Choose it again"), { multiple: together })] : [],
    ...inFolders ? [chooser(loose ? t("Choose the folder") : t("Choose the folder again"), { webkitdirectory: true })] : []
  ];
}
async function fromHandles({ files, handles }) {
  return Promise.all(
    (handles ?? []).map(async (handle, i) => {
      const asking = (
        /** @type {any} */
        handle
      );
      const state = await asking.queryPermission?.({ mode: "read" }) ?? "granted";
      if (state !== "granted" && await asking.requestPermission({ mode: "read" }) !== "granted") {
        throw new DOMException("not allowed", "NotAllowedError");
      }
      return { path: files[i].path, file: await handle.getFile(), handle };
    })
  );
}
function missing(begun, paths2) {
  const { files, together } = begun;
  const name = nameOfBegun(begun);
  if (!together) {
    return {
      title: t("That is another file"),
      text: t("What was begun is called {{name}}. Choose that one.", { name: isolated(name) })
    };
  }
  const rest = paths2.length > 1 ? tn("and {{count}} other", "and {{count}} others", paths2.length - 1) : "";
  const which = [isolated(paths2[0]), rest].filter(Boolean).join(" ");
  return paths2.length === files.length ? {
    title: t("Those are other files"),
    text: t("What was begun is {{name}}, with {{files}}.", { name: isolated(name), files: which })
  } : { title: t("Not all of it is there"), text: t("Choose {{files}}, too.", { files: which }) };
}
var nameOfBegun = ({ name, together, files }) => together ? called(name, files) : name;
customElements.define("unfinished-uploads", UnfinishedUploads);

// assets/words.js
var say = (title, text) => ({ title: t(title), text: t(text) });
var insecure = say(
  "This address is not secure",
  "Encryption works only at an https:// address, or on the machine itself. Ask whoever runs this service for its https:// address, and open that."
);
var cutManage = say(
  "The link to your transfer is not whole",
  "Copy all of it, up to its last character, and open it again."
);
var lacksSecret = say(
  "This page needs its private link",
  "The address alone says only which transfer it is, and this browser does not know it. Open the whole link to it."
);
var stale = say(
  "That did not load",
  "The page may have been replaced by a newer one. Reload it and try again."
);
var gaveUp = say(
  "The sender gave up",
  "It was ended before all of it had been sent, and this link opens nothing any more. Ask the sender to send it again."
);
var TO_COPY = t("Copy all of the link, up to its last character, and nothing else.");
var REQUEST = {
  no_link: say(
    "There is no request in this link",
    "Open the whole link that you were given, up to its last character."
  ),
  full: say("All of it has arrived", "As much was sent as was asked for. For more, ask for a new link."),
  expired: say("The time for this is over", "Nothing can be sent by this link any more. Ask for a new one."),
  closed: say("This request is closed", "Whoever made it takes nothing more by this link. Ask for a new one.")
};
var wrongKey = say(
  "The key does not fit this transfer",
  "Copy all of the link or key, up to its last character, and try again. Nothing was downloaded, and so nothing counts."
);
var wrongPassphrase = say(
  "That passphrase does not open it",
  "Large and small letters count, and so do spaces. Try again; a wrong one is not counted as a download. If it stays, check that all of the link was copied."
);
var passphraseWords = say(
  "Type the passphrase",
  "The sender set one and tells it to you by another way. It has at most 1,024 bytes."
);
var tokenWords = {
  token_required: t("This service asks for one. Whoever runs it gives you one."),
  token_unknown: t("This service does not know that token. Check that all of it was copied."),
  token_revoked: t("This token was withdrawn. Ask whoever runs the service for a new one."),
  token_exhausted: t("This token is used up. Ask whoever runs the service for a new one.")
};
function describe(error, doing, limits = {}) {
  if (!(error instanceof ApiError)) return doing === "ask" ? ofAsking(error) : ofThePage(error);
  for (const code of [error.code, codeOf(error.status)]) {
    const words = BY_DOING[doing]?.[code] ?? BY_CODE[code];
    if (words) return words(error, limits);
  }
  return unexpected(error.detail);
}
function ofAsking(error) {
  const { name = "" } = (
    /** @type {{ name?: string }} */
    error
  );
  if (name === "NotSupportedError") {
    return say("This browser cannot ask for files", "It lacks a kind of key (X25519). A newer one has it.");
  }
  return error instanceof DOMException ? say(
    "This browser keeps nothing",
    "The key would be lost with this page. Use another window, which is not private."
  ) : ofThePage(error);
}
function ofThePage(error) {
  const { code = "", message = "" } = (
    /** @type {{ code?: string, message?: string }} */
    error
  );
  return code === "worker" ? say("The page could not start encryption", message) : PAGE[code] ?? unexpected(message);
}
var unexpected = (why) => say("That did not work", why || t("Try again; if it stays, tell whoever runs the service."));
var PAGE = {
  "wrong-key": say(
    "The key does not fit this transfer",
    "Check that all of the link or key was copied, up to its last character, and try again; that does not count as another download. If it was, the data may have been damaged: ask the sender to send it again."
  ),
  damaged: say(
    "Not all of it arrived intact",
    "The key is right, but the data were cut off or changed on the way. Try again; if it happens twice, ask the sender to send it anew."
  ),
  "newer-version": say(
    "Sent with a newer version",
    "This page does not know the format yet. Reload it and open the link again."
  ),
  "too-large-to-open": say(
    "Too large for this browser",
    "It was sent by an older version, in one piece of more than 2 GB. The sgsend command line program can open it."
  ),
  elsewhere: say(
    "Another tab is at it",
    "Another tab or window of this browser sends this, or has done so. Only one can: look there."
  ),
  paths: say(
    "Too much for one link",
    "There are more than 100,000 files or folders, or folders within more than 30 others. Send less, or an archive."
  ),
  "file-changed": say(
    "A file changed while it was read",
    "It was edited, moved or deleted after you chose it. Choose it again and send once more."
  )
};
var notFound = () => say(
  "There is no such transfer",
  "The link may be incomplete, or the transfer was deleted or has been over for a while. Check that you have the whole link, or ask the sender."
);
var improper = () => say("The server gave no proper answer", "Something between you and it may be in the way. Try again in a minute.");
var notAllowed = () => say("The server refused that", "Reload the page and try again; if it stays, tell whoever runs the service.");
var stranger = () => say("The page and the server do not fit together", "The page may be out of date. Reload it and try again.");
var noRequest = () => say("There is no such request", "The link may be incomplete, or the request has been over for a while.");
var requestOver = (why) => say("This request takes nothing more", sentences(why, t("Ask for a new link.")));
var ASKING = {
  request_not_found: noRequest,
  request_unknown: () => say("The service does not know this request", "Check that all of the link was copied, or ask for a new one."),
  request_full: () => requestOver(t("As much has arrived as was asked for.")),
  request_closed: () => requestOver(t("It was closed.")),
  request_expired: () => requestOver(t("Its time is over.")),
  request_secret_required: () => say("Only who made the request can do that", "It is done where it was made."),
  wrong_request_secret: () => say("Only who made the request can do that", "This page does not hold its secret.")
};
var BY_CODE = {
  ...ASKING,
  no_answer: () => say("No connection", "The server could not be reached. Check your connection and try again."),
  no_answer_in_time: () => say("The server took too long", "Try again in a minute."),
  no_proper_answer: improper,
  invalid: ({ detail }) => say("The server did not accept that", detail || t("Check what you entered and try again.")),
  not_found: notFound,
  transfer_not_found: notFound,
  deleted: () => say("The sender has deleted this", "It was erased from the server. Ask the sender if you still need it."),
  taken_down: () => say(
    "This was taken down",
    "Whoever runs this service removed it, and nobody can download it any more. Ask the sender if you still need it."
  ),
  expired: () => say("This transfer has expired", "Its time is over and it was erased. Ask the sender to send it again."),
  exhausted: () => say(
    "All downloads are used",
    "It could be downloaded a limited number of times, and that number is reached. Ask the sender to send it again."
  ),
  gone: () => say("This transfer is gone", "It expired or was deleted. Ask the sender to send it again."),
  limited: ({ retryAfter }) => say("Too many attempts", t("Wait {{time}} and try again.", { time: span(retryAfter || 60) })),
  internal: () => say(
    "Something failed on the server",
    "It is not your fault, and nothing was kept. Try again; if it stays, tell whoever runs the service."
  ),
  unavailable: () => say("The service is not available just now", "Try again in a minute."),
  too_slow: () => say("The line is too slow", "What was sent did not arrive in time. Try again, with nothing else on the line."),
  too_large: (_, { max_bytes: max }) => say(
    "Too large",
    max ? t("This service takes up to {{size}}. Send less at a time.", { size: bytes(max) }) : t("This service does not take that much at a time.")
  ),
  full: () => say(
    "The server is full",
    "It has no room left for this. Nothing was kept. Try later, or tell whoever runs the service."
  ),
  unauthorized: notAllowed,
  forbidden: notAllowed,
  conflict: notAllowed,
  out_of_range: notAllowed,
  method_not_allowed: stranger,
  cross_site: stranger
};
var refused = (why) => say("The access token was not accepted", why);
var lostTrack = () => say("The server lost track of the upload", "Send again; nothing was published.");
var dropped2 = () => say("The server dropped the upload", "It waited too long or was restarted. Send again.");
var tooSlow = () => say(
  "The upload took too long",
  "The server no longer accepts its parts. Send again, over a faster connection if you can."
);
var notIntact = () => say("It did not arrive intact", "The upload was cut off or changed on the way. Send again.");
var tooManyPending = () => say(
  "Too many uploads are under way",
  "Others that began with this access token are not finished. Finish or delete some, or try again tomorrow."
);
var SENDING = {
  ...Object.fromEntries(Object.entries(tokenWords).map(([code, why]) => [code, () => refused(why)])),
  unauthorized: () => refused(t("Check that all of it was copied, or ask whoever runs the service for a new one.")),
  token_check_unavailable: () => say(
    "The service cannot check tokens just now",
    "This usually passes. Try again in a minute; what you chose is still here."
  ),
  forbidden: () => say("This token may not do that", "Ask whoever runs the service for one that may."),
  not_found: dropped2,
  transfer_not_found: dropped2,
  upload_not_found: dropped2,
  conflict: lostTrack,
  id_taken: lostTrack,
  not_pending: lostTrack,
  not_uploaded: lostTrack,
  parts_mismatch: lostTrack,
  expired: tooSlow,
  gone: tooSlow,
  link_expired: tooSlow,
  link_mismatch: lostTrack,
  link_not_genuine: lostTrack,
  empty_body: notIntact,
  incomplete_body: notIntact,
  not_ciphertext: notIntact,
  damaged: notIntact,
  size_mismatch: notIntact,
  unknown_version: stranger,
  bad_label: stranger,
  bad_sealed_key: stranger,
  too_many_pending: tooManyPending,
  use_presigned: stranger
};
var ANOTHER = t("If a download is left, start that one; if not, ask the sender to send it again.");
var linkOver = () => say(
  "This download has run out of time",
  sentences(t("The service goes on with one for an hour, and that is over."), ANOTHER)
);
var noPermission = () => say("The service does not know this download", sentences(t("It cannot be gone on with."), ANOTHER));
var notYet = () => say("Not there yet", "The sender has not finished uploading. Try again in a while.");
var DOWNLOADING = {
  conflict: notYet,
  not_completed: notYet,
  not_found: improper,
  forbidden: improper,
  link_expired: linkOver,
  link_mismatch: noPermission,
  link_not_genuine: noPermission,
  permit_spent: () => say("This download was begun again too often", sentences(t("The service goes on with it no more."), ANOTHER)),
  out_of_range: () => PAGE.damaged
};
var wrongSecret = () => say("It cannot be deleted from here", "This page does not hold the right secret for it.");
var noneLeft = () => say("It is gone already", "There is no such transfer any more.");
var notEnabled = () => say("It cannot be deleted", "It was sent without that possibility. It still expires by itself.");
var DELETING = {
  forbidden: wrongSecret,
  wrong_delete_secret: wrongSecret,
  delete_secret_required: wrongSecret,
  not_found: noneLeft,
  transfer_not_found: noneLeft,
  conflict: notEnabled,
  delete_not_enabled: notEnabled
};
var EXTENDING = {
  ...DELETING,
  forbidden: () => say("It cannot be changed from here", "This page does not hold the right secret for it."),
  wrong_delete_secret: () => say("It cannot be changed from here", "This page does not hold the right secret for it."),
  invalid: () => say("It cannot end then", "That is in the past, or later than this service keeps anything.")
};
var MAKING = {
  ...SENDING,
  too_large: () => say("That is more than this service takes", "Ask for less each time."),
  forbidden: () => say("This token may not do that", "Ask whoever runs the service for one that may."),
  not_found: noRequest,
  transfer_not_found: noRequest,
  conflict: stranger,
  id_taken: stranger,
  expired: noRequest,
  gone: noRequest
};
var BY_DOING = {
  send: SENDING,
  look: { invalid: notFound, not_found: improper, forbidden: improper },
  download: DOWNLOADING,
  delete: DELETING,
  extend: EXTENDING,
  ask: MAKING,
  request: { invalid: noRequest, not_found: noRequest }
};

// assets/sender-page.js
var SETTLES = 1500;
var WAITS = {
  offline: t("Offline. It goes on when the connection is back."),
  retrying: t("Connection trouble. Trying again…")
};
var REPAIRABLE = ["elsewhere", "worker", "file-changed"];
var Missing = class extends Error {
  /**
   * @param {import('./words.js').Words} words
   * @param {HTMLElement} field
   */
  constructor(words, field2) {
    super(words.title);
    this.words = words;
    this.field = field2;
  }
};
var SenderPage = class extends HTMLElement {
  form = find(this, "form", HTMLFormElement);
  picker = find(this, "file-picker", FilePicker);
  note = find(this, "note-field", NoteField);
  error = find(this, "form error-note", ErrorNote);
  /** @type {Config | null} */
  config = null;
  crypto = new CryptoClient();
  /** @type {AbortController | null} */
  running = null;
  title = document.title;
  #meter = find(this, "progress-meter", ProgressMeter);
  #unfinished = find(this, "unfinished-uploads", UnfinishedUploads);
  connectedCallback() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.form.addEventListener("input", () => this.error.clear());
    this.form.addEventListener("change", () => {
      this.error.clear();
      this.#limit();
    });
    this.picker.addEventListener("change", () => this.#chose());
    this.picker.addEventListener("elsewhere", (event) => this.#dropped(event));
    this.picker.addEventListener(
      "unreadable",
      () => this.error.show({
        title: t("That could not be read"),
        text: t('The browser gave no access to it. Use the "Choose files" button instead.')
      })
    );
    find(this, "[data-cancel]").addEventListener(
      "click",
      () => this.running?.abort(new DOMException("cancelled", "AbortError"))
    );
    this.#unfinished.addEventListener("go-on", (event) => this.#goOn(detailOf(event)));
    this.#unfinished.addEventListener("changed", (event) => this.#anew(detailOf(event)));
    this.#unfinished.addEventListener("forgotten", () => find(this, "#files").focus());
    document.addEventListener("paste", (event) => this.#paste(event));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !this.running) this.#offer();
    });
    addEventListener("beforeunload", (event) => {
      if (this.running || this.isAtRisk) event.preventDefault();
    });
    if (!isSecureContext) {
      this.form.inert = true;
      this.warn(insecure);
    } else {
      onceSomebodyIsHere(() => this.crypto.start().catch((error) => this.error.show(describe(error, "send"))));
    }
    setTimeout(() => this.settle(), isSecureContext ? SETTLES : 0);
  }
  /**
   * Says something about the page as a whole, at its top.
   * @param {import('./words.js').Words} words
   */
  warn(words) {
    const note = new ErrorNote();
    this.prepend(note);
    note.show(words);
  }
  /** Shows what was made ready out of sight. */
  settle() {
    this.toggleAttribute("data-settled", true);
  }
  /** What was pressed to choose is gone: the next thing to press is the button that sends. */
  #chose() {
    const { activeElement: at } = document;
    const isLost = !at || at === document.body || !at.checkVisibility();
    if (this.picker.entries.length && isLost) this.submitter.focus({ preventScroll: true });
  }
  /** Says of what is chosen that it is too large, before it is to be sent. */
  #limit() {
    const words = tooLarge(totalSize(this.picker.entries), this.config?.max_bytes ?? 0);
    if (words && this.picker.checkVisibility()) this.error.show(words);
  }
  /** What is dropped on what was sent is the next thing to send. */
  async #dropped(event) {
    const entries = (
      /** @type {CustomEvent} */
      event.detail
    );
    if (this.running) {
      find(this, "[data-later]").textContent = t(
        "That was not added: this is on its way. Drop it again when it is done."
      );
    } else if (!document.querySelector("dialog[open]") && await this.startOver()) {
      this.chooseFiles();
      this.picker.add(entries);
    }
  }
  /** Learns what the service allows; says so where it cannot. */
  async configure() {
    try {
      this.config = await getConfig();
    } catch (error) {
      this.error.show(describe(error, "send"));
      this.settle();
      return null;
    }
    this.#offer().finally(() => this.settle());
    this.#limit();
    return this.config;
  }
  #offer() {
    return this.#unfinished.load(this.request);
  }
  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (this.running || this.form.hidden || this.form.inert || !event.clipboardData) return;
    const files = picked(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      this.picker.add(files);
    } else if (!(event.target instanceof Element && event.target.closest("input, textarea"))) {
      const text = event.clipboardData.getData("text/plain");
      if (text) this.pasted(text, event);
    }
  }
  /**
   * The files that would be sent; Missing where there are none yet.
   * @param {number} max bytes, 0 for no limit
   * @returns {Content}
   */
  files(max) {
    const { entries } = this.picker;
    if (entries.length === 0) {
      const advice = t("Choose a file, drop one, or paste one first.");
      throw new Missing({ title: t("Nothing chosen yet"), text: advice }, find(this, "#files"));
    }
    const size = totalSize(entries);
    const words = tooLarge(size, max);
    if (words) throw new Missing(words, find(this, "#more"));
    const source = { entries, name: sendName(entries), together: isContainer(entries) };
    return { isText: false, source, subject: [shownName(entries), size] };
  }
  async #submit() {
    if (!isSecureContext) return;
    this.error.clear();
    const config = this.config ?? await this.configure();
    if (!config || this.running) return;
    try {
      const content = this.content(config.max_bytes);
      if (this.note.problem) throw new Missing(this.note.problem, this.note);
      const way = this.way(config);
      if (way) await this.#send(content, way, config);
    } catch (missing2) {
      if (!(missing2 instanceof Missing)) throw missing2;
      this.error.show(missing2.words);
      missing2.field.focus();
    }
  }
  /**
   * @param {Content} content
   * @param {Way} way
   * @param {Config} config
   */
  async #send({ source, isText, subject }, way, config) {
    const { maxDownloads, expires, autoDelete, passphrase, words = "", to } = way;
    const linkKey = newSecret();
    const deleteSecret = writeKey(newSecret());
    const note = this.note.value;
    let created = "";
    const signal = this.#begin(subject);
    try {
      const { key, block } = passphrase ? await this.crypto.lock(linkKey, passphrase, null, { onProgress: (done) => this.#stretching(done) }) : { key: linkKey, block: null };
      signal.throwIfAborted();
      const settings = {
        label: toBase64(await sealLabel(key, await labelOf(source, note), { block })),
        content_type_hint: isText ? "text/plain" : "application/octet-stream",
        max_downloads: maxDownloads,
        expires_at: expires.toISOString(),
        auto_delete: autoDelete,
        delete_auth_hash: await hashSecret(deleteSecret),
        ...to && { sealed_key: toBase64(await this.crypto.sealKey(to.publicKey, to.id, linkKey)) }
      };
      const kept = { linkKey, key, block, deleteSecret, note, request: this.request, maxDownloads };
      const plan = "text" in source ? null : { ...kept, name: source.name, together: source.together, ...remembered(source.entries), expires: +expires };
      const id = await this.crypto.upload(
        { key, block, content: plain(source), settings, plan, token: this.token, config },
        {
          signal,
          onCreated: (id2) => {
            created = id2;
            this.created(id2, writeKey(linkKey));
          },
          ...this.#hears(signal)
        }
      );
      this.#end();
      const isLocked = Boolean(passphrase);
      const [name, size] = subject;
      const sent2 = { id, key: writeKey(linkKey), deleteSecret, expires, maxDownloads, sent: Date.now() };
      this.done({ ...sent2, isText, isLocked, words, name, size });
    } catch (error) {
      const isKept = isPassing(error) && await isUnfinished(created);
      if (created && !isKept) this.#drop(created, deleteSecret);
      this.#failed(error, config, created ? this.ended(isKept) : "");
    }
  }
  /** @param {import('./ui/unfinished-uploads.js').GoOn} what */
  async #goOn({ begun, entries }) {
    const { id, linkKey, key, block, deleteSecret, together, expires, maxDownloads } = begun;
    const config = this.config ?? await this.configure();
    if (!config || this.running || !this.mayGoOn()) return;
    const content = { entries, name: begun.name, together };
    const [name, size] = [nameOfBegun(begun), totalSize(entries)];
    const signal = this.#begin([name, size]);
    try {
      const { token } = this;
      this.created(id, writeKey(linkKey));
      const what = { key, block, content: plain(content), settings: {}, token, config, begun: id };
      await this.crypto.upload(what, { signal, ...this.#hears(signal) });
      this.#end();
      const isLocked = Boolean(block);
      const ends = { expires: new Date(expires), sent: Date.now() };
      const sent2 = { id, key: writeKey(linkKey), deleteSecret, maxDownloads, ...ends };
      this.done({ ...sent2, isText: false, isLocked, words: "", name, size });
    } catch (error) {
      const { code = "" } = (
        /** @type {{ code?: string }} */
        error
      );
      const isKept = isPassing(error) || isRefused(error) || REPAIRABLE.includes(code);
      if (!isKept) this.#drop(id, deleteSecret);
      this.#failed(error, config, this.ended(isKept));
    }
  }
  /**
   * What was begun cannot go on with other files: they are chosen instead, to be sent anew.
   * @param {import('./ui/unfinished-uploads.js').GoOn} what
   */
  async #anew({ begun, entries }) {
    await this.#drop(begun.id, begun.deleteSecret);
    this.chooseFiles();
    this.picker.clear();
    this.picker.add(entries);
    this.note.value = begun.note;
    this.error.show({
      title: t("It has changed since it was begun"),
      text: sentences(
        t("Its size is another one, so that what had arrived is of no use and was erased. Send it anew."),
        this.ended(false)
      )
    });
    this.submitter.focus();
  }
  /**
   * @param {string} id
   * @param {string} deleteSecret
   */
  async #drop(id, deleteSecret) {
    deleteTransfer(id, deleteSecret).catch(() => {
    });
    await forget(id).catch(() => {
    });
    this.#offer();
  }
  /** @param {Content['subject']} subject */
  #begin([name, size]) {
    for (const line of this.querySelectorAll("[data-subject]")) {
      line.replaceChildren(...subjectOf(name, size));
    }
    find(this, "[data-later]").textContent = "";
    show(this, "working");
    this.#unfinished.hidden = true;
    this.begun();
    this.#meter.reset(t("Nothing has gone out for a while. It goes on as soon as the line and the server do."));
    announce(find(this, "#working-title"));
    this.running = new AbortController();
    return this.running.signal;
  }
  #end() {
    this.running = null;
    this.#meter.rest();
    this.#unfinished.hidden = false;
    this.#unfinished.replaceChildren();
  }
  /** @param {number} done from 0 to 1 */
  #stretching(done) {
    this.#meter.wait(t("Mixing in the passphrase, {{percent}}…", { percent: percent(done) }));
  }
  /** @param {AbortSignal} signal */
  #hears(signal) {
    return {
      onProgress: (said) => {
        if (!signal.aborted) this.#progress(said);
      },
      onWait: (why) => this.#meter.wait(WAITS[why])
    };
  }
  /** @param {{ encrypted: number, uploaded: number, size: number }} progress */
  #progress({ encrypted, uploaded, size }) {
    this.#meter.update({
      done: uploaded,
      ahead: encrypted,
      total: size,
      steps: [
        { name: t("Encrypted {{percent}}", { percent: percent(encrypted / size) }), ahead: true },
        { name: t("Uploaded {{percent}}", { percent: percent(uploaded / size) }) }
      ]
    });
    document.title = t("{{percent}} sent", { percent: percent(uploaded / size) });
  }
  /**
   * @param {unknown} error
   * @param {Config} config
   * @param {string} ended what is to be said of it beside that
   */
  #failed(error, config, ended) {
    this.#end();
    show(this, "compose");
    document.title = this.title;
    this.#offer();
    if (error instanceof Error && error.name === "AbortError") {
      if (ended) this.error.show({ title: t("Cancelled"), text: ended });
      this.submitter.focus();
      return;
    }
    const { title, text } = describe(error, "send", config);
    if (isRefused(error)) this.refused(text);
    this.error.show({ title, text: sentences(text, ended) });
  }
  get submitter() {
    return find(this.form, '[type="submit"]');
  }
  /** Whether something is lost when the page is left. */
  get isAtRisk() {
    return false;
  }
  /** The ID of the request that the page sends to, if it does. */
  get request() {
    return "";
  }
  /** What shows that the person may send. */
  get token() {
    return "";
  }
  /** Whether what was begun can go on: what is missing is said. */
  mayGoOn() {
    return true;
  }
  /**
   * What would be sent.
   * @param {number} max
   * @returns {Content}
   */
  content(max) {
    return this.files(max);
  }
  /**
   * How it is to be sent; null where something is missing, and said.
   * @param {Config} _config
   * @returns {Way | null}
   */
  way(_config) {
    return null;
  }
  /** Goes back to where one begins; false where the person wants to stay. */
  async startOver() {
    return true;
  }
  /** Shows where files are chosen. */
  chooseFiles() {
  }
  /**
   * Text that was pasted beside all fields.
   * @param {string} _text
   * @param {Event} _event
   */
  pasted(_text, _event) {
  }
  /**
   * Says that the service let nobody send.
   * @param {string} _why
   */
  refused(_why) {
  }
  /** To be shown while it is sent. */
  begun() {
  }
  /**
   * There is a transfer, of which nothing has arrived yet, or not all.
   * @param {string} _id
   * @param {string} _key
   */
  created(_id, _key) {
  }
  /**
   * What is to be said of a transfer that came to nothing, for now or for ever.
   * @param {boolean} _isKept whether it can be gone on with
   */
  ended(_isKept) {
    return "";
  }
  /**
   * Shows what was sent.
   * @param {import('./ui/sent-transfer.js').Transfer} _transfer
   */
  done(_transfer) {
  }
};
var subjectOf = (name, size) => parts("{{name}}, {{size}}", { name: nameOf(name), size: new Text(bytes(size)) });
var tooLarge = (size, max) => max && size > max ? {
  title: t("Too large"),
  text: t("Together they have {{size}}; up to {{most}} can be sent at a time.", {
    size: bytes(size),
    most: bytes(max)
  })
} : null;
var isRefused = (error) => error instanceof ApiError && error.status === 401;
var detailOf = (event) => (
  /** @type {CustomEvent} */
  event.detail
);
var plain = (content) => "text" in content ? content : { ...content, entries: content.entries.map(({ path, file }) => ({ path, file })) };

// assets/net/own-requests.js
async function keepRequest(request2) {
  await sending.transact(["requests"], (requests) => answer(requests.put(request2, request2.id)));
  navigator.storage?.persist?.().catch(() => {
  });
}
async function ownRequests() {
  const all = await sending.transact(["requests"], (requests) => answer(requests.getAll()));
  return all.sort((a, b) => b.created - a.created);
}
async function forgetRequest(id) {
  await sending.transact(["requests"], (requests) => answer(requests.delete(id)));
}

// assets/ui/copy-field.js
var lastId = 0;
var CopyField = class extends HTMLElement {
  #input = el("input", { type: "text", readonly: true, spellcheck: "false" });
  /** @type {HTMLButtonElement | undefined} */
  #button;
  connectedCallback() {
    if (this.#input.isConnected) return;
    this.#input.id = `copy-${++lastId}`;
    this.#input.addEventListener("focus", () => this.#input.select());
    this.#button = copyButton(this.getAttribute("action") ?? t("Copy"), () => this.value, {
      primary: this.hasAttribute("primary"),
      onCopied: () => this.dispatchEvent(new CustomEvent("copied", { bubbles: true })),
      onRefused: () => this.#input.focus()
    });
    this.replaceChildren(
      el("label", { class: "label", for: this.#input.id }, this.getAttribute("label")),
      el("div", { class: "field" }, this.#input, this.#button)
    );
    this.value = this.value;
  }
  get value() {
    return this.#input.value;
  }
  set value(text) {
    this.#input.value = text;
    if (this.#button) this.#button.disabled = !text;
  }
};
customElements.define("copy-field", CopyField);

// assets/ui/ask-for-files.js
var STATES = {
  open: t("It takes files"),
  full: t("It is full"),
  expired: t("Its time is over"),
  closed: t("It is closed")
};
var AskForFiles = class extends HTMLElement {
  #form = find(this, "form", HTMLFormElement);
  #title = find(this, "#ask-for", HTMLInputElement);
  #note = find(this, "#ask-note", HTMLTextAreaElement);
  #error = find(this, "form error-note", ErrorNote);
  #made = find(this, "[data-made]");
  #own = find(this, "[data-own]");
  /** @type {import('../crypto/client.js').CryptoClient | null} */
  #crypto = null;
  /** @type {import('./token-field.js').TokenField | null} */
  #token = null;
  /** Where the token's field stands otherwise. @type {Element | null} */
  #home = null;
  #isMaking = false;
  connectedCallback() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
    find(this, "[data-back]").addEventListener("click", () => this.leave());
  }
  /**
   * @param {import('../crypto/client.js').CryptoClient} crypto
   * @param {import('./token-field.js').TokenField} token
   */
  open(crypto2, token) {
    this.#crypto = crypto2;
    this.#token = token;
    if (token.parentElement !== this.#form) this.#home = token.nextElementSibling;
    this.#error.before(token);
    this.#made.replaceChildren();
    this.#offer();
    this.#list();
  }
  /** Gives back what it had of the page. */
  leave() {
    if (this.#token) this.#home?.before(this.#token);
    this.dispatchEvent(new CustomEvent("back"));
  }
  /** Offers the times that the service allows. */
  async #offer() {
    try {
      const { max_ttl_seconds: longest, token_required: isRequired } = await getConfig();
      for (const radio of this.#radios("ask-time")) {
        find(this, `label:has([name="ask-time"][value="${radio.value}"])`).hidden = Number(radio.value) > longest;
        if (radio.checked && Number(radio.value) > longest) radio.checked = false;
      }
      if (isRequired) this.#token?.require();
    } catch (error) {
      this.#error.show(describe(error, "ask"));
    }
  }
  /** @returns {HTMLInputElement[]} */
  #radios(name) {
    return Array.from(this.#form.querySelectorAll(`input[name="${name}"]`));
  }
  #chosen(name) {
    return Number(this.#radios(name).find((radio) => radio.checked)?.value ?? 0);
  }
  async #make() {
    this.#error.clear();
    if (!this.#crypto || !this.#token || this.#isMaking) return;
    const title = this.#title.value.trim();
    if (!title) {
      this.#error.show({
        title: t("What do you need?"),
        text: t("Say it in a few words: whoever has the link reads them.")
      });
      this.#title.focus();
      return;
    }
    if (this.#token.problem) {
      this.#token.refuse(this.#token.problem);
      return;
    }
    this.#isMaking = true;
    try {
      const request2 = await this.#create(this.#crypto, this.#token, title);
      this.#show(request2);
      this.#form.reset();
      await this.#list();
    } catch (error) {
      const words = describe(error, "ask");
      if (error instanceof ApiError && error.status === 401) this.#token.refuse(words.text);
      this.#error.show(words);
    } finally {
      this.#isMaking = false;
    }
  }
  /**
   * @param {import('../crypto/client.js').CryptoClient} crypto
   * @param {import('./token-field.js').TokenField} token
   * @param {string} title
   * @returns {Promise<OwnRequest>}
   */
  async #create(crypto2, token, title) {
    const note = this.#note.value.trim();
    const { publicKey, keys } = await crypto2.newRequestKeys();
    const seed = newSecret();
    const secret = writeKey(newSecret());
    const files = [{ name: title, size: UNKNOWN, type: "" }];
    const said = note ? `${title}

${note}` : title;
    const label = await sealLabel(seed, { files, count: 1, size: UNKNOWN, note: said, picture: null });
    const config = await getConfig();
    const lifetime = this.#chosen("ask-time") || config.default_ttl_seconds;
    const maxTransfers = this.#chosen("ask-number");
    const made = { seed, publicKey, keys, secret, title, note, maxTransfers, created: Date.now(), expires: Date.now() };
    await keepRequest({ ...made, id: "" });
    await forgetRequest("");
    const { request_id: id, expires_at: expires } = await post(paths.createRequest, {
      token: token.hidden ? "" : token.value,
      json: {
        public_key: toBase64url(publicKey),
        grant_hash: await hashSecret(toBase64url(await crypto2.grant(seed))),
        auth_hash: await hashSecret(secret),
        max_transfers: maxTransfers,
        max_bytes: this.#chosen("ask-size"),
        expires_at: new Date(Date.now() + config.clock_offset + lifetime * 1e3).toISOString(),
        label: toBase64(label)
      }
    });
    const request2 = { ...made, id, expires: Date.parse(expires) };
    await keepRequest(request2);
    return request2;
  }
  /** @param {OwnRequest} request */
  #show(request2) {
    const field2 = new CopyField();
    field2.setAttribute("label", t("The link to send by"));
    field2.setAttribute("action", t("Copy link"));
    field2.toggleAttribute("primary", true);
    field2.value = linkOf2(request2);
    const heading = el("h2", { tabindex: -1 }, t("Give this link to whoever is to send"));
    this.#made.replaceChildren(
      el(
        "section",
        { class: "card" },
        heading,
        field2,
        el(
          "div",
          { class: "row" },
          copyButton(t("Copy as message"), () => messageFor(request2), { picture: "mail" })
        ),
        el(
          "p",
          { class: "hint" },
          t("Whoever has it can send to you, and open nothing. What arrives is listed below.")
        )
      )
    );
    announce(heading);
  }
  async #list() {
    let all = [];
    try {
      all = await ownRequests();
    } catch {
    }
    this.#own.hidden = all.length === 0;
    find(this.#own, "[data-list]").replaceChildren(
      ...all.map((request2) => {
        const item = new OwnRequestItem();
        item.addEventListener("gone", () => this.#list());
        if (this.#crypto) item.show(request2, this.#crypto);
        return item;
      })
    );
  }
};
var OwnRequestItem = class extends HTMLElement {
  #state = el("p", { class: "hint", role: "status" }, t("Looking…"));
  #arrived = el("ul", { class: "files", hidden: true });
  #error = new ErrorNote();
  #actions = el("div", { class: "row" });
  /**
   * @param {OwnRequest} request
   * @param {import('../crypto/client.js').CryptoClient} crypto
   */
  show(request2, crypto2) {
    this.#arrived.setAttribute("aria-label", t("What arrived for {{name}}", { name: request2.title }));
    this.replaceChildren(
      el("h3", { tabindex: -1 }, nameOf(request2.title)),
      this.#state,
      this.#arrived,
      this.#error,
      this.#actions
    );
    this.#look(request2, crypto2);
  }
  /**
   * @param {OwnRequest} request
   * @param {import('../crypto/client.js').CryptoClient} crypto
   */
  async #look(request2, crypto2) {
    const { id, secret } = request2;
    const look = () => this.#look(request2, crypto2);
    const button = (picture, words, click) => el("button", { type: "button", class: "button", click }, icon(picture), words);
    this.#error.clear();
    try {
      const [info, { transfers = [] }] = await Promise.all([getRequest(id), getArrived(id, secret)]);
      const isOpen = info.status === "open";
      const state = STATES[info.status] ?? info.status;
      const { length: count } = transfers;
      this.#state.textContent = isOpen ? sentences(
        tn("{{count}} transfer has arrived.", "{{count}} transfers have arrived.", count),
        tn(
          "{{count}} more can come until {{moment}}.",
          "{{count}} more can come until {{moment}}.",
          info.transfers_left,
          {
            moment: moment(new Date(info.expires_at))
          }
        )
      ) : sentences(`${state}.`, tn("{{count}} transfer has arrived.", "{{count}} transfers have arrived.", count));
      this.#arrived.hidden = transfers.length === 0;
      this.#arrived.replaceChildren(...transfers.map((transfer) => arrivedItem(transfer, request2, crypto2)));
      this.#actions.replaceChildren(
        ...isOpen ? [copyButton(t("Copy link"), () => linkOf2(request2))] : [],
        button("refresh", t("Look again"), look),
        ...isOpen ? [button("ban", t("Close it"), () => this.#close(request2, look))] : [],
        ...isOpen ? [] : [button("trash", t("Take off the list"), () => this.#forget(request2, transfers.length))]
      );
    } catch (error) {
      this.#state.textContent = "";
      this.#error.show(describe(error, "ask"));
      this.#actions.replaceChildren(
        button("refresh", t("Try again"), look),
        button("trash", t("Take off the list"), () => this.#forget(request2, 0))
      );
    }
  }
  /**
   * @param {OwnRequest} request
   * @param {() => void} look
   */
  async #close({ id, secret, title }, look) {
    const sure = await dialog({
      title: t("Close this request?"),
      body: el(
        "p",
        {},
        t("Nobody can send for {{name}} any more. What has arrived stays until it ends.", { name: isolated(title) })
      ),
      dismiss: t("Keep it open"),
      action: t("Close it"),
      danger: true,
      submit: () => true
    });
    if (!sure) return;
    try {
      await closeRequest(id, secret);
      look();
    } catch (error) {
      this.#error.show(describe(error, "ask"));
    }
    find(this, "h3").focus();
  }
  /**
   * @param {OwnRequest} request
   * @param {number} arrived
   */
  async #forget({ id, title }, arrived) {
    const sure = await dialog({
      title: t("Take it off the list?"),
      body: el(
        "p",
        {},
        sentences(
          t("This browser forgets the key for {{name}}.", { name: isolated(title) }),
          arrived > 0 && t("What arrived and was not saved yet can then be opened by nobody.")
        )
      ),
      dismiss: t("Keep it"),
      action: t("Forget it"),
      danger: true,
      submit: () => true
    });
    if (!sure) return;
    await forgetRequest(id);
    this.dispatchEvent(new CustomEvent("gone"));
  }
};
function arrivedItem({ transfer_id: id, status, payload_bytes: size, created_at: created, sealed_key: sealed }, request2, crypto2) {
  const name = el("span", { class: "name" }, t("Number {{id}}", { id }));
  const sizeAndAge = (of) => t("{{size}}, {{ago}}", { size: bytes(of), ago: ago(new Date(created)) });
  const facts2 = el("span", { class: "size" }, sizeAndAge(size));
  const item = el("li", {}, icon("file"), name, facts2);
  const say2 = (text) => item.append(el("span", { class: "size" }, text));
  const open = async () => {
    if (status !== "completed") {
      say2(status === "deleted" ? t("deleted by its sender") : t("over"));
      return;
    }
    let key;
    try {
      key = await crypto2.openKey(request2.keys, request2.id, fromBase64url(sealed));
    } catch {
      say2(t("not sealed for this request"));
      return;
    }
    const link = el("a", { class: "button", href: placeOf(id, writeKey(key)) }, t("Open"));
    item.append(link);
    try {
      const { label } = await getInfo(id);
      const said = label ? await openLabel(key, fromBase64url(label)) : null;
      if (!said) return;
      const rest = said.count > 1 ? ` ${tn("and {{count}} more file", "and {{count}} more files", said.count - 1)}` : "";
      name.replaceChildren(nameOf(said.files[0].name), rest);
      if (isSize(said.size)) facts2.textContent = sizeAndAge(said.size);
      link.setAttribute("aria-label", t("Open {{name}}", { name: said.files[0].name + rest }));
    } catch {
    }
  };
  open();
  return item;
}
var linkOf2 = ({ id, seed, publicKey }) => writeRequest(location.origin, { id, seed: toBase64url(seed), publicKey: toBase64url(publicKey) });
var messageFor = (request2) => [
  t("Please send me: {{name}}", { name: request2.title }),
  ...request2.note ? ["", request2.note] : [],
  "",
  linkOf2(request2),
  "",
  t("Open the link in a browser and choose the files. They are encrypted so that only I can open them."),
  t("It is open until {{moment}}.", { moment: moment(new Date(request2.expires)) })
].join("\n");
customElements.define("own-request", OwnRequestItem);
customElements.define("ask-for-files", AskForFiles);

// assets/ui/spoken.js
var WORDS = 6;
var LISTED = 7776;
var FAIR = 2 ** 32 - 2 ** 32 % LISTED;
async function newWords() {
  const answer2 = await fetch(new URL("./eff-large-wordlist.txt", import.meta.url));
  const list = (await answer2.text()).split("\n").filter((line) => /^[a-z-]+$/.test(line));
  if (!answer2.ok || list.length !== LISTED) throw new Error("the list of words did not come");
  return Array.from({ length: WORDS }, () => list[number2()]).join(" ");
}
function number2() {
  const [bits] = crypto.getRandomValues(new Uint32Array(1));
  return bits < FAIR ? bits % LISTED : number2();
}

// assets/ui/passphrase-field.js
var SHORT = 12;
var PassphraseField = class extends HTMLElement {
  #field = find(this, "input", HTMLInputElement);
  #eye = find(this, "button", HTMLButtonElement);
  #advice = find(this, "[data-advice]");
  #more = find(this, "details", HTMLDetailsElement);
  #words = "";
  connectedCallback() {
    this.#field.addEventListener("input", () => this.#advise());
    find(this, "[data-words]").addEventListener("click", () => this.#suggest());
    this.#eye.addEventListener("click", () => this.#show(this.#field.type === "password"));
  }
  /** Empty where there is to be none, also where it was typed and the field was closed again. */
  get value() {
    return this.#more.open ? this.#field.value : "";
  }
  /** It, where it was made here, and nobody but the page may know it by heart. */
  get words() {
    return this.value === this.#words ? this.#words : "";
  }
  /** What keeps it from being used; null if nothing does. */
  get problem() {
    return this.value && !passphraseBytes(this.value) ? {
      title: t("The passphrase is too long"),
      text: t("It can have {{most}} bytes, which are fewer letters.", { most: MAX_PASSPHRASE })
    } : null;
  }
  focus() {
    this.#field.focus();
  }
  clear() {
    this.#field.value = "";
    this.#words = "";
    this.#more.open = false;
    this.#show(false);
  }
  async #suggest() {
    try {
      this.#words = await newWords();
      this.#field.value = this.#words;
      this.#show(true);
      this.#advice.replaceChildren(
        el("b", { lang: "en", translate: "no" }, this.#words),
        // which may be longer than the field
        el("br"),
        t("Six words by chance. Say them to the recipient, or have them copied when it is sent.")
      );
    } catch {
      this.#advice.textContent = sentences(`${stale.title}.`, stale.text);
    }
  }
  #show(shown) {
    if (!shown) this.#advise();
    this.#field.type = shown ? "text" : "password";
    this.#eye.setAttribute("aria-pressed", String(shown));
  }
  #advise() {
    const { length } = Array.from(this.#field.value);
    this.#advice.textContent = length > 0 && length < SHORT ? t("Rather short. Four or five words by chance are hard to guess, and easy to say.") : "";
  }
};
customElements.define("passphrase-field", PassphraseField);

// assets/ui/choice.js
var Choice = class {
  #fieldset;
  #other;
  field;
  /** @param {HTMLElement} fieldset */
  constructor(fieldset) {
    this.#fieldset = fieldset;
    this.#other = find(fieldset, "[data-other]");
    this.field = find(this.#other, "input", HTMLInputElement);
    fieldset.addEventListener("change", () => this.#turn());
  }
  /** @returns {HTMLInputElement[]} */
  get radios() {
    return Array.from(this.#fieldset.querySelectorAll('input[type="radio"]'));
  }
  /** The radio button that is chosen, if one is. */
  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }
  /** Whether what is typed is meant. */
  get isOther() {
    return this.chosen?.value === "other";
  }
  /** The chosen of the few as a number; 0 where none of them is. */
  get value() {
    return this.isOther ? 0 : Number(this.chosen?.value ?? 0);
  }
  /** What the chosen of the few is called. */
  get words() {
    return this.isOther ? "" : this.chosen?.parentElement?.textContent?.trim() ?? "";
  }
  /**
   * Leaves of the few those that are allowed, and chooses another where the chosen one is not.
   * @param {(value: number) => boolean} isAllowed
   * @param {number} usual what another is to be near to
   */
  allow(isAllowed, usual) {
    const few = this.radios.filter((radio) => radio.value !== "other");
    const allowed = few.filter((radio) => isAllowed(Number(radio.value)));
    for (const radio of few)
      find(this.#fieldset, `label:has([value="${radio.value}"])`).hidden = !allowed.includes(radio);
    if (this.isOther || allowed.some((radio) => radio.checked)) return;
    for (const radio of few) radio.checked = false;
    const fitting = allowed.findLast((radio) => Number(radio.value) <= usual) ?? allowed.at(-1);
    if (fitting) fitting.checked = true;
  }
  #turn() {
    this.#other.hidden = !this.isOther;
  }
};

// assets/ui/send-options.js
var SOON = 6e4;
var SendOptions = class extends HTMLElement {
  #more = find(this, "details", HTMLDetailsElement);
  #said = find(this, "[data-said]");
  #life = new Choice(find(this, "[data-expiry]"));
  #downloads = new Choice(find(this, "[data-downloads]"));
  #erase = find(this, "[data-auto-delete]");
  /** Milliseconds that it is kept at most, and where nothing is chosen. */
  #longest = Number.POSITIVE_INFINITY;
  #usual = 0;
  #ahead = 0;
  connectedCallback() {
    this.addEventListener("input", () => this.#say());
    this.addEventListener("change", () => this.#say());
    this.#more.addEventListener("toggle", () => this.#bound());
  }
  /** @param {import('../net/api.js').Config} config */
  configure({ max_ttl_seconds: longest, default_ttl_seconds: usual, clock_offset: ahead }) {
    this.#longest = longest * 1e3;
    this.#usual = usual * 1e3;
    this.#ahead = ahead;
    this.#life.allow((seconds) => seconds <= longest, usual);
    this.#bound();
    this.#say();
  }
  /** 0 is no limit. */
  get maxDownloads() {
    return this.#downloads.isOther ? Number(this.#downloads.field.value) : this.#downloads.value;
  }
  get expires() {
    if (this.#life.isOther) return new Date(this.#life.field.value);
    return new Date(this.#now + (this.#life.value * 1e3 || this.#usual));
  }
  get autoDelete() {
    return this.maxDownloads > 0 && find(this.#erase, "input", HTMLInputElement).checked;
  }
  /** What keeps the options from being used, and the field that it is about; null if nothing does. */
  get problem() {
    const wrong2 = this.#wrongTime() ?? this.#wrongNumber();
    if (wrong2) this.#more.open = true;
    return wrong2;
  }
  /** By the clock of the service. */
  get #now() {
    return Date.now() + this.#ahead;
  }
  get #latest() {
    return new Date(this.#now + this.#longest);
  }
  /** @returns {{ words: Words, field: HTMLElement } | null} */
  #wrongTime() {
    const { isOther, field: field2 } = this.#life;
    const time = this.expires.getTime();
    if (!isOther) return null;
    if (Number.isNaN(time))
      return wrong(t("When is it to expire?"), t("Set a day and a time, or choose one of the others."), field2);
    if (time < this.#now + SOON) return wrong(t("That time has passed"), t("Set one that is still to come."), field2);
    const latest = this.#latest;
    if (time >= latest.getTime())
      return wrong(
        t("That is too long"),
        t("This service keeps nothing beyond {{moment}}.", { moment: moment(latest) }),
        field2
      );
    return null;
  }
  #wrongNumber() {
    const { isOther, field: field2 } = this.#downloads;
    const number3 = this.maxDownloads;
    if (!isOther || Number.isSafeInteger(number3) && number3 >= 1) return null;
    return wrong(
      t("How often can it be downloaded?"),
      t("Enter a whole number from 1, or choose one of the others."),
      field2
    );
  }
  /** Tells the field what can be set. */
  #bound() {
    const { field: field2 } = this.#life;
    if (this.#longest === Number.POSITIVE_INFINITY) return;
    field2.min = minute(new Date(this.#now + 2 * SOON));
    field2.max = minute(this.#latest);
    find(this, "[data-latest]").textContent = t("{{moment}} at the latest.", { moment: moment(this.#latest) });
    if (!field2.value && !this.#life.isOther) field2.value = minute(this.expires);
  }
  #say() {
    const number3 = this.maxDownloads;
    this.#erase.hidden = number3 === 0 && !this.#downloads.isOther;
    const life = this.#life.isOther ? untilWords(this.expires) : this.#life.words || span(this.#usual / 1e3);
    const times = number3 >= 1 ? tn("{{count}} download", "{{count}} downloads", number3) : this.#downloads.isOther ? "" : t("no limit");
    this.#said.textContent = [life, times].filter(Boolean).join(" · ");
  }
};
var untilWords = (time) => Number.isNaN(time.getTime()) ? "" : t("until {{moment}}", { moment: moment(time) });
var wrong = (title, text, field2) => ({ words: { title, text }, field: field2 });
customElements.define("send-options", SendOptions);

// assets/ui/sent-here.js
var loadSentHere = () => import(new URL("./sent-here-later.js", import.meta.url).href);

// assets/ui/hand-over.js
var isPhone = () => matchMedia("(pointer: coarse)").matches;
var handOver = (message, taken) => [
  copyButton(t("Copy as message"), () => message().text, { onCopied: taken }),
  leading(t("E-mail"), "mail", message, byMail, taken),
  isPhone() && leading(t("Message"), "text", message, bySms, taken),
  "share" in navigator && shareButton(message, taken)
];
var byMail = ({ subject, text }) => `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text.replaceAll("\n", "\r\n"))}`;
var bySms = ({ text }) => `sms:?&body=${encodeURIComponent(text)}`;
function leading(words, picture, message, address, taken) {
  const link = el("a", { class: "button", href: address({ subject: "", text: "" }) }, icon(picture), words);
  link.addEventListener("click", () => {
    link.href = address(message());
    taken();
  });
  return link;
}
function shareButton(message, taken) {
  const share = async () => {
    const { subject: title, text } = message();
    try {
      await navigator.share({ title, text });
      taken();
    } catch {
    }
  };
  return el("button", { type: "button", class: "button", click: share }, icon("share"), t("Share"));
}

// assets/ui/status-rows.js
function statusRows(info) {
  const { status, download_count: begun, downloads_completed: whole, max_downloads: max, expires_at: expires } = info;
  if (status === "pending") return [[t("State"), t("Not sent completely yet")], ...soFar(info)];
  const isSpent = status === "exhausted" || max > 0 && begun >= max;
  const count = max ? t("{{left}} of {{all}}", { left: begun, all: max }) : begun ? number(begun) : t("none yet");
  const rows = [[t("Downloads begun"), isSpent ? t("{{count}}, no more", { count }) : count]];
  if (begun && whole !== void 0) {
    rows.push([t("Confirmed to have arrived"), whole ? tn("once", "{{count}} times", whole) : t("not yet")]);
  }
  const ends = new Date(expires ?? "");
  if (info.is_expired) rows.push([t("Expired"), moment(ends)]);
  else if (expires && !info.erased) rows.push([t("Expires"), until(ends)]);
  if (info.erased) rows.push([t("On the server"), t("Erased")]);
  return rows;
}
var keptWords = () => t("The link with its key, and the secret that deletes it. Whoever uses this browser can open what you sent.");
var soFar = ({ arrived_bytes: done = 0, file_size_bytes: all }) => all ? [[t("Sent so far"), percent(Math.min(1, done / all))]] : [];

// assets/ui/transfer-status.js
var LOOK_EVERY = 15e3;
var LIVES = [
  [t("1 hour"), 3600],
  [t("1 day"), 86400],
  [t("7 days"), 7 * 86400],
  [t("30 days"), 30 * 86400]
];
var TransferStatus = class extends HTMLElement {
  #id = "";
  #secret = "";
  #facts = el("dl", { class: "facts", "aria-live": "polite", tabindex: -1 });
  #error = new ErrorNote();
  #button = el("button", { type: "button", class: "button danger" }, icon("trash"), t("Delete now"));
  /** It stands there before it is known when it ends, as what is beside it would move. */
  #change = el("button", { type: "button", class: "button", disabled: true }, icon("clock"), t("Change when it ends"));
  #timer = 0;
  /** When it was deleted from here; 0 where it was not. */
  #deleted = 0;
  /** @type {TransferInfo | null} */
  #info = null;
  /**
   * @param {string} id
   * @param {string} secret
   * @param {number} [deleted] when it was, from here
   */
  watch(id, secret, deleted = 0) {
    this.#id = id;
    this.#secret = secret;
    this.#deleted = deleted;
    this.#button.addEventListener("click", () => this.#confirm());
    this.#change.addEventListener("click", () => this.#choose());
    this.replaceChildren(this.#facts, this.#error, el("div", { class: "row" }, this.#change, this.#button));
    this.#look();
    this.#timer = window.setInterval(() => {
      if (!document.hidden) this.#look();
    }, LOOK_EVERY);
  }
  disconnectedCallback() {
    clearInterval(this.#timer);
  }
  async #look() {
    try {
      this.#info = await getInfo(this.#id);
      this.#error.clear();
      this.#render(this.#info);
    } catch (error) {
      if (error instanceof ApiError && error.code === "transfer_not_found") {
        if (this.#deleted) this.#endDeleted();
        else this.#end(t("Not on the server any more"), t("Not there any more"));
      } else if (!this.#facts.hasChildNodes()) this.#error.show(describe(error, "status"));
    }
  }
  /** @param {TransferInfo} info */
  #render(info) {
    if (info.status === "deleted") {
      if (info.taken_down) this.#end(t("Taken down by whoever runs this service"), t("Taken down"));
      else this.#endDeleted();
      return;
    }
    const isSent = info.status !== "pending";
    this.#show([...isSent ? [when(t("Sent"), new Date(info.created_at))] : [], ...statusRows(info)]);
    this.#change.disabled = false;
    this.#change.hidden = info.is_expired || Boolean(info.erased) || !info.delete_enabled;
    this.#button.hidden = info.is_expired || Boolean(info.erased);
    if (info.is_expired) this.#tell(t("Expired"), "clock");
  }
  /**
   * @param {string} title
   * @param {string} picture
   */
  #tell(title, picture) {
    const deleted = this.#deleted || void 0;
    this.dispatchEvent(new CustomEvent("over", { bubbles: true, detail: { title, picture, deleted } }));
  }
  /**
   * @param {string} text
   * @param {string} [title]
   * @param {[string, string]} [row] what there is to say of it
   */
  #end(text, title = text, row = [t("State"), text]) {
    clearInterval(this.#timer);
    this.#tell(title, "trash");
    this.#show([row]);
    const isHeld = this.#button === document.activeElement || this.#change === document.activeElement;
    this.#button.hidden = true;
    this.#change.hidden = true;
    if (isHeld) this.#facts.focus();
  }
  #endDeleted() {
    const text = t("Deleted");
    this.#end(text, text, this.#deleted ? when(text, new Date(this.#deleted)) : void 0);
  }
  /** @param {[string, string][]} rows */
  #show(rows) {
    const said = rows.flat().join();
    if (this.#facts.dataset.said === said) return;
    this.#facts.dataset.said = said;
    this.#facts.replaceChildren(...facts(rows));
  }
  /** Lets the sender choose another end, as long as the service keeps anything at most. */
  async #choose() {
    if (!this.#info) return;
    let config;
    try {
      config = await getConfig();
    } catch (error) {
      this.#error.show(describe(error, "status"));
      return;
    }
    const latest = Date.parse(this.#info.created_at) + config.max_ttl_seconds * 1e3;
    const now = Date.now() + config.clock_offset;
    const choices = LIVES.filter(([, seconds]) => now + seconds * 1e3 < latest);
    const option = (words, time, checked = false) => el("label", {}, el("input", { type: "radio", name: "ends", value: time, checked }), el("span", {}, words));
    const fieldset = el(
      "fieldset",
      {},
      el("legend", {}, t("From now on")),
      el(
        "div",
        { class: "segments" },
        choices.map(([words, seconds]) => option(words, now + seconds * 1e3, seconds === 86400)),
        option(t("Latest"), latest, choices.length < 2),
        option(t("A date"), "other")
      ),
      el(
        "div",
        { "data-other": true, hidden: true },
        el("label", { class: "label", for: "ends-at" }, t("On this day, at this time")),
        el("input", {
          id: "ends-at",
          type: "datetime-local",
          min: minute(new Date(now + 6e4)),
          max: minute(new Date(latest)),
          value: minute(new Date(Math.min(now + 864e5, latest)))
        })
      ),
      el(
        "p",
        { class: "hint" },
        t("The latest is {{moment}}: this service keeps nothing longer.", { moment: moment(new Date(latest)) })
      )
    );
    const choice = new Choice(fieldset);
    const changed = await dialog({
      title: t("When is it to end?"),
      body: fieldset,
      dismiss: t("Leave it"),
      action: t("Change it"),
      submit: async () => {
        const ends = choice.isOther ? new Date(choice.field.value).getTime() : choice.value;
        if (Number.isNaN(ends)) throw new Problem(t("Set a day and a time."), choice.field);
        try {
          await changeExpiry(this.#id, this.#secret, new Date(choice.isOther ? ends : Math.min(ends, latest)));
        } catch (error) {
          const { title, text } = describe(error, "extend");
          throw new Problem(sentences(`${title}.`, text));
        }
        return true;
      }
    });
    if (changed) await this.#look();
    this.#change.focus();
  }
  async #confirm() {
    if (this.#button.ariaDisabled) return;
    const sure = await dialog({
      title: t("Delete this transfer?"),
      body: el(
        "p",
        {},
        t("It is erased from the server at once, and the link stops working for everyone. This cannot be undone.")
      ),
      dismiss: t("Keep it"),
      action: t("Delete"),
      danger: true,
      submit: () => true
    });
    this.#button.focus();
    if (sure) await this.#delete();
  }
  async #delete() {
    this.#button.ariaDisabled = "true";
    try {
      await deleteTransfer(this.#id, this.#secret);
      this.#deleted = Date.now();
      this.#endDeleted();
      this.dispatchEvent(new CustomEvent("deleted", { bubbles: true }));
    } catch (error) {
      this.#error.show(describe(error, "delete"));
    } finally {
      this.#button.ariaDisabled = null;
    }
  }
};
var when = (what, date) => [what, moment(date)];
customElements.define("transfer-status", TransferStatus);

// assets/ui/sent-transfer.js
var loadDrawing = () => import(new URL("./qr-later.js", import.meta.url).href);
var SentTransfer = class extends HTMLElement {
  /**
   * @param {Transfer} transfer
   * @param {boolean} isKept on the list of this device
   */
  show(transfer, isKept) {
    const { id, key, deleteSecret, isLocked, words } = transfer;
    const { whole, withoutKey } = writeLinks(location.origin, id, key);
    const link = () => toggle.checked ? withoutKey : whole;
    const taken = () => this.dispatchEvent(new CustomEvent("taken"));
    this.addEventListener("copied", taken);
    const wholeField = linkField(whole);
    const handWhole = el(
      "div",
      { class: "row" },
      handOver(() => messageFor2(transfer, whole, false), taken)
    );
    const apart = el(
      "div",
      { class: "apart", hidden: true },
      field(t("1. The link"), t("Copy link"), withoutKey, true),
      el(
        "div",
        { class: "row" },
        handOver(() => messageFor2(transfer, withoutKey, true), taken)
      ),
      field(t("2. The key"), t("Copy key"), key),
      el(
        "div",
        { class: "row" },
        handOver(() => keyMessage(key), taken)
      ),
      el(
        "p",
        { class: "hint" },
        t("Send them by two different ways, such as mail and phone. Either alone opens nothing.")
      )
    );
    const qrPanel = el("div", { class: "qr", id: "qr-panel", hidden: true });
    const showsQr = qrButton(qrPanel);
    const drawing = loadDrawing();
    const drawQr = () => drawing.then(
      ({ qrPicture }) => {
        const picture = qrPicture(link(), t("QR code of the link"));
        const holds = toggle.checked ? t("Holds the link without the key.") : t("Holds the whole link: whoever photographs it can open the transfer.");
        const hint = picture ? holds : t("The address of this site is too long for a QR code.");
        qrPanel.replaceChildren(picture ?? "", el("p", { class: "hint" }, hint));
      },
      () => {
        showsQr.hidden = true;
      }
    );
    const turn = () => {
      wholeField.hidden = toggle.checked;
      handWhole.hidden = toggle.checked;
      apart.hidden = !toggle.checked;
      drawQr();
    };
    const toggle = el("input", { type: "checkbox", role: "switch" });
    toggle.addEventListener("change", turn);
    drawQr();
    const manageField = field(t("Your private page"), t("Copy"), writeManage(location.origin, transfer));
    manageField.addEventListener("copied", (event) => event.stopPropagation());
    const status = new TransferStatus();
    status.addEventListener("over", () => this.classList.add("over"));
    this.replaceChildren(
      wholeField,
      apart,
      isLocked ? el(
        "p",
        { class: "note" },
        t(
          "The link opens nothing without the passphrase. Tell the recipient by another way, such as the phone: nobody can find it out later."
        )
      ) : "",
      words && spokenField(words),
      el("label", { class: "check" }, toggle, el("span", {}, t("Show link and key separately"))),
      handWhole,
      el("div", { class: "row" }, showsQr),
      qrPanel,
      status,
      el(
        "details",
        {},
        el("summary", {}, icon("eye"), t("See or delete it later")),
        el(
          "div",
          {},
          el(
            "p",
            { class: "hint" },
            t("This page shows how often it was downloaded and can delete it. It cannot open it. Keep it to yourself.")
          ),
          manageField
        )
      ),
      keepSwitch(transfer, isKept),
      el(
        "button",
        { type: "button", class: "button wide again", click: () => this.dispatchEvent(new CustomEvent("again")) },
        t("Send something else")
      )
    );
    status.watch(id, deleteSecret);
  }
};
function keepSwitch({ id, key, deleteSecret, name, size, isText, sent: sent2 }, isKept) {
  const keep = el("input", { type: "checkbox", role: "switch", checked: isKept });
  const hint = el("p", { class: "hint", role: "status" }, keptWords());
  const turn = async () => {
    try {
      keepFromNow(keep.checked);
      if (keep.checked) await keepTransfer({ id, key, deleteSecret, name, size, isText, sent: sent2 });
      else await forgetTransfer(id);
      hint.textContent = keptWords();
    } catch {
      keep.checked = false;
      hint.textContent = t("This browser keeps nothing");
    }
  };
  keep.addEventListener("change", turn);
  if (keep.checked) turn();
  const label = el("label", { class: "check" }, keep, el("span", {}, t("Keep it on a list in this browser")));
  return el("div", { class: "keep" }, label, hint);
}
function spokenField(words) {
  const copyField = field(t("Passphrase"), t("Copy"), words);
  copyField.addEventListener("copied", (event) => event.stopPropagation());
  return copyField;
}
var linkField = (link) => field(t("Link"), t("Copy link"), link, true);
function field(label, action, value, primary = false) {
  const copyField = new CopyField();
  copyField.setAttribute("label", label);
  copyField.setAttribute("action", action);
  copyField.toggleAttribute("primary", primary);
  copyField.value = value;
  return copyField;
}
function qrButton(panel) {
  const button = el(
    "button",
    { type: "button", class: "button", "aria-controls": panel.id, "aria-expanded": "false" },
    icon("qr"),
    t("QR code")
  );
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  });
  return button;
}
function messageFor2({ expires, maxDownloads: max, isText, isLocked }, link, keyApart) {
  const text = [
    isText ? t("I have sent you a text, encrypted so that only you can open it:") : t("I have sent you a file, encrypted so that only you can open it:"),
    "",
    link,
    "",
    t("Open the link in a browser. Nothing has to be installed."),
    ...keyApart ? [t("You will be asked for a key; I am sending it to you separately.")] : [],
    ...isLocked ? [t("You will be asked for a passphrase; I am telling it to you separately.")] : [],
    sentences(
      t("It is there until {{moment}}.", { moment: moment(expires) }),
      max > 0 && tn("It can be opened once.", "It can be opened {{count}} times.", max)
    )
  ].join("\n");
  return { subject: isText ? t("A text for you, encrypted") : t("A file for you, encrypted"), text };
}
var keyMessage = (key) => ({
  subject: t("The key"),
  text: [
    t("This is the key for what I have sent you:"),
    "",
    key,
    "",
    t("Open the link that I am sending you separately, and put the key in where it is asked for.")
  ].join("\n")
});
customElements.define("sent-transfer", SentTransfer);

// assets/ui/tabs.js
function tabs(list, onSelect) {
  const all = (
    /** @type {HTMLElement[]} */
    Array.from(list.querySelectorAll('[role="tab"]'))
  );
  const select = (tab) => {
    for (const other of all) {
      const selected = other === tab;
      other.setAttribute("aria-selected", String(selected));
      other.tabIndex = selected ? 0 : -1;
      find(document, `#${other.getAttribute("aria-controls")}`).hidden = !selected;
    }
    onSelect(tab.id);
  };
  for (const [i, tab] of all.entries()) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[key];
      const next = to === void 0 ? void 0 : all.at(to % all.length);
      if (!next) return;
      select(next);
      next.focus();
    });
  }
  return (id) => select(find(list, `#${id}`));
}

// assets/ui/token-field.js
var STORED = "sgraph-send-token";
var FORM = /^[A-Za-z0-9_-]{1,128}$/;
var NOISE = /["'`\u201c\u201d\u2018\u2019\u00ab\u00bb\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;
var STATES2 = {
  not_found: tokenWords.token_unknown,
  revoked: tokenWords.token_revoked,
  exhausted: tokenWords.token_exhausted
};
var invited = (text) => text.replace(/^.*#invite\//, "");
var TokenField = class extends HTMLElement {
  #input = find(this, "#token", HTMLInputElement);
  #state = find(this, ".token-state");
  #editor = find(this, "[data-edit]");
  #offer = find(this, "[data-remember]");
  #remember = find(this, "[data-remember] input", HTMLInputElement);
  #checked = "";
  #invite = "";
  #isReady = false;
  #isTyped = false;
  connectedCallback() {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#input.addEventListener("input", () => {
      this.#isTyped = true;
      this.#say("", "");
      this.#offerToRemember();
    });
    const check = () => this.#check().then(() => this.#reveal());
    this.#input.addEventListener("change", check);
    this.#input.addEventListener("paste", () => setTimeout(check));
    this.#remember.addEventListener("change", () => this.#store());
    try {
      this.#input.value = localStorage.getItem(STORED) ?? "";
    } catch {
    }
    this.#remember.checked = this.#input.value !== "";
    this.#offerToRemember();
  }
  /** Shows the field where the service asks for a token. */
  require() {
    this.hidden = false;
    if (this.value) this.#check();
  }
  /**
   * Takes the token of a link that invites. One that is remembered gives way to it when the service accepts it.
   * @param {string} token
   */
  invite(token) {
    this.#input.value = token;
    this.#invite = this.value;
    this.#edit();
    this.#offerToRemember();
  }
  get value() {
    return invited(this.#input.value.replace(NOISE, ""));
  }
  /** What is wrong with the token as it stands, or nothing. */
  get problem() {
    if (this.hidden) return "";
    if (!this.value) return t("Paste your access token first. Whoever runs this service gives you one.");
    if (!FORM.test(this.value)) return t('This does not look like an access token: letters, digits, "-" and "_" only.');
    return "";
  }
  /**
   * Says that the service refused the token.
   * @param {string} text
   */
  refuse(text) {
    this.hidden = false;
    this.#edit();
    this.#say("bad", text);
    this.#input.focus();
    this.#reveal();
  }
  /** What is said of the token may stand under the button that stays on the screen. */
  #reveal() {
    this.#state.scrollIntoView({ block: "nearest" });
  }
  focus() {
    this.#edit();
    this.#input.focus();
  }
  #offerToRemember() {
    this.#offer.hidden = !this.value;
  }
  async #check() {
    const token = this.value;
    if (!token || token === this.#checked) return;
    if (this.problem) {
      this.#say("bad", this.problem);
      return;
    }
    this.#checked = token;
    this.#say("", t("Checking…"));
    try {
      const answer2 = await checkToken(token);
      if (token !== this.value) return;
      if (answer2.valid) this.#accept(answer2);
      else this.#say("bad", STATES2[answer2.reason ?? answer2.status ?? ""] ?? tokenWords.token_unknown);
    } catch {
      if (token === this.value) this.#say("", "");
    }
  }
  /** @param {{ remaining?: number, unlimited?: boolean }} token */
  #accept({ remaining = 0, unlimited }) {
    this.#input.value = this.value;
    this.#store();
    const isLimited = !unlimited && remaining > 0;
    const words = sentences(
      this.value === this.#invite ? t("You are invited to send.") : t("Access token accepted."),
      isLimited && tn("{{count}} transfer left.", "{{count}} transfers left.", remaining)
    );
    this.#say("good", words);
    this.#state.prepend(icon("check"));
    if (this.#isTyped) return;
    this.#editor.hidden = true;
    this.#state.append(el("button", { type: "button", class: "link", click: () => this.focus() }, t("Change")));
  }
  #edit() {
    this.#checked = "";
    this.#editor.hidden = false;
    this.#say("", "");
  }
  /**
   * @param {'good' | 'bad' | ''} kind
   * @param {string} text
   */
  #say(kind, text) {
    this.#state.className = `token-state ${kind}`;
    this.#state.replaceChildren(...text ? [el("span", {}, text)] : []);
    this.#input.setAttribute("aria-invalid", String(kind === "bad"));
  }
  #store() {
    try {
      if (this.#remember.checked && this.value) localStorage.setItem(STORED, this.value);
      else localStorage.removeItem(STORED);
    } catch {
      this.#remember.checked = false;
    }
  }
};
customElements.define("token-field", TokenField);

// assets/shared/drops.js
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => {
    const { target, dataTransfer } = (
      /** @type {DragEvent} */
      event
    );
    const isField = target instanceof Element && target.closest("input, textarea");
    if (!isField || dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}

// assets/send.js
var loadShare = () => import(new URL("./share-later.js", import.meta.url).href);
var prepareShare = () => loadShare().then(({ prepare }) => prepare(scriptURL));
var MAX_TEXT = 1024 * 1024;
var SendPage = class extends SenderPage {
  #text = find(this, "#text", HTMLTextAreaElement);
  #token = find(this, "token-field", TokenField);
  #options = find(this, "send-options", SendOptions);
  #passphrase = find(this, "passphrase-field", PassphraseField);
  #ask = find(this, "ask-for-files", AskForFiles);
  #result = find(this, "[data-links]");
  #mode = "tab-files";
  #selectTab = tabs(find(this, '[role="tablist"]'), (id) => {
    this.#mode = id;
    this.error.clear();
  });
  /** The link of what is being sent. */
  #early = linkField("");
  #isTaken = false;
  // before all was sent
  #linkAtRisk = false;
  #shown = "";
  // the ID of the transfer whose page this is
  connectedCallback() {
    super.connectedCallback();
    this.#text.addEventListener("input", () => this.#count());
    this.picker.addEventListener("change", () => {
      if (this.picker.entries.length) this.chooseFiles();
    });
    const early = find(this, "[data-early]");
    early.append(
      this.#early,
      el("p", { class: "hint" }, t("You can hand it over now: whoever opens it waits for the rest."))
    );
    early.addEventListener("copied", () => {
      this.#isTaken = true;
    });
    find(this, "[data-ask]").addEventListener("click", () => this.#openAsk());
    this.#ask.addEventListener("back", () => this.#back());
    find(this, "[data-mine]").addEventListener("click", () => this.#openMine());
    this.#offerMine();
    addEventListener("hashchange", () => this.#follow());
    document.querySelector(".skip")?.addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById("main")?.focus();
    });
    this.#follow();
    removeOver().catch(() => {
    });
    if (isSecureContext) this.configure();
    onceSomebodyIsHere(() => loadDrawing().catch(() => {
    }));
    if (matchMedia("(display-mode: standalone)").matches) prepareShare();
    else if (matchMedia("(pointer: coarse)").matches) onceSomebodyIsHere(prepareShare);
  }
  async configure() {
    const config = await super.configure();
    if (!config) return null;
    const { max_bytes: max, token_required: isRequired } = config;
    find(this, "[data-limit]").textContent = max ? t("Up to {{size}} at a time.", { size: bytes(max) }) : "";
    if (isRequired) this.#token.require();
    else this.#token.hidden = true;
    this.#options.configure(config);
    return config;
  }
  #count() {
    const { length } = this.#text.value;
    const over = sizeOf(this.#text.value) > MAX_TEXT;
    find(this, "[data-counter]").textContent = sentences(
      tn("{{count}} character", "{{count}} characters", length) + (over ? "." : ""),
      over && t("More than {{size}}: send it as a file instead.", { size: bytes(MAX_TEXT) })
    );
  }
  /**
   * @param {string} text
   * @param {Event} event
   */
  pasted(text, event) {
    event.preventDefault();
    this.#selectTab("tab-text");
    this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, "end");
    this.#text.focus();
    this.#count();
  }
  chooseFiles() {
    this.#selectTab("tab-files");
  }
  /**
   * @param {number} max bytes, 0 for no limit
   * @returns {import('./sender-page.js').Content}
   */
  content(max) {
    if (this.#mode !== "tab-text") return this.files(max);
    const text = this.#text.value;
    if (!text)
      throw new Missing({ title: t("There is no text yet"), text: t("Write or paste one first.") }, this.#text);
    if (sizeOf(text) > MAX_TEXT) {
      const advice = t("Up to {{size}}. Save it as a file and send that.", { size: bytes(MAX_TEXT) });
      throw new Missing({ title: t("Too long for a text"), text: advice }, this.#text);
    }
    return {
      isText: true,
      source: { text },
      subject: [tn("{{count}} character", "{{count}} characters", text.length), sizeOf(text)]
    };
  }
  get token() {
    return this.#token.hidden ? "" : this.#token.value;
  }
  mayGoOn() {
    if (this.#token.problem) this.#token.refuse(this.#token.problem);
    return !this.#token.problem;
  }
  way() {
    if (this.#passphrase.problem) throw new Missing(this.#passphrase.problem, this.#passphrase);
    const { problem, maxDownloads, expires, autoDelete } = this.#options;
    if (problem) throw new Missing(problem.words, problem.field);
    if (!this.mayGoOn()) return null;
    const { value: passphrase, words } = this.#passphrase;
    return { maxDownloads, expires, autoDelete, passphrase, words };
  }
  /** @param {string} why */
  refused(why) {
    this.#token.refuse(why);
  }
  get isAtRisk() {
    return this.#linkAtRisk;
  }
  begun() {
    this.#early.value = "";
    this.#isTaken = false;
  }
  /**
   * @param {string} id
   * @param {string} key
   */
  created(id, key) {
    this.#early.value = writeLinks(location.origin, id, key).whole;
  }
  /** @param {boolean} isKept */
  ended(isKept) {
    return isKept ? t("The link stays the same, and opens it once the rest is sent.") : t("The link that you may have copied opens nothing.");
  }
  /** @param {import('./ui/sent-transfer.js').Transfer} transfer */
  done(transfer) {
    enterOwn({ ...transfer, words: "" });
    this.#shown = transfer.id;
    this.#showSent(t("Sealed and ready"), "check");
    this.#showLink(transfer, isKeeping());
    this.#linkAtRisk = !this.#isTaken;
    document.title = t("Ready: {{title}}", { title: this.title });
    announce(find(this, "#sent-title"));
  }
  /**
   * @param {import('./ui/sent-transfer.js').Transfer} transfer
   * @param {boolean} isKept on the list of this device
   */
  #showLink(transfer, isKept) {
    const result = new SentTransfer();
    const safe = () => {
      this.#linkAtRisk = false;
    };
    result.addEventListener("taken", safe);
    result.addEventListener("deleted", safe);
    result.addEventListener("again", () => this.startOver());
    result.addEventListener("over", (event) => this.#over(event));
    this.#result.replaceChildren(result);
    result.show(transfer, isKept);
  }
  /**
   * @param {string} title
   * @param {string} picture of what is good; another is plain
   */
  #showSent(title, picture) {
    const view = show(this, "sent");
    find(view, "#sent-title").textContent = title;
    const seal = icon(picture);
    seal.setAttribute("class", picture === "check" ? "seal" : "seal plain");
    find(view, ".seal", SVGElement).replaceWith(seal);
  }
  /** What was sent is there no more. */
  #over(event) {
    if (!this.#result.contains(
      /** @type {Node} */
      event.target
    )) return;
    const { title, picture, deleted } = (
      /** @type {CustomEvent} */
      event.detail
    );
    this.#linkAtRisk = false;
    endOwn(deleted);
    this.#showSent(title, picture);
    document.title = `${title}: ${this.title}`;
  }
  async startOver() {
    if (!this.#ask.hidden) {
      this.#ask.leave();
      return true;
    }
    if (this.#linkAtRisk && !await this.#mayForget()) return false;
    this.#linkAtRisk = false;
    leaveOwn();
    this.picker.clear();
    this.#text.value = "";
    this.note.clear();
    this.#passphrase.clear();
    this.#count();
    this.#back();
    return true;
  }
  async #mayForget() {
    return dialog({
      title: t("Go on without the link?"),
      body: el("p", {}, t("You have not copied it yet. Without it nobody can open what you sent.")),
      dismiss: t("Stay here"),
      action: t("Go on"),
      danger: true,
      submit: () => true
    });
  }
  #back() {
    this.#shown = "";
    this.#result.replaceChildren();
    if (this.#token.value) this.#token.require();
    this.#offerMine();
    document.title = this.title;
    show(this, "compose");
    announce(find(this, '[role="tab"][aria-selected="true"]'));
    this.configure();
  }
  #follow() {
    const [, invite] = location.hash.match(/^#invite\/(.*)$/) ?? [];
    if (invite !== void 0) this.#takeInvite(invite);
    else if (location.hash === "#ask") this.#openAsk();
    else if (/^#(not-)?shared$/.test(location.hash)) this.#takeShared();
    else if (isOwn()) this.#openOwn();
    else if (!location.hash && !find(this, '[data-view="sent"]').hidden) this.#goneBack();
  }
  /** The person went back from the page of what was sent, which may have the only copy of its link. */
  async #goneBack() {
    if (this.#linkAtRisk && !await this.#mayForget()) {
      history.forward();
      return;
    }
    this.#linkAtRisk = false;
    this.#back();
  }
  /** Somebody was invited to send: the token in the link is taken, and does not stay in the address bar. */
  #takeInvite(token) {
    history.replaceState(null, "", location.pathname);
    this.#token.invite(token);
    if (this.config?.token_required) this.#token.require();
  }
  /** Another app shared something with this one. */
  async #takeShared() {
    const isHere = location.hash === "#shared";
    history.replaceState(null, "", location.pathname);
    const { files = [], text = "" } = isHere && await (await loadShare()).taken() || {};
    if (files.length) {
      this.chooseFiles();
      this.picker.add(picked(files));
    } else if (text) this.pasted(text, new Event("paste"));
    else {
      this.error.show({
        title: t("What you shared did not come through"),
        text: t("Nothing of it was sent. Choose it here instead.")
      });
      prepareShare();
    }
  }
  #openAsk() {
    if (this.running) return;
    history.replaceState(null, "", location.pathname);
    this.settle();
    show(this, "ask");
    this.#ask.open(this.crypto, this.#token);
    announce(find(this.#ask, "h2"));
  }
  /** Offers the list of what was sent, where it is kept. */
  #offerMine() {
    find(this, "[data-sent-here]").hidden = !isKeeping();
  }
  async #openMine() {
    const card = find(this, '[data-view="mine"]');
    try {
      const { showSentHere } = await loadSentHere();
      const heading = await showSentHere(card, () => this.#back());
      show(this, "mine");
      announce(heading);
    } catch {
      this.error.show(stale);
    }
  }
  /** The sender's page of an earlier transfer, with what this browser knows of it. */
  async #openOwn() {
    if (this.running) return;
    const own = takeOwn();
    if (!own) {
      this.warn(cutManage);
      return;
    }
    if (own.id === this.#shown) return;
    const listed = await ownTransfer(own.id).catch(() => void 0);
    if (this.running || location.hash !== `#manage/${own.id}`) return;
    const { id, name = listed?.name, size = listed?.size ?? 0 } = own;
    const secret = own.deleteSecret || listed?.deleteSecret || "";
    if (!secret && !own.isOver) {
      this.warn(lacksSecret);
      return;
    }
    this.settle();
    this.#shown = id;
    this.#showSent(t("Your transfer"), "eye");
    find(this, '[data-view="sent"] [data-subject]').replaceChildren(
      ...name ? subjectOf(name, size) : [t("Number {{id}}", { id })]
    );
    if (own.key) {
      this.#showLink(
        /** @type {import('./ui/sent-transfer.js').Transfer} */
        own,
        Boolean(listed)
      );
    } else {
      const status = new TransferStatus();
      const another = { type: "button", class: "button", click: () => this.startOver() };
      this.#result.replaceChildren(
        status,
        el("div", { class: "row" }, el("button", another, t("Send something else")))
      );
      status.addEventListener("over", (event) => this.#over(event));
      status.watch(id, secret, own.deleted);
    }
    announce(find(this, "#sent-title"));
  }
};
var sizeOf = (text) => new Blob([text]).size;
customElements.define("send-page", SendPage);
