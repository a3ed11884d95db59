// A passphrase that can be said: words by chance, of a list that is loaded when somebody wants one.

const WORDS = 6; // 77 bits
const LISTED = 7776;

/** What 32 bits can be without one word being likelier than another. */
const FAIR = 2 ** 32 - (2 ** 32 % LISTED);

/** @returns {Promise<string>} */
export async function newWords() {
  const answer = await fetch(new URL('./eff-large-wordlist.txt', import.meta.url));
  const list = (await answer.text()).split('\n').filter((line) => /^[a-z-]+$/.test(line));
  if (!answer.ok || list.length !== LISTED) throw new Error('the list of words did not come');
  return Array.from({ length: WORDS }, () => list[number()]).join(' ');
}

/** @returns {number} */
function number() {
  const [bits] = crypto.getRandomValues(new Uint32Array(1));
  return bits < FAIR ? bits % LISTED : number();
}
