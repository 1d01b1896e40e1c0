import { base64, fromBase64url, given, hex, toBase64url, unhex, utf8 } from './bytes.js';
import { RealDidError } from './error.js';
import { get, sleep } from './node.js';
import { Transaction, check, draft, read } from './transaction.js';
import { instantiate } from './wasm.js';

/** How long a node may take to prove what it said was final, in milliseconds, and how often it is asked. */
const [PATIENCE, PAUSE] = [20_000, 100];

/** Trusts a genesis, and believes of a node's answers what certificates lead to from there. */
export class LightClient {
  #wasm;
  #network;
  #genesis;
  #development;
  #epoch;
  /** How each epoch ended that was followed, and the validators of the next: sites may know older ones. */
  #steps = [];
  #ended = [];
  /** The bytes of the records that were proven here. */
  #proven = new WeakMap();

  /** Use `fromGenesis` or `fromNode`. */
  constructor(wasm, { network, genesis, development, epoch }) {
    this.#wasm = wasm;
    this.#network = network;
    this.#genesis = genesis;
    this.#development = development;
    this.#epoch = epoch;
  }

  /** One that trusts a genesis: the bytes that `GET /v1/genesis` gives as `encoded`. */
  static async fromGenesis(bytes) {
    const wasm = await instantiate();
    return new LightClient(wasm, wasm.call('start', bytes));
  }

  /** One that asks a node for the genesis whose digest (64 hexadecimal digits) is trusted. */
  static async fromNode(url, digest) {
    const light = await LightClient.fromGenesis(base64(await get(url, '/v1/genesis'), 'encoded'));
    if (light.genesis === String(digest).toLowerCase()) return light;
    throw new RealDidError('other_network', `${url} is of the network ${light.genesis}, not of ${digest}`);
  }

  /** The network's name, as it stands in its DIDs. */
  get network() {
    return this.#network;
  }

  /** The genesis' digest, which names the network for good. */
  get genesis() {
    return this.#genesis;
  }

  /** Whether the network is one to try things out on. */
  get development() {
    return this.#development;
  }

  /** The newest epoch whose validators are known. */
  get epoch() {
    return this.#epoch;
  }

