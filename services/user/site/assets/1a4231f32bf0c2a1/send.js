// assets/crypto/bytes.js
var encoder = new TextEncoder();
var encodeText = (text) => encoder.encode(text);
function concat(chunks) {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
function toHex(bytes2) {
  return Array.from(bytes2, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var toBase64 = (bytes2) => btoa(Array.from(bytes2, (b) => String.fromCharCode(b)).join(""));
function toBase64url(bytes2) {
  return toBase64(bytes2).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// assets/shared/contract.js
var part = encodeURIComponent;
var headers = {
  contentType: "content-type",
  contentLength: "content-length",
  retryAfter: "retry-after",
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
  initiateUpload: "/api/presigned/initiate",
  assembleUpload: "/api/presigned/complete",
  cancelUpload: (transferId, uploadId) => `/api/presigned/cancel/${part(transferId)}/${part(uploadId)}`,
  downloadUrl: (transferId) => `/api/presigned/download-url/${part(transferId)}`,
  getLink: (link) => `/api/presigned/bytes/${part(link)}`,
  login: "/auth/login",
  currentSession: "/auth/session",
  logout: "/auth/logout",
  listSessions: "/auth/sessions",
  endSession: (sessionId) => `/auth/sessions/${part(sessionId)}`,
  endOtherSessions: "/auth/sessions",
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
  pulse: "/health/pulse",
  services: "/health/services",
  listEvents: "/audit/events",
  exportEvents: "/audit/export",
  chainHead: "/audit/head"
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

// assets/crypto/errors.js
var PassphraseError = class extends Error {
  code = "needs-passphrase";
  /** @param {import('./bytes.js').Bytes} block */
  constructor(block) {
    super("a passphrase is needed");
    this.block = block;
  }
};

// assets/crypto/client.js
var CryptoClient = class {
  #worker;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (why: unknown) => void, on: Record<string, any> }>} */
  #waiting = /* @__PURE__ */ new Map();
  #lastId = 0;
  /** Why the worker does not work, once it does not. @type {Error | null} */
  #broken = null;
  constructor() {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#answer(data));
    this.#worker.addEventListener("error", () => this.#fail("The encryption module did not start. Reload the page."));
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
   * Starts opening.
   * @param {Key} key
   * @param {Bytes | null} [block] of the passphrase that is in the key, if there is one
   */
  async open(key, block = null) {
    const session = await this.#call("open", [key, block]);
    return {
      /** @returns {Promise<Opened>} */
      push: (chunk) => this.#call("push", [session, chunk], { handOver: [chunk.buffer] }),
      /** @returns {Promise<Opened>} */
      finish: () => this.#call("finish", [session]),
      close: () => this.#call("close", [session])
    };
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
  /** @returns {Promise<{ publicKey: Bytes, privateKey: Bytes }>} */
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
   * @param {Bytes} privateKey
   * @param {string} requestId
   * @param {Bytes} sealed
   * @returns {Promise<Key>}
   */
  openKey(privateKey, requestId, sealed) {
    return this.#call("openKey", [privateKey, requestId, sealed]);
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
  #call(call, args, { handOver = [], signal, on = {} } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      signal?.throwIfAborted();
      this.#waiting.set(id, { resolve, reject, on });
      const abort = () => this.#worker.postMessage({ id, abort: String(signal?.reason?.message ?? "cancelled") });
      signal?.addEventListener("abort", abort, { once: true });
      this.#worker.postMessage({ id, call, args }, handOver);
    });
  }
  /** @param {{ id: number, value: unknown, error?: any, event?: string, args: unknown[] }} answer */
  #answer({ id, value, error, event, args }) {
    const asked = this.#waiting.get(id);
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
function crossed({ name, message, ...said }) {
  if (name === "ApiError") return new ApiError(said.status, { ...said, detail: said.detail });
  if (name === "AbortError") return new DOMException(message, name);
  if (said.code === "needs-passphrase") return new PassphraseError(said.block);
  return Object.assign(new Error(message), said);
}

// assets/crypto/key.js
var newSecret = () => crypto.getRandomValues(new Uint8Array(32));
var writeKey = toBase64url;
var FRIENDLY_SALT = encodeText("sgraph-send-v1");
async function hashSecret(secret) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encodeText(secret))));
}

// assets/crypto/envelope.js
var MAGIC = encodeText("SGMETA");
var MAX_METADATA = 64 * 1024;
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

// assets/libraries/argon2.js
var A2_BUF = new Uint32Array(256);
var maxUint32 = Math.pow(2, 32);
var ARGON2_DEFAULT_MEMORY = 1024 ** 2;
var ARGON2_DEFAULT_MAXMEM = ARGON2_DEFAULT_MEMORY * 1024;

// assets/crypto/passphrase.js
var INFO = encodeText("sgraph-send passphrase 1");
var COSTS = { lanes: 1, passes: 2, memory: 19 * 1024 };
var MOST = { lanes: 4, passes: 16, memory: 256 * 1024 };

// assets/crypto/label.js
var MAX_NOTE = 1e3;
var MAX_PICTURE = 5 * 1024;
var PLAIN = 1;
var WITH_PASSPHRASE = 2;
var NONCE = 12;
var TAG = 16;
var SIZES = [512, 1024, 2048, 4096, 8192];
var INFO2 = encodeText("sgraph-send label 1");
var MAX_LISTED = 100;
var MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
var UNSAFE2 = /[^\P{Cc}\n]|[\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;
async function deriveKey(linkKey, usage) {
  const material = await crypto.subtle.importKey("raw", linkKey, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO2 };
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
var isSize = (size) => Number.isSafeInteger(size) && Number(size) >= 0;
function cleanNote(note) {
  const safe = note.replace(/\r\n?/g, "\n").replaceAll("	", " ").replace(UNSAFE2, "").trim().replace(/\n{3,}/g, "\n\n");
  return Array.from(safe).slice(0, MAX_NOTE).join("").trim();
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

// assets/files/selection.js
async function dropped(transfer) {
  const roots = [];
  for (const item of transfer.items ?? []) {
    const root = item.kind === "file" && item.webkitGetAsEntry?.();
    if (root) roots.push(root);
  }
  if (roots.length === 0) return picked(transfer.files);
  return (await Promise.all(roots.map((root) => walk(root, "")))).flat();
}
function picked(files) {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}
async function walk(entry, folder) {
  const path = folder + entry.name;
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
  const renamed = added.flatMap(({ path, file }) => {
    if (path.endsWith("/") && taken.has(path)) return [];
    const free = freePath(path, taken);
    taken.add(free);
    return [{ path: free, file }];
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
  return roots.size === 1 ? [...roots][0] : `${entries.length} files`;
}

// assets/files/tree.js
var isFolder = (path) => path.endsWith("/");

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

// assets/net/storage.js
var NAME = "sgraph-send";
var LAST = 2 ** 32;
var answer = (request2) => new Promise((resolve, reject) => {
  request2.onsuccess = () => resolve(request2.result);
  request2.onerror = () => reject(request2.error);
});
var opened;
function database() {
  opened ??= open();
  return opened;
}
async function open() {
  const request2 = indexedDB.open(NAME, 1);
  request2.onupgradeneeded = () => {
    request2.result.createObjectStore("claims");
    request2.result.createObjectStore("pieces");
  };
  const db = await answer(request2);
  await transact(db, async (claims, pieces) => {
    const [ids, all] = await Promise.all([answer(claims.getAllKeys()), answer(claims.getAll())]);
    await Promise.all(ids.filter((_, i) => all[i].ends <= Date.now()).map((id) => erase(claims, pieces, id)));
  });
  return db;
}
async function transact(db, task) {
  const transaction = db.transaction(["claims", "pieces"], "readwrite");
  const complete = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const [result] = await Promise.all([
    task(transaction.objectStore("claims"), transaction.objectStore("pieces")),
    complete
  ]);
  return result;
}
var piecesOf = (id) => IDBKeyRange.bound([id, 0], [id, LAST]);
var erase = (claims, pieces, id) => Promise.all([answer(claims.delete(id)), answer(pieces.delete(piecesOf(id)))]);
async function removeOver() {
  await database();
}

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
      say2("check", "Copied");
      onCopied?.();
    } catch {
      say2(picture, "Press Ctrl+C");
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
function dialog({ title, body, action, danger, submit, dismiss = "Cancel" }) {
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
var SIZES2 = ["bytes", "KB", "MB", "GB", "TB"];
function bytes(count) {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < SIZES2.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return count === 1 ? "1 byte" : `${count} bytes`;
  const digits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${SIZES2[step]}`;
}
var speed = (bytesPerSecond) => `${bytes(Math.round(bytesPerSecond))}/s`;
function span(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return plural(Math.round(seconds / 3600), "hour");
  return plural(Math.round(seconds / 86400), "day");
}
var number = (count) => count.toLocaleString("en");
var plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
function moment(date) {
  return date.toLocaleString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit"
  });
}
function until(date, now = /* @__PURE__ */ new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1e3;
  return seconds <= 0 ? `expired ${moment(date)}` : `in ${span(seconds)} (${moment(date)})`;
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

// assets/ui/file-picker.js
var SHOWN = 100;
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
      const sending = (
        /** @type {HTMLElement | null} */
        this.closest("[data-view]")?.hidden
      );
      if (!sending && event.dataTransfer) this.#drop(event.dataTransfer);
    });
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
      this.add(await dropped(transfer));
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
    find(this, "[data-total]").textContent = `${plural(entries.length, "file")}, ${bytes(size)}`;
    find(this, ".files").replaceChildren(
      ...entries.slice(0, SHOWN).map((entry) => this.#item(entry)),
      ...entries.length > SHOWN ? [el("li", { class: "rest" }, `and ${plural(entries.length - SHOWN, "more file")}`)] : []
    );
    const hidden = entries.filter(isHidden);
    find(this, "[data-hidden-files]").hidden = hidden.length === 0;
    find(this, "[data-hidden-files] span").textContent = `${plural(hidden.length, "hidden file")} among them, such as ${hidden[0]?.path}.`;
    const archive = find(this, "[data-archive]");
    archive.hidden = entries.length === 0 || !isContainer(entries);
    if (!archive.hidden)
      archive.textContent = `They travel together, as ${sendName(entries)}. Who receives them can have each alone, or all as a ZIP archive.`;
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
      icon("file"),
      el("span", { class: "name", title: entry.path }, entry.path),
      el("span", { class: "size" }, bytes(entry.file.size)),
      el("button", { type: "button", "aria-label": `Remove ${entry.path}`, click: remove }, icon("close"))
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
  connectedCallback() {
    this.#field.addEventListener("input", () => this.#count());
  }
  get value() {
    return this.#field.value.trim();
  }
  /** What keeps the note from being sent; null if nothing does. */
  get problem() {
    const over = -left(this.value);
    return over > 0 ? {
      title: "The note is too long",
      text: `It can have ${MAX_NOTE} characters: take out ${over}, or send it as a text.`
    } : null;
  }
  focus() {
    this.#field.focus();
  }
  clear() {
    this.#field.value = "";
    this.#count();
  }
  #count() {
    const more = left(this.value);
    const words = more < 0 ? `${plural(-more, "character")} too many` : `${plural(more, "character")} left`;
    this.#left.textContent = more <= NEAR ? words : "";
    this.#field.setAttribute("aria-invalid", String(more < 0));
  }
};
var left = (note) => MAX_NOTE - Array.from(note).length;
customElements.define("note-field", NoteField);

// assets/ui/progress-meter.js
var SPOKEN_EVERY = 1e4;
var SETTLED_AFTER = 1500;
var ProgressMeter = class extends HTMLElement {
  #ahead = el("i", { class: "ahead" });
  #done = el("i", { class: "done" });
  #bar = el(
    "div",
    { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 },
    this.#ahead,
    this.#done
  );
  #percent = el("span", { class: "meter-percent" }, "0%");
  #facts = el("span", { class: "meter-facts" });
  #steps = el("p", { class: "meter-steps" });
  #spoken = el("p", { class: "visually-hidden", role: "status" });
  #lastSpoken = 0;
  #pace = new Pace();
  #waiting = "";
  connectedCallback() {
    this.#bar.setAttribute("aria-label", this.getAttribute("label") ?? "");
    this.replaceChildren(
      el("div", { class: "meter-head" }, this.#percent, this.#facts),
      this.#bar,
      this.#steps,
      this.#spoken
    );
  }
  reset() {
    this.#pace = new Pace();
    this.#waiting = "";
    this.#lastSpoken = performance.now();
    this.update({ done: 0, total: 0 });
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
    const percent = Math.floor(ratio * 100);
    this.#done.style.setProperty("--done", String(ratio));
    this.#ahead.style.setProperty("--done", String(total ? Math.min(1, ahead / total) : 0));
    this.#percent.textContent = `${percent}%`;
    this.#bar.setAttribute("aria-valuenow", String(percent));
    this.#steps.replaceChildren(...steps.map((step) => el("span", { class: step.ahead ? "ahead" : "" }, step.name)));
    const perSecond = this.#pace.at(done);
    if (this.#pace.moved) this.#waiting = "";
    if (this.#waiting) return;
    const facts2 = [`${bytes(done)} of ${bytes(total)}`];
    if (total && done >= total) facts2.push("finishing…");
    else if (perSecond > 0) facts2.push(speed(perSecond), `${span((total - done) / perSecond)} left`);
    this.#facts.textContent = total ? facts2.join(" · ") : "";
    if (performance.now() - this.#lastSpoken > SPOKEN_EVERY) this.#speak(`${percent}%. ${facts2.join(", ")}`);
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

// assets/link/write.js
var placeOf = (id, key) => key ? `/d/#${id}/${key}` : `/d/#${id}`;
var writeLinks = (origin, id, key) => ({
  whole: origin + placeOf(id, key),
  withoutKey: origin + placeOf(id)
});

// assets/qr.js
var VERSIONS = [
  [0, 0, 0],
  [10, 1, 26],
  [16, 1, 44],
  [26, 1, 70],
  [18, 2, 100],
  [24, 2, 134],
  [16, 4, 172],
  [18, 4, 196],
  [22, 4, 242],
  [22, 5, 292],
  [26, 5, 346]
];
var ALIGNMENT = [
  [],
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50]
];
function qrCode(text) {
  const bytes2 = encodeText(text);
  for (let version = 1; version < VERSIONS.length; version++) {
    const [eccLength, blocks, total] = VERSIONS[version];
    const capacity = total - eccLength * blocks;
    const countBits = version < 10 ? 8 : 16;
    if (4 + countBits + bytes2.length * 8 <= capacity * 8) {
      const codewords = interleave(dataCodewords(bytes2, countBits, capacity), eccLength, blocks);
      return draw2(version, codewords);
    }
  }
  return null;
}
function dataCodewords(bytes2, countBits, capacity) {
  const bits = [];
  const append = (value, width) => {
    for (let i = width - 1; i >= 0; i--) bits.push(value >>> i & 1);
  };
  append(4, 4);
  append(bytes2.length, countBits);
  for (const byte of bytes2) append(byte, 8);
  append(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const codewords = [];
  for (let i = 0; i < bits.length; i += 8) codewords.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 236; codewords.length < capacity; pad ^= 236 ^ 17) codewords.push(pad);
  return codewords;
}
function interleave(data, eccLength, count) {
  const short = Math.floor(data.length / count);
  const longFrom = count - data.length % count;
  const divisor = generator(eccLength);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i >= longFrom ? 1 : 0);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => remainder(block, divisor));
  const takeTurns = (lists, longest) => {
    const out = [];
    for (let i = 0; i < longest; i++) for (const list of lists) if (i < list.length) out.push(list[i]);
    return out;
  };
  return [...takeTurns(blocks, short + 1), ...takeTurns(checks, eccLength)];
}
function multiply(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = product << 1 ^ (product >>> 7) * 285;
    product ^= (b >>> i & 1) * a;
  }
  return product;
}
function generator(degree) {
  let poly = [1];
  for (let i = 0, root = 1; i < degree; i++, root = multiply(root, 2)) {
    const next = [...poly, 0];
    for (const [j, coefficient] of poly.entries()) next[j + 1] ^= multiply(coefficient, root);
    poly = next;
  }
  return poly.slice(1);
}
function remainder(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    for (const [i, coefficient] of divisor.entries()) rest[i] ^= multiply(coefficient, factor);
  }
  return rest;
}
var MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => x * y % 2 + x * y % 3 === 0,
  (x, y) => (x * y % 2 + x * y % 3) % 2 === 0,
  (x, y) => ((x + y) % 2 + x * y % 3) % 2 === 0
];
function draw2(version, codewords) {
  const size = 17 + 4 * version;
  const blank = () => Array.from({ length: size }, () => new Array(size).fill(false));
  const modules = blank();
  const fixed = blank();
  const set = (x, y, dark) => {
    modules[y][x] = dark;
    fixed[y][x] = true;
  };
  drawPatterns(version, size, set);
  drawFormat(0, size, set);
  drawData(codewords, modules, fixed);
  let best = { score: Number.POSITIVE_INFINITY, masked: modules };
  for (const [number2, mask] of MASKS.entries()) {
    const masked = modules.map((row, y) => row.map((dark, x) => dark !== (!fixed[y][x] && mask(x, y))));
    drawFormat(number2, size, (x, y, dark) => {
      masked[y][x] = dark;
    });
    const score = penalty(masked);
    if (score < best.score) best = { score, masked };
  }
  return best.masked;
}
function drawPatterns(version, size, set) {
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4]
  ]) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        const [x, y] = [cx + dx, cy + dy];
        if (x >= 0 && x < size && y >= 0 && y < size) set(x, y, ring !== 2 && ring !== 4);
      }
    }
  }
  const positions = ALIGNMENT[version];
  for (const cy of positions) {
    for (const cx of positions) {
      const atFinder = cx === 6 && cy === 6 || cx === 6 && cy === size - 7 || cx === size - 7 && cy === 6;
      if (atFinder) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
  }
  if (version >= 7) {
    const bits = version << 12 | bch(version, 12, 7973);
    for (let i = 0; i < 18; i++) {
      const dark = (bits >>> i & 1) === 1;
      const [a, b] = [size - 11 + i % 3, Math.floor(i / 3)];
      set(a, b, dark);
      set(b, a, dark);
    }
  }
}
function bch(value, width, divisor) {
  let rest = value;
  for (let i = 0; i < width; i++) rest = rest << 1 ^ (rest >>> width - 1) * divisor;
  return rest;
}
function drawFormat(mask, size, set) {
  const levelAndMask = 0 << 3 | mask;
  const bits = (levelAndMask << 10 | bch(levelAndMask, 10, 1335)) ^ 21522;
  const bit = (i) => (bits >>> i & 1) === 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}
