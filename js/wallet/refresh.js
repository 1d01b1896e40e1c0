// Fetching what is due, one thing at a time, while a page is open and nobody logs in.

import { bytesOf } from './did.js';
import { hex } from '../src/bytes.js';
import { fetchProofs, settle } from './identity.js';
import { NODE, keepEpochs } from './ledger.js';
import { FRESHNESS, lateFetch, nextFetch, nextLook } from './schedule.js';

/** Between two looks at whether another tab changed something. */
const PAUSE_MAX = 10 * 60_000;

/** Goes on until the page is closed. `isQuiet` says whether somebody is logging in: then nothing is fetched. */
export async function keepFresh(wallet, isQuiet) {
  await partOverdue(wallet);
  for (;;) {
    const look = nextLook(await wallet.store.identities());
    const pause = Math.min(Math.max((look?.at ?? Infinity) - Date.now(), 0), PAUSE_MAX);
    await new Promise((awake) => setTimeout(awake, Math.max(pause, 1_000)));
    // of several tabs one does it
    await navigator.locks.request('refresh', { ifAvailable: true }, async (lock) => {
      if (lock && !isQuiet()) await refreshOne(wallet);
    });
  }
}

/** Fetches the one thing that is due longest, if any is, and draws when to fetch it again. */
export async function refreshOne(wallet, now = Date.now()) {
  const look = nextLook(await wallet.store.identities());
  if (look === undefined || look.at > now) return;
  const identity = await wallet.store.identity(look.site);
  const field = look.what === 'proofs' ? 'due' : 'siteDue';
  try {
    if (look.what === 'proofs') await fetchProofs(wallet, await settle(wallet, identity));
    else await fetchSite(wallet, look.site);
    await wallet.store.change(look.site, { [field]: nextFetch(now, identity.freshness) });
  } catch {
    // soon again, and not together with others
    await wallet.store.change(look.site, { [field]: lateFetch(now, identity.freshness) });
  }
}

/** Gives everything that is overdue a time of its own, so that it is not fetched together. */
async function partOverdue({ store }) {
  const now = Date.now();
  for (const { site, due, siteDue, freshness } of await store.identities()) {
    const parted = {};
    if (due < now) parted.due = lateFetch(now, freshness);
    if (siteDue < now) parted.siteDue = lateFetch(now, freshness);
    await store.change(site, parted);
  }
}

/** What proves a site's entry, kept for the next login there. */
export async function fetchSite({ light, store }, site) {
  const answer = await light.fetchSite(NODE, { site_key: `0e${hex(bytesOf(site))}` });
  await keepEpochs(store, light);
  await store.change(site, { answer, answered: Date.now() });
  return answer;
}

/** Whether what is known of a site is fresh enough to show a person. */
export const knowsSite = ({ answer, answered } = {}) => Boolean(answer) && Date.now() - answered < FRESHNESS;
