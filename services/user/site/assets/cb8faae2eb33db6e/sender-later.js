// assets/shared/contract.js
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
function crossing(error) {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return { ...error, name: error.name, message: error.message };
}

// assets/crypto/memory.js
var isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? "");

// assets/net/transmit.js
var QUICK = 2e3;
var took = Infinity;
async function transmit(method, url, body, { headers: said = {}, signal, onProgress }) {
  signal.throwIfAborted();
  const sending = { method, url, body, said, signal };
  const start = Date.now();
  const etag = await (isGecko && took < QUICK ? byFetch(sending) : byXHR(sending, onProgress));
  took = Date.now() - start;
  onProgress(body.length);
  return etag;
}
async function byFetch({ method, url, body, said, signal }) {
  let response;
  try {
    response = await fetch(url, { method, body, headers: said, signal });
  } catch {
    signal.throwIfAborted();
    throw new ApiError(0);
  }
  if (!response.ok) throw errorOf(response.status, await response.text(), response.headers.get(headers.retryAfter));
  return response.headers.get(headers.eTag);
}
function byXHR({ method, url, body, said, signal }, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    signal.addEventListener("abort", stop, { once: true });
    xhr.onloadend = () => signal.removeEventListener("abort", stop);
    xhr.open(method, url);
    for (const [name, value] of Object.entries(said)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.getResponseHeader(headers.eTag));
      else reject(errorOf(xhr.status, xhr.responseText, xhr.getResponseHeader(headers.retryAfter)));
    };
    xhr.onerror = () => {
      onProgress(0);
      reject(new ApiError(0));
    };
    xhr.onabort = () => reject(signal.reason);
    xhr.send(body);
  });
}

// assets/net/sender-later.js
var running = /* @__PURE__ */ new Map();
self.addEventListener("message", async ({ data: { id, abort, method, url, bytes } }) => {
  if (abort) {
    running.get(id)?.abort(new DOMException("aborted", "AbortError"));
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const onProgress = (sent) => self.postMessage({ id, sent });
  const said = {};
  try {
    said.etag = await transmit(method, url, bytes, { signal: controller.signal, onProgress });
  } catch (error) {
    said.error = crossing(error);
  }
  running.delete(id);
  self.postMessage({ id, ...said, bytes }, { transfer: [bytes.buffer] });
});
self.postMessage({});
