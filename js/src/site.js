// The site's side of a login: what it asks, and what it accepts.

import { hex, toBase64url, unhex } from './bytes.js';
import { RealDidError } from './error.js';
import { LightClient } from './light.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Challenges that are open at a time, some 700 bytes each; with more, the oldest are forgotten. */
const OPEN_MAX = 50_000;

/** What WebCrypto offers; before version 19 Node.js keeps it in a module. */
const webCrypto = async () => globalThis.crypto ?? (await import('node:crypto')).webcrypto;

/** A site that people log in to. It asks a node for the genesis once, and nobody for anything afterwards. */
export class LoginSite {
  #light;
  #asked;
  #lifetime;
  #authorities;
  #open;

  /** Use `open`. */
  constructor(light, { asked, lifetime, authorities, challenges }) {
    this.#light = light;
    this.#asked = asked;
    this.#lifetime = lifetime;
    this.#authorities = authorities;
    this.#open = challenges;
  }

  /** The site with this DID on the network with this genesis. */
  static async open({
    node,
    genesis,
    light,
    did,
    origin,
    returnAddress,
    level = 1,
    maxAge = DAY,
    otherDevice = false,
    lifetime = 5 * MINUTE,
    authorities = null,
    challenges = new Map(),
  }) {
    const trusted = light ?? (await LightClient.fromNode(node, genesis));
    const asked = { site: did, origin, return_address: returnAddress, age_max: maxAge, level, other_device: otherDevice };
    const site = new LoginSite(trusted, { asked, lifetime, authorities, challenges });
    await site.#make(); // what is wrong with it shows now
    return site;
  }

  /**
   * A challenge for the browser of a session, which is any text that names that browser to the site, as a cookie does.
   * `text` goes to the wallet; `number` is shown beside it where the wallet may be on another device.
   */
  async challenge(session) {
    const { bytes, nonce, number, expires } = await this.#make();
    if (this.#open instanceof Map) makeRoom(this.#open);
    await this.#open.set(nonce, { challenge: bytes, session: named(session), expires });
    return { text: toBase64url(unhex(bytes)), nonce, number, expires };
  }

  /**
   * Who logs in by a response, which counts once: `subject` names the person to this site, for good. With `session`, the
   * one that was asked. Throws a `RealDidError` with the code of what is wrong.
   */
  async verify(response, session) {
    const { nonce } = this.#light.readResponse(response);
    const open = await this.#open.get(nonce);
    if (!open || open.expires <= Date.now()) throw unknown();
    if (!this.#asked.other_device && open.session !== named(session)) {
      throw new RealDidError('other_session', 'the login was begun in another browser');
    }
    // of two that come at once, one finds it gone
    if (!(await this.#open.delete(nonce))) throw unknown();
    const challenge = { bytes: open.challenge };
    const { epoch, ...login } = this.#light.verifyLogin(challenge, response, { authorities: this.#authorities });
    return { ...login, session: open.session };
  }

  async #make() {
    const nonce = hex((await webCrypto()).getRandomValues(new Uint8Array(32)));
    return this.#light.challenge({ ...this.#asked, nonce, expires: Date.now() + this.#lifetime });
  }
}

/** Where the wallet is sent: its address, with the challenge. Give the link `referrerpolicy="origin"`. */
export const challengeAddress = (wallet, { text }) => `${wallet}#challenge=${text}`;

/**
 * A page for `GET` of the return address. The wallet sends the browser there with the response behind a `#`, which
 * servers never see; the page hands it to the site by `POST` to the same address, in the form field `response`.
 */
export const returnPage = `<!doctype html><meta charset="utf-8"><title>…</title>
<form method="post"><input type="hidden" name="response"><noscript>JavaScript</noscript></form>
<script>
const form = document.forms[0];
form.response.value = new URLSearchParams(location.hash.slice(1)).get('response') ?? '';
history.replaceState(null, '', location.pathname);
form.submit();
</script>
`;

function makeRoom(open) {
  const now = Date.now();
  for (const [nonce, { expires }] of open) {
    // in the order in which they run out
    if (expires > now && open.size < OPEN_MAX) return;
    open.delete(nonce);
  }
}

function named(session) {
  if (typeof session === 'string' && session !== '') return session;
  throw new RealDidError('other_session', 'a session is a text that names the browser, as a cookie does');
}

const unknown = () => new RealDidError('nonce_unknown', 'no such login is open: it was used, or it ran out; begin again');
