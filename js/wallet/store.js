// What this browser keeps, in IndexedDB: the secret that keys come from, the person's identities, the history of logins.

import { RealDidError } from '../src/index.js';

const NAME = 'realdid-wallet';
const TABLES = { kept: undefined, identities: { keyPath: 'site' }, history: { keyPath: 'number', autoIncrement: true } };
/** Logins that are remembered; the oldest are forgotten. */
const HISTORY_MAX = 10_000;

export class Store {
  #database;

  constructor(database) {
    this.#database = database;
    // another tab forgets the wallet
    database.onversionchange = () => database.close();
  }

  static async open() {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(TABLES)) opening.result.createObjectStore(name, options);
    };
    return new Store(await done(opening));
  }

  /** Something that is kept by name: `master`, `genesis`, `epochs`, `since`, `language`. */
  get(name) {
    return this.#ask('kept', 'readonly', (table) => table.get(name));
  }

  /** Puts what must not replace anything: two tabs may try at once. Throws `exists` if it is there. */
  async add(name, value) {
    await this.#ask('kept', 'readwrite', (table) => table.add(value, name)).catch((error) => {
      throw error.name === 'ConstraintError' ? new RealDidError('exists', 'this browser keeps a wallet already') : error;
    });
  }

  put(name, value) {
    return this.#ask('kept', 'readwrite', (table) => table.put(value, name));
  }

  /** All identities, those first that are used by name. */
  async identities() {
    const all = await this.#ask('identities', 'readonly', (table) => table.getAll());
    return all.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The identity for a site. */
  identity(site) {
    return this.#ask('identities', 'readonly', (table) => table.get(site));
  }

  /** Changes what is kept of an identity, and gives it. */
  async change(site, change) {
    const table = this.#table('identities', 'readwrite');
    const changed = { ...(await done(table.get(site))), ...change, site };
    await done(table.put(changed));
    return changed;
  }

  /** Logins, the newest first. */
  async history() {
    return (await this.#ask('history', 'readonly', (table) => table.getAll())).reverse();
  }

  async remember(login) {
    const table = this.#table('history', 'readwrite');
    const number = await done(table.add(login));
    await done(table.delete(IDBKeyRange.upperBound(number - HISTORY_MAX)));
  }

  /** Forgets everything. */
  async forget() {
    this.#database.close();
    await done(indexedDB.deleteDatabase(NAME));
  }

  #table(name, mode) {
    return this.#database.transaction(name, mode, { durability: 'strict' }).objectStore(name);
  }

  #ask(name, mode, work) {
    return done(work(this.#table(name, mode)));
  }
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
