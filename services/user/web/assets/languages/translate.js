// The texts that a page has in its markup. A sentence with elements in it is one text, in which they are numbered:
// "Run <0>sgsend</0> for that." They stay the elements that they are, and nothing is read as markup.

const ATTRIBUTES = ['placeholder', 'aria-label', 'title', 'alt', 'label', 'content'];
const TEXT = 3;
const ELEMENT = 1;

const isBlank = (/** @type {string} */ text) => text.trim() === '';
const isWord = (/** @type {string} */ text) => /\p{L}/u.test(text);

/** @typedef {(text: string) => string | undefined} Look */

/**
 * Puts other texts in the place of those of an element and of all within.
 * @param {Element} element
 * @param {Look} look what to say for a text; undefined leaves it
 */
export function translate(element, look) {
  if (isLeftOut(element)) return;
  const children = Array.from(element.childNodes);
  if (!children.some((node) => node.nodeType === TEXT && !isBlank(textOf(node)))) {
    attributes(element, look);
    for (const child of children) {
      if (child.nodeType === ELEMENT) translate(/** @type {Element} */ (child), look);
    }
    return;
  }
  deepAttributes(element, look);
  const from = children.findIndex(says);
  const to = children.findLastIndex(says) + 1;
  const nodes = children.slice(from, to);
  const text = written(nodes);
  const said = isWord(text) ? look(text.trim()) : undefined;
  if (said === undefined) return;
  const [, before, after] = /** @type {RegExpMatchArray} */ (text.match(/^(\s*).*?(\s*)$/s));
  const end = children[to] ?? null;
  for (const node of nodes) node.remove();
  for (const node of made(before + said + after, nodes)) element.insertBefore(node, end);
}

/** What no person reads; and names. */
const isLeftOut = (/** @type {Element} */ element) =>
  ['script', 'style', 'noscript', 'svg', 'select'].includes(element.localName) ||
  element.getAttribute('translate') === 'no';

/**
 * @param {Element} element
 * @param {Look} look
 */
function attributes(element, look) {
  const isDescription = element.getAttribute('name') === 'description';
  for (const name of ATTRIBUTES) {
    const text = name === 'content' && !isDescription ? null : element.getAttribute(name);
    const said = text && isWord(text) ? look(text.trim().replace(/\s+/g, ' ')) : undefined;
    if (said !== undefined) element.setAttribute(name, said);
  }
}

/**
 * @param {Element} element
 * @param {Look} look
 */
function deepAttributes(element, look) {
  attributes(element, look);
  for (const child of element.childNodes) {
    if (child.nodeType === ELEMENT) deepAttributes(/** @type {Element} */ (child), look);
  }
}

const textOf = (/** @type {ChildNode} */ node) => /** @type {Text} */ (node).data;

/** Whether there is something to read in a node. */
function says(/** @type {ChildNode} */ node) {
  if (node.nodeType === TEXT) return !isBlank(textOf(node));
  return (
    node.nodeType === ELEMENT && !isLeftOut(/** @type {Element} */ (node)) && Array.from(node.childNodes).some(says)
  );
}

/**
 * Nodes as the text that stands for them.
 * @param {ChildNode[]} nodes
 * @returns {string}
 */
function written(nodes) {
  let number = 0;
  return nodes
    .map((node) => {
      if (node.nodeType === TEXT) return textOf(node).replace(/\s+/g, ' ');
      if (node.nodeType !== ELEMENT) return '';
      const at = number++;
      return says(node) ? `<${at}>${written(Array.from(node.childNodes))}</${at}>` : `<${at}/>`;
    })
    .join('');
}

/**
 * The nodes for which a text stands. An element that it has not is left out.
 * @param {string} text
 * @param {ChildNode[]} nodes those of the text that it takes the place of
 * @returns {ChildNode[]}
 */
function made(text, nodes) {
  const elements = nodes.filter(({ nodeType }) => nodeType === ELEMENT);
  return text
    .split(/(<(\d+)>.*?<\/\2>|<\d+\/>)/s)
    .flatMap((part, i) => (i % 3 === 2 ? [] : [part]))
    .filter(Boolean)
    .map((part) => {
      const [, number, within] = part.match(/^<(\d+)(?:\/|>(.*)<\/\1)>$/s) ?? [];
      const element = /** @type {Element | undefined} */ (elements[Number(number ?? -1)]);
      if (!element) return document.createTextNode(part);
      if (within !== undefined) element.replaceChildren(...made(within, Array.from(element.childNodes)));
      return element;
    });
}
