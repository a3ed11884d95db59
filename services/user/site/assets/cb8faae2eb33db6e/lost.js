// assets/link/readings.js
var MOST = 64;
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
function unhex(codes) {
  const pairs = codes.replace(/[^0-9A-Fa-f]/g, "").match(/../g) ?? [];
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
      if (found.length < MOST && !found.includes(plain)) found.push(plain);
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
  for (const part of [address.slice(value), address]) {
    const at = part.lastIndexOf("://");
    if (at >= 0) {
      let from = at;
      while (from > 0 && isAlphanumeric(part[from - 1])) from--;
      const scheme = lower(part.slice(from, at));
      const host2 = lower(part.slice(at + 3).split(/[/?#\\]/)[0]);
      return /^https?$/.test(scheme) && HOST.test(host2) ? `${scheme}://${host2}` : null;
    }
    const host = lower(nameIn(part));
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

// assets/shared/language.js
var coming = (
  /** @type {any} */
  globalThis.sgraphCatalogue
);
var catalogue = coming ? await coming : null;
var language = catalogue ? document.documentElement.lang : "en";
var forms = new Intl.PluralRules(language);
var t = (text, values = {}) => filled(catalogue?.[text] ?? text, values);
var sentences = (...all) => all.filter(Boolean).join(["ja", "zh"].includes(language) ? "" : " ");
var filled = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (all, name) => {
  const value = values[name] ?? all;
  return typeof value === "number" ? value.toLocaleString(language) : value;
});

// assets/shared/dom.js
var ICONS = new URL("icons.svg", import.meta.url).pathname;
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
var relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });

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

// assets/lost.js
var LostPage = class extends HTMLElement {
  connectedCallback() {
    const { link, exposed } = takeLink();
    find(this, "[data-open]").addEventListener("click", () => location.reload());
    if (!link.reason && exposed) announce(find(show(this, "link"), "[data-title]"));
    else if (!link.reason) location.reload();
    else if (link.reason !== "no_link") this.#explain(linkWords(link));
  }
  /** @param {import('./words.js').Words} words */
  #explain({ title, text }) {
    const view = show(this, "nothing");
    find(view, "[data-title]").textContent = title;
    find(view, "[data-text]").textContent = text;
  }
};
customElements.define("lost-page", LostPage);