  /** What `advance` went on by, from the genesis on: another one goes on by the same, without asking a node. */
  get ended() {
    return [...this.#ended];
  }

  /** Checks what `GET /v1/records/{did}` answers; what was proven. */
  verifyRecord(did, answer) {
    const shown = answer?.proof;
    const parts = ['proof', 'block', 'certificate'].map((field) => base64(shown, field));
    // without one it is the absence that must be proven
    const value = shown.value === null ? undefined : base64(shown, 'value');
    if (value !== undefined) parts.push(value);
    const proven = this.#wasm.call('check_record', utf8(did), ...parts);
    this.#proven.set(proven, value);
    return proven;
  }

  /** Goes on to the next epoch by what `GET /v1/epochs/{n}` answers for the present one; that epoch. */
  advance(answer) {
    if (answer?.end === null) throw new RealDidError('epoch_lasts', `epoch ${this.#epoch} is not over there`);
    const parts = ['end', 'next_validators'].map((field) => base64(answer, field));
    this.#epoch = this.#wasm.call('advance', ...parts).epoch;
    this.#steps?.push(...parts);
    this.#ended.push({ end: answer.end, next_validators: answer.next_validators });
    return this.#epoch;
  }

  /** The transaction that a draft asks for: see `create` and `by`. */
  draft(asked) {
    return draft(this.#wasm, asked);
  }

  /** The transaction of these bytes, signed or not, to be shown before it is signed. */
  read(bytes) {
    return read(this.#wasm, bytes);
  }

  /** Throws with the ledger's own code if it would not carry a signed transaction out, its sender being as proven. */
  check(transaction, proven) {
    if (!(transaction instanceof Transaction)) throw new RealDidError('malformed', 'this is no transaction');
    if (!this.#proven.has(proven)) throw new RealDidError('malformed', 'this was not proven by this light client');
    if (proven.did !== transaction.sender) {
      throw new RealDidError('other_sender', `${transaction.sender} sends it, not ${proven.did}`);
    }
    check(transaction, this.#proven.get(proven));
  }

  /**
   * Asks a node for a DID, follows the epochs up to its answer, and checks it; what was proven. With `after`, the height
   * of a block, it asks until the state after that block is proven.
   */
  async resolve(url, did, { after = 0 } = {}) {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const proven = await this.#ask(url, did);
      if (proven.height > after) return proven;
      if (Date.now() > until) {
        throw new RealDidError('not_yet', `${url} proves what was before block ${proven.height}, not after ${after}`);
      }
      await sleep(PAUSE);
    }
  }

  async #ask(url, did) {
    const answer = await get(url, `/v1/records/${encodeURIComponent(did)}`);
    return this.#follow(url, () => this.verifyRecord(did, answer));
  }

  /** Checks something, going on to later epochs until its own is reached. */
  async #follow(url, check) {
    for (;;) {
      try {
        return check();
      } catch (error) {
        if (error.code !== 'other_epoch' || error.epoch <= this.#epoch) throw error;
      }
      const epoch = this.#epoch;
      const end = await get(url, `/v1/epochs/${epoch}`);
      // another call may have gone on meanwhile
      if (this.#epoch === epoch) this.advance(end);
    }
  }

  /** A site's challenge: see `LoginSite`. */
  challenge(asked) {
    return this.#wasm.call('challenge', utf8(JSON.stringify(asked)));
  }

  /** What a challenge says: its bytes, or the text in an address. */
  readChallenge(challenge) {
    return this.#wasm.call('read_challenge', bytesOf(challenge, 'the challenge'));
  }

  /** The challenge that a response answers. */
  readResponse(response) {
    return this.#wasm.call('read_response', bytesOf(response, 'the response'));
  }

  /** Who logs in by a response to this challenge; see `LoginSite`, which also sees to it that it counts once. */
  verifyLogin(challenge, response, { now = Date.now(), authorities = null } = {}) {
    const asked = utf8(JSON.stringify({ now, authorities }));
    const login = this.#wasm.call('verify_login', unhex(challenge.bytes), bytesOf(response, 'the response'), asked);
    // what such a client has not seen the ends of, it cannot show to others: wallets have a client of their own
    if (login.epoch > this.#epoch) this.#steps = undefined;
    this.#epoch = login.epoch;
    return login;
  }

  /**
   * Asks a node for the site of a challenge, and says what the person is to agree to; throws if the wallet must not
   * answer. `requester` is the origin of the page that asked, as the browser says, or `null` if it is on another device.
   */
  async reviewLogin(url, challenge, options) {
    const answer = await this.fetchSite(url, challenge);
    return this.#follow(url, () => this.review(challenge, answer, options));
  }

  /** Asks a node for a challenge's site: what `review` checks, now or later. */
  fetchSite(url, { site_key: key }) {
    return get(url, `/v1/entries/${key}`);
  }

  /** As `reviewLogin`, by what a node answered before. */
  review(challenge, answer, { requester, now = Date.now() }) {
    const shown = answer?.proof;
    const parts = ['proof', 'block', 'certificate'].map((field) => base64(shown, field));
    if (shown.value !== null) parts.push(base64(shown, 'value'));
    const asked = utf8(JSON.stringify({ now, requester }));
    return this.#wasm.call('review', unhex(challenge.bytes), asked, ...parts);
  }

  /** What a key of a DID signs to prove to an authority that its holder asks: 32 bytes. */
  control(did, authority, challenge) {
    const { message } = this.#wasm.call('control', utf8(did), utf8(authority), given(challenge, 'the challenge'));
    return unhex(message);
  }

  /** What a wallet holds ready for logins of a DID: asks a node, and checks it. */
  async fetchBundle(url, did) {
    const bundle = base64(await get(url, `/v1/bundles/${encodeURIComponent(did)}`), 'bundle');
    return this.#follow(url, () => this.readBundle(did, bundle));
  }

  /** What a bundle proves of a DID, once everything in it holds. */
  readBundle(did, bundle) {
    const bytes = given(bundle, 'the bundle');
    return { did, ...this.#wasm.call('check_bundle', utf8(did), bytes), bytes: hex(bytes) };
  }

  /** The response to a challenge, as the text that goes into the return address, signed by a key of the bundle's DID. */
  async respond(challenge, bundle, signer) {
    if (this.#steps === undefined) {
      throw new RealDidError('unsupported', 'this light client belongs to a site: a wallet has one of its own');
    }
    const [asked, did] = [unhex(challenge.bytes), utf8(bundle.did)];
    const { message } = this.#wasm.call('read_challenge', asked, did);
    const signature = given(await signer.sign(unhex(message)), 'the signature');
    const parts = [asked, did, given(signer.publicKey, 'the key'), signature, unhex(bundle.bytes)];
    return toBase64url(unhex(this.#wasm.call('answer', ...parts, ...this.#steps).bytes));
  }
}

/** Bytes, by themselves or as the text in an address. */
function bytesOf(value, what) {
  return typeof value === 'string' ? fromBase64url(value, what) : given(value, what);
}
