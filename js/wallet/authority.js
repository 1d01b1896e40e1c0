// The authority that attests people: its HTTP interface, as docs/authority.md says it. Whatever names a person goes there and is
// kept nowhere here.

import { RealDidError } from '../src/index.js';
import { hex } from '../src/bytes.js';
import { look } from '../src/node.js';

export class Authority {
  #url;
  #about;

  constructor(url) {
    this.#url = url;
  }

  /** Who it is, and how long it lets people wait; asked once. */
  async about() {
    this.#about ??= await this.#ask('/v1/about');
    return this.#about;
  }

  /** Asks that a person be behind an identity; how that stands: `status`, `not_before`, `not_after`. */
  async attest(wallet, identity, person) {
    return this.#ask('/v1/attestations', { person, ...(await this.#proof(wallet, identity)) });
  }

  /** How the attestation of an identity stands. */
  async status(wallet, identity) {
    return this.#ask('/v1/attestations/status', await this.#proof(wallet, identity));
  }

  /** All that is attested in a person's name. */
  mine(person) {
    return this.#ask('/v1/mine', { person });
  }

  /** Gives one up: it lapses, or, if it is urgent, is taken off the ledger at a random time. */
  withdraw(person, did, urgent) {
    return this.#ask('/v1/withdrawals', { person, did, urgent });
  }

  /** That whoever asks controls the DID: a signature for this authority alone. */
  async #proof(wallet, { site, did, generation }) {
    const { authority } = await this.about();
    const { challenge, genesis } = await this.#ask('/v1/challenges', { did });
    if (genesis !== wallet.light.genesis) throw new RealDidError('other_network', 'the authority is of another network');
    const { authentication } = await wallet.branch(site).keys(generation);
    const signature = await authentication.sign(wallet.light.control(did, authority, challenge));
    return { did, challenge, key: authentication.publicKey, signature: hex(signature) };
  }

  async #ask(path, body) {
    const headers = { 'content-type': 'application/json' };
    const options = body && { method: 'POST', headers, body: JSON.stringify(body) };
    const { status, json } = await look(this.#url, path, options).catch((error) => {
      throw new RealDidError('authority_unreachable', 'the authority does not answer', { cause: error });
    });
    if (status >= 200 && status < 300) return json;
    throw new RealDidError(String(json?.code ?? 'authority_refuses'), String(json?.detail ?? `HTTP status ${status}`));
  }
}
