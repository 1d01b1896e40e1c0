// A person's wallet in this browser: one secret, and an identity for each site.

import { Branch, masterOf } from './derive.js';

export class Wallet {
  #master;
  #branches = new Map();

  constructor(store, light, master) {
    this.store = store;
    this.light = light;
    this.#master = master;
  }

  /** The wallet that this browser keeps; `undefined` if it keeps none. */
  static async open(store, light) {
    const master = await store.get('master');
    return master && new Wallet(store, light, master);
  }

  /** The wallet of a recovery code, kept from now on, unless another tab keeps one meanwhile. The code itself is wiped. */
  static async keep(store, light, code) {
    const master = await masterOf(code);
    code.fill(0);
    await store.add('master', master);
    await store.put('since', Date.now());
    // asks the browser not to clear it when space is short; some ask the person
    await navigator.storage?.persist?.().catch(() => false);
    return new Wallet(store, light, master);
  }

  /** The keys of a site. */
  branch(site) {
    if (!this.#branches.has(site)) this.#branches.set(site, new Branch(this.#master, this.light.genesis, site));
    return this.#branches.get(site);
  }
}
