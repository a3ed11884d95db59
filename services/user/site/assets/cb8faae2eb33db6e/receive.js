// assets/crypto/memory.js
var isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? "");

// assets/crypto/bytes.js
var encoder = new TextEncoder();
var encodeText = (text) => encoder.encode(text);
var startsWith = (bytes2, prefix) => Array.from(prefix).every((byte, i) => bytes2[i] === byte);
var toBase64 = (bytes2) => btoa(Array.from(bytes2, (b) => String.fromCharCode(b)).join(""));
function toBase64url(bytes2) {
  return toBase64(bytes2).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
function fromBase64url(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return Uint8Array.from(atob(plain), (char) => char.charCodeAt(0));
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
var codes = {
  invalid: "invalid",
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  notFound: "not_found",
  conflict: "conflict",
  gone: "gone",
  tooSlow: "too_slow",
  tooLarge: "too_large",
  outOfRange: "out_of_range",
  limited: "limited",
  full: "full",
  unavailable: "unavailable",
  internal: "internal",
  tokenRequired: "token_required",
  tokenUnknown: "token_unknown",
  tokenRevoked: "token_revoked",
  tokenExhausted: "token_exhausted",
  tokenNameTaken: "token_name_taken",
  tokenCheckUnavailable: "token_check_unavailable",
  transferNotFound: "transfer_not_found",
  deleted: "deleted",
  takenDown: "taken_down",
  expired: "expired",
  exhausted: "exhausted",
  idTaken: "id_taken",
  notUploaded: "not_uploaded",
  notPending: "not_pending",
  notCompleted: "not_completed",
  badLabel: "bad_label",
  deleteNotEnabled: "delete_not_enabled",
  deleteSecretRequired: "delete_secret_required",
  wrongDeleteSecret: "wrong_delete_secret",
  emptyBody: "empty_body",
  incompleteBody: "incomplete_body",
  notCiphertext: "not_ciphertext",
  damaged: "damaged",
  unknownVersion: "unknown_version",
  sizeMismatch: "size_mismatch",
  usePresigned: "use_presigned",
  tooManyPending: "too_many_pending",
  uploadNotFound: "upload_not_found",
  partsMismatch: "parts_mismatch",
  requestNotFound: "request_not_found",
  requestUnknown: "request_unknown",
  requestFull: "request_full",
  requestClosed: "request_closed",
  requestExpired: "request_expired",
  requestSecretRequired: "request_secret_required",
  wrongRequestSecret: "wrong_request_secret",
  badSealedKey: "bad_sealed_key",
  linkNotGenuine: "link_not_genuine",
  linkExpired: "link_expired",
  linkMismatch: "link_mismatch",
  permitSpent: "permit_spent",
  apiKeyRequired: "api_key_required",
  wrongApiKey: "wrong_api_key",
  sessionExpired: "session_expired",
  sessionInvalid: "session_invalid",
  operatorRequired: "operator_required",
  signOnFailed: "sign_on_failed",
  noRole: "no_role",
  signOnUnavailable: "sign_on_unavailable",
  methodNotAllowed: "method_not_allowed",
  crossSite: "cross_site"
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
  receiveOne(id, number, { signal, ...on }) {
    return this.#call("receiveOne", [id, number], { signal, on });
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
  receiveFolder(id, folder, { signal, ...on }) {
    return this.#call("receiveFolder", [id, folder], { signal, on });
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
  openKey(keys2, requestId, sealed) {
    return this.#call("openKey", [keys2, requestId, sealed]);
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
var writeKey = toBase64url;
var parseKey = fromBase64url;
var FRIENDLY_SALT = encodeText("sgraph-send-v1");

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
  let room2 = MAX_NAME - length(ending);
  let stem = "";
  for (const char of name.slice(0, name.length - ending.length)) {
    room2 -= length(char);
    if (room2 < 0) break;
    stem += char;
  }
  return stem.replace(/[\s.]+$/, "") + ending;
}

// assets/crypto/passphrase.js
var BLOCK = 24;
var MAX_PASSPHRASE = 1024;
var ARGON2ID = 1;
var SALT = 16;
var COSTS = { lanes: 1, passes: 2, memory: 19 * 1024 };
var MOST = { lanes: 4, passes: 16, memory: 256 * 1024 };
function readBlock(block) {
  if (block.length !== BLOCK) throw new DamagedError();
  if (block[0] !== ARGON2ID) throw new NewerVersionError();
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  const [lanes, passes, memory] = [view.getUint8(1), view.getUint16(2), view.getUint32(4)];
  const isWithin = lanes >= 1 && lanes <= MOST.lanes && passes >= 1 && passes <= MOST.passes && memory >= 8 * lanes && memory <= MOST.memory;
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
function readLabel(json) {
  const said = parseJson(json);
  if (!isObject(said)) return null;
  const { files, count, size, note: note2, picture } = said;
  if (!Array.isArray(files) || files.length === 0 || !files.every(isObject)) return null;
  return {
    files: files.slice(0, MAX_LISTED).map(readFile),
    count: Math.max(files.length, readSize(count)),
    size: readSize(size),
    note: typeof note2 === "string" ? cleanNote(note2) : "",
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
function cleanNote(note2) {
  const safe = note2.replace(/\r\n?/g, "\n").replaceAll("	", " ").replace(UNSAFE2, "").trim().replace(/\n{3,}/g, "\n\n");
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

// assets/destination.js
var SCRIPT = "/saving.js";
var SCOPE = "/saving/";
var LOCK = "sgraph-send saving";
var AWAKE = 1e4;
var PATIENCE = 1e4;
var LARGE = 64 * 1024 * 1024;
var canChooseFile = () => "showSaveFilePicker" in window;
var canChooseFolder = () => "showDirectoryPicker" in window;
var chooseFile = (name) => chosen(
  /** @type {any} */
  window.showSaveFilePicker?.({ suggestedName: name })
);
var chooseFolder = () => chosen(
  /** @type {any} */
  window.showDirectoryPicker?.({ mode: "readwrite" })
);
async function chosen(asked) {
  try {
    return await asked ?? null;
  } catch {
    return null;
  }
}
async function beginDownload(name, size) {
  if (!navigator.serviceWorker || !navigator.locks) return null;
  const stops = new AbortController();
  try {
    await navigator.serviceWorker.register(scriptURL(SCRIPT), { scope: SCOPE });
    const worker = await active();
    await held(stops.signal);
    const { port1, port2 } = new MessageChannel();
    const path = `${SCOPE}${crypto.randomUUID()}`;
    const said = listenTo(port1);
    worker.postMessage({ path, name, size }, [port2]);
    await within(said("announced"));
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = path;
    document.body.append(frame);
    stops.signal.addEventListener("abort", () => frame.remove());
    await within(said("begun"));
    const timer = setInterval(() => worker.postMessage({}), AWAKE);
    stops.signal.addEventListener("abort", () => clearInterval(timer));
    port1.onmessage = null;
    return { port: port1, stop: () => stops.abort() };
  } catch {
    stops.abort();
    return null;
  }
}
async function active() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  if (!worker) throw new Error("no service worker");
  if (worker.state !== "activated") {
    await within(
      new Promise((resolve) => {
        worker.addEventListener("statechange", () => worker.state === "activated" && resolve(void 0));
      })
    );
  }
  return worker;
}
var held = (until2) => new Promise((resolve, reject) => {
  const over = new Promise((end) => until2.addEventListener("abort", end));
  navigator.locks.request(LOCK, { mode: "shared" }, () => {
    resolve(void 0);
    return over;
  }).catch(reject);
});
function listenTo(port) {
  const waiting = /* @__PURE__ */ new Map();
  const heard = /* @__PURE__ */ new Set();
  port.onmessage = ({ data }) => {
    heard.add(data);
    waiting.get(data)?.();
  };
  return (word) => new Promise((resolve) => {
    waiting.set(word, () => resolve(void 0));
    if (heard.has(word)) resolve(void 0);
  });
}
var within = (task) => Promise.race([task, new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE))]);

// assets/files/tree.js
var isFolder = (path) => path.endsWith("/");

// assets/files/called.js
var UNNAMED = "files";
function called(name, entries) {
  if (name !== UNNAMED) return name;
  const files = entries.filter(({ path }) => !isFolder(path)).length;
  return files ? tn("{{count}} file", "{{count}} files", files) : t("Empty folders");
}

// assets/link/readings.js
var MOST2 = 64;
var LINE_BREAK = "(?:[ \\t]*[\\r\\n][ \\t\\r\\n>]*)?";
var INVISIBLE = /\u034f|[\ufe00-\ufe0f]|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
var PERCENT = new RegExp(`(?:%${LINE_BREAK}[0-9A-Fa-f]${LINE_BREAK}[0-9A-Fa-f])+`, "g");
var ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));/g;
var SOFT_BREAK = /=[ \t]*\r?\n(?:(?:[ \t]*>)+[ \t]?)?/g;
var QUOTED = /(?:=(?:0[9AD]|[2-9A-F][0-9A-F]))+/g;
var ESCAPE = new RegExp(`\\\\(?:u([0-9A-Fa-f]{4})|([nrt])|${LINE_BREAK}([!-/:-@\\[-\`{-~]))`, "g");
var ENTITIES = new Map(
  Object.entries({
    amp: "&",
    apos: "'",
    colon: ":",
    commat: "@",
    dash: "‐",
    equals: "=",
    excl: "!",
    gt: ">",
    hyphen: "‐",
    lowbar: "_",
    lt: "<",
    nbsp: " ",
    num: "#",
    percnt: "%",
    period: ".",
    plus: "+",
    quest: "?",
    quot: '"',
    semi: ";",
    shy: "­",
    sol: "/",
    verbar: "|",
    vert: "|",
    zwj: "‍",
    zwnj: "‌",
    NewLine: "\n",
    Tab: "	"
  })
);
var decoder = new TextDecoder("utf-8", { ignoreBOM: true });
function unhex(codes2) {
  const pairs = codes2.replace(/[^0-9A-Fa-f]/g, "").match(/../g) ?? [];
  return decoder.decode(Uint8Array.from(pairs, (pair) => parseInt(pair, 16))).replace(/\ufffd+/g, "�");
}
function character(digits, base) {
  const code = parseInt(digits, base);
  return code > 1114111 || code >= 55296 && code <= 57343 ? "�" : String.fromCodePoint(code);
}
var unpercent = (text) => text.replace(PERCENT, unhex);
var UNDO = [
  unpercent,
  (text) => text.replace(ENTITY, (reference, decimal, hex, name) => {
    if (decimal || hex) return decimal ? character(decimal, 10) : character(hex, 16);
    return ENTITIES.get(name) ?? reference;
  }),
  (text) => text.replace(SOFT_BREAK, "").replace(QUOTED, unhex),
  (text) => text.replace(ESCAPE, (_, hex, blank, sign) => hex ? character(hex, 16) : blank ? "\n" : sign)
];
function simplify(text) {
  return text.replace(INVISIBLE, "").replace(/[\r\u0085\u2028\u2029]/g, "\n").replace(/[\t\v\f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " ").replace(/[\u2010\u2011]/g, "-").replace(/['`\u00ab\u00b4\u00bb\u2018-\u201f\u2039\u203a]/g, '"').replace(/<[wW][bB][rR] ?\/?>/g, "").replace(/ *\n[ \n>]*| +/g, (gap) => gap.includes("\n") ? "\n" : " ");
}
function readings(text) {
  const found = [text.replace(INVISIBLE, "")];
  for (let i = 0; i < found.length; i++) {
    for (const undo of UNDO) {
      const plain = undo(found[i]);
      if (found.length < MOST2 && !found.includes(plain)) found.push(plain);
    }
  }
  return found.map(simplify);
}

// assets/link/sightings.js
var KEY_LENGTH = 43;
var ID_LENGTH = 12;
var MAX_RUN = 1024;
var MAX_HOST = 300;
var isHex = (c) => c !== void 0 && /^[0-9a-f]$/.test(c);
var KEY = /[A-Za-z0-9_-]/;
var BASE64 = /[A-Za-z0-9_+/-]/;
var WORD = /^(?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+)(?:[-_+/](?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+))*$/;
var isWord = (text) => text.length <= KEY_LENGTH && WORD.test(text);
var HOST = /^(?:[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/u;
var NAME = new RegExp(
  "^(.*[:\\[\\]])?((?:(?:[A-Za-z0-9][A-Za-z0-9_-]*\\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)|[0-9]+(?:\\.[0-9]+){3}|[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?)$"
);
var LOCAL = /^(?:localhost(?::|$)|127\.|\[::1\])/;
var FRIENDLY = /[a-z](?:\n?[a-z]){0,31}\n?-\n?[a-z](?:\n?[a-z]){0,31}\n?-\n?[0-9](?:\n?[0-9]){3}/g;
var lower = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
function trimKey(text) {
  let end = text.length;
  while (end > 0 && "-_+/".includes(text[end - 1])) end--;
  return text.slice(0, end);
}
function decodeKey(text) {
  const key = trimKey(text).replaceAll("+", "-").replaceAll("/", "_");
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(key) ? key : "";
}
var seen = (what) => ({
  origin: "",
  id: "",
  friendly: "",
  key: "",
  state: "without",
  length: 0,
  ...what
});
var isFaulty = ({ state }) => ["short", "long", "damaged"].includes(state);
function run(s, at, set) {
  let end = at;
  while (end < s.length && end - at < MAX_RUN && set.test(s[end])) end++;
  return s.slice(at, end);
}
function skip(s, at, signs) {
  while (at < s.length && signs.includes(s[at])) at++;
  return at;
}
var isAlphanumeric = (c) => /^[A-Za-z0-9]$/.test(c);
function startsWord(s, at) {
  while (at > 0 && (s[at - 1] === "-" || s[at - 1] === "_")) at--;
  return at === 0 || !isAlphanumeric(s[at - 1]);
}
var endsWord = (s, at) => trimKey(run(s, at, KEY)) === "";
var isAlone = (s, from, to) => !/[A-Za-z0-9]/.test(s.slice(0, from)) && !/[A-Za-z0-9]/.test(s.slice(to));
function trimBreak(s) {
  let end = s.length;
  while (end > 0 && '"\n'.includes(s[end - 1])) end--;
  return "#/=".includes(s[end - 1] ?? " ") ? s.slice(0, end) : s;
}
function tokenOf(s) {
  let start = s.length;
  while (start > 0 && !' \n"<>(){}|,;'.includes(s[start - 1])) start--;
  return s.slice(start);
}
var isAnchored = (s, at) => {
  const before = trimBreak(s.slice(0, at));
  return ["#", "/d/", "?id=", "&id="].some((anchor) => before.endsWith(anchor));
};
function idAt(s, at) {
  let id = "";
  for (; id.length < ID_LENGTH; at++) {
    if (id && at + 1 < s.length && s[at] === "\n") at++;
    if (!isHex(s[at])) return null;
    id += s[at];
  }
  return endsWord(s, at) ? { id, end: at } : null;
}
function gather(s, at, set) {
  let text = run(s, at, set);
  let end = at + text.length;
  while (text && text.length < KEY_LENGTH && (s[end] === " " || s[end] === "\n")) {
    const more = run(s, end + 1, set);
    const after = end + 1 + more.length;
    if (!more || more.length > KEY_LENGTH) break;
    if (isWord(more) && !(s[end] === "\n" && more.length <= 2 && endsLine(s, after))) break;
    text += more;
    end = after;
  }
  return { text, end };
}
function endsLine(s, at) {
  at = skip(s, at, '>)]"=');
  return at === s.length || s[at] === "\n";
}
function keyAt(s, at) {
  const from = skip(s, at, '\n"');
  const narrow = gather(s, from, KEY);
  const wide = gather(s, from, BASE64);
  for (const { text, end } of [narrow, wide]) {
    const key = decodeKey(text);
    if (key) return { what: seen({ key, state: "whole" }), end };
  }
  const n = trimKey(narrow.text).length;
  const w = trimKey(wide.text).length;
  if (w === 0 || s.slice(at, from).includes("\n")) return { what: seen({}), end: at };
  if (w < KEY_LENGTH) return { what: seen({ state: "short", length: w }), end: wide.end };
  if (n > KEY_LENGTH) return { what: seen({ state: "long", length: n }), end: narrow.end };
  return { what: seen({ state: "damaged", length: n }), end: wide.end };
}
function keyBehind(s, at) {
  let next = skip(s, at, "\n");
  if (s[next] === "/") {
    const key = keyAt(s, next + 1);
    if (key.what.state !== "without") return key;
    at = next + 1;
    next = at;
  }
  if (s[next] === "?" || s[next] === "&") {
    while (next < s.length && !'# \n"<>()[]{}|'.includes(s[next])) next++;
  }
  if (s[next] !== "#") return { what: seen({}), end: at };
  next = skip(s, next, "#");
  const other = idAt(s, next);
  if (other && s[other.end] === "/") return { what: seen({}), end: at };
  return keyAt(s, next);
}
function nameIn(address) {
  const [before, ...path] = address.replace(/^[/:_]+/, "").split("/", 2);
  let from = before.length;
  while (from > 0 && /[A-Za-z0-9._:[\]-]/.test(before[from - 1])) from--;
  if (path.length === 0 || before.length - from > MAX_HOST) return "";
  const name = NAME.exec(before.slice(from));
  const isEnd = !name?.[1] && /[\p{L}\p{N}]$/u.test(before.slice(0, from));
  return name && !isEnd ? name[2] : "";
}
function originIn(address) {
  for (let plain = unpercent(address); plain !== address; plain = unpercent(address)) address = plain;
  if (/[?&]id=$/.test(address)) address = address.slice(0, Math.max(0, address.lastIndexOf("?")));
  else if (address.endsWith("=")) return "";
  const value = Math.max(address.lastIndexOf("?"), address.lastIndexOf("="), address.lastIndexOf("&")) + 1;
  for (const part2 of [address.slice(value), address]) {
    const at = part2.lastIndexOf("://");
    if (at >= 0) {
      let from = at;
      while (from > 0 && isAlphanumeric(part2[from - 1])) from--;
      const scheme = lower(part2.slice(from, at));
      const host2 = lower(part2.slice(at + 3).split(/[/?#\\]/)[0]);
      return /^https?$/.test(scheme) && HOST.test(host2) ? `${scheme}://${host2}` : null;
    }
    const host = lower(nameIn(part2));
    if (host) return LOCAL.test(host) ? `http://${host}` : `https://${host}`;
  }
  return "";
}
function originBefore(s, at) {
  let before = trimBreak(s.slice(0, at));
  const address = tokenOf(before);
  const origin = originIn(address);
  before = before.slice(0, before.length - address.length);
  if (!before.endsWith("\n") || address.includes("://")) return origin;
  const above = tokenOf(before.slice(0, -1));
  const scheme = above.lastIndexOf("://");
  if (above.includes("#")) return origin;
  if (scheme >= 0 && !/[/?]/.test(above.slice(scheme + 3))) return "";
  return origin === "" ? originIn(above) : origin;
}
function sightings(s) {
  const found = [];
  for (let at = 0; at < s.length; at++) {
    if (!isHex(s[at]) || !startsWord(s, at)) continue;
    const id = idAt(s, at);
    if (!id) continue;
    const { what, end } = keyBehind(s, id.end);
    if (isRequested(s, at) || keyAfter(s, what, end).state === "whole") continue;
    if (what.state !== "whole" && !isAnchored(s, at) && !isAlone(s, at, end)) continue;
    const origin = originBefore(s, at);
    if (origin !== null) found.push({ ...what, origin, id: id.id });
  }
  for (const match of s.matchAll(FRIENDLY)) {
    const at = match.index;
    const end = at + match[0].length;
    if (!startsWord(s, at) || !endsWord(s, end)) continue;
    const before = trimBreak(s.slice(0, at));
    const inLink = before.endsWith("#") && tokenOf(before).includes("/");
    if (!inLink && !isAlone(s, at, end)) continue;
    const origin = originBefore(s, at);
    const friendly = match[0].replaceAll("\n", "");
    if (origin !== null) found.push(seen({ origin, friendly, state: "derived" }));
  }
  return found;
}
var isRequested = (s, at) => trimBreak(s.slice(0, at)).endsWith("/r/#");
function keyAfter(s, first, at) {
  const next = skip(s, at, '"\n');
  return first.state === "whole" && s[next] === "/" ? keyAt(s, next + 1).what : seen({});
}
function requests(s) {
  const found = [];
  for (let at = 0; at < s.length; at++) {
    if (!isHex(s[at]) || !startsWord(s, at)) continue;
    const id = idAt(s, at);
    if (!id) continue;
    const { what: seed, end } = keyBehind(s, id.end);
    const second = keyAfter(s, seed, end);
    const isWhole = second.state === "whole";
    if (!isWhole && !isRequested(s, at)) continue;
    const first = seed.state === "whole" ? second : seed;
    const lacks = isFaulty(first) ? first : seen({ state: "short" });
    const { key, state, length } = isWhole ? seed : lacks;
    const origin = originBefore(s, at);
    if (origin !== null) found.push({ ...seen({ origin, id: id.id, key, state, length }), publicKey: second.key });
  }
  return found;
}
function keys(s) {
  const found = [];
  for (const what of sightings(s)) {
    if (what.state === "whole" || isFaulty(what)) found.push({ ...what, origin: "", id: "" });
  }
  for (let at = 0; at < s.length; at++) {
    if (!BASE64.test(s[at]) || at > 0 && BASE64.test(s[at - 1]) && s[at - 1] !== "/") continue;
    const { what, end } = keyAt(s, at);
    const first = run(s, at, BASE64);
    if (what.state === "whole" && (end <= at + first.length || !isWord(first))) {
      found.push(what);
      at = end;
    } else if (isFaulty(what) && isAlone(s, at, end)) {
      found.push(what);
    }
  }
  return found;
}
function hasKeyWithoutID(s) {
  for (let at = s.indexOf("/"); at >= 0; at = s.indexOf("/", at + 1)) {
    if (!decodeKey(run(s, at + 1, KEY))) continue;
    let from = at;
    while (from > 0 && KEY.test(s[from - 1])) from--;
    if (from < at && (isAnchored(s, from) || from === 0)) return true;
  }
  return false;
}

// assets/link/read.js
var MAX_TEXT = 32 * 1024;
var nothing = (reason) => ({ origin: "", id: "", key: "", friendly: "", reason, length: 0 });
function readLink(text) {
  if (isTooLong(text)) return nothing("long_text");
  const texts = readings(text);
  const asked = texts.flatMap(requests);
  const isAsked = ({ id, key }) => asked.some((one) => one.id === id && (!key || key === one.key));
  const all = texts.flatMap(sightings).filter((one) => !isAsked(one));
  if (all.length > 0) return choose(all);
  if (asked.length > 0) return nothing("request_link");
  return nothing(texts.some(hasKeyWithoutID) ? "damaged_id" : "no_link");
}
function readKey(text) {
  const key = decodeKey(text);
  if (key) return { ...nothing(""), key };
  if (isTooLong(text)) return nothing("long_text");
  const all = readings(text).flatMap(keys);
  return all.length === 0 ? nothing("no_link") : choose(all);
}
var isTooLong = (text) => new TextEncoder().encode(text).length > MAX_TEXT;
var ORDER = ["whole", "derived", "short", "long", "damaged", "without"];
function isBetter(a, b) {
  if (isFaulty(a) && isFaulty(b)) return a.length > b.length;
  return ORDER.indexOf(a.state) < ORDER.indexOf(b.state);
}
function choose(all) {
  let best = all[0];
  for (const one of all) {
    const another = one.id !== best.id || one.friendly !== best.friendly || one.origin && best.origin && one.origin !== best.origin || one.state === "whole" && best.state === "whole" && one.key !== best.key;
    if (another) return nothing("several_links");
    const origin2 = best.origin || one.origin;
    best = { ...isBetter(one, best) ? one : best, origin: origin2 };
  }
  const { origin, id, friendly, key, length } = best;
  return { origin, id, friendly, key, length, reason: isFaulty(best) ? `${best.state}_key` : "" };
}

// assets/link/write.js
var placeOf = (id, key) => key ? `/d/#${id}/${key}` : `/d/#${id}`;

// assets/link/address.js
function takeLink() {
  const { origin, pathname, search, hash, href } = location;
  const link = readLink(href);
  const sent = readLink(origin + pathname + search);
  if (!link.reason) history.replaceState(null, "", placeOf(link.friendly || link.id, link.key));
  else if (search) history.replaceState(null, "", pathname + hash);
  return { link, exposed: Boolean(sent.key || sent.friendly) };
}
var hideLink = (behind) => history.replaceState({ behind }, "", "/d/");
var dropLink = () => history.replaceState(null, "", "/d/");
function hiddenLink() {
  const behind = history.state?.behind;
  if (!behind || location.hash.length > 1 || location.search) return null;
  if (behind.ends <= Date.now()) {
    dropLink();
    return null;
  }
  return readLink(location.origin + placeOf(behind.id, behind.key));
}

// assets/net/api.js
var DEFAULTS = {
  max_bytes: 0,
  direct_bytes: 5 * 1024 * 1024,
  default_ttl_seconds: 7 * 86400,
  max_ttl_seconds: 30 * 86400,
  token_required: true
};
var get = async (path) => read(await request("GET", path));
var getInfo = (id) => get(paths.transferInfo(id));

// assets/net/patience.js
var PASSING = [0, 408, 425, 429, 500, 502, 503, 504];
var isPassing = (error) => error instanceof ApiError && PASSING.includes(error.status);
function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      signal?.removeEventListener("abort", stopped);
      resolve(void 0);
    }
    function stopped() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) stopped();
    else signal?.addEventListener("abort", stopped, { once: true });
  });
}

// assets/net/coming.js
var SOONEST = 2e3;
var LATEST = 3e4;
var PATIENCE2 = 36e5;
async function untilSent(id, { signal, onProgress }) {
  let arrived = -1;
  let pause = SOONEST;
  let moved = Date.now();
  for (; ; ) {
    const info = await look(id);
    signal.throwIfAborted();
    if (info) {
      const { arrived_bytes: now = 0 } = info;
      if (!isComing(info)) return info;
      onProgress(info);
      if (now !== arrived) [arrived, pause, moved] = [now, SOONEST, Date.now()];
      else if (Date.now() - moved > PATIENCE2) return info;
    }
    await sleep(pause, signal);
    pause = Math.min(pause * 1.5, LATEST);
    await seen2(signal);
  }
}
var isComing = ({ status, is_expired: expired }) => status === "pending" && !expired;
async function look(id) {
  try {
    return await getInfo(id);
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}
async function seen2(signal) {
  while (document.hidden) {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true, signal });
      signal.addEventListener("abort", resolve, { once: true });
    });
    signal.throwIfAborted();
  }
}

// assets/net/database.js
var answer = (request2) => new Promise((resolve, reject) => {
  request2.onsuccess = () => resolve(request2.result);
  request2.onerror = () => reject(request2.error);
});
var LAST = 2 ** 32;
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

// assets/net/storage.js
var received = new Database("sgraph-send", ["claims", "pieces"], "default");

// assets/net/kept.js
var PIECE = 1024 * 1024;

// assets/net/lanes.js
var LANE = 4 * 1024 * 1024;
var AT_ONCE = 3;
var WORTH = 4 * AT_ONCE * LANE;
var ENOUGH = 32 * 1024;

// assets/net/download.js
var LINK_OVER = [codes.forbidden, codes.invalid, codes.linkExpired];
var NO_PERMISSION = [codes.linkMismatch, codes.linkNotGenuine];
var HOUR = 3600 * 1e3;
var MARGIN = HOUR / 4;
var ANSWER = 32 * 1024 * 1024;
var isEnded = (error) => error instanceof ApiError && error.code !== codeOf(error.status) && (error.status === 404 || error.status === 410 || NO_PERMISSION.includes(error.code));

// assets/preview.js
var IMAGE_MAX = 32 * 1024 * 1024;
var ascii = (text) => Array.from(text, (char) => char.charCodeAt(0));
var IMAGES = [
  ["image/png", [137, ...ascii("PNG\r\n"), 26, 10], 0],
  ["image/jpeg", [255, 216, 255], 0],
  ["image/gif", ascii("GIF8"), 0],
  ["image/webp", ascii("WEBP"), 8],
  ["image/avif", ascii("ftypavif"), 4]
];
async function previewOf(blob, { name, isText, maxText }) {
  if (isText || !name && blob.size <= maxText) {
    const text = blob.size <= maxText ? readText(await blob.arrayBuffer()) : void 0;
    if (text !== void 0) return { text };
  }
  if (blob.size > IMAGE_MAX) return null;
  const head = new Uint8Array(await blob.slice(0, 16).arrayBuffer());
  const type = IMAGES.find(([, magic, at]) => startsWith(head.subarray(at), magic))?.[0];
  return type ? { image: blob.slice(0, blob.size, type) } : null;
}
function readText(buffer) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(buffer);
    return text.includes("\0") ? void 0 : text;
  } catch {
    return void 0;
  }
}

// assets/save.js
var FOLDER = "opened";
var RUN = 8 * 1024 * 1024;
async function removeOwn() {
  const root = await navigator.storage?.getDirectory?.();
  await root?.removeEntry(FOLDER, { recursive: true });
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
function find2(root, selector, type = (
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
  return find2(root, `[data-view="${name}"]`);
}
function announce(heading) {
  heading.focus({ preventScroll: true });
  heading.closest(".card")?.scrollIntoView({ block: "nearest" });
}
function copyButton(words, value, { picture = "copy", wordless, primary, onCopied, onRefused } = {}) {
  const said = el("span", { class: wordless ? "visually-hidden" : "", "aria-live": "polite" }, words);
  const kind = wordless ? "button quiet square" : primary ? "button primary" : "button";
  const button2 = el("button", { type: "button", class: kind, title: wordless && words }, icon(picture), said);
  let timer = 0;
  const say2 = (name, text) => {
    said.textContent = text;
    button2.firstChild?.replaceWith(icon(name));
  };
  button2.addEventListener("click", async () => {
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
  return button2;
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
var clock = (date) => date.toLocaleTimeString(DATES, { hour: "2-digit", minute: "2-digit" });
var relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
function until(date, now = /* @__PURE__ */ new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1e3;
  if (seconds <= 0) return t("expired {{moment}}", { moment: moment(date) });
  return t("{{span}} ({{moment}})", {
    span: relative.format(...rough(seconds)),
    moment: unbroken(moment(date))
  });
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
  #pace = new Pace2();
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
    this.#pace = new Pace2();
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
var Pace2 = class {
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

// assets/ui/sealed-label.js
var SHOWN_SIDE = 1024;
var SealedLabel = class extends HTMLElement {
  #address = "";
  /** @param {Label | null} label */
  show(label) {
    URL.revokeObjectURL(this.#address);
    this.#address = "";
    this.replaceChildren();
    if (!label) return;
    if (label.picture) this.append(this.#picture(label.picture));
    if (label.note) this.append(note(label.note));
    if (label.count > 1) this.append(list(label));
  }
  /** @param {import('../crypto/label.js').Picture} picture */
  #picture({ type, data }) {
    this.#address = URL.createObjectURL(new Blob([data], { type }));
    const image = el("img", {
      class: "label-picture",
      src: this.#address,
      alt: t("A small picture of it"),
      hidden: true
    });
    image.addEventListener("load", () => {
      image.hidden = Math.max(image.naturalWidth, image.naturalHeight) > SHOWN_SIDE;
    });
    return image;
  }
};
var note = (text) => el(
  "figure",
  { class: "label-note" },
  el("figcaption", {}, t("Note from the sender")),
  el("blockquote", { dir: "auto", tabindex: 0 }, text)
);
function list({ files, count }) {
  const rest = count - files.length;
  return el(
    "ul",
    { class: "files", "aria-label": t("What is in it"), tabindex: 0 },
    files.map(
      ({ name, size }) => el(
        "li",
        {},
        icon("file"),
        el("span", { class: "name" }, nameOf(name)),
        isSize(size) && el("span", { class: "size" }, bytes(size))
      )
    ),
    rest > 0 && el("li", { class: "rest" }, tn("and {{count}} more file", "and {{count}} more files", rest))
  );
}
customElements.define("sealed-label", SealedLabel);

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
var LINK = {
  no_link: () => say("That is no link to a transfer", "Paste all of it, up to its last character."),
  several_links: () => say("There is more than one link in that", "Paste the one that you want to open."),
  short_key: (n) => say("The key in the link is not whole", sentences(t("{{n}} of its 43 characters are there.", { n }), TO_COPY)),
  long_key: (n) => say(
    "There is too much in the link",
    sentences(t("Its key has {{n}} characters, and a key has 43.", { n }), TO_COPY)
  ),
  damaged_key: () => say("The key in the link was changed", sentences(t("It has the length of a key, but is none."), TO_COPY)),
  request_link: () => say(
    "That is a link to send by",
    "By it you send to somebody. Open it in the browser, or ask for the link to the files."
  ),
  damaged_id: () => say("The link is not whole", sentences(t("12 digits stand before the key, and those are not."), TO_COPY)),
  long_text: () => say("That is too long", "Paste the link alone.")
};
var linkWords = ({ reason, length }) => LINK[reason](length);
var keyWords = (key) => key.reason === "no_link" ? say("That is not a whole key", 'A key has 43 letters, digits, "-" or "_". Paste all of it.') : linkWords(key);
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
var dropped = () => say("The server dropped the upload", "It waited too long or was restarted. Send again.");
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
  not_found: dropped,
  transfer_not_found: dropped,
  upload_not_found: dropped,
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

// assets/receive.js
var SHOWN_FILES = 500;
var MINUTE = 6e4;
var LINGERS = MINUTE;
var SHOWN_TEXT_MAX = 2 * 1024 * 1024;
var WAITS = {
  offline: t("Offline. It goes on when the connection is back."),
  retrying: t("Connection lost. Picking up where it stopped…")
};
var OVER = [codes.deleted, codes.takenDown, codes.expired, codes.exhausted, codes.transferNotFound];
var NOTHING = { begun: false, ends: 0, isStored: true, isDone: false, kept: 0 };
var ReceivePage = class extends HTMLElement {
  #ready = find2(this, '[data-view="ready"]');
  #done = find2(this, '[data-view="done"]');
  #several = find2(this, '[data-view="files"]');
  #note = find2(this.#ready, "error-note", ErrorNote);
  #linkField = find2(this, "#link", HTMLTextAreaElement);
  #keyField = find2(this, "#key", HTMLInputElement);
  #passphrase = find2(this, "#passphrase", HTMLInputElement);
  #meter = find2(this, '[data-view="working"] progress-meter', ProgressMeter);
  #waiting = find2(this, "sealed-label", SealedLabel);
  #crypto = new CryptoClient();
  #id = "";
  /** @type {Key | null} */
  #key = null;
  #isKeyOfLink = false;
  // and was not typed
  /** @type {import('./link/read.js').Reading | null} what is wrong with the key in the link */
  #fault = null;
  /** @type {import('./net/api.js').TransferInfo | null} */
  #info = null;
  /** @type {import('./crypto/label.js').Label | null} once a key has opened it */
  #label = null;
  /** @type {Words | null} what is wrong with the key that was tried on the label */
  #refused = null;
  /** What the file or its label asks for beside the key. @type {Bytes | null} */
  #block = null;
  /** The key with the passphrase in it. @type {Key | null} */
  #locked = null;
  #download = NOTHING;
  /** @type {Several | null} */
  #files = null;
  /** @type {AbortController | null} */
  #running = null;
  /** @type {AbortController | null} of what is still being sent */
  #coming = null;
  /** Until what was received can be had no more. @type {ReturnType<typeof setTimeout> | undefined} */
  #hour;
  connectedCallback() {
    this.#onSubmit("ask", () => this.#lookUpPasted());
    this.#onSubmit("ready", () => this.#receive());
    this.#linkField.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#lookUpPasted();
    });
    this.#keyField.addEventListener("input", () => this.#tryTyped());
    find2(this, "[data-cancel]").addEventListener(
      "click",
      () => this.#running?.abort(new DOMException("cancelled", "AbortError"))
    );
    find2(this, "[data-archive]").addEventListener("click", () => this.#receiveArchive());
    find2(this, "[data-folder]").addEventListener("click", () => this.#receiveFolder());
    find2(this, "[data-retry]").addEventListener("click", () => this.#lookUp());
    find2(this.#done, "[data-forget]").addEventListener("click", () => this.#forget());
    find2(this.#several, "[data-forget-all]").addEventListener("click", () => this.#forget());
    addEventListener("hashchange", () => {
      if (location.hash && !this.#running) this.#openAddress();
    });
    addEventListener("beforeunload", (event) => {
      const { begun, isStored, isDone } = this.#download;
      if (this.#running || begun && !isStored && !isDone) event.preventDefault();
    });
    removeOwn().catch(() => {
    });
    if (!isSecureContext) this.#showGone(insecure, false);
    else this.#openAddress();
  }
  /**
   * @param {string} view
   * @param {() => Promise<void>} action which a second click does not begin again
   */
  #onSubmit(view, action) {
    let busy = false;
    find2(this, `form[data-view="${view}"]`).addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      await action().finally(() => {
        busy = false;
      });
    });
  }
  /** Opens what the address of the page leads to, and leaves nothing else in it. */
  #openAddress() {
    const hidden = hiddenLink();
    const { link, exposed } = hidden ? { link: hidden, exposed: false } : takeLink();
    find2(this.#ready, "[data-exposed]").hidden = !exposed;
    find2(document, "[data-claim]").hidden = exposed;
    if (link.id || link.friendly) this.#open(link);
    else this.#ask(link.reason === "no_link" && location.hash.length < 2 ? null : linkWords(link));
  }
  /** @param {Words | null} words */
  #ask(words) {
    this.#coming?.abort();
    const view = show(this, "ask");
    const note2 = find2(view, "error-note", ErrorNote);
    if (words) note2.show(words);
    else note2.clear();
  }
  /** @param {import('./link/read.js').Reading} link */
  async #open(link) {
    this.#coming?.abort();
    show(this, "loading");
    clearTimeout(this.#hour);
    const { friendly, id, key } = link;
    const transfer = friendly ? await this.#crypto.friendly(friendly) : { id, key: key ? parseKey(key) : null };
    this.#id = transfer.id;
    this.#key = transfer.key;
    this.#isKeyOfLink = transfer.key !== null;
    this.#block = null;
    this.#locked = null;
    this.#files = null;
    this.#fault = link.reason ? link : null;
    await this.#lookUp();
  }
  async #lookUpPasted() {
    const link = readLink(this.#linkField.value);
    if (link.id || link.friendly) await this.#open(link);
    else this.#ask(linkWords(link));
  }
  /** @param {Words} [ended] why the download that was begun cannot be gone on with */
  async #lookUp(ended) {
    show(this, "loading");
    try {
      [this.#info] = await Promise.all([getInfo(this.#id), this.#learn()]);
      if (isComing(this.#info)) {
        this.#await();
        return;
      }
      const why = whyGone(this.#info, this.#download.begun);
      if (why) {
        if (ended && why.code === codes.exhausted) this.#showGone(ended, false);
        else await this.#end(why, "download");
        return;
      }
      this.#label = null;
      this.#refused = null;
      if (this.#key) await this.#unlock(this.#key);
      this.#showReady();
      if (ended) this.#note.show(ended);
    } catch (error) {
      await this.#end(error, "look");
    }
  }
  /** Shows how far something is that is still being sent, until it is there. */
  async #await() {
    const view = show(this, "coming");
    const meter = find2(view, "progress-meter", ProgressMeter);
    const coming2 = new AbortController();
    this.#coming = coming2;
    meter.reset(t("No more of it has arrived for a while. Its sender may have lost the connection."));
    announce(find2(view, "#coming-title"));
    try {
      const info = await untilSent(this.#id, {
        signal: coming2.signal,
        onProgress: ({ arrived_bytes: done = 0, file_size_bytes: total }) => {
          meter.update({ done: Math.min(done, total), total });
          document.title = t("{{percent}} sent", { percent: percent(total ? Math.min(1, done / total) : 0) });
        }
      });
      const why = whyGone(info, false);
      if (isGivenUp(why)) this.#showGone(gaveUp, false);
      else if (why) await this.#end(why, "download");
      else await this.#lookUp();
    } catch (error) {
      if (coming2.signal.aborted) return;
      if (isGivenUp(error)) this.#showGone(gaveUp, false);
      else await this.#end(error, "look");
    } finally {
      meter.rest();
      document.title = t("Receive: SGraph Send");
    }
  }
  /** How the download stands. */
  async #learn() {
    this.#download = await this.#crypto.stateOf(this.#id);
  }
  /**
   * Tries a key on the label, which costs nothing. Without a label nobody knows before the end whether it fits.
   * @param {Key} key
   */
  async #unlock(key) {
    this.#key = key;
    this.#block = null;
    this.#locked = null;
    this.#refused = null;
    try {
      this.#label = await openLabel(key, sealedLabel(this.#info));
    } catch (error) {
      if (error instanceof PassphraseError) {
        this.#block = error.block;
        return;
      }
      if (!(error instanceof WrongKeyError)) throw error;
      this.#key = null;
      this.#isKeyOfLink = false;
      this.#refused = wrongKey;
    }
  }
  /**
   * Tries the passphrase that was typed: on the label, if there is one.
   * @param {Key} key
   * @param {Bytes} block
   * @returns {Promise<boolean>} whether to go on
   */
  async #tryPassphrase(key, block) {
    if (!passphraseBytes(this.#passphrase.value)) {
      this.#note.show(passphraseWords);
      this.#passphrase.focus();
      return false;
    }
    const action = find2(this.#ready, "[data-action]");
    this.#note.clear();
    action.textContent = t("Checking…");
    try {
      const onProgress = (done) => {
        action.textContent = t("Checking… {{percent}}", { percent: percent(done) });
      };
      const locked = await this.#crypto.lock(key, this.#passphrase.value, block, { onProgress });
      const sealed = sealedLabel(this.#info);
      if (sealed.length) this.#label = await openLabel(locked.key, sealed, block);
      this.#locked = locked.key;
      this.#passphrase.value = "";
      return true;
    } catch (error) {
      if (!(error instanceof WrongKeyError)) throw error;
      this.#note.show(wrongPassphrase);
      this.#passphrase.select();
      return false;
    } finally {
      action.textContent = this.#action();
    }
  }
  /** Shows what is waiting as soon as the key for it is there. */
  async #tryTyped() {
    const { key } = readKey(this.#keyField.value);
    if (!key || !this.#info?.label) return;
    await this.#unlock(parseKey(key));
    if (this.#key) this.#showReady();
    else this.#note.show(wrongKey);
  }
  #showReady() {
    show(this, "ready");
    this.#waiting.show(this.#label);
    this.#waiting.hidden = !this.#waiting.hasChildNodes();
    const title = find2(this.#ready, "[data-title]");
    title.replaceChildren(...this.#title());
    find2(this.#ready, "[data-sealed]").textContent = this.#block ? t("Encrypted. Only your link and the passphrase together can open it.") : t("Encrypted. Only your link can open it.");
    find2(this.#ready, "[data-action]").textContent = this.#action();
    find2(this.#ready, "[data-passphrase]").hidden = !this.#needsPassphrase;
    find2(this.#ready, "[data-facts]").replaceChildren(...facts(this.#facts()));
    this.#showCost();
    find2(this.#ready, "[data-key]").hidden = this.#key !== null;
    this.#note.clear();
    announce(title);
    if (this.#refused) {
      this.#note.show(this.#refused);
      this.#keyField.focus();
    } else if (this.#fault) this.#note.show(linkWords(this.#fault));
  }
  get #needsPassphrase() {
    return this.#key !== null && this.#block !== null && this.#locked === null;
  }
  /** The passphrase is tried on the label, which costs no download. */
  get #unlocks() {
    return this.#needsPassphrase && Boolean(this.#info?.label);
  }
  #action() {
    if (this.#unlocks) return t("Unlock");
    if (this.#download.isDone) return this.#isText ? t("Show again") : t("Save again");
    return this.#isText ? t("Decrypt and show") : t("Decrypt and save");
  }
  /** @returns {(Node | string)[]} */
  #title() {
    if (this.#needsPassphrase) return [t("Something is waiting for you")];
    if (this.#isText) return [t("A text is waiting for you")];
    const { files = [], count = 0 } = this.#label ?? {};
    if (count > 1) return [tn("{{count}} file is waiting for you", "{{count}} files are waiting for you", count)];
    return files.length ? parts("{{name}} is waiting for you", { name: nameOf(files[0].name) }) : [t("A file is waiting for you")];
  }
  /** @returns {[string, string][]} */
  #facts() {
    const { file_size_bytes: declared, payload_bytes: stored, expires_at: expires } = this.#info ?? {};
    const { max_downloads: max, downloads_remaining: left } = this.#info ?? {};
    const rows = [
      this.#label && isSize(this.#label.size) ? [t("Size"), bytes(this.#label.size)] : [t("Size, encrypted"), bytes(declared || stored || 0)]
      // what is in it is smaller, and nobody knows yet by how much
    ];
    if (expires) rows.push([t("Expires"), until(new Date(expires))]);
    const rest = left ? t("{{left}} of {{all}}", { left, all: max ?? left }) : t("none");
    const besides = this.#download.begun ? t("{{rest}}, besides this one", { rest }) : rest;
    rows.push([t("Downloads left"), max ? besides : t("no limit")]);
    return rows;
  }
  /** A download was begun since the service was asked. */
  #countOne() {
    if (!this.#info) return;
    const left = Math.max(0, this.#info.downloads_remaining - 1);
    this.#info = { ...this.#info, downloads_remaining: left };
  }
  /** What the button does to the number of downloads. */
  #showCost() {
    const { max_downloads: max, downloads_remaining: left } = this.#info ?? {};
    const { begun, kept, ends, isStored, isDone } = this.#download;
    const shown = this.#label && isSize(this.#label.size) ? this.#label.size : Infinity;
    const going = find2(this.#ready, "[data-begun]");
    going.hidden = !begun;
    const time = clock(new Date(ends));
    going.textContent = isDone ? t("You have received this. Until {{time}} you can have it again, which is not counted again.", { time }) : sentences(
      t("You have begun this download. Until {{time}} the button goes on with it, which is not counted again.", {
        time
      }),
      kept > 0 && t("{{size}} of it are here already.", { size: bytes(Math.min(kept, shown)) }),
      !isStored && t("Leave this page open: your browser stores nothing of it.")
    );
    const cost = find2(this.#ready, "[data-cost]");
    cost.hidden = !max || begun || this.#unlocks;
    cost.textContent = left === 1 ? t("This is the last download. Opening this page did not use it; the button does.") : t("Opening this page did not count. The button uses one download.");
  }
  get #isText() {
    return this.#info?.content_type_hint?.startsWith("text/") ?? false;
  }
  async #receive() {
    if (!this.#key) {
      const typed = readKey(this.#keyField.value);
      if (!typed.key) {
        this.#note.show(keyWords(typed));
        this.#keyField.focus();
        return;
      }
      await this.#unlock(parseKey(typed.key));
    }
    if (!this.#key) {
      this.#showReady();
      return;
    }
    if (this.#block && !this.#locked) {
      if (!await this.#tryPassphrase(this.#key, this.#block)) return;
      if (this.#info?.label) {
        this.#showReady();
        return;
      }
    }
    const { begun } = this.#download;
    await this.#learn();
    if (begun && !this.#download.begun) {
      await this.#lookUp();
      return;
    }
    const { begun: isGoingOn, isDone } = this.#download;
    const going = isGoingOn && !isDone ? t("Going on with the download that was begun.") : "";
    const sealed = {
      id: this.#id,
      key: this.#locked ?? this.#key,
      block: this.#locked ? this.#block : null,
      size: this.#info?.payload_bytes ?? 0,
      expires: Date.parse(this.#info?.expires_at ?? "") || Number.POSITIVE_INFINITY
    };
    try {
      const received2 = await this.#working(going, (receiving) => this.#crypto.receive(sealed, receiving));
      await this.#learn();
      if (!isGoingOn) this.#countOne();
      this.#hide();
      if ("files" in received2) this.#showFiles(received2);
      else await this.#showDone(received2);
    } catch (error) {
      await this.#learn();
      if (this.#download.begun && !isGoingOn) this.#countOne();
      await this.#failed(error);
    }
  }
  /**
   * The key must not stay in the address bar. What was received can be had again within the hour, also when the page is
   * loaded anew: until then the link stays behind the address.
   */
  #hide() {
    const { begun, ends } = this.#download;
    if (!begun) {
      dropLink();
      return;
    }
    hideLink({ id: this.#id, key: this.#key && this.#isKeyOfLink ? writeKey(this.#key) : "", ends });
    this.#forgetAt(ends);
  }
  /** @param {number} time in milliseconds since 1970; what is received just then goes on */
  #forgetAt(time) {
    clearTimeout(this.#hour);
    const forget = () => this.#running ? this.#forgetAt(Date.now() + MINUTE) : this.#forget();
    this.#hour = setTimeout(forget, Math.max(0, time - Date.now()));
  }
  /** Keeps nothing of what was received: the hour is over, or the person wants it so. */
  async #forget() {
    clearTimeout(this.#hour);
    await this.#crypto.forget(this.#id);
    await this.#learn();
    dropLink();
    this.#showAgain();
    if (!this.#ready.hidden || !this.#several.hidden) await this.#lookUp();
  }
  /** Whether what was received can be had again. */
  #showAgain() {
    const { begun, ends } = this.#download;
    find2(this.#done, "[data-again]").textContent = begun ? t("Until {{time}} you can have it again in this browser, also by the link: it is not counted again.", {
      time: clock(new Date(ends))
    }) : t("Nothing of it is kept in this browser. To have it again counts as another download.");
    find2(this.#done, "[data-forget]").hidden = !begun;
  }
  /**
   * Shows how far something has come that can be cancelled.
   * @template R
   * @param {string} subject
   * @param {(receiving: Receiving) => Promise<R>} task
   * @returns {Promise<R>}
   */
  async #working(subject, task) {
    const running = new AbortController();
    const stop = { download: () => {
    } };
    this.#running = running;
    find2(this, '[data-view="working"] [data-subject]').textContent = subject;
    show(this, "working");
    this.#meter.reset(t("Nothing has arrived for a while. It goes on as soon as the line and the server do."));
    announce(find2(this, "#working-title"));
    try {
      const done = await task({
        signal: running.signal,
        onWait: (why) => this.#meter.wait(WAITS[why]),
        onProgress: (done2, total) => {
          this.#meter.update({ done: done2, total, steps: [{ name: t("Decrypted as it arrives") }] });
          document.title = t("{{percent}} received", { percent: percent(total ? done2 / total : 0) });
        },
        place: (what) => this.#place(what, stop, running.signal)
      });
      setTimeout(stop.download, LINGERS);
      return done;
    } catch (error) {
      stop.download();
      throw error;
    } finally {
      this.#running = null;
      this.#meter.rest();
      document.title = t("Receive: SGraph Send");
    }
  }
  /**
   * Where something goes. Small things become a blob. Large ones go to disk as they arrive, by the best way that the
   * browser has.
   * @param {{ name: string, size: number }} what
   * @param {{ download: () => void }} stop what ends a download of the browser's own
   * @param {AbortSignal} signal
   * @returns {Promise<Place>}
   */
  async #place({ name, size }, stop, signal) {
    if (size < LARGE) return { kind: "blob" };
    const filename = name || "download";
    find2(this, '[data-view="working"] [data-subject]').replaceChildren(nameOf(filename));
    if (canChooseFile()) {
      const handle = await this.#chosenFile(filename, signal);
      if (handle) return { kind: "file", handle };
    }
    const begun = await beginDownload(filename, size);
    if (begun) {
      stop.download = begun.stop;
      return { kind: "stream", port: begun.port };
    }
    this.#meter.wait(t("This browser takes it at the end: it needs twice the room on disk, or as much memory."));
    return { kind: "own" };
  }
  /**
   * The browser opens its dialog only on a click, and the name was not known before the first bytes came.
   * @param {string} name
   * @param {AbortSignal} signal
   */
  async #chosenFile(name, signal) {
    const offer = find2(this, "[data-choose]");
    const pick = find2(offer, "button");
    offer.hidden = false;
    pick.focus();
    this.#meter.rest();
    try {
      await new Promise((resolve, reject) => {
        pick.addEventListener("click", resolve, { once: true });
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      return await chooseFile(name);
    } finally {
      offer.hidden = true;
    }
  }
  /** @param {Several} several */
  #showFiles(several) {
    this.#files = several;
    const view = show(this, "files");
    const { files } = several;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const title = find2(view, "#files-title");
    title.textContent = called(UNNAMED, files);
    find2(view, "[data-subject]").replaceChildren(
      ...several.name === UNNAMED ? [bytes(size)] : parts("{{name}}, {{size}}", { name: nameOf(several.name), size: new Text(bytes(size)) })
    );
    find2(view, "[data-folder]").hidden = !canChooseFolder();
    find2(view, "[data-saved]").hidden = true;
    find2(view, "error-note", ErrorNote).clear();
    find2(view, "[data-hour]").textContent = t(
      "Until {{time}} each of these can be saved, as often as you need it; together they count as one download. Only what you save is fetched.",
      { time: clock(new Date(this.#download.ends)) }
    );
    const rest = files.length - SHOWN_FILES;
    find2(view, "[data-list]").replaceChildren(
      ...files.slice(0, SHOWN_FILES).map((file, number) => this.#row(file, number)),
      ...rest > 0 ? [
        el(
          "li",
          { class: "rest" },
          tn(
            "and {{count}} more file, which comes with all",
            "and {{count}} more files, which come with all",
            rest
          )
        )
      ] : []
    );
    announce(title);
  }
  /**
   * @param {{ path: string, size: number }} file
   * @param {number} number
   */
  #row({ path, size }, number) {
    const folder = path.endsWith("/");
    const save = () => this.#receiveOne(number, path);
    return el(
      "li",
      {},
      icon(folder ? "folder" : "file"),
      rowOf(path),
      !folder && el("span", { class: "size" }, bytes(size)),
      !folder && el(
        "button",
        { type: "button", title: t("Save"), "aria-label": t("Save {{name}}", { name: path }), click: save },
        icon("download")
      )
    );
  }
  /**
   * @param {number} number
   * @param {string} path
   */
  #receiveOne(number, path) {
    return this.#fetchFiles(path, async (receiving) => {
      const { saved, name } = await this.#crypto.receiveOne(this.#id, number, receiving);
      if (saved.blob) saveBlob(saved.blob, name);
      return t("{{name}} is saved.", { name: isolated(saved.name || name) });
    });
  }
  #receiveArchive() {
    return this.#fetchFiles(`${this.#files?.name}.zip`, async (receiving) => {
      const { saved, name } = await this.#crypto.receiveArchive(this.#id, receiving);
      if (saved.blob) saveBlob(saved.blob, name);
      return t("All is saved, as {{name}}.", { name: isolated(saved.name || name) });
    });
  }
  async #receiveFolder() {
    const folder = await chooseFolder();
    if (!folder) return;
    await this.#fetchFiles(this.#files?.name ?? "", async (receiving) => {
      const name = await this.#crypto.receiveFolder(this.#id, folder, receiving);
      return t("All is saved, in the folder {{name}}.", { name: isolated(name) });
    });
  }
  /**
   * Receives some of several files, and comes back to the list of them.
   * @param {string} subject
   * @param {(receiving: Receiving) => Promise<string>} task returns what there is to say
   */
  async #fetchFiles(subject, task) {
    const files = this.#files;
    if (!files) return;
    let said = "";
    let failed = null;
    try {
      said = await this.#working(subject, task);
    } catch (error) {
      failed = error;
    }
    await this.#learn();
    if (failed && (isOver(failed) || isEnded(failed))) {
      await this.#failed(failed);
      return;
    }
    this.#showFiles(files);
    const view = this.#several;
    const isCancelled = (
      /** @type {any} */
      failed?.name === "AbortError"
    );
    if (failed && !isCancelled) find2(view, "error-note", ErrorNote).show(describe(failed, "download"));
    const saved = find2(view, "[data-saved]");
    saved.textContent = said;
    saved.hidden = !said;
  }
  /** @param {One} received */
  async #showDone({ saved: { blob, name: chosen2 }, name }) {
    const preview = blob ? await previewOf(blob, { name, isText: this.#isText, maxText: SHOWN_TEXT_MAX }) : null;
    const text = preview?.text;
    const filename = name || (text === void 0 ? "download" : "message.txt");
    show(this, "done");
    const title = find2(this.#done, "#done-title");
    const subject = find2(this.#done, "[data-subject]");
    const content = find2(this.#done, "[data-content]");
    const actions = find2(this.#done, "[data-actions]");
    content.replaceChildren();
    actions.replaceChildren();
    if (!blob) {
      title.textContent = t("Saved");
      const saved = nameOf(chosen2 || filename);
      subject.replaceChildren(...chosen2 ? [saved] : parts("{{name}}. Look in your downloads.", { name: saved }));
      actions.append(button(t("Save again"), () => this.#receive()));
    } else if (text !== void 0) {
      title.textContent = t("Your text");
      const characters = tn("{{count}} character", "{{count}} characters", text.length);
      subject.textContent = t("{{name}}, {{size}}", { name: characters, size: bytes(blob.size) });
      content.append(el("pre", { class: "shown-text", tabindex: 0, "aria-label": t("The text") }, text));
      actions.append(
        copyButton(t("Copy text"), () => text),
        saveButton(t("Save as a file"), blob, filename)
      );
    } else {
      saveBlob(blob, filename);
      title.textContent = t("Decrypted and saved");
      const size = new Text(bytes(blob.size));
      subject.replaceChildren(
        ...parts("{{name}}, {{size}}. Look in your downloads.", { name: nameOf(filename), size })
      );
      if (preview?.image) {
        const src = URL.createObjectURL(preview.image);
        content.append(el("img", { class: "preview", src, alt: t("Preview of {{name}}", { name: filename }) }));
      }
      actions.append(saveButton(t("Save again"), blob, filename));
    }
    content.hidden = !content.hasChildNodes();
    this.#showAgain();
    announce(title);
  }
  /** @param {unknown} error */
  async #failed(error) {
    const { name, code } = (
      /** @type {{ name?: string, code?: string }} */
      error
    );
    if (name === "AbortError") {
      this.#showReady();
      return;
    }
    if (isOver(error)) {
      await this.#end(error, "download");
      return;
    }
    const isKeyWrong = code === "wrong-key" && !this.#label;
    if (isKeyWrong && this.#locked) {
      this.#locked = null;
      this.#showReady();
      this.#note.show(wrongPassphrase);
      this.#passphrase.focus();
      return;
    }
    const isDamaged = code === "damaged" || code === "wrong-key" && !isKeyWrong;
    const words = describe(isDamaged ? new DamagedError() : error, "download");
    if (error instanceof PassphraseError) {
      this.#block = error.block;
      this.#locked = null;
      this.#showReady();
      this.#passphrase.focus();
      return;
    }
    if (isEnded(error)) {
      await this.#crypto.forget(this.#id);
      await this.#lookUp(words);
      return;
    }
    if (isDamaged) {
      await this.#crypto.distrust(this.#id);
      await this.#learn();
    }
    if (isKeyWrong) [this.#key, this.#isKeyOfLink] = [null, false];
    this.#showReady();
    this.#note.show(words);
    if (isKeyWrong) this.#keyField.focus();
  }
  /**
   * Says why there is nothing to be had, for now or for ever.
   * @param {unknown} why
   * @param {import('./words.js').Doing} doing
   */
  async #end(why, doing) {
    if (isOver(why)) {
      await this.#crypto.forget(this.#id);
      this.#download = NOTHING;
    }
    this.#showGone(describe(why, doing), !isOver(why));
  }
  /**
   * @param {Words} words
   * @param {boolean} retry
   */
  #showGone({ title, text }, retry) {
    const view = show(this, "gone");
    find2(view, "#gone-title").textContent = title;
    find2(view, "[data-text]").textContent = text;
    find2(view, "[data-retry]").hidden = !retry;
    announce(find2(view, "#gone-title"));
  }
};
function whyGone({ status, taken_down: takenDown, is_expired: expired, is_exhausted: exhausted }, begun) {
  if (takenDown) return new ApiError(404, { code: codes.takenDown });
  if (status === "deleted") return new ApiError(404, { code: codes.deleted });
  if (expired || status === "expired") return new ApiError(410, { code: codes.expired });
  if ((exhausted || status === "exhausted") && !begun) return new ApiError(410, { code: codes.exhausted });
  if (status === "pending") return new ApiError(409, { code: codes.notCompleted });
  return null;
}
function sealedLabel(info) {
  try {
    return fromBase64url(info?.label ?? "");
  } catch {
    return new Uint8Array();
  }
}
var isGivenUp = (why) => isOver(why) && why.code !== codes.takenDown;
function isOver(error) {
  return error instanceof ApiError && OVER.includes(error.code);
}
var saveButton = (words, blob, name) => button(words, () => saveBlob(blob, name));
var button = (words, save) => el("button", { type: "button", class: "button", click: save }, icon("download"), words);
function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 6e4);
}
customElements.define("receive-page", ReceivePage);
