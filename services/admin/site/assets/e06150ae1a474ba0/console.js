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

// assets/shared/language.js
var coming = (
  /** @type {any} */
  globalThis.sgraphCatalogue
);
var catalogue = coming ? await coming : null;
var language = catalogue ? document.documentElement.lang : "en";
var forms = new Intl.PluralRules(language);
var t = (text, values = {}) => filled(catalogue?.[text] ?? text, values);
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
var facts = (rows2) => rows2.flatMap(([term, fact]) => [el("dt", {}, term), el("dd", {}, fact)]);
function find(root, selector, type = (
  /** @type {any} */
  HTMLElement
)) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}
function copyButton(words, value, { picture = "copy", wordless, primary, onCopied, onRefused } = {}) {
  const said = el("span", { class: wordless ? "visually-hidden" : "", "aria-live": "polite" }, words);
  const kind = wordless ? "button quiet square" : primary ? "button primary" : "button";
  const button2 = el("button", { type: "button", class: kind, title: wordless && words }, icon(picture), said);
  let timer = 0;
  const say = (name, text) => {
    said.textContent = text;
    button2.firstChild?.replaceWith(icon(name));
  };
  button2.addEventListener("click", async () => {
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
  return button2;
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
  const send2 = async (event) => {
    event.preventDefault();
    error.textContent = "";
    ok.disabled = true;
    try {
      result = await submit?.(form2.elements);
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
  const form2 = el(
    "form",
    { method: "dialog", novalidate: true, submit: send2 },
    el("h2", { id: "dialog-title" }, title),
    body,
    error,
    el("footer", {}, el("button", leave, dismiss), action && ok)
  );
  const box = el("dialog", { "aria-labelledby": "dialog-title" }, form2);
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
var plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
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

// assets/api.js
var askToLogIn;
function onSignedOut(ask2) {
  askToLogIn = ask2;
}
async function call(method, path, json) {
  for (; ; ) {
    try {
      const response = await send(method, path, json);
      return response.status === 204 ? void 0 : await read(response);
    } catch (error) {
      if (!signedOut(error) || !askToLogIn) throw problemOf(error);
      await askToLogIn();
    }
  }
}
var me;
var isOperator = () => me?.role === "operator";
var whoAmI = () => me;
async function login(key) {
  try {
    await send("POST", paths.login, { api_key: key });
  } catch (error) {
    if (signedOut(error)) throw new Problem("That is not the API key. Check that all of it was pasted.");
    if (error instanceof ApiError && error.code === codes.limited) throw new Problem(tooManyKeys(error));
    throw problemOf(error);
  }
  if (await signedIn()) return;
  throw new Problem("The browser did not keep the session cookie. Allow cookies for this site, then log in again.");
}
async function signedIn() {
  try {
    me = await read(await send("GET", paths.currentSession));
    return true;
  } catch (error) {
    if (signedOut(error)) return false;
    throw problemOf(error);
  }
}
var signOn = {
  /** @returns {Promise<string>} the provider by which people can sign in, or '' */
  provider: () => ask("GET", paths.showSignOn).then((answer) => answer.provider),
  /** @returns {Promise<string>} where at the provider they do */
  begin: () => ask("POST", paths.beginSignOn).then((answer) => answer.url)
};
async function ask(method, path) {
  try {
    return await read(await send(method, path));
  } catch (error) {
    throw problemOf(error);
  }
}
async function logout() {
  try {
    await send("POST", paths.logout);
  } catch (error) {
    throw problemOf(error);
  }
}
var tokens = {
  /** @returns {Promise<Token[]>} */
  list: () => call("GET", paths.listTokenDetails).then((answer) => answer.tokens),
  create: (token) => call("POST", paths.createToken, token),
  revoke: (name, purge) => call("POST", paths.revokeToken(name), { purge }),
  reactivate: (name) => call("POST", paths.reactivateToken(name)),
  limit: (name, limit) => call("POST", paths.updateTokenLimit(name), { usage_limit: limit })
};
var transfers = {
  /** @returns {Promise<{ transfers: Transfer[], after?: string }>} */
  page: (query) => call("GET", `${paths.listTransfers}?${query}`),
  /** @returns {Promise<Transfer>} */
  show: (id) => call("GET", paths.showTransfer(id)),
  /** @returns {Promise<Transfer>} as it stands then */
  takeDown: (id, reason) => call("POST", paths.takeDownTransfer(id), { reason })
};
var sessions = {
  /** @returns {Promise<Session[]>} those that hold, the last used first */
  list: () => call("GET", paths.listSessions).then((answer) => answer.sessions),
  end: (id) => call("DELETE", paths.endSession(id)),
  endOthers: () => call("DELETE", paths.endOtherSessions)
};
var webhook = {
  /** @returns {Promise<import('./shared/contract.js').WebhookReply>} */
  show: () => call("GET", paths.showWebhook),
  /** @returns {Promise<import('./shared/contract.js').RevealWebhookReply>} */
  reveal: () => call("POST", paths.revealWebhook),
  /** @returns {Promise<import('./shared/contract.js').TestWebhookReply>} */
  test: () => call("POST", paths.testWebhook)
};
var audit = {
  /** @returns {Promise<{ events: Event[], after?: string }>} */
  page: (query, limit) => call("GET", `${paths.listEvents}?${query}&limit=${limit}`),
  exportOf: (query) => `${paths.exportEvents}?${query}`,
  chainOf: (from) => `${paths.exportEvents}?${new URLSearchParams({ form: "chain", from })}`,
  /** @returns {Promise<{ seq: number, hash: string, time?: string, events: number }>} where the chain ends */
  head: () => call("GET", paths.chainHead)
};
var send = (method, path, json) => request(method, path, { json, credentials: "same-origin" });
var signedOut = (error) => error instanceof ApiError && error.status === 401;
var Refusal = class extends Problem {
  /** @param {ApiError} error */
  constructor(error) {
    super(wordsFor(error));
    this.code = error.code;
  }
};
var problemOf = (error) => error instanceof ApiError ? new Refusal(error) : error;
var tooManyKeys = ({ retryAfter }) => `Too many wrong keys came from your address, perhaps from somebody who shares it, so no key is taken now. Try again in ${span(retryAfter || 60)}.`;
var ownFault = "The service has a problem of its own. Try again in a minute; the system page says what is wrong.";
var noToken = "There is no such token any more. Reload the page to see those there are.";
var stranger = "The console and the service do not fit together. Reload the page and try again.";
var WORDS = {
  no_answer: "The service cannot be reached. Check your connection and try again.",
  no_answer_in_time: ownFault,
  too_slow: "The request did not arrive in time. Check your connection and try again.",
  no_proper_answer: ownFault,
  unavailable: ownFault,
  internal: ownFault,
  full: ownFault,
  token_name_taken: "There is a token of that name already. Choose another, or leave the name empty.",
  not_found: noToken,
  token_unknown: noToken,
  transfer_not_found: "There is no such transfer any more.",
  deleted: "Its sender has deleted it meanwhile.",
  expired: "Its time is over: nobody can download it any more.",
  operator_required: "You are logged in as a viewer, and only operators may do that.",
  no_role: "Your account is neither an operator’s nor a viewer’s here. Ask whoever runs this service to let you in.",
  sign_on_failed: "The sign-in was not completed: it was cancelled, took too long, or began in another browser. Sign in again.",
  sign_on_unavailable: "The provider of your account cannot be asked now. Try again in a minute, or log in with the API key.",
  cross_site: stranger,
  method_not_allowed: stranger
};
function wordsFor({ status, code, detail, retryAfter }) {
  if (code === codes.limited) return `Too many attempts. Try again in ${span(retryAfter || 60)}.`;
  return WORDS[code] ?? (detail || WORDS[codeOf(status)] || "The service refused that. Check what you entered.");
}

// assets/presence.js
var SIGNS = ["pointermove", "pointerdown", "keydown", "wheel"];
var ABSENCE = 5 * 6e4;
var Presence = class extends EventTarget {
  #now;
  #last;
  /**
   * @param {EventTarget} page
   * @param {() => number} [now]
   */
  constructor(page, now = Date.now) {
    super();
    this.#now = now;
    this.#last = now();
    for (const sign of SIGNS) page.addEventListener(sign, () => this.#seen(), { capture: true, passive: true });
  }
  get absent() {
    return this.#now() - this.#last >= ABSENCE;
  }
  #seen() {
    const back = this.absent;
    this.#last = this.#now();
    if (back) this.dispatchEvent(new Event("back"));
  }
};

// assets/view.js
var operator = new Presence(document);
var View = class extends HTMLElement {
  live = true;
  /** Milliseconds between two loads; 0: it does not load by itself. */
  refresh = 0;
  #timer = 0;
  connectedCallback() {
    this.draw();
    const again = () => this.live && this.#seen() && this.opened();
    document.addEventListener("visibilitychange", again);
    operator.addEventListener("back", again);
  }
  /** Puts together what is there before anything is loaded. */
  draw() {
  }
  async load() {
  }
  async opened() {
    clearTimeout(this.#timer);
    await this.load();
    clearTimeout(this.#timer);
    const again = () => !operator.absent && this.opened();
    if (this.refresh && this.#seen()) this.#timer = window.setTimeout(again, this.refresh);
  }
  closed() {
    clearTimeout(this.#timer);
  }
  #seen() {
    return !this.hidden && !document.hidden;
  }
};
var head = (title, line, ...rest) => el("header", { class: "head" }, el("div", {}, el("h1", {}, title), line), ...rest);
var brand = () => el("span", {}, "SGraph ", el("b", {}, "Send"));
var Segments = class {
  #choose;
  /**
   * @param {string} label
   * @param {(value: any) => void} choose
   */
  constructor(label, choose) {
    this.element = el("div", { class: "segments", role: "group", "aria-label": label });
    this.#choose = choose;
  }
  /**
   * @template V
   * @param {[value: V, ...content: import('./shared/dom.js').Child[]][]} choices
   * @param {V} chosen
   */
  draw(choices, chosen) {
    this.element.replaceChildren(
      ...choices.map(([value, ...content]) => {
        const click = () => {
          this.#choose(value);
          this.element.querySelector('[aria-pressed="true"]')?.focus();
        };
        return el("button", { type: "button", "aria-pressed": String(value === chosen), click }, content);
      })
    );
  }
};
var button = (words, picture, kind, click, more) => el(
  "button",
  { type: "button", class: `button ${kind}`, click },
  picture && icon(picture),
  el("span", {}, words),
  more
);
var field = (name, label, help, attributes) => el(
  "div",
  {},
  el("label", { class: "label", for: name }, label),
  el("input", { id: name, name, autocomplete: "off", "aria-describedby": `${name}-help`, ...attributes }),
  el("p", { class: "hint", id: `${name}-help` }, help)
);
var choice = (id, label, all, words, change) => el(
  "select",
  { id, "aria-label": label, change },
  [["", all], ...Object.entries(words)].map(([value, text]) => el("option", { value }, text))
);
var empty = ({ picture, title, text, button: button2 }) => el("div", { class: "empty" }, picture && icon(picture), el("h2", {}, title), text && el("p", {}, text), button2);
var failed = (title, text, again) => empty({
  title,
  text,
  button: el("button", { type: "button", class: "button", click: again }, icon("refresh"), "Try again")
});
function notice(text, kind = "good") {
  const box = (
    /** @type {HTMLElement} */
    document.getElementById("notices")
  );
  const line = el("p", { class: `notice ${kind}` }, text);
  box.append(line);
  box.hidePopover();
  box.showPopover();
  setTimeout(() => line.remove(), kind === "bad" ? 8e3 : 3500);
}
var messageOf = (problem) => problem instanceof Error ? problem.message : String(problem);

// assets/login.js
var SendLogin = class extends HTMLElement {
  /** @type {Promise<void> | null} */
  #waiting = null;
  /**
   * Shows the form and resolves once somebody has logged in. However many requests ask at once, there is one form.
   * @param {boolean} again
   */
  ask(again) {
    this.#waiting ??= /** @type {Promise<void>} */
    new Promise((done) => this.#show(again, done)).finally(() => {
      this.#waiting = null;
    });
    return this.#waiting;
  }
  /**
   * @param {boolean} again
   * @param {() => void} done
   */
  #show(again, done) {
    const error = el("p", { class: "note bad", role: "alert", id: "login-error" }, again ? "" : refusal());
    const key = el("input", {
      id: "login-key",
      name: "password",
      type: "password",
      required: true,
      autocomplete: "current-password",
      "aria-describedby": "login-error",
      autofocus: true
    });
    const turn = () => {
      const shown = key.type === "password";
      key.type = shown ? "text" : "password";
      reveal2.setAttribute("aria-pressed", String(shown));
      reveal2.replaceChildren(icon(shown ? "hide" : "eye"));
    };
    const reveal2 = el("button", { type: "button", class: "button square", click: turn }, icon("eye"));
    reveal2.setAttribute("aria-label", "Show the key");
    reveal2.setAttribute("aria-pressed", "false");
    const open = !isSecureContext;
    const enter = el("button", { class: "button primary wide" }, open ? "Log in all the same" : "Log in");
    const warning = el(
      "p",
      { class: "note bad", role: "alert" },
      el("b", {}, "This address is not secure. "),
      "Whoever is on the network between can read the key, and do with it all that you can. Open the console by https, or on the machine itself."
    );
    const submit = async (event) => {
      event.preventDefault();
      error.textContent = "";
      if (!key.value.trim()) {
        error.textContent = "Enter the API key.";
        key.focus();
        return;
      }
      enter.disabled = true;
      try {
        await login(key.value);
        place.remove();
        done();
      } catch (problem) {
        error.textContent = messageOf(problem);
        key.select();
      } finally {
        enter.disabled = false;
      }
    };
    const box = el(
      "dialog",
      { class: again ? "login again" : "login", "aria-labelledby": "login-title" },
      el(
        "form",
        { method: "post", action: paths.login, novalidate: true, submit },
        el("p", { class: "brand" }, icon("brand"), brand()),
        el(
          "div",
          {},
          el("h1", { id: "login-title" }, again ? "Your session has ended" : "Console"),
          el(
            "p",
            { class: "muted" },
            again ? "Log in again to go on. Nothing you typed is lost." : "For those who run this service. Log in with its API key."
          )
        ),
        open && warning,
        // For what keeps passwords: it wants a name beside each.
        el("input", { name: "username", value: "operator", autocomplete: "username", hidden: true, readonly: true }),
        el(
          "div",
          {},
          el("label", { class: "label", for: "login-key" }, "API key"),
          el("div", { class: "secret" }, key, reveal2)
        ),
        error,
        enter,
        signOn2(again, error)
      )
    );
    box.addEventListener("close", () => box.showModal());
    const place = again ? box : el("main", { id: "main", tabindex: "-1" }, box);
    document.body.append(place);
    box.showModal();
    key.focus();
  }
};
var WAY_BACK = "#sign-in/";
function refusal() {
  if (!location.hash.startsWith(WAY_BACK)) return "";
  const code = location.hash.slice(WAY_BACK.length);
  history.replaceState(null, "", location.pathname);
  return wordsFor(
    /** @type {any} */
    { code, status: 401, detail: "" }
  );
}
function signOn2(again, error) {
  const place = el("div", { class: "sign-on", hidden: true });
  const show = (provider) => {
    if (!provider) return;
    const go = async () => {
      error.textContent = "";
      button2.disabled = true;
      try {
        location.assign(await signOn.begin());
      } catch (problem) {
        error.textContent = messageOf(problem);
        button2.disabled = false;
      }
    };
    const words = el("span", {}, "Sign in with ", el("bdi", {}, provider));
    const button2 = el("button", { type: "button", class: "button wide", click: go }, words);
    place.append(el("p", { class: "or" }, el("span", {}, "or")), button2);
    if (again) place.append(el("p", { class: "hint" }, "That opens the console anew: what you typed is lost."));
    place.hidden = false;
  };
  signOn.provider().then(show, () => {
  });
  return place;
}
customElements.define("send-login", SendLogin);

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

// assets/audit.js
var RANGES = [
  [1, "1 hour"],
  [24, "24 hours"],
  [7 * 24, "7 days"],
  [30 * 24, "30 days"]
];
var EVENTS = {
  token_created: "Token created",
  token_limit_changed: "Token limit changed",
  token_revoked: "Token revoked",
  token_purged: "Pending uploads given up",
  token_reactivated: "Token reactivated",
  token_used: "Token used",
  token_nearly_spent: "Token nearly spent",
  token_tried: "Unknown token tried",
  login: "Login",
  logout: "Logout",
  session_ended: "Session ended",
  transfer_created: "Transfer created",
  transfer_completed: "Transfer completed",
  transfer_downloaded: "Transfer downloaded",
  transfer_confirmed: "Download confirmed",
  transfer_expiry_changed: "Expiry changed",
  transfer_deleted: "Transfer deleted",
  transfer_taken_down: "Transfer taken down",
  transfer_expired: "Transfer removed",
  request_created: "Request created",
  request_closed: "Request closed"
};
var OUTCOMES = { success: "Success", denied: "Denied", failure: "Failure" };
var PAGE = 50;
var SendAudit = class extends View {
  live = false;
  // how far somebody has looked back stays as it is
  #hours = 24;
  #asked = 0;
  // counts the questions, so that a late answer to an old one is dropped
  /** @type {Map<string, unknown>} by the beginning of a token's ID */
  #notes = /* @__PURE__ */ new Map();
  /** @type {Map<string, string | undefined>} what people are called of whom there are events, or sessions, by their IDs */
  #people = /* @__PURE__ */ new Map();
  #ranges = new Segments("Time", (hours) => this.#range(hours));
  #event = choice("audit-event", "Event", "All events", EVENTS, () => this.load());
  #outcome = choice("audit-outcome", "Outcome", "All outcomes", OUTCOMES, () => this.load());
  #id = el("input", {
    id: "audit-id",
    type: "search",
    "aria-label": "ID of a transfer, token or person",
    placeholder: "ID to look for",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "none",
    maxlength: 80,
    change: () => this.load(),
    search: () => this.load()
  });
  #download = el("a", { class: "button", download: "" }, icon("download"), el("span", {}, "Download"));
  #state = el("p", { class: "muted", role: "status" });
  #rows = el("tbody", { role: "rowgroup" });
  #table = el(
    "table",
    { class: "events card", role: "table", hidden: true },
    el(
      "thead",
      { role: "rowgroup" },
      el(
        "tr",
        { role: "row" },
        ["Time", "Event", "Outcome", "About", "Who"].map(
          (title) => el("th", { scope: "col", role: "columnheader" }, title)
        )
      )
    ),
    this.#rows
  );
  #below = el("div", { class: "below" });
  #chain = el("a", { class: "button", download: "" }, icon("download"), el("span", {}, "Download the chain"));
  #head = el("div", {});
  #end = el("section", { class: "card chain", hidden: true }, el("h2", {}, "Verify it later"), this.#head, this.#chain);
  draw() {
    this.append(
      head("Audit", this.#state, this.#download),
      el(
        "div",
        { class: "tools" },
        el("div", { class: "search" }, icon("search"), this.#id),
        this.#ranges.element,
        this.#event,
        this.#outcome
      ),
      this.#table,
      this.#below,
      this.#end
    );
    this.#ranges.draw(RANGES, this.#hours);
  }
  #range(hours) {
    this.#hours = hours;
    this.#ranges.draw(RANGES, hours);
    this.load();
  }
  /** What the filters ask for. */
  #query() {
    const query = new URLSearchParams({ from: new Date(Date.now() - this.#hours * 36e5).toISOString() });
    const id = this.#id.value.trim().toLowerCase();
    if (id) query.set(this.#people.has(id) ? "person" : /^[0-9a-f]{12}$/.test(id) ? "transfer" : "token", id);
    if (this.#event.value) query.set("event", this.#event.value);
    if (this.#outcome.value) query.set("outcome", this.#outcome.value);
    return query;
  }
  /** Shows the newest of what is asked for; #more goes on from there. */
  async load() {
    const query = this.#query();
    this.#download.href = audit.exportOf(query);
    this.#chain.href = audit.chainOf(query.get("from") ?? "");
    const asked = ++this.#asked;
    for (const button2 of this.#below.querySelectorAll("button")) button2.disabled = true;
    try {
      const [page, known, end, here] = await Promise.all([
        audit.page(query, PAGE),
        tokens.list(),
        audit.head(),
        isOperator() ? sessions.list() : []
      ]);
      if (asked !== this.#asked) return;
      for (const { person: person2, name } of here) if (person2) this.#people.set(person2, name);
      this.#notes = new Map(known.map((t2) => [t2.cache_id.replaceAll("-", ""), t2.metadata?.note]));
      this.#rows.replaceChildren();
      this.#add(page, query);
      this.#verifiable(end);
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.#end.hidden = true;
      this.#table.hidden = true;
      this.#state.textContent = "";
      this.#below.replaceChildren(failed("The trail cannot be shown", messageOf(problem), () => this.load()));
    }
  }
  /**
   * Shows what an operator writes down, to see later whether what was kept is what it was.
   * @param {{ seq: number, hash: string, time?: string }} chainEnd
   */
  #verifiable({ seq, hash, time: time2 }) {
    this.#end.hidden = seq === 0;
    if (seq === 0) return;
    this.#head.replaceChildren(
      el("p", {}, "Each batch of events holds the hash of the one before. Write the last one down:"),
      el("p", {}, el("code", {}, hash)),
      el(
        "p",
        {},
        "With it, ",
        el("code", {}, "sgsend audit verify FILE --head HASH"),
        " tells whether the chain is still the same."
      ),
      el("p", { class: "muted" }, `Batch ${number(seq)}${time2 ? `, kept ${stamp(new Date(time2))}` : ""}`)
    );
  }
  /**
   * @param {URLSearchParams} query
   * @param {HTMLButtonElement} button
   */
  async #more(query, button2) {
    button2.disabled = true;
    const asked = this.#asked;
    try {
      const page = await audit.page(query, PAGE);
      if (asked === this.#asked) this.#add(page, query);
    } catch (problem) {
      button2.disabled = false;
      notice(messageOf(problem), "bad");
    }
  }
  /**
   * @param {{ events: Event[], after?: string }} page
   * @param {URLSearchParams} query
   */
  #add({ events, after }, query) {
    this.#rows.append(...events.map((event) => this.#row(event)));
    const n = this.#rows.childElementCount;
    this.#table.hidden = n === 0;
    this.#state.textContent = n === 0 ? "" : `${after ? `${n} or more events` : plural(n, "event")}, the newest first`;
    if (after) {
      query.set("after", after);
      const click = () => {
        this.#more(query, more);
      };
      const words = n === 0 ? "Nothing yet: look further back" : "Show more";
      const more = el("button", { type: "button", class: "button wide", click }, words);
      this.#below.replaceChildren(more);
    } else if (n === 0) {
      const text = "No event matches in this time. Look further back, or show all events.";
      this.#below.replaceChildren(empty({ picture: "trail", title: "Nothing happened", text }));
    } else this.#below.replaceChildren();
  }
  #row({ time: time2, event, outcome, reason, transfer, token, person: person2, client, count, last }) {
    const cell = (title, ...content) => el("td", { role: "cell", "data-title": title }, el("div", {}, content));
    const note = token && this.#notes.get(token.slice(0, 32));
    return el(
      "tr",
      { role: "row" },
      cell("Time", el("time", { datetime: time2, title: time2 }, stamp(new Date(time2)))),
      cell(
        "Event",
        el("b", {}, EVENTS[event] ?? event),
        reason && el("small", {}, reason),
        repeated(count, time2, last)
      ),
      cell("Outcome", el("span", { class: `pill ${outcome}` }, OUTCOMES[outcome] ?? outcome)),
      cell(
        "About",
        transfer && this.#about("Transfer", transfer, transfer),
        token && this.#about("Token", token, note ? String(note) : `${token.slice(0, 12)}…`)
      ),
      cell(
        "Who",
        person2 && this.#about("Person", person2, this.#nameOf(person2)),
        client ? el("code", { title: "Hash of the address; it changes every day" }, client.slice(0, 8)) : !person2 && el("span", { class: "muted" }, "–")
      )
    );
  }
  /**
   * What somebody is called: by who is logged in meanwhile, since the trail has no names.
   * @param {string} id
   */
  #nameOf(id) {
    if (!this.#people.has(id)) this.#people.set(id, void 0);
    return id === whoAmI()?.person ? "you" : this.#people.get(id) ?? `${id.slice(0, 8)}…`;
  }
  /**
   * Names what an event is about; pressing it shows only that.
   * @param {string} kind
   * @param {string} id
   * @param {string} label
   */
  #about(kind, id, label) {
    const click = () => {
      this.#id.value = id;
      this.load();
    };
    return el(
      "button",
      {
        type: "button",
        class: "button quiet id",
        title: `${kind} ${id}`,
        click
      },
      el("span", { class: "visually-hidden" }, "Only "),
      // Of a person the column says already what it names.
      el("span", { class: kind === "Person" ? "visually-hidden" : "" }, kind),
      " ",
      el("code", {}, label)
    );
  }
};
var repeated = (count, first, last) => (count ?? 1) > 1 && el("small", { class: "times" }, `${number(count ?? 1)} times between ${clock(first)} and ${clock(last ?? first)}`);
var clock = (time2) => new Date(time2).toLocaleTimeString();
var stamp = (time2) => time2.toLocaleString(void 0, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit"
});
customElements.define("send-audit", SendAudit);

// assets/pulse.js
var SPANS = [
  { title: "5 min", words: "5 minutes", minutes: 5 },
  { title: "1 hour", words: "hour", minutes: 60 },
  { title: "Day", words: "24 hours", days: 1 },
  { title: "Week", words: "7 days", days: 7 },
  { title: "Month", words: "30 days", days: 30 }
];
var SendPulse = class extends View {
  refresh = 15e3;
  #span = SPANS[0];
  #spans = new Segments("Time", (span2) => this.#look(span2));
  #cards = el("div", { class: "cards" });
  #note = el("p", { class: "note warn", hidden: true });
  #chart = el("figure");
  #table = el("div");
  #stored = el("p", { class: "muted" });
  #state = el("p", { class: "muted" });
  // Nothing of it is seen before there is all of it: it would move down as the rest comes.
  #picture = el(
    "div",
    { hidden: true },
    this.#note,
    this.#cards,
    el(
      "section",
      { class: "chart card" },
      this.#chart,
      el("details", {}, el("summary", {}, "As a table"), this.#table)
    ),
    el("section", { class: "card" }, el("h2", {}, "Stored"), this.#stored)
  );
  draw() {
    this.append(head("Pulse", this.#state, this.#spans.element), this.#picture);
    this.#choose(this.#span);
  }
  #look(span2) {
    this.#choose(span2);
    this.opened();
  }
  #choose(span2) {
    this.#span = span2;
    this.#spans.draw(
      SPANS.map((other) => [other, other.title]),
      span2
    );
  }
  async load() {
    const span2 = this.#span;
    try {
      const [picture, storage] = await Promise.all([
        span2.days ? ofDays(span2) : ofMinutes(span2),
        call("GET", paths.storage)
      ]);
      if (span2 !== this.#span) return;
      this.#cards.replaceChildren(
        ...picture.cards.map(
          ([title, value, text]) => el(
            "section",
            { class: "card" },
            el("h2", {}, title),
            el("p", { class: "big" }, value),
            el("p", { class: "muted" }, text)
          )
        )
      );
      this.#note.hidden = !picture.note;
      this.#note.textContent = picture.note;
      this.#chart.replaceChildren(...chart(picture));
      this.#table.replaceChildren(table(picture));
      this.#stored.textContent = stored(storage);
      this.#picture.hidden = false;
      this.#state.textContent = `The last ${span2.words}, at ${(/* @__PURE__ */ new Date()).toLocaleTimeString()}`;
    } catch (problem) {
      if (span2 === this.#span) this.#state.textContent = messageOf(problem);
    }
  }
};
async function ofMinutes({ minutes }) {
  const [now, hour] = await Promise.all([
    call("GET", `${paths.pulse}?window_minutes=${minutes}`),
    call("GET", `${paths.pulse}?window_minutes=60&series=1`)
  ]);
  const series = hour.series;
  const total = series.reduce((sum, m) => sum + m.requests, 0);
  const most = Math.max(...series.map((m) => m.requests));
  const counted = "Only what a rate limit of one minute watches is counted: a day, a week and a month count all.";
  return {
    cards: [
      ["Requests", number(now.active_requests), "sending, downloading, token checks, logins"],
      ["Visitors", number(now.active_visitors), "different addresses, kept only as a hash"],
      ["Transfers", number(now.active_transfers), "uploads begun, and downloads"]
    ],
    note: now.uncounted.length ? `Not counted: ${now.uncounted.join(", ")}. ${counted}` : "",
    title: "The last hour",
    words: total === 0 ? "No counted request in the last hour." : `${number(total)} requests in the last hour, at most ${number(most)} in a minute.`,
    legend: ["requests", "of them transfers"],
    steps: series.map((m) => ({
      name: clock2(m.minute),
      bars: [m.requests, m.transfers],
      cells: [[m.requests], [m.transfers], [m.visitors]],
      tells: `${m.requests} requests, ${m.transfers} transfers, ${m.visitors} visitors`
    })),
    beside: false,
    marks: [0, 15, 30, 45],
    last: "now",
    columns: ["Minute", "Requests", "Transfers", "Visitors"]
  };
}
async function ofDays({ days, words }) {
  const all = await call("GET", `${paths.activity}?days=${days}`);
  const hours = all.step === "hour";
  const series = all.series;
  const name = ({ begins }) => hours ? clock2(begins) : day(begins);
  const [sent, downloaded] = [all.bytes_completed, all.bytes_downloaded].map(bytes);
  const none = all.completed + all.downloads === 0;
  return {
    cards: [
      ["Sent", number(all.completed), `${sent}, sealed`],
      ["Downloads", number(all.downloads), `${downloaded}, as if each went on to its end`],
      ["Refused", number(all.refused), "wrong tokens and keys, files that are over, logins"]
    ],
    note: "",
    title: `The last ${words}`,
    words: none ? `Nothing sent or downloaded in the last ${words}.` : `${plural(all.completed, "transfer")} sent (${sent}), ${plural(all.downloads, "download")} (${downloaded}).`,
    legend: ["sent", "downloads"],
    steps: series.map((step) => ({
      name: name(step),
      bars: [step.completed, step.downloads],
      cells: [[step.completed, step.bytes_completed], [step.downloads, step.bytes_downloaded], [step.refused]],
      tells: `${step.completed} sent, ${plural(step.downloads, "download")}, ${step.refused} refused`
    })),
    beside: true,
    marks: hours ? [0, 6, 12, 18] : days === 7 ? [0, 2, 4] : [0, 10, 20],
    last: hours ? "now" : "today",
    columns: [hours ? "Hour" : "Day (UTC)", "Sent", "Downloads", "Refused"]
  };
}
function stored({ transfers: transfers2, bytes: held, more, free_bytes: free, total_bytes: total }) {
  const least = more ? "At least " : "";
  const text = `${least}${bytes(held)} in ${plural(transfers2, "transfer")}.`;
  if (free === void 0 || total === void 0) return `${text} A bucket has no end.`;
  return `${text} The disk has ${bytes(free)} of ${bytes(total)} free.`;
}
var WIDTH = 600;
var HEIGHT = 100;
function chart({ title, words, legend, steps, beside, marks, last }) {
  const most = Math.max(1, ...steps.flatMap(({ bars }) => bars));
  const step = WIDTH / steps.length;
  const wide = beside ? 0.35 : 0.7;
  const bar = (i, n, which) => {
    const height = n / most * HEIGHT;
    const x = (i + 0.15 + (beside ? which * wide : 0)) * step;
    return n > 0 && svg("rect", { class: KINDS[which], x, y: HEIGHT - height, width: step * wide, height });
  };
  const drawn = steps.map(
    ({ name, bars, tells }, i) => svg(
      "g",
      {},
      svg("rect", { class: "hit", x: i * step, y: 0, width: step, height: HEIGHT }),
      bars.map((n, which) => bar(i, n, which)),
      svg("title", {}, `${name}: ${tells}`)
    )
  );
  const level = (y) => svg("line", { x1: 0, x2: WIDTH, y1: y, y2: y });
  const frame = {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": words
  };
  return [
    el(
      "figcaption",
      {},
      el("h2", {}, title),
      el("p", { class: "muted" }, words),
      el(
        "p",
        { class: "legend", "aria-hidden": "true" },
        legend.map((text, which) => [el("i", { class: KINDS[which] }), text])
      )
    ),
    svg("svg", frame, level(0), level(HEIGHT / 2), drawn, level(HEIGHT)),
    el(
      "p",
      { class: "axis", "aria-hidden": "true" },
      marks.map((i) => el("span", {}, steps[i].name)),
      el("span", {}, last)
    )
  ];
}
var KINDS = ["requests", "transfers"];
function table({ steps, columns }) {
  const busy = steps.filter(({ cells }) => cells.some(([count]) => count > 0)).reverse();
  if (busy.length === 0) return el("p", { class: "muted" }, "Nothing to list.");
  return el(
    "table",
    {},
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        columns.map((title) => el("th", { scope: "col" }, title))
      )
    ),
    el(
      "tbody",
      {},
      busy.map(
        ({ name, cells }) => el(
          "tr",
          {},
          el("th", { scope: "row" }, name),
          cells.map(([count, size]) => el("td", {}, number(count), size ? el("small", {}, bytes(size)) : null))
        )
      )
    )
  );
}
var clock2 = (time2) => new Date(time2).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
var day = (time2) => new Date(time2).toLocaleDateString([], { day: "numeric", month: "short", timeZone: "UTC" });
customElements.define("send-pulse", SendPulse);

// assets/alarms.js
var STATES = {
  ALARM: ["failure", "alert", "Sounds"],
  INSUFFICIENT_DATA: ["exhausted", "clock", "Lacks data"],
  OK: ["", "check", "Quiet"]
};
var Alarms = class {
  #line = el("p", { class: "muted", role: "status" }, "Asking AWS");
  #note = el("p", { class: "note warn", hidden: true });
  #loud = el("ul", { class: "card" });
  #quiet = el("ul", {});
  #count = el("summary", {});
  #rest = el("details", { class: "card", hidden: true }, this.#count, this.#quiet);
  #below = el("div", { class: "below" });
  /** Whether one sounds, as far as it is known. */
  sound = false;
  /** @type {Date | undefined} when AWS last answered */
  #asked;
  element = el(
    "section",
    { class: "part alarms", "aria-labelledby": "alarms-title" },
    el("header", { class: "head" }, el("div", {}, el("h2", { id: "alarms-title" }, "Alarms"), this.#line)),
    this.#note,
    this.#loud,
    this.#rest,
    this.#below
  );
  async load() {
    try {
      const all = await call("GET", paths.alarms);
      this.#below.replaceChildren();
      if (all.status === "not_configured") {
        this.#say(
          "None here: only a stack on AWS has them. Whether all answers stands above, and metrics tell the rest."
        );
        return;
      }
      this.#asked = /* @__PURE__ */ new Date();
      this.#show(all);
    } catch (problem) {
      const text = whyNot(problem);
      if (this.#asked) this.#say(`${text} This is what it said ${ago(this.#asked)}.`);
      else {
        this.#say("");
        this.#below.replaceChildren(failed("The alarms cannot be shown", text, () => this.load()));
      }
    }
  }
  /** @param {import('./shared/contract.js').AlarmsReply} reply */
  #show({ alarms, missing }) {
    const quiet = alarms.filter(({ state }) => state === "OK");
    const loud = alarms.filter(({ state }) => state !== "OK");
    const sound = loud.filter(({ state }) => state === "ALARM").length;
    this.sound = sound > 0;
    this.#note.hidden = missing.length === 0;
    this.#note.textContent = `The alarms in ${missing.join(" and ")} cannot be asked now: theirs are missing.`;
    this.#loud.replaceChildren(...loud.map(row));
    this.#quiet.replaceChildren(...quiet.map(row));
    this.#rest.hidden = quiet.length === 0;
    this.#count.textContent = quiet.length === 1 ? "The one that is quiet" : `The ${quiet.length} that are quiet`;
    this.#say(summary(alarms.length, sound, loud.length - sound));
  }
  /**
   * Announced when it changes, not with every look.
   * @param {string} text
   */
  #say(text) {
    if (this.#line.textContent !== text) this.#line.textContent = text;
  }
};
function summary(all, sound, lack) {
  if (all === 0) return "This stack has none.";
  const words = [
    sound > 0 && (sound === 1 ? "One sounds" : `${sound} sound`),
    lack > 0 && (lack === 1 ? "one lacks data" : `${lack} lack data`)
  ].filter(Boolean);
  if (words.length === 0) return `${plural(all, "alarm")}, all quiet`;
  return `${words.join(", ")}, of ${plural(all, "alarm")}`;
}
var whyNot = (problem) => problem instanceof Refusal && problem.code === codes.unavailable ? "AWS cannot be asked now." : messageOf(problem);
function row({ name, region, state, since, reason, means, playbook }) {
  const [kind, picture, words] = STATES[state] ?? ["exhausted", "alert", state];
  const at = new Date(since);
  return el(
    "li",
    { class: "alarm" },
    el("span", { class: `pill ${kind}` }, icon(picture), words),
    el(
      "div",
      { class: "who" },
      el("h3", {}, name),
      means && el("p", {}, state === "ALARM" || !playbook ? sentence(means) : `Sounds if ${means}.`),
      state !== "OK" && reason && el("p", { class: "muted" }, reason)
    ),
    el(
      "p",
      { class: "when" },
      el("span", {}, "Since ", el("time", { datetime: since, title: at.toLocaleString() }, ago(at))),
      el("span", {}, region),
      playbook && el("span", {}, "What to do: ", el("code", {}, `docs/playbooks/${playbook}.md`))
    )
  );
}
var sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");

// assets/sessions.js
var Sessions = class {
  #count = el("p", { class: "muted", role: "status" });
  #endOthers = el(
    "button",
    { type: "button", class: "button", hidden: true, click: () => this.#endAllOthers() },
    icon("leave"),
    el("span", {}, "End all others")
  );
  #title = el("h2", { id: "sessions-title", tabindex: "-1" }, "Sessions");
  #rows = el("ul", { class: "card" });
  #below = el("div", { class: "below" });
  #loaded = false;
  element = el(
    "section",
    { class: "part", "aria-labelledby": "sessions-title" },
    el("header", { class: "head" }, el("div", {}, this.#title, this.#count), this.#endOthers),
    this.#rows,
    this.#below
  );
  async load() {
    try {
      this.#show(await sessions.list());
      this.#loaded = true;
    } catch (problem) {
      if (this.#loaded) notice(messageOf(problem), "bad");
      else this.#below.replaceChildren(failed("The sessions cannot be shown", messageOf(problem), () => this.load()));
    }
  }
  /** @param {Session[]} all */
  #show(all) {
    const own = all.find((s) => s.current);
    const others = all.filter((s) => s !== own);
    const said = others.length === 0 ? "Nobody else is logged in" : `Yours and ${plural(others.length, "other")}`;
    if (this.#count.textContent !== said) this.#count.textContent = said;
    this.#endOthers.hidden = others.length === 0;
    const focused = (
      /** @type {HTMLElement | null} */
      document.activeElement?.closest(".session")?.dataset.id
    );
    this.#rows.replaceChildren(...[...own ? [own] : [], ...others].map((s) => this.#row(s, own)));
    if (focused) this.#focus(focused);
    this.#below.replaceChildren(...all.length === 0 ? [NONE()] : []);
  }
  /**
   * Puts the focus back on the button of a session; where that has ended, on the title.
   * @param {string} id
   */
  #focus(id) {
    const button2 = this.#rows.querySelector(`[data-id="${CSS.escape(id)}"] button`);
    (button2 ?? this.#title).focus();
  }
  /**
   * @param {Session} session
   * @param {Session} [own]
   */
  #row(session, own) {
    const made = new Date(session.created_at);
    const end = new Date(session.expires_at);
    const left2 = (end.getTime() - Date.now()) / 1e3;
    return el(
      "li",
      { class: "session", "data-id": session.session_id },
      el(
        "div",
        { class: "who" },
        el("h3", {}, whatOf(session)),
        el("p", { class: "muted" }, asWhat(session)),
        el("p", { class: "muted" }, whereOf(session, own))
      ),
      el(
        "p",
        { class: "when" },
        el("span", {}, "Logged in ", time(made, ago(made))),
        el("span", {}, session.current ? "In use" : ["Last used ", time(new Date(session.used_at))]),
        el("span", {}, "Ends at the latest in ", time(end, span(left2)))
      ),
      session.current ? el("span", { class: "pill" }, "This session") : el(
        "button",
        {
          type: "button",
          class: "button quiet danger",
          "aria-label": `End the session of ${whatOf(session)}, begun ${moment(made)}`,
          click: () => this.#end(session)
        },
        icon("ban"),
        el("span", {}, "End")
      )
    );
  }
  async #end(session) {
    const begun = moment(new Date(session.created_at));
    const ended = await dialog({
      title: "End this session?",
      action: "End",
      danger: true,
      body: el(
        "p",
        {},
        el("strong", {}, whatOf(session)),
        `, logged in since ${begun}, is logged out at once and needs ${session.person ? "to sign in" : "the API key"} to come back.`
      ),
      submit: async () => {
        await sessions.end(session.session_id);
        return true;
      }
    });
    if (ended) this.#ended("Session ended");
  }
  async #endAllOthers() {
    const ended = await dialog({
      title: "End all other sessions?",
      action: "End all others",
      danger: true,
      body: [
        el("p", {}, "Everybody but you is logged out at once and needs the API key, or to sign in, to come back."),
        el(
          "p",
          { class: "hint" },
          "If somebody has the key who should not, change the key: that ends every session that it opened."
        )
      ],
      submit: async () => {
        await sessions.endOthers();
        return true;
      }
    });
    if (ended) this.#ended("All other sessions ended");
  }
  async #ended(text) {
    notice(text);
    await this.load();
    const at = document.activeElement;
    if (at === document.body || !at?.checkVisibility()) this.#title.focus();
  }
};
var NONE = () => empty({ picture: "leave", title: "No sessions", text: "Nobody is logged in. Programs bring the API key instead." });
var whatOf = ({ browser, name }) => [name, browser || "An unknown browser"].filter(Boolean).join(", ");
function asWhat({ role: role2, person: person2 }) {
  const words = role2 === "viewer" ? "Viewer" : "Operator";
  if (!person2) return `${words}, by the API key`;
  return [`${words}, ID `, el("code", { title: `${person2}, as the audit trail has it` }, person2.slice(0, 8))];
}
function whereOf({ client, current }, own) {
  if (!client) return "From an unknown address";
  const name = el("code", { title: "Hash of the address on the day of the login" }, client.slice(0, 8));
  if (current) return ["From your address, ", name];
  return client === own?.client ? ["From the same address as you, ", name] : ["From client ", name];
}
var time = (at, words = ago(at)) => el("time", { datetime: at.toISOString(), title: at.toLocaleString() }, words);

// assets/versions.js
async function versions() {
  let serving;
  try {
    serving = await call("GET", paths.serving);
  } catch {
    return ["none", "Not known", [["Why", "AWS cannot be asked now"]]];
  }
  const all = serving.functions;
  if (all.length === 0) return void 0;
  const moving = all.some(({ live }) => live.other);
  const waiting = all.some(({ live, next }) => next && next.version !== live.version);
  const words = moving ? "Calls are being moved" : waiting ? "A version waits" : "The newest serve";
  return [
    moving || waiting ? "none" : "ok",
    words,
    [...all.flatMap(rows), ["This answer", `from ${serving.function}`]]
  ];
}
function rows({ service, live, next }) {
  const title = service === "admin" ? "Admin" : "User";
  const same = next && next.version === live.version && !live.other;
  const said = [[`${title}, live`, where(live)]];
  if (next) said.push([`${title}, next`, same ? "the same" : where(next)]);
  return said;
}
var where = ({ version, other, percent }) => other ? `${version}, and ${percent} % of the calls go to ${other}` : version;

// assets/webhook.js
var Webhook = class {
  #line = el("p", { class: "muted" });
  #send = button("Send a test", "share", "", () => this.#test());
  #buttons = el(
    "div",
    { class: "make", hidden: true },
    button("URL and secret", "eye", "", () => reveal()),
    this.#send
  );
  #outcome = el("p", { class: "note", role: "status", hidden: true });
  #below = el("div", { class: "below" });
  element = el(
    "section",
    { class: "part webhook", "aria-labelledby": "webhook-title" },
    el(
      "header",
      { class: "head" },
      el("div", {}, el("h2", { id: "webhook-title" }, "Webhook"), this.#line),
      this.#buttons
    ),
    this.#outcome,
    this.#below
  );
  async load() {
    try {
      const { status, host = "", events } = await webhook.show();
      this.#below.replaceChildren();
      if (status === "not_configured") {
        this.#buttons.hidden = true;
        this.#line.replaceChildren(
          "Nobody is told of events. To have a receiver told, set ",
          el("code", {}, "SEND__WEBHOOK_URL"),
          ", on AWS ",
          el("code", {}, "webhookUrl"),
          " in the stack’s file, to its address."
        );
        return;
      }
      this.#line.replaceChildren(
        el("code", {}, host),
        " is told of ",
        ...events.flatMap((event, i) => [i === 0 ? "" : i < events.length - 1 ? ", " : " and ", el("code", {}, event)])
      );
      this.#buttons.hidden = !isOperator();
    } catch (problem) {
      this.#buttons.hidden = true;
      this.#line.replaceChildren();
      this.#below.replaceChildren(failed("The webhook cannot be shown", messageOf(problem), () => this.load()));
    }
  }
  async #test() {
    this.#send.disabled = true;
    this.#say("", "Sending");
    try {
      const { status, detail } = await webhook.test();
      const at = (/* @__PURE__ */ new Date()).toLocaleTimeString();
      if (status === "ok") this.#say("good", `The receiver took a test at ${at}.`);
      else this.#say("warn", `A test at ${at} was not taken: ${detail}.`);
    } catch (problem) {
      this.#say("bad", messageOf(problem));
    }
    this.#send.disabled = false;
    this.#send.focus();
  }
  /**
   * @param {string} kind
   * @param {string} text
   */
  #say(kind, text) {
    this.#outcome.className = `note ${kind}`;
    this.#outcome.textContent = text;
    this.#outcome.hidden = false;
  }
};
async function reveal() {
  let known;
  try {
    known = await webhook.reveal();
  } catch (problem) {
    notice(messageOf(problem), "bad");
    return;
  }
  const line = (title, value) => [
    el("p", { class: "label" }, title),
    el(
      "div",
      { class: "made" },
      el("code", {}, value),
      copyButton("Copy", () => value)
    )
  ];
  await dialog({
    title: "URL and secret",
    dismiss: "Done",
    body: [
      el("p", {}, "Whoever knows the secret can sign messages that look as if they came from here."),
      line("URL", known.url),
      line("Secret", known.secret)
    ]
  });
}

