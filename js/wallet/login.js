// A login: what the person is asked, whether the wallet can answer, and the answer.

import { RealDidError } from '../src/index.js';
import { fetchProofs, held, make, settle, add } from './identity.js';
import { FRESHNESS_MIN } from './schedule.js';
import { fetchSite, knowsSite } from './refresh.js';

/** How long a response may be on its way: proofs that would be too old by then are too old now. In milliseconds. */
const ON_THE_WAY = 60_000;

/** What the person is to agree to: what the ledger proves of the site. Throws if the wallet must not answer. */
export async function reviewed(wallet, { text, requester }) {
  const { light, store } = wallet;
  const challenge = light.readChallenge(text);
  const known = await store.identity(challenge.site);
  if (known && knowsSite(known)) {
    try {
      return { challenge, consent: light.review(challenge, known.answer, { requester }), askedNode: false };
    } catch (error) {
      // what is known may be out of date, but a relayed login stays one
      if (error.code === 'relayed') throw error;
    }
  }
  const consent = await light.reviewLogin(location.origin, challenge, { requester });
  if (known) await fetchSite(wallet, challenge.site);
  return { challenge, consent, askedNode: true };
}

/** What stands between the wallet and an answer: `null` if nothing does. */
export async function obstacle(wallet, identity, challenge, now = Date.now()) {
  if (!identity?.made || identity.pending) return 'no_identity';
  const bundle = held(wallet, identity);
  const oldest = now + Math.min(ON_THE_WAY, challenge.age_max / 2) - challenge.age_max;
  if (!bundle || bundle.time < oldest) return 'stale';
  const { authentication } = await wallet.branch(challenge.site).keys(identity.generation);
  const mayLogIn = ({ key, purposes }) => key === authentication.publicKey && purposes.includes('authentication');
  if (!bundle.record.keys.some(mayLogIn)) return 'key_gone';
  return attestationObstacle(bundle, challenge.level, now);
}

/** Whether a look at the ledger may take an obstacle away. */
export const mayPass = (obstacle) => obstacle !== null && obstacle !== 'no_identity';

/**
 * Prepares the answer that the person agreed to: makes the identity if there is none, and fetches proofs if those that are held
 * do not do. What still stands between, or `null`; `tell` hears each step.
 */
export async function prepare(wallet, login, tell) {
  const { challenge, consent } = login;
  let identity = await wallet.store.identity(challenge.site);
  // what a node only listed when identities were looked for has perhaps never been made
  if (!identity?.made || !identity.bundle || identity.pending) {
    identity ??= await add(wallet, { site: challenge.site, name: consent.name });
    login.askedNode = true;
    identity = identity.pending ? await settle(wallet, identity, tell) : identity;
    if (!identity.made || !identity.bundle) identity = await make(wallet, identity, tell);
    await fetchSite(wallet, challenge.site);
  }
  const found = await obstacle(wallet, identity, challenge);
  if (!mayPass(found)) return found;
  tell('looking');
  login.askedNode = true;
  return obstacle(wallet, await fetchProofs(wallet, identity), challenge);
}

/** The address that the browser goes to with the answer. Nothing is told before the history knows of it. */
export async function answered(wallet, { challenge, consent, askedNode }) {
  const identity = await wallet.store.identity(challenge.site);
  const bundle = held(wallet, identity);
  if (!bundle) throw new RealDidError('stale', 'the proofs are gone');
  const { authentication } = await wallet.branch(challenge.site).keys(identity.generation);
  const response = await wallet.light.respond(challenge, bundle, authentication);
  const freshness = Math.max(Math.min(identity.freshness, challenge.age_max), FRESHNESS_MIN);
  await wallet.store.change(challenge.site, { freshness, name: consent.name });
  const { site, level } = challenge;
  await wallet.store.remember({ time: Date.now(), site, name: consent.name, origin: consent.origin, level, askedNode });
  return `${consent.return_address}#response=${response}`;
}

function attestationObstacle({ attested }, level, now) {
  if (level === 0) return null;
  if (!attested) return 'not_attested';
  if (attested.expires <= now + ON_THE_WAY) return 'attestation_expired';
  return attested.level < level ? 'level_too_low' : null;
}