function drawData(codewords, modules, fixed) {
  const size = modules.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upward = (right + 1 & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue;
        if (at < codewords.length * 8) modules[y][x] = (codewords[at >>> 3] >>> 7 - (at & 7) & 1) === 1;
        at++;
      }
    }
  }
}
function penalty(modules) {
  const size = modules.length;
  let score = 0;
  const columns = modules.map((_, x) => modules.map((row) => row[x]));
  for (const line of [...modules, ...columns]) {
    let run = 0;
    for (let i = 0; i < size; i++) {
      run = i > 0 && line[i] === line[i - 1] ? run + 1 : 1;
      if (run === 5) score += 3;
      else if (run > 5) score += 1;
    }
    const text = line.map((dark) => dark ? "1" : "0").join("");
    for (let i = 0; i + 11 <= size; i++) {
      const window2 = text.slice(i, i + 11);
      if (window2 === "10111010000" || window2 === "00001011101") score += 40;
    }
  }
  let darkCount = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = modules[y][x];
      if (dark) darkCount++;
      if (x + 1 < size && y + 1 < size && dark === modules[y][x + 1] && dark === modules[y + 1][x] && dark === modules[y + 1][x + 1])
        score += 3;
    }
  }
  const percent = darkCount * 100 / (size * size);
  return score + Math.floor(Math.abs(percent - 50) / 5) * 10;
}

