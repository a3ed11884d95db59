// assets/link/write.js
var placeOf = (id, key) => key ? `/d/#${id}/${key}` : `/d/#${id}`;
var writeLinks = (origin, id, key) => ({
  whole: origin + placeOf(id, key),
  withoutKey: origin + placeOf(id)
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

// assets/net/own-transfers.js
var KEEPING = "sgraph-send-keeps";
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
async function ownTransfers() {
  const all = await transact((transfers) => answer(transfers.getAll()));
  return all.sort((a, b) => b.sent - a.sent);
}
var forgetTransfer = (id) => transact((transfers) => answer(transfers.delete(id)));
var forgetAll = () => transact((transfers) => answer(transfers.clear()));

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
var filled = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (all, name) => {
  const value = values[name] ?? all;
  return typeof value === "number" ? value.toLocaleString(language) : value;
});

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
function copyButton(words, value, { picture = "copy", wordless, primary, onCopied, onRefused } = {}) {
  const said = el("span", { class: wordless ? "visually-hidden" : "", "aria-live": "polite" }, words);
  const kind = wordless ? "button quiet square" : primary ? "button primary" : "button";
  const button = el("button", { type: "button", class: kind, title: wordless && words }, icon(picture), said);
  let timer = 0;
  const say = (name, text) => {
    said.textContent = text;
    button.firstChild?.replaceWith(icon(name));
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value());
      say("check", t("Copied"));
      onCopied?.();
    } catch {
      say(picture, t("Press Ctrl+C"));
      onRefused?.();
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => say(picture, words), 2500);
  });
  return button;
}
var Problem = class extends Error {
  /**
   * @param {string} message
   * @param {HTMLElement} [field]
   */
  constructor(message, field) {
    super(message);
    this.field = field;
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
var SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
function bytes(count) {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < SIZES.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return unbroken(inUnits(value, "byte", { unitDisplay: "long", useGrouping: false }));
  const maximumFractionDigits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return unbroken(inUnits(value, SIZES[step], { unitDisplay: "short", maximumFractionDigits }).replace("kB", "KB"));
}
var unbroken = (text) => text.replaceAll(" ", " ");
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

// assets/ui/name.js
var CUT_FROM = 16;
var ROW_ENDING = 12;
var TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
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

// assets/ui/sent-here-later.js
async function showSentHere(card, back) {
  const list = el("div", { class: "own-transfers" });
  const keep = el("input", { type: "checkbox", role: "switch", checked: isKeeping() });
  keep.addEventListener("change", () => keepFromNow(keep.checked));
  const heading = el("h2", { id: "sent-here-title", tabindex: -1 }, t("Sent from this device"));
  const clear = el(
    "button",
    { type: "button", class: "button", click: () => clearAll() },
    icon("trash"),
    t("Clear the list")
  );
  const all = await ownTransfers();
  const seal = icon("eye");
  seal.setAttribute("class", "seal plain");
  card.replaceChildren(
    el(
      "div",
      { class: "done-head" },
      seal,
      el("div", {}, heading, el("p", { class: "subject" }, t("Kept in this browser alone.")))
    ),
    list,
    el("label", { class: "check" }, keep, el("span", {}, t("Keep what I send on this list"))),
    el("p", { class: "hint" }, keptWords()),
    el(
      "div",
      { class: "row" },
      clear,
      el("button", { type: "button", class: "button", click: back }, t("Back to sending"))
    )
  );
  card.setAttribute("aria-labelledby", heading.id);
  const rest = () => {
    clear.hidden = !list.querySelector("section");
    if (clear.hidden) list.replaceChildren(el("p", { class: "hint" }, t("Nothing is on it.")));
  };
  const clearAll = async () => {
    const sure = await dialog({
      title: t("Clear the list?"),
      body: el("p", {}, forgettingWords()),
      dismiss: t("Keep it"),
      action: t("Clear the list"),
      danger: true,
      submit: () => true
    });
    if (!sure) return;
    await forgetAll();
    list.replaceChildren();
    rest();
    heading.focus();
  };
  const items = all.map(
    (transfer) => itemOf(transfer, () => {
      rest();
      heading.focus();
    })
  );
  list.replaceChildren(...items.map(({ item }) => item));
  rest();
  lookAll(items, list);
  return heading;
}
async function lookAll(items, list) {
  for (const { look } of items) {
    if (!list.isConnected) return;
    await look();
  }
}
var forgettingWords = () => t(
  "This browser forgets the links and what deletes them. What you sent stays until it ends, for whoever has its link."
);
function itemOf(transfer, removed) {
  const { id, key, deleteSecret, name, size, isText, sent: sent2 } = transfer;
  const called = isText ? t("Text") : name;
  const state = el("p", { class: "hint", role: "status" }, t("Looking…"));
  const copy = copyButton(t("Copy link"), () => writeLinks(location.origin, id, key).whole);
  const more = el("details", {}, el("summary", {}, icon("clock"), t("Change when it ends, or delete it")));
  const status = (
    /** @type {import('./transfer-status.js').TransferStatus} */
    document.createElement("transfer-status")
  );
  const over = (words) => {
    state.textContent = words;
    copy.hidden = true;
    more.hidden = true;
  };
  more.addEventListener("toggle", () => {
    if (!more.open || status.isConnected) return;
    more.append(status);
    status.watch(id, deleteSecret);
  });
  status.addEventListener("over", (event) => over(
    /** @type {CustomEvent} */
    event.detail.title
  ));
  const remove = async () => {
    const isOver = copy.hidden;
    const sure = isOver || await dialog({
      title: t("Take it off the list?"),
      body: el(
        "p",
        {},
        t("This browser forgets the link to {{name}}, and what deletes it.", { name: isolated(called) })
      ),
      dismiss: t("Keep it"),
      action: t("Forget it"),
      danger: true,
      submit: () => true
    });
    if (!sure) return;
    await forgetTransfer(id);
    item.remove();
    removed();
  };
  const item = el(
    "section",
    { "aria-label": called },
    el(
      "h3",
      {},
      rowOf(called),
      el("span", { class: "size" }, t("{{size}}, {{ago}}", { size: bytes(size), ago: ago(new Date(sent2)) }))
    ),
    state,
    el(
      "div",
      { class: "row" },
      copy,
      el("button", { type: "button", class: "button", click: remove }, icon("ban"), t("Take off the list"))
    ),
    more
  );
  const look = async () => {
    try {
      const info = await getInfo(id);
      if (info.status === "deleted") over(info.taken_down ? t("Taken down") : t("Deleted"));
      else if (info.is_expired) over(t("Expired"));
      else {
        state.textContent = statusRows(info).map(([term, fact]) => t("{{term}}: {{fact}}", { term, fact })).join(" · ");
        copy.hidden = Boolean(info.erased);
      }
    } catch (error) {
      if (
        /** @type {{ status?: number }} */
        error.status === 404
      ) over(t("Not there any more"));
      else state.textContent = t("The server could not be reached. Try again in a minute.");
    }
  };
  return { item, look };
}
export {
  showSentHere
};
