// The person at one site: making the identity, its proofs, and its keys.

import { RealDidError, submit, update } from '../src/index.js';
import { hex, unhex } from '../src/bytes.js';
import { NODE, keepEpochs } from './ledger.js';
import { FRESHNESS, askingTime, nextFetch } from './schedule.js';

/** Generations that are tried, as in crates/wallet/src/place.rs. */
const GENERATIONS_MAX = 1_000;
/** How long a node may take to prove what it said was final, in milliseconds. */
const PATIENCE = 20_000;
const PAUSE = 200;

const sleep = (time) => new Promise((awake) => setTimeout(awake, time));

/** Notes that the person is to have an identity for a site. */
export async function add(wallet, { site, name, made = false }) {
  const branch = wallet.branch(site);
  const { sender: did } = wallet.light.draft(await branch.creation());
  const now = Date.now();
  const fresh = { did, name, made, since: now, generation: 0, freshness: FRESHNESS, bundle: null, answer: null, answered: 0 };
  const times = { due: nextFetch(now, FRESHNESS), siteDue: nextFetch(now, FRESHNESS), askAfter: askingTime(now) };
  return wallet.store.change(site, { ...fresh, ...times });
}

/** Makes the identity on the ledger; `tell` is called with each step: `looking`, `keys`, `handing_in`, `proving`. */
export async function make(wallet, identity, tell) {
  tell('looking');
  // another device of the person's may have made it
  if (await onLedger(wallet, identity.did)) return fetchProofs(wallet, identity);
  tell('keys');
  const branch = wallet.branch(identity.site);
  const { authentication, invocation } = await branch.keys(0);
  const transaction = await wallet.light.draft(await branch.creation()).sign(authentication, invocation);
  return carryOut(wallet, identity, transaction, 0, tell);
}

/** Puts the next generation's keys in the place of all that the record holds. */
export async function rotate(wallet, identity, tell) {
  tell('looking');
  const { record, generation } = await fetchProofs(wallet, await settle(wallet, identity, tell));
  const next = generation + 1;
  if (next >= GENERATIONS_MAX) throw new RealDidError('exhausted', 'no more keys are derived for this identity');
  tell('keys');
  const branch = wallet.branch(identity.site);
  const [present, { authentication, invocation }] = [await branch.key('invocation', generation), await branch.keys(next)];
  const draft = update(
    { did: identity.did, record },
    {
      add: await branch.recordKeys(next),
      remove: record.keys.map(({ key }) => key),
      remove_services: record.services.map(({ name }) => name),
      next_key: await branch.commitment('invocation', next + 1),
    },
  );
  const transaction = await wallet.light.draft(draft).sign(present, authentication, invocation);
  return carryOut(wallet, identity, transaction, next, tell);
}

/** Brings what was interrupted to its end: the same is sent again, which does no harm, instead of another. */
export async function settle(wallet, identity, tell = () => {}) {
  const { pending } = identity;
  if (!pending) return identity;
  try {
    return await send(wallet, identity, wallet.light.read(unhex(pending.bytes)), tell);
  } catch (error) {
    // it was decided long ago, or can no longer be: the ledger says what the identity is
    if (!['expired', 'void', 'sequence_used', 'refused', 'skipped'].includes(error.code)) throw error;
    const dropped = await wallet.store.change(identity.site, { pending: null });
    return (await onLedger(wallet, identity.did)) ? fetchProofs(wallet, { ...dropped, made: true }) : dropped;
  }
}

/** The newest proofs, kept; with `after`, of the state behind that block. */
export async function fetchProofs(wallet, identity, after = 0) {
  const { light, store } = wallet;
  const until = Date.now() + PATIENCE;
  for (;;) {
    const bundle = await light.fetchBundle(NODE, identity.did).catch((error) => {
      // what was just made is in no proven state before the next block
      if (error.code !== 'not_found' || after === 0) throw error;
    });
    await keepEpochs(store, light);
    if (bundle?.height > after && bundle.height >= (identity.height ?? 0)) return keep(wallet, identity, bundle);
    if (Date.now() > until) throw new RealDidError('not_yet', `the node is behind: it shows block ${bundle?.height ?? 'none'} of it`);
    await sleep(PAUSE);
  }
}

/** What is held of an identity, checked anew: `null` if it is missing or of validators that have changed. */
export function held({ light }, { did, bundle }) {
  if (!bundle) return null;
  try {
    return light.readBundle(did, unhex(bundle));
  } catch (error) {
    if (error.code === 'other_epoch') return null;
    throw error;
  }
}

/** Whether the record is as this wallet leaves it: nobody else put a key there, or took one away. */
export async function isIntact(wallet, { site, generation }, record) {
  const branch = wallet.branch(site);
  const own = (await branch.recordKeys(generation)).map(({ key }) => key).sort();
  const found = record.keys.map(({ key }) => key).sort();
  const next = await branch.commitment('invocation', generation + 1);
  return String(own) === String(found) && record.next_key === next && !record.controllers && record.services.length === 0;
}

/** Which generation of keys a record holds, from where it was last. */
async function generationIn(wallet, { site, generation: from = 0 }, record) {
  if (record.deactivated) throw new RealDidError('ended', 'this identity has ended for good');
  const branch = wallet.branch(site);
  const may = new Set(record.keys.filter(({ purposes }) => purposes.includes('capabilityInvocation')).map(({ key }) => key));
  for (let tried = 0; tried < GENERATIONS_MAX; tried += 1) {
    const generation = (from + tried) % GENERATIONS_MAX;
    if (may.has((await branch.key('invocation', generation)).publicKey)) return generation;
  }
  throw new RealDidError('keys_lost', 'no key of this identity comes from this wallet’s recovery code');
}

async function keep(wallet, identity, { record, height, time, attested, bytes }) {
  const generation = await generationIn(wallet, identity, record);
  const change = { made: true, bundle: bytes, height, time, attested, created: record.created, generation };
  return { ...(await wallet.store.change(identity.site, change)), record };
}

/** Keeps what is to be sent before it is sent. */
async function carryOut(wallet, identity, transaction, generation, tell) {
  const pending = { bytes: hex(transaction.bytes), generation };
  return send(wallet, await wallet.store.change(identity.site, { pending }), transaction, tell);
}

async function send(wallet, identity, transaction, tell) {
  tell('handing_in');
  const { height } = await submit(NODE, transaction);
  tell('proving');
  const proven = await fetchProofs(wallet, identity, height);
  return { ...proven, ...(await wallet.store.change(identity.site, { pending: null })), record: proven.record };
}

async function onLedger({ light }, did) {
  return (await light.resolve(NODE, did)).record !== null;
}