// assets/ui/copy-field.js
var lastId = 0;
var CopyField = class extends HTMLElement {
  #input = el("input", { type: "text", readonly: true, spellcheck: "false" });
  connectedCallback() {
    if (this.#input.isConnected) return;
    this.#input.id = `copy-${++lastId}`;
    this.#input.addEventListener("focus", () => this.#input.select());
    const button = copyButton(this.getAttribute("action") ?? "Copy", () => this.value, {
      primary: this.hasAttribute("primary"),
      onCopied: () => this.dispatchEvent(new CustomEvent("copied", { bubbles: true })),
      onRefused: () => this.#input.focus()
    });
    this.replaceChildren(
      el("label", { class: "label", for: this.#input.id }, this.getAttribute("label")),
      el("div", { class: "field" }, this.#input, button)
    );
  }
  get value() {
    return this.#input.value;
  }
  set value(text) {
    this.#input.value = text;
  }
};
customElements.define("copy-field", CopyField);

// assets/words.js
var say = (title, text) => ({ title, text });
var insecure = say(
  "This address is not secure",
  "Encryption works only at an https:// address, or on the machine itself. Open this page there."
);
var wrongKey = say(
  "The key does not fit this transfer",
  "Copy all of the link or key, up to its last character, and try again. Nothing was downloaded, and so nothing counts."
);
var tokenWords = {
  token_required: "This service asks for one. Whoever runs it gives you one.",
  token_unknown: "This service does not know that token. Check that all of it was copied.",
  token_revoked: "This token was withdrawn. Ask whoever runs the service for a new one.",
  token_exhausted: "This token is used up. Ask whoever runs the service for a new one."
};
function describe(error, doing, limits = {}) {
  if (!(error instanceof ApiError)) return ofThePage(error);
  for (const code of [error.code, codeOf(error.status)]) {
    const words = BY_DOING[doing]?.[code] ?? BY_CODE[code];
    if (words) return words(error, limits);
  }
  return unexpected(error.detail);
}
function ofThePage(error) {
  const { code = "", message = "" } = (
    /** @type {{ code?: string, message?: string }} */
    error
  );
  return code === "worker" ? say("The page could not start encryption", message) : PAGE[code] ?? unexpected(message);
}
var unexpected = (why) => say("That did not work", why || "Try again; if it stays, tell whoever runs the service.");
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
var requestOver = (why) => say("This request takes nothing more", `${why} Ask for a new link.`);
var ASKING = {
  request_not_found: () => say("There is no such request", "The link may be incomplete, or the request has been over for a while."),
  request_unknown: () => say("The service does not know this request", "Check that all of the link was copied, or ask for a new one."),
  request_full: () => requestOver("As much has arrived as was asked for."),
  request_closed: () => requestOver("It was closed."),
  request_expired: () => requestOver("Its time is over."),
  request_secret_required: () => say("Only who made the request can do that", "It is done where it was made."),
  wrong_request_secret: () => say("Only who made the request can do that", "This page does not hold its secret.")
};
var BY_CODE = {
  ...ASKING,
  no_answer: () => say("No connection", "The server could not be reached. Check your connection and try again."),
  no_answer_in_time: () => say("The server took too long", "Try again in a minute."),
  no_proper_answer: improper,
  invalid: ({ detail }) => say("The server did not accept that", detail || "Check what you entered and try again."),
  not_found: notFound,
  transfer_not_found: notFound,
  deleted: () => say("The sender has deleted this", "It was erased from the server. Ask the sender if you still need it."),
  expired: () => say("This transfer has expired", "Its time is over and it was erased. Ask the sender to send it again."),
  exhausted: () => say(
    "All downloads are used",
    "It could be downloaded a limited number of times, and that number is reached. Ask the sender to send it again."
  ),
  gone: () => say("This transfer is gone", "It expired or was deleted. Ask the sender to send it again."),
  limited: ({ retryAfter }) => say("Too many attempts", `Wait ${retryAfter ? span(retryAfter) : "a minute"} and try again.`),
  internal: () => say(
    "Something failed on the server",
    "It is not your fault, and nothing was kept. Try again; if it stays, tell whoever runs the service."
  ),
  unavailable: () => say("The service is not available just now", "Try again in a minute."),
  too_slow: () => say("The line is too slow", "What was sent did not arrive in time. Try again, with nothing else on the line."),
  too_large: (_, { max_bytes: max }) => say(
    "Too large",
    max ? `This service takes up to ${bytes(max)}. Send less at a time.` : "This service does not take that much at a time."
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
  unauthorized: () => refused("Check that all of it was copied, or ask whoever runs the service for a new one."),
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
var ANOTHER = "If a download is left, start that one; if not, ask the sender to send it again.";
var linkOver = () => say("This download has run out of time", `The service goes on with one for an hour, and that is over. ${ANOTHER}`);
var noPermission = () => say("The service does not know this download", `It cannot be gone on with. ${ANOTHER}`);
var notYet = () => say("Not there yet", "The sender has not finished uploading. Try again in a while.");
var DOWNLOADING = {
  conflict: notYet,
  not_completed: notYet,
  not_found: improper,
  forbidden: improper,
  link_expired: linkOver,
  link_mismatch: noPermission,
  link_not_genuine: noPermission,
  permit_spent: () => say("This download was begun again too often", `The service goes on with it no more. ${ANOTHER}`),
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
var BY_DOING = {
  send: SENDING,
  look: { invalid: notFound, not_found: improper, forbidden: improper },
  download: DOWNLOADING,
  delete: DELETING
};

// assets/ui/transfer-status.js
var LOOK_EVERY = 15e3;
var TransferStatus = class extends HTMLElement {
  #id = "";
  #secret = "";
  #facts = el("dl", { class: "facts", "aria-live": "polite" });
  #error = new ErrorNote();
  #button = el("button", { type: "button", class: "button danger" }, icon("trash"), "Delete now");
  #timer = 0;
  /**
   * @param {string} id
   * @param {string} secret
   */
  watch(id, secret) {
    this.#id = id;
    this.#secret = secret;
    this.#button.addEventListener("click", () => this.#confirm());
    this.replaceChildren(this.#facts, this.#error, el("div", { class: "row" }, this.#button));
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
      const info = await getInfo(this.#id);
      this.#error.clear();
      this.#render(info);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.#end("Not on the server any more");
      else if (!this.#facts.hasChildNodes()) this.#error.show(describe(error, "status"));
    }
  }
  /** @param {import('../net/api.js').TransferInfo} info */
  #render({ status, download_count: count, max_downloads: max, expires_at: expires, is_expired: expired }) {
    if (status === "deleted") {
      this.#end("Deleted");
      return;
    }
    let downloads = max ? `${count} of ${plural(max, "time")}` : count ? plural(count, "time") : "not yet";
    if (status === "exhausted" || max && count >= max) downloads += ", no more";
    const rows = [["Downloaded", downloads]];
    if (expired) rows.push(["Expired", until(new Date(expires ?? "")).replace("expired ", "")]);
    else if (expires) rows.push(["Expires", until(new Date(expires))]);
    this.#show(rows);
  }
  /** @param {string} text */
  #end(text) {
    clearInterval(this.#timer);
    this.#show([["State", text]]);
    this.#button.hidden = true;
  }
  /** @param {[string, string][]} rows */
  #show(rows) {
    const said = rows.flat().join();
    if (this.#facts.dataset.said === said) return;
    this.#facts.dataset.said = said;
    this.#facts.replaceChildren(...facts(rows));
  }
  async #confirm() {
    const sure = await dialog({
      title: "Delete this transfer?",
      body: el(
        "p",
        {},
        "It is erased from the server at once, and the link stops working for everyone. This cannot be undone."
      ),
      dismiss: "Keep it",
      action: "Delete",
      danger: true,
      submit: () => true
    });
    if (sure) await this.#delete();
    else this.#button.focus();
  }
  async #delete() {
    this.#button.disabled = true;
    try {
      await deleteTransfer(this.#id, this.#secret);
      this.#end("Deleted");
      this.dispatchEvent(new CustomEvent("deleted", { bubbles: true }));
    } catch (error) {
      this.#error.show(describe(error, "delete"));
    } finally {
      this.#button.disabled = false;
    }
  }
};
customElements.define("transfer-status", TransferStatus);

// assets/ui/sent-transfer.js
var QUIET = 4;
var SentTransfer = class extends HTMLElement {
  /** @param {Transfer} transfer */
  show(transfer) {
    const { id, key, deleteSecret } = transfer;
    const { whole, withoutKey } = writeLinks(location.origin, id, key);
    const link = () => toggle.checked ? withoutKey : whole;
    const message = () => messageFor(transfer, link(), toggle.checked);
    const taken = () => this.dispatchEvent(new CustomEvent("taken"));
    this.addEventListener("copied", taken);
    const wholeField = field("Link", "Copy link", whole, true);
    const apart = el(
      "div",
      { class: "apart", hidden: true },
      field("1. The link", "Copy link", withoutKey, true),
      field("2. The key", "Copy key", key),
      el(
        "p",
        { class: "hint" },
        "Send them by two different ways, such as mail and phone. Either alone opens nothing."
      )
    );
    const qrPanel = el("div", { class: "qr", id: "qr-panel", hidden: true });
    const drawQr = () => {
      const picture = qrPicture(link());
      const holds = toggle.checked ? "Holds the link without the key." : "Holds the whole link: whoever photographs it can open the transfer.";
      const hint = picture ? holds : "The address of this site is too long for a QR code.";
      qrPanel.replaceChildren(picture ?? "", el("p", { class: "hint" }, hint));
    };
    const turn = () => {
      wholeField.hidden = toggle.checked;
      apart.hidden = !toggle.checked;
      drawQr();
    };
    const toggle = el("input", { type: "checkbox", role: "switch" });
    toggle.addEventListener("change", turn);
    drawQr();
    const manageField = field("Your private page", "Copy", `${location.origin}/#manage/${id}/${deleteSecret}`);
    manageField.addEventListener("copied", (event) => event.stopPropagation());
    const status = new TransferStatus();
    this.replaceChildren(
      wholeField,
      apart,
      el("label", { class: "check" }, toggle, el("span", {}, "Show link and key separately")),
      el(
        "div",
        { class: "row" },
        copyButton("Copy as message", message, { picture: "mail", onCopied: taken }),
        "share" in navigator && shareButton(message, taken),
        qrButton(qrPanel)
      ),
      qrPanel,
      status,
      el(
        "details",
        {},
        el("summary", {}, icon("eye"), "See or delete it later"),
        el(
          "div",
          {},
          el(
            "p",
            { class: "hint" },
            "This page shows how often it was downloaded and can delete it. It cannot open it. Keep it to yourself."
          ),
          manageField
        )
      ),
      el(
        "button",
        { type: "button", class: "button wide", click: () => this.dispatchEvent(new CustomEvent("again")) },
        "Send something else"
      )
    );
    status.watch(id, deleteSecret);
  }
};
function field(label, action, value, primary = false) {
  const copyField = new CopyField();
  copyField.setAttribute("label", label);
  copyField.setAttribute("action", action);
  copyField.toggleAttribute("primary", primary);
  copyField.value = value;
  return copyField;
}
function shareButton(message, taken) {
  const share = async () => {
    try {
      await navigator.share({ text: message() });
      taken();
    } catch {
    }
  };
  return el("button", { type: "button", class: "button", click: share }, icon("share"), "Share");
}
function qrButton(panel) {
  const button = el(
    "button",
    { type: "button", class: "button", "aria-controls": panel.id, "aria-expanded": "false" },
    icon("qr"),
    "QR code"
  );
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  });
  return button;
}
function qrPicture(text) {
  const modules = qrCode(text);
  if (!modules) return null;
  const side = modules.length + 2 * QUIET;
  const d = modules.flatMap((row, y) => row.map((dark, x) => dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")).join("");
  return svg(
    "svg",
    {
      viewBox: `0 0 ${side} ${side}`,
      role: "img",
      "aria-label": "QR code of the link",
      "shape-rendering": "crispEdges"
    },
    svg("rect", { width: side, height: side, fill: "#fff" }),
    svg("path", { d, fill: "#000" })
  );
}
function messageFor({ expires, maxDownloads: max, isText }, link, keyApart) {
  const what = isText ? "a text" : "a file";
  const limit = max === 1 ? " It can be opened once." : max ? ` It can be opened ${max} times.` : "";
  return [
    `I have sent you ${what}, encrypted so that only you can open it:`,
    "",
    link,
    "",
    "Open the link in a browser. Nothing has to be installed.",
    ...keyApart ? ["You will be asked for a key; I am sending it to you separately."] : [],
    `It is there until ${moment(expires)}.${limit}`
  ].join("\n");
}
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
var STATES = {
  not_found: tokenWords.token_unknown,
  revoked: tokenWords.token_revoked,
  exhausted: tokenWords.token_exhausted
};
var TokenField = class extends HTMLElement {
  #input = find(this, "#token", HTMLInputElement);
  #state = find(this, ".token-state");
  #editor = find(this, "[data-edit]");
  #offer = find(this, "[data-remember]");
  #remember = find(this, "[data-remember] input", HTMLInputElement);
  #checked = "";
  connectedCallback() {
    this.#input.addEventListener("input", () => {
      this.#say("", "");
      this.#offerToRemember();
    });
    this.#input.addEventListener("change", () => this.#check());
    this.#input.addEventListener("paste", () => setTimeout(() => this.#check()));
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
  get value() {
    return this.#input.value.replace(NOISE, "");
  }
  /** What is wrong with the token as it stands, or nothing. */
  get problem() {
    if (this.hidden) return "";
    if (!this.value) return "Paste your access token first. Whoever runs this service gives you one.";
    if (!FORM.test(this.value)) return 'This does not look like an access token: letters, digits, "-" and "_" only.';
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
    this.#say("", "Checking…");
    try {
      const answer2 = await checkToken(token);
      if (token !== this.value) return;
      if (answer2.valid) this.#accept(answer2);
      else this.#say("bad", STATES[answer2.reason ?? answer2.status ?? ""] ?? tokenWords.token_unknown);
    } catch {
      if (token === this.value) this.#say("", "");
    }
  }
  /** @param {{ remaining?: number, unlimited?: boolean }} token */
  #accept({ remaining = 0, unlimited }) {
    this.#input.value = this.value;
    this.#store();
    const left2 = unlimited || remaining <= 0 ? "" : ` ${plural(remaining, "transfer")} left.`;
    this.#say("good", `Access token accepted.${left2}`);
    this.#editor.hidden = true;
    this.#state.prepend(icon("check"));
    this.#state.append(el("button", { type: "button", class: "link", click: () => this.focus() }, "Change"));
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

// assets/send.js
var MAX_TEXT = 1024 * 1024;
var WAITS = {
  offline: "Offline. It goes on when the connection is back.",
  retrying: "Connection trouble. Trying again…"
};
var TITLE = document.title;
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
var SendPage = class extends HTMLElement {
  #form = find(this, "form", HTMLFormElement);
  #picker = find(this, "file-picker", FilePicker);
  #text = find(this, "#text", HTMLTextAreaElement);
  #note = find(this, "note-field", NoteField);
  #token = find(this, "token-field", TokenField);
  #error = find(this, "form error-note", ErrorNote);
  #meter = find(this, "progress-meter", ProgressMeter);
  #result = find(this, "[data-links]");
  #mode = "tab-files";
  #selectTab = tabs(find(this, '[role="tablist"]'), (id) => {
    this.#mode = id;
    this.#error.clear();
  });
  /** @type {import('./net/api.js').Config | null} */
  #config = null;
  #crypto = new CryptoClient();
  // now: what the page is made of may be gone after a deploy
  /** @type {AbortController | null} */
  #running = null;
  #linkAtRisk = false;
  connectedCallback() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.addEventListener("change", () => this.#error.clear());
    for (const radio of this.#radios("downloads")) radio.addEventListener("change", () => this.#offerAutoDelete());
    this.#text.addEventListener("input", () => this.#count());
    this.#picker.addEventListener("change", () => {
      if (this.#picker.entries.length) this.#selectTab("tab-files");
    });
    this.#picker.addEventListener(
      "unreadable",
      () => this.#error.show({
        title: "That could not be read",
        text: 'The browser gave no access to it. Use the "Choose files" button instead.'
      })
    );
    find(this, "[data-cancel]").addEventListener(
      "click",
      () => this.#running?.abort(new DOMException("cancelled", "AbortError"))
    );
    document.addEventListener("paste", (event) => this.#paste(event));
    addEventListener("beforeunload", (event) => {
      if (this.#running || this.#linkAtRisk) event.preventDefault();
    });
    addEventListener("hashchange", () => this.#openManage());
    this.#openManage();
    removeOver().catch(() => {
    });
    if (!isSecureContext) this.#error.show(insecure);
    else this.#configure();
  }
  /** @returns {HTMLInputElement[]} */
  #radios(name) {
    return Array.from(this.#form.querySelectorAll(`input[name="${name}"]`));
  }
  /** The choice of a group as a number; 0 where there is none. */
  #chosen(name) {
    return Number(this.#radios(name).find((radio) => radio.checked)?.value ?? 0);
  }
  /** Learns what the service allows; says so where it cannot. */
  async #configure() {
    try {
      this.#config = await getConfig();
    } catch (error) {
      this.#error.show(describe(error, "send"));
      return null;
    }
    const { max_bytes: max, max_ttl_seconds: longest, default_ttl_seconds: usual } = this.#config;
    find(this, "[data-limit]").textContent = max ? `Up to ${bytes(max)} at a time.` : "";
    if (this.#config.token_required) this.#token.require();
    const choices = this.#radios("expiry");
    const offered = choices.filter((radio) => Number(radio.value) <= longest);
    for (const radio of choices) find(this, `label:has([value="${radio.value}"])`).hidden = !offered.includes(radio);
    find(this, "[data-expiry]").hidden = offered.length === 0;
    if (!offered.some((radio) => radio.checked)) {
      for (const radio of choices) radio.checked = false;
      const fitting = offered.findLast((radio) => Number(radio.value) <= usual) ?? offered.at(-1);
      if (fitting) fitting.checked = true;
    }
    return this.#config;
  }
  #offerAutoDelete() {
    find(this, "[data-auto-delete]").hidden = this.#chosen("downloads") === 0;
  }
  #count() {
    const { length } = this.#text.value;
    const over = sizeOf(this.#text.value) > MAX_TEXT;
    const advice = over ? `. More than ${bytes(MAX_TEXT)}: send it as a file instead.` : "";
    find(this, "[data-counter]").textContent = plural(length, "character") + advice;
  }
  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (this.#running || this.#form.hidden || !event.clipboardData) return;
    const files = picked(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      this.#picker.add(files);
    } else if (!(event.target instanceof Element && event.target.closest("input, textarea"))) {
      const text = event.clipboardData.getData("text/plain");
      if (!text) return;
      event.preventDefault();
      this.#selectTab("tab-text");
      this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, "end");
      this.#text.focus();
      this.#count();
    }
  }
  /**
   * What would be sent; Missing where there is nothing yet.
   * @param {number} max bytes, 0 for no limit
   * @returns {Content}
   */
  #content(max) {
    if (this.#mode === "tab-text") {
      const text = this.#text.value;
      if (!text) throw new Missing({ title: "There is no text yet", text: "Write or paste one first." }, this.#text);
      if (sizeOf(text) > MAX_TEXT) {
        const advice = `Up to ${bytes(MAX_TEXT)}. Save it as a file and send that.`;
        throw new Missing({ title: "Too long for a text", text: advice }, this.#text);
      }
      return { isText: true, source: { text }, subject: plural(text.length, "character") };
    }
    const { entries } = this.#picker;
    if (entries.length === 0) {
      const advice = "Choose a file, drop one, or paste one first.";
      throw new Missing({ title: "Nothing chosen yet", text: advice }, find(this, "#files"));
    }
    const size = totalSize(entries);
    if (max && size > max) {
      const why = `Together they have ${bytes(size)}; this service takes up to ${bytes(max)}.`;
      throw new Missing({ title: "Too large", text: why }, find(this, "#more"));
    }
    const name = sendName(entries);
    const source = { entries, name, together: isContainer(entries) };
    return { isText: false, source, subject: `${name}, ${bytes(size)}` };
  }
  async #submit() {
    if (!isSecureContext) return;
    this.#error.clear();
    const config = this.#config ?? await this.#configure();
    if (!config || this.#running) return;
    try {
      const content = this.#content(config.max_bytes);
      if (this.#note.problem) throw new Missing(this.#note.problem, this.#note);
      if (this.#token.problem) this.#token.refuse(this.#token.problem);
      else await this.#send(content, config);
    } catch (missing) {
      if (!(missing instanceof Missing)) throw missing;
      this.#error.show(missing.words);
      missing.field.focus();
    }
  }
  /**
   * @param {Content} content
   * @param {import('./net/api.js').Config} config
   */
  async #send({ source, isText, subject }, config) {
    const maxDownloads = this.#chosen("downloads");
    const lifetime = this.#chosen("expiry") || config.default_ttl_seconds;
    const expires = new Date(Date.now() + config.clock_offset + lifetime * 1e3);
    const key = newSecret();
    const deleteSecret = writeKey(newSecret());
    const erase2 = find(this, '[name="autodelete"]', HTMLInputElement).checked;
    const label = await sealLabel(key, await labelOf(source, this.#note.value));
    const settings = {
      label: toBase64(label),
      content_type_hint: isText ? "text/plain" : "application/octet-stream",
      max_downloads: maxDownloads,
      expires_at: expires.toISOString(),
      auto_delete: maxDownloads > 0 && erase2,
      delete_auth_hash: await hashSecret(deleteSecret)
    };
    for (const line of this.querySelectorAll("[data-subject]")) line.textContent = subject;
    show(this, "working");
    this.#meter.reset();
    announce(find(this, "#working-title"));
    this.#running = new AbortController();
    const { signal } = this.#running;
    let created = "";
    try {
      const token = this.#token.hidden ? "" : this.#token.value;
      const id = await this.#crypto.upload(
        { key, content: source, settings, token, config },
        {
          signal,
          onCreated: (id2) => {
            created = id2;
          },
          onProgress: ({ encrypted, uploaded, size }) => {
            if (signal.aborted) return;
            this.#progress(encrypted, uploaded, size);
          },
          onWait: (why) => this.#meter.wait(WAITS[why])
        }
      );
      this.#sent({ id, key: writeKey(key), deleteSecret, expires, maxDownloads, isText });
    } catch (error) {
      if (created) deleteTransfer(created, deleteSecret).catch(() => {
      });
      this.#failed(error, config);
    } finally {
      this.#running = null;
    }
  }
  /**
   * @param {number} encrypted
   * @param {number} uploaded
   * @param {number} size
   */
  #progress(encrypted, uploaded, size) {
    const percent = (part2) => `${Math.floor(part2 / size * 100)}%`;
    this.#meter.update({
      done: uploaded,
      ahead: encrypted,
      total: size,
      steps: [{ name: `Encrypted ${percent(encrypted)}`, ahead: true }, { name: `Uploaded ${percent(uploaded)}` }]
    });
    document.title = `${percent(uploaded)} sent`;
  }
  /** @param {import('./ui/sent-transfer.js').Transfer} transfer */
  #sent(transfer) {
    const result = new SentTransfer();
    const safe = () => {
      this.#linkAtRisk = false;
    };
    result.addEventListener("taken", safe);
    result.addEventListener("deleted", safe);
    result.addEventListener("again", () => this.#again());
    show(this, "sent");
    this.#result.replaceChildren(result);
    result.show(transfer);
    this.#linkAtRisk = true;
    document.title = `Ready: ${TITLE}`;
    announce(find(this, "#sent-title"));
  }
  /**
   * @param {unknown} error
   * @param {import('./net/api.js').Config} config
   */
  #failed(error, config) {
    show(this, "compose");
    document.title = TITLE;
    if (error instanceof Error && error.name === "AbortError") {
      find(this.#form, '[type="submit"]').focus();
      return;
    }
    const words = describe(error, "send", config);
    if (error instanceof ApiError && error.status === 401) this.#token.refuse(words.text);
    this.#error.show(words);
  }
  #again() {
    const lost = "You have not copied the link yet. Without it nobody can open what you sent. Go on anyway?";
    if (this.#linkAtRisk && !confirm(lost)) return;
    this.#linkAtRisk = false;
    this.#result.replaceChildren();
    this.#picker.clear();
    this.#text.value = "";
    this.#note.clear();
    this.#count();
    if (this.#token.value) this.#token.require();
    document.title = TITLE;
    show(this, "compose");
    announce(find(this, '[role="tab"][aria-selected="true"]'));
  }
  /** The sender's page of an earlier transfer. The secret does not stay in the address bar. */
  #openManage() {
    const [, id, secret] = location.hash.match(/^#manage\/([0-9a-f]{12,64})\/([A-Za-z0-9_-]{43})$/) ?? [];
    if (!id || this.#running) return;
    history.replaceState(null, "", location.pathname);
    const status = new TransferStatus();
    show(this, "sent");
    find(this, "#sent-title").textContent = "Your transfer";
    find(this, '[data-view="sent"] [data-subject]').textContent = `Number ${id}`;
    this.#result.replaceChildren(status);
    status.watch(id, secret);
    announce(find(this, "#sent-title"));
  }
};
var sizeOf = (text) => new Blob([text]).size;
customElements.define("send-page", SendPage);
/*! @noble/hashes 2.4.0 (MIT)

The MIT License (MIT)

Copyright (c) 2022 Paul Miller (https://paulmillr.com)

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the “Software”), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED “AS IS”, WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
*/