// assets/system.js
var WORDS2 = {
  ok: ["ok", "Answers"],
  unavailable: ["bad", "Does not answer"],
  not_configured: ["none", "Not watched"]
};
var SendSystem = class extends View {
  refresh = 2e4;
  #cards = el("div", { class: "cards" });
  #state = el("span", { role: "status" });
  #time = el("span", {});
  #alarms = new Alarms();
  #parts = [this.#alarms, new Webhook(), ...isOperator() ? [new Sessions()] : []];
  draw() {
    const again = { type: "button", class: "button", click: () => this.opened() };
    this.append(
      head(
        "System",
        el("p", { class: "muted" }, this.#state, this.#time),
        el("button", again, icon("refresh"), el("span", {}, "Check now"))
      ),
      this.#cards,
      ...this.#parts.map(({ element }) => element)
    );
    for (const { element } of this.#parts) element.hidden = true;
  }
  /** Asks for all at once, and shows a part when all above it is there, so that nothing moves down that is read. */
  async load() {
    const checked = this.#check();
    let above = checked;
    for (const part2 of this.#parts) {
      const loaded = part2.load();
      above = above.then(() => {
        part2.element.hidden = false;
        return loaded;
      });
    }
    await above;
    const verdict2 = await checked;
    this.#say(verdict2 || (this.#alarms.sound ? "An alarm sounds" : "All well"));
  }
  /** Says what is not well of what is asked; nothing where all is. */
  async #check() {
    try {
      const start = performance.now();
      const status = await call("GET", paths.status);
      const latency = Math.round(performance.now() - start);
      const [services, built, server, serving] = await Promise.all([
        call("GET", paths.services),
        call("GET", paths.versions),
        call("GET", paths.server),
        versions()
      ]);
      this.#cards.replaceChildren(
        card("Admin service", WORDS2.ok, [
          ["Round trip", `${latency} ms`],
          ["Version", status.version],
          ["Runs on", status.environment === "aws-lambda" ? "AWS Lambda" : "Server process"],
          ["Stage", status.stage || "none"],
          ["Up since", ago(new Date(server.server_boot_time))],
          ["Go", built.go.replace(/^go/, "")]
        ]),
        card("Ledger", verdict(services.ledger), [
          ["Answered in", took(services.ledger.latency_ms)],
          ["Kept in", status.storage_mode === "s3" ? "DynamoDB" : "Local file"]
        ]),
        card(
          "User service",
          verdict(services.user),
          services.user.status === "not_configured" ? [["To watch it", "Set SEND__USER_BASE_URL to its address"]] : [
            ["Answered in", took(services.user.latency_ms)],
            ["Version", services.user.version || "unknown"]
          ]
        ),
        ...serving ? [card("Versions", [serving[0], serving[1]], serving[2])] : []
      );
      const down = [services.ledger, services.user].some(({ status: status2 }) => status2 === "unavailable");
      return down ? "Something does not answer" : "";
    } catch (problem) {
      return messageOf(problem);
    }
  }
  /**
   * Announces what is the case, but not again and again.
   * @param {string} text
   */
  #say(text) {
    if (this.#state.textContent !== text) this.#state.textContent = text;
    this.#time.textContent = `, checked at ${(/* @__PURE__ */ new Date()).toLocaleTimeString()}`;
  }
};
var verdict = ({ status }) => WORDS2[status] ?? WORDS2.unavailable;
var took = (ms) => ms < 1 ? "under 1 ms" : `${ms} ms`;
function card(title, [kind, words], rows2) {
  return el(
    "section",
    { class: "card" },
    el("h2", {}, el("i", { class: `dot ${kind}` }), title),
    el("p", { class: `verdict ${kind}` }, words),
    el("dl", { class: "facts" }, facts(rows2))
  );
}
customElements.define("send-system", SendSystem);

