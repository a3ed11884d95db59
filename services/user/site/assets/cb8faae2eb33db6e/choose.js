// assets/languages/translate.js
var ATTRIBUTES = ["placeholder", "aria-label", "title", "alt", "label", "content"];
var TEXT = 3;
var ELEMENT = 1;
var isBlank = (text) => text.trim() === "";
var isWord = (text) => /\p{L}/u.test(text);
function translate(element, look) {
  if (isLeftOut(element)) return;
  const children = Array.from(element.childNodes);
  if (!children.some((node) => node.nodeType === TEXT && !isBlank(textOf(node)))) {
    attributes(element, look);
    for (const child of children) {
      if (child.nodeType === ELEMENT) translate(
        /** @type {Element} */
        child,
        look
      );
    }
    return;
  }
  deepAttributes(element, look);
  const from = children.findIndex(says);
  const to = children.findLastIndex(says) + 1;
  const nodes = children.slice(from, to);
  const text = written(nodes);
  const said = isWord(text) ? look(text.trim()) : void 0;
  if (said === void 0) return;
  const [, before, after] = (
    /** @type {RegExpMatchArray} */
    text.match(/^(\s*).*?(\s*)$/s)
  );
  const end = children[to] ?? null;
  for (const node of nodes) node.remove();
  for (const node of made(before + said + after, nodes)) element.insertBefore(node, end);
}
var isLeftOut = (element) => ["script", "style", "noscript", "svg", "select"].includes(element.localName) || element.getAttribute("translate") === "no";
function attributes(element, look) {
  const isDescription = element.getAttribute("name") === "description";
  for (const name of ATTRIBUTES) {
    const text = name === "content" && !isDescription ? null : element.getAttribute(name);
    const said = text && isWord(text) ? look(text.trim().replace(/\s+/g, " ")) : void 0;
    if (said !== void 0) element.setAttribute(name, said);
  }
}
function deepAttributes(element, look) {
  attributes(element, look);
  for (const child of element.childNodes) {
    if (child.nodeType === ELEMENT) deepAttributes(
      /** @type {Element} */
      child,
      look
    );
  }
}
var textOf = (node) => (
  /** @type {Text} */
  node.data
);
function says(node) {
  if (node.nodeType === TEXT) return !isBlank(textOf(node));
  return node.nodeType === ELEMENT && !isLeftOut(
    /** @type {Element} */
    node
  ) && Array.from(node.childNodes).some(says);
}
function written(nodes) {
  let number = 0;
  return nodes.map((node) => {
    if (node.nodeType === TEXT) return textOf(node).replace(/\s+/g, " ");
    if (node.nodeType !== ELEMENT) return "";
    const at = number++;
    return says(node) ? `<${at}>${written(Array.from(node.childNodes))}</${at}>` : `<${at}/>`;
  }).join("");
}
function made(text, nodes) {
  const elements = nodes.filter(({ nodeType }) => nodeType === ELEMENT);
  return text.split(/(<(\d+)>.*?<\/\2>|<\d+\/>)/s).flatMap((part, i) => i % 3 === 2 ? [] : [part]).filter(Boolean).map((part) => {
    const [, number, within] = part.match(/^<(\d+)(?:\/|>(.*)<\/\1)>$/s) ?? [];
    const element = (
      /** @type {Element | undefined} */
      elements[Number(number ?? -1)]
    );
    if (!element) return document.createTextNode(part);
    if (within !== void 0) element.replaceChildren(...made(within, Array.from(element.childNodes)));
    return element;
  });
}

// assets/languages/choose.js
var NAMES = {
  en: "English",
  ar: "العربية",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  it: "Italiano",
  ja: "日本語",
  nl: "Nederlands",
  pl: "Polski",
  pt: "Português",
  ru: "Русский",
  uk: "Українська",
  zh: "简体中文"
};
var RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];
var CHOSEN = "sgraph-send-language";
var PATIENCE = 3e3;
var LONGER = 1e4;
var page = document.documentElement;
var script = (
  /** @type {HTMLScriptElement} */
  document.currentScript
);
var isParsed = new Promise((resolve) => document.addEventListener("readystatechange", resolve, { once: true }));
var wanted = fitting();
if (wanted === "en") isParsed.then(() => offer("en"));
else Object.assign(globalThis, { sgraphCatalogue: turn(wanted) });
function fitting() {
  const [, old = ""] = location.pathname.match(/^\/([a-z]{2,3})(?:-[A-Za-z]{2,4})?\//) ?? [];
  if (old) keep("sessionStorage", old);
  const tags = [kept("localStorage"), kept("sessionStorage"), ...navigator.languages];
  return tags.map((tag) => tag.split("-")[0].toLowerCase()).find((language) => Object.hasOwn(NAMES, language)) ?? "en";
}
async function turn(language) {
  write(language);
  page.dataset.waits = "";
  const [ofPage, ofScript] = `${script.dataset.whose}`.split(" ").map((sayer) => load(`${sayer}.${language}.json`));
  const words = await Promise.race([ofPage, late(PATIENCE)]);
  await isParsed;
  if (words) translate(page, (text) => words[text]);
  else write("en");
  offer(page.lang);
  delete page.dataset.waits;
  return words && { ...words, ...await Promise.race([ofScript, late(LONGER)]) };
}
function late(after) {
  return new Promise((resolve) => setTimeout(resolve, after, null));
}
async function load(name) {
  try {
    const answer = await fetch(new URL(name, script.src));
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
function write(language) {
  page.lang = language;
  page.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}
function offer(shown) {
  const choice = document.querySelector("select[data-languages]");
  if (!(choice instanceof HTMLSelectElement)) return;
  for (const [language, name] of Object.entries(NAMES)) {
    const option = new Option(name, language, false, language === shown);
    option.lang = language;
    choice.append(option);
  }
  choice.addEventListener("change", () => {
    keep("localStorage", choice.value);
    location.reload();
  });
}
function kept(place) {
  try {
    return window[place].getItem(CHOSEN) ?? "";
  } catch {
    return "";
  }
}
function keep(place, language) {
  try {
    window[place].setItem(CHOSEN, language);
  } catch {
  }
}
