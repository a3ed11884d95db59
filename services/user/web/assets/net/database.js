// IndexedDB with promises. Every call fails where the browser has no such place, as in some private windows, or no room.

/**
 * @template R
 * @param {IDBRequest<R>} request
 * @returns {Promise<R>}
 */
export const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const LAST = 2 ** 32; // a number that no row has

/** The rows of one transfer, where keys are its ID and a number. */
export const rowsOf = (/** @type {IDBValidKey} */ id) => IDBKeyRange.bound([id, 0], [id, LAST]);

/**
 * A database of stores whose keys stand beside the values. It is opened when it is first used. With the durability
 * 'strict' what is done is on the disk, and not only on its way there.
 */
export class Database {
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
    const transaction = db.transaction(names, 'readwrite', { durability: this.#durability });
    const complete = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error); // no room, for one
    });
    const [result] = await Promise.all([task(...names.map((name) => transaction.objectStore(name))), complete]);
    return result;
  }

  #open() {
    const request = indexedDB.open(this.#name, 1);
    request.onupgradeneeded = () => {
      for (const store of this.#stores) request.result.createObjectStore(store);
    };
    return answer(request).then((db) => {
      db.onclose = () => {
        this.#opened = undefined; // the person erased what the browser kept of this site
      };
      return db;
    });
  }
}

/** The database of what this browser sends and asks for; what it receives has its own (storage.js). */
export const sending = new Database('sgraph-sending', ['uploads', 'tags', 'sent', 'requests'], 'strict');