// assets/shared/qr.js
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
  const bytes2 = new TextEncoder().encode(text);
  for (let version = 1; version < VERSIONS.length; version++) {
    const [eccLength, blocks, total] = VERSIONS[version];
    const capacity = total - eccLength * blocks;
    const countBits = version < 10 ? 8 : 16;
    if (4 + countBits + bytes2.length * 8 <= capacity * 8) {
      const codewords = interleave(dataCodewords(bytes2, countBits, capacity), eccLength, blocks);
      return draw(version, codewords);
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
function draw(version, codewords) {
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
    const masked2 = modules.map((row2, y) => row2.map((dark, x) => dark !== (!fixed[y][x] && mask(x, y))));
    drawFormat(number2, size, (x, y, dark) => {
      masked2[y][x] = dark;
    });
    const score = penalty(masked2);
    if (score < best.score) best = { score, masked: masked2 };
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
  const columns = modules.map((_, x) => modules.map((row2) => row2[x]));
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

// assets/shared/qr-picture.js
var QUIET = 4;
function qrPicture(text, label) {
  const modules = qrCode(text);
  if (!modules) return null;
  const side = modules.length + 2 * QUIET;
  const d = modules.flatMap((row2, y) => row2.map((dark, x) => dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")).join("");
  return svg(
    "svg",
    { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("rect", { width: side, height: side, fill: "#fff" }),
    svg("path", { d, fill: "#000" })
  );
}

// assets/tokens.js
var SORTS = {
  newest: ["Newest first", (a, b) => b.created_at.localeCompare(a.created_at)],
  name: ["By note or name", (a, b) => labelOf(a).localeCompare(labelOf(b))],
  used: ["Most used first", (a, b) => b.usage_count - a.usage_count],
  left: ["Fewest left first", (a, b) => left(a) - left(b)]
};
var FILTERS = ["all", "active", "exhausted", "revoked"];
var DEFAULT_LIMIT = 50;
var MAX_LIMIT = 1e9;
var MOST = 100;
var PAGE2 = 100;
var left = (t2) => t2.remaining < 0 ? Number.POSITIVE_INFINITY : t2.remaining;
var noteOf = (t2) => typeof t2.metadata?.note === "string" ? t2.metadata.note : "";
var labelOf = (t2) => noteOf(t2) || t2.token_name || "Unreadable name";
var SendTokens = class extends View {
  /** @type {Token[]} */
  #tokens = [];
  #shown = PAGE2;
  /** @type {Set<string>} */
  #revealed = /* @__PURE__ */ new Set();
  #filter = FILTERS[0];
  #search = el("input", {
    id: "search",
    type: "search",
    "aria-label": "Search tokens",
    placeholder: isOperator() ? "Search by note, name, ID or creator" : "Search by note, ID or creator",
    autocomplete: "off",
    spellcheck: "false",
    input: () => this.#list(true)
  });
  #sort = el(
    "select",
    { id: "sort", "aria-label": "Order", change: () => this.#list(true) },
    Object.entries(SORTS).map(([value, [title]]) => el("option", { value }, title))
  );
  #filters = new Segments("Show", (name) => this.#narrow(name));
  #rows = el("ul", { class: isOperator() ? "tokens card" : "tokens card viewed" });
  #below = el("div", { class: "below" });
  #count = el("p", { class: "muted", role: "status" });
  /** @type {Set<string>} IDs of the tokens that are chosen, to do something with all of them */
  #chosen = /* @__PURE__ */ new Set();
  #chosenCount = el("b", { role: "status" });
  #bar = el(
    "div",
    { class: "chosen card", hidden: true, role: "group", "aria-label": "With all that are chosen" },
    this.#chosenCount,
    button("Choose all shown", "check", "quiet", () => this.#chooseShown()),
    button("Set limit", "gauge", "quiet", () => this.#limitChosen()),
    button("Revoke", "ban", "quiet danger", () => this.#revokeChosen()),
    button("Choose none", "close", "quiet", () => this.#choose([]))
  );
  draw() {
    this.append(
      head(
        "Tokens",
        this.#count,
        isOperator() && el(
          "div",
          { class: "make" },
          button("Several", "plus", "", () => this.#createSeveral()),
          button("New token", "plus", "primary", () => this.#create())
        )
      ),
      el(
        "div",
        { class: "tools" },
        el("div", { class: "search" }, icon("search"), this.#search),
        this.#filters.element,
        this.#sort
      ),
      this.#bar,
      this.#rows,
      this.#below
    );
  }
  async load() {
    try {
      this.#tokens = await tokens.list();
      const known = new Set(this.#tokens.map((t2) => t2.cache_id));
      this.#choose([...this.#chosen].filter((id) => known.has(id)));
      this.#list();
    } catch (problem) {
      if (this.#tokens.length > 0) notice(messageOf(problem), "bad");
      else this.#below.replaceChildren(failed("The tokens cannot be shown", messageOf(problem), () => this.load()));
    }
  }
  #narrow(filter) {
    this.#filter = filter;
    this.#list(true);
  }
  #list(fromTop = false) {
    if (fromTop) this.#shown = PAGE2;
    const asked = this.#search.value.trim().toLowerCase();
    const found = this.#tokens.filter(
      (t2) => `${noteOf(t2)}
${t2.token_name}
${t2.created_by}
${t2.cache_id}`.toLowerCase().includes(asked)
    );
    const of = (filter) => found.filter((t2) => filter === "all" || t2.status === filter);
    const matching = of(this.#filter).sort(SORTS[this.#sort.value][1]);
    this.#filters.draw(
      FILTERS.map((name) => [name, capital(name), el("span", { class: "n" }, number(of(name).length))]),
      this.#filter
    );
    this.#count.textContent = this.#summary(matching.length);
    const keep = this.#focused();
    this.#rows.replaceChildren(...matching.slice(0, this.#shown).map((t2) => this.#row(t2)));
    if (keep) this.#buttons(keep.id)[keep.index]?.focus();
    this.#below.replaceChildren(...this.#rest(matching.length, asked));
  }
  /** Which button of which token has the focus, so that the keyboard stays where it is when the list is drawn anew. */
  #focused() {
    const focused = (
      /** @type {HTMLButtonElement} */
      document.activeElement
    );
    const id = (
      /** @type {HTMLElement | null} */
      focused?.closest("li.token")?.dataset.id
    );
    return id && { id, index: this.#buttons(id).indexOf(focused) };
  }
  #buttons(id) {
    return Array.from(this.#rows.querySelectorAll(`[data-id="${id}"] button`), (b) => (
      /** @type {HTMLElement} */
      b
    ));
  }
  #summary(matching) {
    const all = this.#tokens.length;
    if (matching !== all) return `${number(matching)} of ${number(all)}`;
    const active = this.#tokens.filter((t2) => t2.status === "active").length;
    return `${plural(all, "token")}, ${number(active)} active`;
  }
  /**
   * What stands below the rows.
   * @param {number} matching
   * @param {string} asked
   */
  #rest(matching, asked) {
    if (this.#tokens.length === 0) {
      const none = { picture: "key", title: "No tokens yet" };
      if (!isOperator()) return [empty({ ...none, text: "Operators make them, for people to send with." })];
      const text = "People need a token to send a file. Make one and hand it over; receiving needs none.";
      const make = button("Make the first token", "plus", "primary", () => this.#create());
      return [empty({ ...none, text, button: make })];
    }
    if (matching === 0) {
      const showAll = () => {
        this.#search.value = "";
        this.#narrow("all");
        this.#search.focus();
      };
      const title = asked ? "Nothing found" : `No ${this.#filter} tokens`;
      return [empty({ picture: "search", title, button: button("Show all tokens", "", "", showAll) })];
    }
    if (matching <= this.#shown) return [];
    const more = () => {
      this.#shown += PAGE2;
      this.#list();
    };
    return [button(`Show more (${number(matching - this.#shown)} left)`, "", "wide", more)];
  }
  #row(t2) {
    const made = new Date(t2.created_at);
    const time2 = el("time", { datetime: t2.created_at, title: made.toLocaleString() }, ago(made));
    return el(
      "li",
      { class: `token ${t2.status}`, "data-id": t2.cache_id },
      el(
        "div",
        { class: "who" },
        el(
          "h2",
          { class: noteOf(t2) ? "" : "none" },
          isOperator() ? el("label", {}, this.#chooser(t2), el("span", {}, noteOf(t2) || "No note")) : noteOf(t2) || "No note"
        ),
        el("p", { class: "muted" }, "Made ", time2, ` by ${t2.created_by}, ID ${idOf(t2)}`)
      ),
      isOperator() && this.#name(t2),
      usage(t2),
      el("span", { class: `pill ${t2.status}` }, t2.status),
      isOperator() && el("div", { class: "actions" }, t2.token_name && this.#actions(t2))
    );
  }
  /** Shows a token's name only when asked: whoever reads it may send. */
  #name(t2) {
    if (!t2.token_name) {
      const why = "Made under an earlier API key. It still works, but its name cannot be shown.";
      return el("p", { class: "name muted" }, why);
    }
    const shown = this.#revealed.has(t2.token_name);
    const what = noteOf(t2) ? ` of ${noteOf(t2)}` : "";
    const turn = () => {
      if (!this.#revealed.delete(t2.token_name)) this.#revealed.add(t2.token_name);
      this.#list();
    };
    const title = shown ? "Hide" : "Reveal";
    const reveal2 = el(
      "button",
      {
        type: "button",
        class: "button quiet square reveal",
        title,
        "aria-label": `${title} the name${what}`,
        click: turn
      },
      icon(shown ? "hide" : "eye")
    );
    const hidden = [
      el("span", { "aria-hidden": "true" }, masked(t2.token_name)),
      el("span", { class: "visually-hidden" }, "Hidden name")
    ];
    const copy = copyButton(`Copy the name${what}`, () => t2.token_name, { wordless: true, onRefused: refused });
    return el("div", { class: "name" }, el("code", {}, shown ? t2.token_name : hidden), reveal2, copy);
  }
  #actions(t2) {
    const of = (words) => el("span", { class: "visually-hidden" }, ` ${words}${labelOf(t2)}`);
    const limit = button("Limit", "gauge", "quiet", () => this.#limit(t2), of("of "));
    const toggle = t2.status === "revoked" ? button("Reactivate", "undo", "quiet", () => this.#reactivate(t2), of("")) : button("Revoke", "ban", "quiet danger", () => this.#revoke(t2), of(""));
    const invite = button("Invite", "share", "quiet", () => this.#invite(t2), of("with "));
    return [t2.invite_url && (t2.status === "active" ? invite : el("span", {})), limit, toggle];
  }
  async #invite(t2) {
    const uses = t2.remaining < 0 ? "without limit" : plural(t2.remaining, "time");
    await dialog({
      title: "Invite to send",
      dismiss: "Done",
      body: [
        el("p", {}, "Whoever has this link can send with ", subject(t2), `, ${uses}. Revoke the token to withdraw it.`),
        invitation(t2.invite_url ?? "")
      ]
    });
  }
  async #create() {
    const noteHelp = "Who it is for, so that you find it again. Only operators see it.";
    const nameHelp = "The name is the secret: whoever guesses it can send. Left empty, a strong one is made. Letters, digits, - and _; anything else becomes _.";
    const made = await dialog({
      title: "New token",
      action: "Make token",
      body: [
        field("note", "Note", noteHelp, { maxlength: 120, autofocus: true }),
        limitField(DEFAULT_LIMIT),
        el(
          "details",
          {},
          el("summary", {}, "Choose the name yourself"),
          field("name", "Name", nameHelp, { maxlength: 128, spellcheck: "false", autocapitalize: "none" })
        )
      ],
      submit: (fields) => {
        const note = fields.note.value.trim();
        return tokens.create({
          token_name: fields.name.value,
          usage_limit: readLimit(fields),
          created_by: "console",
          metadata: note ? { note } : {}
        });
      }
    });
    if (!made) return;
    this.load();
    const { token_name: name, invite_url: link } = made;
    const alone = link && el("details", {}, el("summary", {}, "The token alone"), el("div", {}, handedOver("Copy", name)));
    await dialog({
      title: "The token is ready",
      dismiss: "Done",
      body: [
        el("p", {}, "Hand it to the sender by a way you trust. It can be copied again from the list."),
        link ? invitation(link) : handedOver("Copy", name, true),
        alone,
        !link && el("p", { class: "hint" }, "With SEND__PUBLIC_URL set there is a link here that invites to send.")
      ]
    });
  }
  /** The box that chooses a token. */
  #chooser(t2) {
    const change = (event) => {
      if (event.target.checked) this.#choose([...this.#chosen, t2.cache_id]);
      else this.#choose([...this.#chosen].filter((id) => id !== t2.cache_id));
    };
    const chosen = this.#chosen.has(t2.cache_id);
    return t2.token_name && el("input", { type: "checkbox", class: "choose", checked: chosen, change });
  }
  #choose(ids) {
    this.#chosen = new Set(ids);
    this.#bar.hidden = ids.length === 0;
    this.#chosenCount.textContent = `${plural(ids.length, "token")} chosen`;
    for (
      const row2 of
      /** @type {NodeListOf<HTMLElement>} */
      this.#rows.querySelectorAll("li.token")
    ) {
      const box = (
        /** @type {HTMLInputElement | null} */
        row2.querySelector(".choose")
      );
      if (box) box.checked = this.#chosen.has(row2.dataset.id ?? "");
    }
  }
  #chooseShown() {
    const rows2 = (
      /** @type {HTMLElement[]} */
      [...this.#rows.querySelectorAll("li.token:has(.choose)")]
    );
    this.#choose([.../* @__PURE__ */ new Set([...this.#chosen, ...rows2.map((row2) => row2.dataset.id ?? "")])]);
  }
  /**
   * Does something with each token that is chosen, and says how many of them it was done with. Those are chosen no
   * more: where one failed, it can be done with the rest again.
   * @param {(t: Token) => Promise<unknown>} act
   */
  async #withChosen(act) {
    let done = 0;
    for (const t2 of this.#tokens.filter((t3) => this.#chosen.has(t3.cache_id))) {
      try {
        await act(t2);
      } catch (problem) {
        this.load();
        throw new Problem(`Done with ${number(done)}, then: ${messageOf(problem)}`);
      }
      this.#choose([...this.#chosen].filter((id) => id !== t2.cache_id));
      done++;
    }
    return plural(done, "token");
  }
  async #limitChosen() {
    const done = await dialog({
      title: "Set the limit of all of them",
      action: "Save",
      body: [this.#whichChosen(), limitField(DEFAULT_LIMIT)],
      submit: (fields) => {
        const limit = readLimit(fields);
        return this.#withChosen((t2) => tokens.limit(t2.token_name, limit));
      }
    });
    if (done) this.#changed(`Limit saved of ${done}`);
  }
  async #revokeChosen() {
    const done = await dialog({
      title: "Revoke all of them?",
      action: "Revoke",
      danger: true,
      body: [
        this.#whichChosen(),
        el("p", {}, "Whoever holds one can no longer send. What they sent stays until it expires."),
        purgeBox()
      ],
      submit: (fields) => {
        const purge = fields.purge.checked;
        return this.#withChosen((t2) => tokens.revoke(t2.token_name, purge));
      }
    });
    if (done) this.#changed(`${done} revoked`);
  }
  /** Names some of those that are chosen. */
  #whichChosen() {
    const labels = this.#tokens.filter((t2) => this.#chosen.has(t2.cache_id)).map((t2) => noteOf(t2) || idOf(t2));
    const some = labels.slice(0, 5).join(", ");
    const more = labels.length > 5 ? `, and ${number(labels.length - 5)} more` : "";
    return el("p", { class: "which" }, `${plural(labels.length, "token")}: ${some}${more}`);
  }
  /** Makes a token for each note, or as many as are wanted with one. */
  async #createSeveral() {
    const help = "One a line: each gets a token of its own. One line alone is the note of as many tokens as you say below.";
    const made = await dialog({
      title: "Several tokens",
      action: "Make tokens",
      body: [
        el(
          "div",
          {},
          el("label", { class: "label", for: "notes" }, "Notes"),
          el("textarea", { id: "notes", name: "notes", rows: 5, autofocus: true, "aria-describedby": "notes-help" }),
          el("p", { class: "hint", id: "notes-help" }, help)
        ),
        field("many", "How many with one note", `At most ${MOST} at once.`, {
          type: "number",
          inputmode: "numeric",
          min: 1,
          max: MOST,
          value: 10
        }),
        limitField(DEFAULT_LIMIT)
      ],
      submit: (fields) => makeSeveral(notesOf(fields), readLimit(fields))
    });
    if (!made) return;
    this.load();
    const lines = made.tokens.map(([note, said]) => `${note}	${said}`).join("\n");
    const all = copyButton("Copy all", () => lines, { primary: true, onRefused: refused });
    await dialog({
      title: `${plural(made.tokens.length, "token")} made`,
      dismiss: "Done",
      body: [
        made.problem && el("p", { class: "note bad" }, `The others could not be made: ${made.problem}`),
        el(
          "p",
          {},
          "A note and what to hand over, a line each, as a table takes them. They can be copied again later."
        ),
        el(
          "textarea",
          { class: "several", readonly: true, rows: 8, "aria-label": "Notes and tokens", wrap: "off" },
          lines
        ),
        all
      ]
    });
  }
  async #limit(t2) {
    const done = await dialog({
      title: "Set the limit",
      action: "Save",
      body: [
        el("p", {}, subject(t2), ` has been used ${t2.usage_count === 1 ? "once" : plural(t2.usage_count, "time")}.`),
        limitField(t2.usage_limit),
        t2.status === "revoked" && el("p", { class: "hint" }, "The token is revoked and stays so until it is reactivated.")
      ],
      submit: (fields) => tokens.limit(t2.token_name, readLimit(fields))
    });
    if (done) this.#changed(`Limit saved: ${done.usage_limit ? number(done.usage_limit) : "none"}`);
  }
  async #revoke(t2) {
    const after = " can no longer send. What they sent stays until it expires. You can reactivate the token later.";
    const done = await dialog({
      title: "Revoke this token?",
      action: "Revoke",
      danger: true,
      body: [el("p", {}, "Whoever holds ", subject(t2), after), purgeBox()],
      submit: (fields) => tokens.revoke(t2.token_name, fields.purge.checked)
    });
    if (done) this.#changed("Token revoked");
  }
  async #reactivate(t2) {
    try {
      await tokens.reactivate(t2.token_name);
      this.#changed("Token reactivated");
    } catch (problem) {
      notice(messageOf(problem), "bad");
    }
  }
  #changed(text) {
    notice(text);
    this.load();
  }
};
var idOf = (t2) => t2.cache_id.slice(0, 8);
var purgeBox = () => el(
  "label",
  { class: "check" },
  el("input", { type: "checkbox", name: "purge" }),
  " Remove uploads that they began and did not finish"
);
function notesOf(fields) {
  const lines = fields.notes.value.split("\n").map((line) => line.trim());
  const notes = lines.filter(Boolean);
  if (notes.length > MOST) throw new Problem(`These are ${number(notes.length)}, of at most ${MOST}.`, fields.notes);
  if (notes.length > 1) return notes;
  const many = Number(fields.many.value);
  if (!Number.isInteger(many) || many < 1 || many > MOST) {
    throw new Problem(`Enter a whole number from 1 to ${MOST}.`, fields.many);
  }
  return Array(many).fill(notes[0] ?? "");
}
async function makeSeveral(notes, limit) {
  const tokens2 = [];
  for (const note of notes) {
    try {
      const made = await tokens.create({
        token_name: "",
        usage_limit: limit,
        created_by: "console",
        metadata: note ? { note } : {}
      });
      tokens2.push([note, made.invite_url || made.token_name]);
    } catch (problem) {
      if (tokens2.length === 0) throw problem;
      return { tokens: tokens2, problem: messageOf(problem) };
    }
  }
  return { tokens: tokens2, problem: "" };
}
var capital = (word) => word[0].toUpperCase() + word.slice(1);
var masked = (name) => `••••••••${name.length > 12 ? name.slice(-4) : ""}`;
var subject = (t2) => el("strong", {}, noteOf(t2) || masked(t2.token_name));
var refused = () => notice("The browser does not let the page copy. Show it and copy it by hand.", "bad");
function handedOver(action, text, isMain = false) {
  const copy = copyButton(action, () => text, { primary: isMain, onRefused: refused });
  copy.autofocus = isMain;
  return el("div", { class: "note made" }, el("code", {}, text), copy);
}
var invitation = (link) => [
  handedOver("Copy link", link, true),
  el(
    "div",
    { class: "qr" },
    qrPicture(link, "QR code of the invitation"),
    el("p", { class: "hint" }, "Or have the phone that is to send scan it.")
  )
];
function usage({ usage_count: count, usage_limit: limit }) {
  const used = el("b", {}, number(count));
  if (limit === 0) return el("div", { class: "usage" }, el("span", {}, used, " used, no limit"));
  const share = Math.min(1, count / limit);
  const done = el("i");
  done.style.width = `${share * 100}%`;
  const meter = el("div", { class: `meter ${share >= 1 ? "full" : share >= 0.8 ? "high" : ""}` }, done);
  return el("div", { class: "usage" }, el("span", {}, used, ` of ${number(limit)} used`), meter);
}
function limitField(limit) {
  const uses = el("input", {
    id: "limit",
    name: "limit",
    type: "number",
    inputmode: "numeric",
    min: 1,
    max: MAX_LIMIT,
    value: limit || DEFAULT_LIMIT,
    disabled: limit === 0
  });
  const unlimited = el("input", { type: "checkbox", name: "unlimited", checked: limit === 0 });
  unlimited.addEventListener("change", () => {
    uses.disabled = unlimited.checked;
  });
  return el(
    "div",
    {},
    el("label", { class: "label", for: "limit" }, "Uploads it allows in all"),
    el("div", { class: "limit" }, uses, el("label", { class: "check" }, unlimited, "No limit"))
  );
}
function readLimit(fields) {
  if (fields.unlimited.checked) return 0;
  const limit = Number(fields.limit.value);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new Problem(`Enter a whole number from 1 to ${number(MAX_LIMIT)}, or tick "No limit".`, fields.limit);
  }
  return limit;
}
customElements.define("send-tokens", SendTokens);

