// Finding a person's identities by the recovery code alone.
//
// Which DID the person would have is derived for every site, and then looked for without naming it: the node is asked for all
// DIDs that begin alike. Sites at which the person has none are asked for just the same.

import { hex } from '../src/bytes.js';
import { get } from '../src/node.js';
import { RealDidError } from '../src/index.js';
import { bytesOf } from './did.js';
import { add } from './identity.js';
import { NODE } from './ledger.js';

/** Digits of a DID's bytes. */
const DIGITS = 64;
/** More pages of sites than there can be. */
const PAGES_MAX = 1_000;

/** Adds every site for which the node lists the person's DID; how many there are. `tell` hears how far it is. */
export async function find(wallet, tell) {
  const sites = await allSites();
  const wanted = [];
  for (const [place, { did: site, name }] of sites.entries()) {
    tell(place, sites.length);
    const { sender: did } = wallet.light.draft(await wallet.branch(site).creation());
    wanted.push({ site, name, did, digits: hex(bytesOf(did)) });
  }
  // the order of the questions tells nothing of the sites
  wanted.sort((a, b) => (a.digits < b.digits ? -1 : 1));
  const buckets = new Map();
  let found = 0;
  for (const { site, name, did, digits } of wanted) {
    if (!(await holds(buckets, did, digits))) continue;
    found += 1;
    if (!(await wallet.store.identity(site))?.made) await add(wallet, { site, name, made: true });
  }
  return found;
}

async function allSites() {
  const sites = [];
  let query = '';
  for (let number = 0; number < PAGES_MAX; number += 1) {
    const page = await get(NODE, `/v1/sites${query}`);
    sites.push(...page.sites);
    if (!page.next) return sites;
    query = `?after=${encodeURIComponent(page.next)}`;
  }
  throw new RealDidError('answer_invalid', 'the node lists more sites than there can be');
}

/** Whether a DID is on the ledger, by the largest bucket that the node answers with. */
async function holds(buckets, did, digits) {
  for (let length = 0; length <= DIGITS; length += 1) {
    const prefix = digits.slice(0, length);
    if (!buckets.has(prefix)) buckets.set(prefix, await bucket(prefix));
    const dids = buckets.get(prefix);
    if (dids) return dids.has(did);
  }
  throw new RealDidError('answer_invalid', 'the node lists no DIDs, however few are asked for');
}

/** All DIDs that begin so; `null` if they are too many for one answer. */
async function bucket(prefix) {
  try {
    return new Set((await get(NODE, `/v1/dids?prefix=${prefix}`)).dids);
  } catch (error) {
    if (error.code === 'too_many') return null;
    throw error;
  }
}
