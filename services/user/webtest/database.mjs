// As much of IndexedDB as the pages ask for, in memory: stores of keys that are texts or lists, and transactions that are
// done as a whole or not at all.

const order = (key) => JSON.stringify(Array.isArray(key) ? key.map(padded) : padded(key));
const padded = (part) => (typeof part === 'number' ? String(part).padStart(12, '0') : part);

class Store {
  #rows;
  #ask;

  constructor(rows, ask) {
    this.#rows = rows;
    this.#ask = ask;
  }

  #within(range) {
    const keys = [...this.#rows.values()].sort((a, b) => (order(a.key) < order(b.key) ? -1 : 1));
    if (range === undefined) return keys;
    const { lower, upper } = range.lower ? range : { lower: range, upper: range };
    return keys.filter(({ key }) => order(key) >= order(lower) && order(key) <= order(upper));
  }

  get = (key) => this.#ask(() => structuredClone(this.#rows.get(order(key))?.value));
  count = (range) => this.#ask(() => this.#within(range).length);
  getKey = (key) => this.#ask(() => this.#rows.get(order(key))?.key);
  getAll = (range) => this.#ask(() => this.#within(range).map(({ value }) => structuredClone(value)));
  getAllKeys = (range) => this.#ask(() => this.#within(range).map(({ key }) => key));
  put = (value, key) =>
    this.#ask(() => {
      if (this.#rows.isFull) throw new Error('there is no room');
      this.#rows.set(order(key), { key, value: structuredClone(value) });
    });
  clear = () => this.#ask(() => this.#rows.clear());
  delete = (range) =>
    this.#ask(() => {
      for (const { key } of this.#within(range)) this.#rows.delete(order(key));
    });
}

/** Puts a database of these stores in the place of the browser's; returns their rows, which can be full. */
export function fakeDatabase(...names) {
  const rows = Object.fromEntries(names.map((name) => [name, new Map()]));
  const db = {
    transaction() {
      const transaction = { error: null, objectStore: (name) => new Store(rows[name], ask) };
      let pending = 0;
      const settle = () => {
        if (pending === 0) transaction.oncomplete();
      };
      const ask = (task) => {
        const request = {};
        pending++;
        queueMicrotask(() => {
          pending--;
          try {
            request.result = task();
          } catch (error) {
            request.error = transaction.error = error;
            request.onerror();
            transaction.onabort();
            return;
          }
          request.onsuccess();
          setImmediate(settle);
        });
        return request;
      };
      return transaction;
    },
  };
  globalThis.indexedDB = {
    open() {
      const request = { result: db };
      queueMicrotask(() => request.onsuccess());
      return request;
    },
  };
  globalThis.IDBKeyRange = { bound: (lower, upper) => ({ lower, upper }) };
  return rows;
}
