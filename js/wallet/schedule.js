// When a wallet looks things up: at random times of its own, so that no node learns who logs in when. The rules are those of
// crates/wallet/src/schedule.rs: each identity's proofs and each site's entry have a time of their own, which depends on the
// number that is drawn for it and on the fetch before, on no login and on no other identity.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How old proofs may be unless a site asks for less: how long a revocation may go unnoticed, in milliseconds. */
export const FRESHNESS = 24 * HOUR;
/** Proofs are not kept fresher than this for any site: one that asks for less makes its visitors look up at each login. */
export const FRESHNESS_MIN = 10 * MINUTE;

/** Identities that are made within this of one another stand out. */
const MADE_TOGETHER = 24 * HOUR;

/** A number from 0 up to 1 that nobody can foresee. */
const draw = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;

const half = (freshness) => Math.max(freshness, FRESHNESS_MIN) / 2;

/** When to fetch again what was fetched now. */
export const nextFetch = (now, freshness, random = draw()) => now + random * half(freshness);

/** When to fetch what should have been fetched before now, since no page was open. */
export const lateFetch = (now, freshness, random = draw()) => now + random * Math.min(half(freshness), HOUR);

/** From when on to ask for the attestation of an identity that is made now: not together with its making. */
export const askingTime = (now, random = draw()) => now + random * FRESHNESS;

/** Whether one of these identities was made within a day before: two that are made so close together are more likely one person's. */
export const madeLately = (identities, now = Date.now()) =>
  identities.some(({ made, created, since }) => made && (created ?? since) > now - MADE_TOGETHER);

/** What is to be looked up next, of these identities: `{ at, what, site }`, or `undefined`. */
export function nextLook(identities) {
  const looks = identities.flatMap(({ site, made, due, siteDue }) => [
    // what is not on the ledger yet has no proofs
    ...(made ? [{ at: due, what: 'proofs', site }] : []),
    { at: siteDue, what: 'site', site },
  ]);
  return looks.reduce((first, look) => (first && first.at <= look.at ? first : look), undefined);
}