// assets/transfers.js
var STATES2 = {
  pending: "Uploading",
  completed: "Available",
  exhausted: "Used up",
  expired: "Expired",
  deleted: "Deleted",
  taken_down: "Taken down"
};
var SORTS2 = {
  newest: ["Newest first", (a, b) => b.created_at.localeCompare(a.created_at)],
  ends: ["Ends soonest first", (a, b) => a.expires_at.localeCompare(b.expires_at)],
  size: ["Largest first", (a, b) => b.payload_bytes - a.payload_bytes],
  used: ["Most downloaded first", (a, b) => b.download_count - a.download_count]
};
var PAGE3 = 200;
var REFRESH = 3e4;
var MAX_REASON = 300;
var SendTransfers = class extends View {
  refresh = REFRESH;
  /** @type {Transfer[]} */
  #transfers = [];
  #after = "";
  // where the next page begins
  #asked = 0;
  // counts the questions, so that a late answer to an old one is dropped
  /** @type {Map<string, string>} what tokens are called, by their IDs */
  #labels = /* @__PURE__ */ new Map();
  #id = el("input", {
    id: "transfer-id",
    type: "search",
    "aria-label": "ID of a transfer",
    placeholder: "ID of a transfer",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "none",
    maxlength: 80,
    change: () => this.#anew(),
    search: () => this.#anew()
  });
  #status = choice("transfer-status", "State", "All states", STATES2, () => this.#anew());
  #token = choice("transfer-token", "Token", "All tokens", {}, () => this.#anew());
  #sort = el(
    "select",
    { id: "transfer-sort", "aria-label": "Order", change: () => this.#list() },
    Object.entries(SORTS2).map(([value, [title]]) => el("option", { value }, title))
  );
  #state = el("p", { class: "muted", role: "status" });
  #rows = el("ul", { class: "tokens card" });
  #below = el("div", { class: "below" });
  draw() {
    this.append(
      head("Transfers", this.#state),
      el(
        "div",
        { class: "tools" },
        el("div", { class: "search" }, icon("search"), this.#id),
        this.#status,
        this.#token,
        this.#sort
      ),
      this.#rows,
      this.#below
    );
  }
  /** Asks for something else: what is shown goes. */
  #anew() {
    this.#transfers = [];
    this.opened();
  }
  async load() {
    const asked = ++this.#asked;
    try {
      const [page, known] = await Promise.all([this.#find(), tokens.list()]);
      if (asked !== this.#asked) return;
      this.#know(known);
      this.#transfers = page.transfers;
      this.#follow(page.after);
      this.#list();
    } catch (problem) {
      if (asked !== this.#asked) return;
      if (this.#transfers.length > 0) {
        notice(messageOf(problem), "bad");
        return;
      }
      this.#rows.replaceChildren();
      this.#state.textContent = "";
      this.#below.replaceChildren(failed("The transfers cannot be shown", messageOf(problem), () => this.load()));
    }
  }
  /** The first page of what is asked for, or the transfer of the ID. */
  async #find() {
    const id = this.#id.value.trim().toLowerCase();
    if (!id) return transfers.page(this.#query());
    if (!/^[0-9a-f]{12}$/.test(id)) return { transfers: [] };
    try {
      return { transfers: [await transfers.show(id)] };
    } catch (problem) {
      if (problem instanceof Refusal && problem.code === codes.transferNotFound) return { transfers: [] };
      throw problem;
    }
  }
  #query() {
    const query = new URLSearchParams({ limit: String(PAGE3) });
    if (this.#status.value) query.set("status", this.#status.value);
    if (this.#token.value) query.set("token", this.#token.value);
    return query;
  }
  /** Where there is more than a page, what somebody has looked at stays. */
  #follow(after) {
    this.#after = after ?? "";
    this.live = this.#transfers.length <= PAGE3;
    this.refresh = this.live ? REFRESH : 0;
  }
  /** Learns what tokens are called. */
  #know(known) {
    const notes = known.map(noteOf);
    const label = (t2) => {
      const note = noteOf(t2);
      if (!note) return `${idOf(t2)}…`;
      return notes.indexOf(note) === notes.lastIndexOf(note) ? note : `${note} (${idOf(t2)}…)`;
    };
    this.#labels = new Map(known.map((t2) => [t2.cache_id, label(t2)]));
    const chosen = this.#token.value;
    const options = Array.from(this.#labels, ([id, label2]) => el("option", { value: id }, label2));
    this.#token.replaceChildren(el("option", { value: "" }, "All tokens"), ...options);
    this.#token.value = this.#labels.has(chosen) ? chosen : "";
  }
  async #more(more) {
    more.disabled = true;
    const asked = this.#asked;
    const query = this.#query();
    query.set("after", this.#after);
    try {
      const page = await transfers.page(query);
      if (asked !== this.#asked) return;
      this.#transfers.push(...page.transfers);
      this.#follow(page.after);
      this.#list();
    } catch (problem) {
      more.disabled = false;
      notice(messageOf(problem), "bad");
    }
  }
  #list() {
    const all = this.#transfers.toSorted(SORTS2[this.#sort.value][1]);
    const focused = (
      /** @type {HTMLElement | null} */
      document.activeElement?.closest("li.transfer")?.dataset.id
    );
    const name = document.activeElement?.getAttribute("data-do");
    this.#rows.replaceChildren(...all.map((t2) => this.#row(t2)));
    if (focused) {
      const row2 = this.#rows.querySelector(`[data-id="${focused}"]`);
      const again = row2?.querySelector(`[data-do="${name}"]`) ?? row2?.querySelector("button");
      again?.focus();
    }
    const size = all.reduce((sum, t2) => sum + (t2.erased ? 0 : t2.payload_bytes), 0);
    const many = this.#after ? `${number(all.length)} or more transfers` : plural(all.length, "transfer");
    const said = all.length === 0 ? "" : `${many}, ${bytes(size)} sealed`;
    if (this.#state.textContent !== said) this.#state.textContent = said;
    this.#below.replaceChildren(...this.#rest(all.length));
  }
  #rest(n) {
    if (this.#after) {
      const more = button(n === 0 ? "None among the first: look on" : "Show more", "", "wide", () => this.#more(more));
      if (n === 0) return [more];
      return [more, el("p", { class: "hint" }, "There are more than these, which are in order among themselves.")];
    }
    if (n > 0) return [];
    if (!this.#id.value && !this.#status.value && !this.#token.value) {
      const text = "What people send is listed here, without names: this service knows none.";
      return [empty({ picture: "upload", title: "No transfers", text })];
    }
    const showAll = () => {
      this.#id.value = this.#status.value = this.#token.value = "";
      this.#anew();
      this.#id.focus();
    };
    return [empty({ picture: "search", title: "Nothing found", button: button("Show all", "", "", showAll) })];
  }
  #row(t2) {
    const made = new Date(t2.created_at);
    return el(
      "li",
      { class: `token transfer ${t2.status}`, "data-id": t2.transfer_id },
      el(
        "div",
        { class: "who" },
        el("h2", {}, el("code", {}, t2.transfer_id)),
        el(
          "p",
          { class: "muted" },
          "Made ",
          el("time", { datetime: t2.created_at, title: made.toLocaleString() }, ago(made)),
          t2.token && [" with ", this.#label(t2.token)]
        )
      ),
      el(
        "div",
        { class: "what" },
        el("b", {}, t2.payload_bytes > 0 ? bytes(t2.payload_bytes) : "Nothing yet"),
        el("span", {}, endOf(t2))
      ),
      downloads(t2),
      el("span", { class: `pill ${t2.status}` }, STATES2[t2.status] ?? t2.status),
      el("div", { class: "actions" }, this.#actions(t2))
    );
  }
  #label(id) {
    return this.#labels.get(id) ?? `${id.slice(0, 8)}…`;
  }
  #actions(t2) {
    const of = () => el("span", { class: "visually-hidden" }, ` ${t2.transfer_id}`);
    const details = button("Details", "eye", "quiet", () => this.#details(t2), of());
    details.dataset.do = "details";
    const down = button("Take down", "ban", "quiet danger", () => this.#takeDown(t2), of());
    down.dataset.do = "down";
    return [details, isOver(t2) || !isOperator() ? el("span", {}) : down];
  }
  async #details(t2) {
    const happened = el("div", {}, el("p", { class: "muted" }, "Looking…"));
    this.#happened(t2).then(
      (told) => happened.replaceChildren(told),
      (problem) => happened.replaceChildren(el("p", { class: "note bad" }, messageOf(problem)))
    );
    const rows2 = [
      ["State", STATES2[t2.status] ?? t2.status],
      ["Size, sealed", t2.payload_bytes > 0 ? bytes(t2.payload_bytes) : "nothing yet"],
      ["Token", t2.token ? this.#label(t2.token) : "none"],
      ["Made", moment(new Date(t2.created_at))],
      ["Ends", until(new Date(t2.expires_at))],
      ["Downloads", `${downloadsOf(t2)}, ${number(t2.downloads_completed)} confirmed`]
    ];
    if (t2.request) rows2.splice(3, 0, ["Sent to request", t2.request]);
    if (t2.erased) rows2.push(["Bytes", "erased"]);
    await dialog({
      title: `Transfer ${t2.transfer_id}`,
      dismiss: "Done",
      body: [el("dl", { class: "facts" }, facts(rows2)), el("h3", {}, "What happened"), happened]
    });
  }
  /** What the audit trail has of a transfer, the newest first. */
  async #happened(t2) {
    const from = new Date(Math.max(Date.parse(t2.created_at) - 6e4, Date.now() - 30 * 864e5)).toISOString();
    const { events, after } = await audit.page(new URLSearchParams({ from, transfer: t2.transfer_id }), 50);
    if (events.length === 0) return el("p", { class: "muted" }, "The audit trail has nothing of it.");
    return el(
      "ul",
      { class: "happened" },
      events.map(
        ({ time: time2, event, outcome, reason }) => el(
          "li",
          {},
          el("time", { datetime: time2, class: "muted" }, stamp(new Date(time2))),
          el("span", {}, EVENTS[event] ?? event, outcome !== "success" && ` (${outcome})`),
          reason && el("small", {}, reason)
        )
      ),
      after && el("li", { class: "muted" }, "The audit page has what was before.")
    );
  }
  async #takeDown(t2) {
    const help = "For the audit trail. Whoever has the link is told that it was taken down, and not why.";
    const done = await dialog({
      title: "Take this transfer down?",
      action: "Take down",
      danger: true,
      body: [
        el(
          "p",
          {},
          "Nobody can download ",
          el("strong", {}, t2.transfer_id),
          " any more, and its bytes are removed. This cannot be undone."
        ),
        field("reason", "Reason", help, { maxlength: MAX_REASON })
      ],
      submit: (fields) => {
        const reason = fields.reason.value.trim();
        if (!reason) throw new Problem("Say why, for the audit trail.", fields.reason);
        if (new TextEncoder().encode(reason).length > MAX_REASON) {
          throw new Problem("That is too long. Say it shorter.", fields.reason);
        }
        return transfers.takeDown(t2.transfer_id, reason);
      }
    });
    if (!done) return;
    notice(done.erased ? "Taken down, and erased" : "Taken down; its bytes go with the next sweep");
    this.#transfers = this.#transfers.map((other) => other.transfer_id === done.transfer_id ? done : other);
    this.#list();
  }
};
var isOver = ({ status }) => ["expired", "deleted", "taken_down"].includes(status);
function endOf(t2) {
  const end = new Date(t2.expires_at);
  if (!isOver(t2)) return ["ends ", el("time", { datetime: t2.expires_at, title: end.toLocaleString() }, until(end))];
  return t2.erased ? "erased" : "about to be erased";
}
var downloadsOf = ({ download_count: count, max_downloads: most }) => most > 0 ? `${number(count)} of ${number(most)}` : number(count);
function downloads(t2) {
  const words = el("span", {}, el("b", {}, downloadsOf(t2)), t2.max_downloads === 1 ? " download" : " downloads");
  if (t2.max_downloads === 0) return el("div", { class: "usage" }, words);
  const done = el("i");
  done.style.width = `${Math.min(1, t2.download_count / t2.max_downloads) * 100}%`;
  return el("div", { class: "usage" }, words, el("div", { class: "meter" }, done));
}
customElements.define("send-transfers", SendTransfers);

// assets/console.js
var VIEWS = [
  ["tokens", "Tokens", "key"],
  ["transfers", "Transfers", "share"],
  ["pulse", "Pulse", "pulse"],
  ["audit", "Audit", "trail"],
  ["system", "System", "server"]
];
var SendConsole = class extends HTMLElement {
  #main = el("main", { id: "main", tabindex: "-1" });
  /** @type {Map<string, HTMLElement>} */
  #links = /* @__PURE__ */ new Map();
  start() {
    for (const [name, title, picture] of VIEWS) {
      this.#links.set(name, el("a", { href: `#${name}` }, icon(picture), el("span", {}, title)));
    }
    const leave = { type: "button", class: "button quiet", click: () => this.#leave() };
    this.append(
      el(
        "header",
        { class: "top" },
        el("a", { class: "brand", href: "#tokens" }, icon("brand"), brand(), el("small", {}, "console")),
        el("nav", { "aria-label": "Views" }, ...this.#links.values()),
        el(
          "div",
          { class: "here" },
          el("p", { class: "me" }, ...me2()),
          el("button", leave, icon("leave"), el("span", {}, "Log out"))
        )
      ),
      this.#main
    );
    this.hidden = false;
    addEventListener("hashchange", () => this.#show());
    this.#show();
  }
  // The views stay in the page when another is opened: a search is as it was on coming back.
  #show() {
    const asked = location.hash.slice(1);
    if (asked === "main") return;
    const [name, title] = VIEWS.find(([name2]) => name2 === asked) ?? VIEWS[0];
    for (const [other, link] of this.#links) {
      if (other === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${title} · SGraph Send console`;
    const known = this.#main.querySelector(`send-${name}`);
    const view = (
      /** @type {import('./view.js').View} */
      known ?? document.createElement(`send-${name}`)
    );
    if (!known) this.#main.append(view);
    for (
      const other of
      /** @type {Iterable<import('./view.js').View>} */
      this.#main.children
    ) {
      other.hidden = other !== view;
      if (other !== view) other.closed();
    }
    view.opened();
  }
  async #leave() {
    try {
      await logout();
    } catch (problem) {
      notice(
        /** @type {Error} */
        problem.message,
        "bad"
      );
      return;
    }
    location.reload();
  }
};
function me2() {
  const { role: role2, person: person2, name } = whoAmI() ?? {};
  const words = role2 === "viewer" ? "Viewer" : "Operator";
  if (!person2) return [el("b", {}, words), el("small", {}, "by the API key")];
  const id = person2.slice(0, 8);
  return [
    el("b", { title: `ID ${person2} in the audit trail` }, el("bdi", {}, name || id)),
    el("small", {}, words, name && el("span", { class: "id" }, `, ID ${id}`))
  ];
}
customElements.define("send-console", SendConsole);
var form = find(document, "send-login", SendLogin);
try {
  if (!await signedIn()) await form.ask(false);
} catch {
  await form.ask(false);
}
var { role, person } = whoAmI() ?? {};
onSignedOut(async () => {
  await form.ask(true);
  const now = whoAmI();
  if (now?.role !== role || now?.person !== person) location.reload();
});
find(document, "send-console", SendConsole).start();
