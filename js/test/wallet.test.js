// The parts of the web wallet that need no page.

import assert from 'node:assert/strict';
import { hkdfSync, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

globalThis.crypto ??= webcrypto;
globalThis.location = { origin: 'https://wallet.example' };

const { groupsOf, parse } = await import('../wallet/code.js');
const { Branch, masterOf } = await import('../wallet/derive.js');
const { bytesOf } = await import('../wallet/did.js');
const { LANGUAGES, languageOf, wordsOf } = await import('../wallet/i18n.js');
const { pending, refererOrigin, take } = await import('../wallet/pending.js');
const schedule = await import('../wallet/schedule.js');

const vectors = JSON.parse(readFileSync(new URL('../../crates/wallet/tests/all/vectors.json', import.meta.url), 'utf8'));
const bits = Uint8Array.from(Buffer.from(vectors.code_bytes, 'hex'));
const groups = groupsOf(bits);
const GENESIS = '09'.repeat(32);
const SITES = ['did:realdid:testnet:AwmngpLdvDD2s3aW2ANh9vPQifJK1AWSyUSrbYaCfwXk', 'did:realdid:testnet:Bkpkbazmk8hDhhaMTLnBibCPzWHTgqKiLZbChreGSd5E'];

const branchAt = async (site) => new Branch(await masterOf(bits.slice()), GENESIS, site);
const failing = (text) => {
  try {
    return parse(text);
  } catch ({ code, group }) {
    return [code, group];
  }
};

test('a recovery code is the one that the command line shows and reads', () => {
  assert.equal(groups.join('-'), vectors.code);
  assert.deepEqual(parse(vectors.code), bits);
  assert.deepEqual(parse(` ${vectors.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}\n`), bits);
});

test('whatever is mistyped in one group, that group is named', () => {
  for (const [place, group] of groups.entries()) {
    for (const typed of ['0000', 'ZZZZ', [...group].reverse().join(''), `${group.slice(0, 3)}${group[3] === 'A' ? 'B' : 'A'}`]) {
      if (typed === group) continue;
      const text = groups.with?.(place, typed) ?? groups.map((kept, at) => (at === place ? typed : kept));
      const [code, named] = failing(text.join(''));
      assert.ok((code === 'code_group' && named === place + 1) || (code === 'code_order' && place === 9), `${text}: ${code} ${named}`);
    }
  }
});

test('groups that changed places, and what is too short or of other letters, are refused', () => {
  const swapped = [groups[1], groups[0], ...groups.slice(2)].join('');
  assert.equal(failing(swapped)[0], 'code_order');
  assert.deepEqual(failing(groups.slice(1).join('')), ['code_length', undefined]);
  assert.deepEqual(failing(groups.join('').replace(groups[2], 'UUUU')), ['code_symbol', 3]);
  assert.equal(failing('')[0], 'code_length');
});

/** The text of a DID of 32 bytes. */
function didOf(hex) {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let text = '';
  for (let number = BigInt(`0x${hex}`); number > 0n; number /= 58n) text = alphabet[number % 58n] + text;
  return `did:realdid:testnet:${text}`;
}

test('keys are those of the command-line wallet, byte for byte', async () => {
  for (const { site, keys } of vectors.sites) {
    const branch = new Branch(await masterOf(bits.slice()), vectors.genesis, didOf(site));
    for (const { purpose, generation, seed, public_key, commitment } of keys) {
      assert.equal(Buffer.from(await branch.seed(purpose, generation)).toString('hex'), seed);
      assert.equal((await branch.key(purpose, generation)).publicKey, public_key);
      assert.equal(await branch.commitment(purpose, generation), commitment);
    }
  }
});

test('seeds are those of HKDF-SHA-256 as others derive them', () => {
  for (const { site, keys } of vectors.sites) {
    for (const { purpose, generation, seed } of keys) {
      const number = ['authentication', 'invocation', 'recovery'].indexOf(purpose) + 1;
      const place = Buffer.from(vectors.genesis + site, 'hex');
      const last = Buffer.from([number, 0, 0, generation >> 8, generation & 255]);
      const info = Buffer.concat([Buffer.from('realdid/v1/wallet-key'), place, last]);
      assert.equal(Buffer.from(hkdfSync('sha256', bits, '', info, 32)).toString('hex'), seed);
    }
  }
});

test('nobody can read a key out, nor the secret that all come from', async () => {
  const master = await masterOf(bits.slice());
  await assert.rejects(crypto.subtle.exportKey('raw', master));
  const { cryptoKey } = await (await branchAt(SITES[0])).key('authentication', 0);
  await assert.rejects(crypto.subtle.exportKey('pkcs8', cryptoKey.privateKey));
  await assert.rejects(crypto.subtle.exportKey('jwk', cryptoKey.privateKey));
});

test('two identities of one person have nothing in common', async () => {
  const shown = [];
  for (const site of SITES) {
    const { operation } = await (await branchAt(site)).creation();
    shown.push(...operation.keys.map(({ key }) => key), operation.recovery, operation.next_key);
  }
  assert.equal(new Set(shown).size, 8);
});

test('a DID stands for the bytes that the ledger holds, and what is none is refused', () => {
  const hex = Buffer.from(bytesOf('did:realdid:testnet:11111111111111111111111111111112')).toString('hex');
  assert.equal(hex, `${'00'.repeat(31)}01`);
  for (const bad of ['', 'did:realdid:testnet:', 'did:realdid:testnet:0OIl', `did:realdid:testnet:${'z'.repeat(50)}`]) {
    assert.throws(() => bytesOf(bad), { code: 'did_invalid' }, bad);
  }
});

test('both languages say everything', () => {
  const shape = (words) =>
    Object.entries(words).flatMap(([name, value]) =>
      typeof value === 'object' ? shape(value).map((inner) => `${name}.${inner}`) : [`${name}: ${typeof value}`],
    );
  assert.deepEqual(shape(LANGUAGES.zh).sort(), shape(LANGUAGES.en).sort());
});

test('the browser’s first language that there is is spoken, unless the person chose one', () => {
  assert.equal(languageOf(undefined, ['fr', 'zh-Hant-TW', 'en']), 'zh');
  assert.equal(languageOf('en', ['zh']), 'en');
  assert.equal(languageOf(undefined, ['fr']), 'en');
  assert.match(wordsOf('zh').day(0), /1970/);
});

test('the page that asks is the one that the browser names, and no page of the wallet’s own', () => {
  assert.equal(refererOrigin('https://books.example/'), 'https://books.example');
  assert.equal(refererOrigin('https://books.example:8443/a?b'), 'https://books.example:8443');
  assert.equal(refererOrigin(''), null);
  assert.equal(refererOrigin('https://wallet.example/'), null);
});

test('what is fetched next has a time of its own within half of the time that proofs may be old', () => {
  const { FRESHNESS, FRESHNESS_MIN, lateFetch, nextFetch, nextLook } = schedule;
  assert.equal(nextFetch(5, FRESHNESS, 0), 5);
  assert.ok(nextFetch(0, FRESHNESS, 0.999) < FRESHNESS / 2);
  assert.ok(nextFetch(0, 1, 0.999) > FRESHNESS_MIN / 2 - 1_000, 'no site makes a wallet ask all the time');
  assert.ok(lateFetch(0, FRESHNESS, 0.999) < 3_600_000);
  const drawn = new Set(Array.from({ length: 100 }, () => nextFetch(0, FRESHNESS)));
  assert.ok(drawn.size > 95, 'each is drawn anew');

  const identities = [
    { site: 'a', made: true, due: 30, siteDue: 40 },
    { site: 'b', made: false, due: 10, siteDue: 50 },
    { site: 'c', made: true, due: 60, siteDue: 20 },
  ];
  assert.deepEqual(nextLook(identities), { at: 20, what: 'site', site: 'c' });
  assert.deepEqual(nextLook(identities.slice(0, 2)), { at: 30, what: 'proofs', site: 'a' });
  assert.equal(nextLook([]), undefined);
});

test('an identity that is made within a day of another is seen to stand out', () => {
  const { madeLately } = schedule;
  const day = 86_400_000;
  const made = (created) => [{ made: true, created, since: 0 }, { made: false, since: day }];
  assert.equal(madeLately([], day), false);
  assert.equal(madeLately(made(1), day), true);
  assert.equal(madeLately(made(0), day), false, 'a day is over');
  assert.equal(madeLately([{ made: true, since: 1 }], day), true, 'what is not proven yet counts from when it was wanted');
});

test('a login that was begun an hour ago is asked for no more', () => {
  const kept = new Map();
  globalThis.sessionStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) };
  globalThis.history = { replaceState() {} };
  globalThis.document = { referrer: 'https://books.example/' };
  globalThis.location.hash = '#challenge=abc';
  assert.equal(take({ arrival: true }), true);
  assert.deepEqual([pending().text, pending().requester], ['abc', 'https://books.example']);
  kept.set('login', JSON.stringify({ ...pending(), since: Date.now() - 3_600_001 }));
  assert.equal(pending(), null);
});

test('the page names every module, so that a phone fetches all at once', () => {
  const read = (path) => readFileSync(new URL(`..${path}`, import.meta.url), 'utf8');
  const reached = new Set();
  const follow = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const [, from] of read(path).matchAll(/^(?:import|export) [^'"]*?from '(\.[^']+)';$/gms)) follow(new URL(from, `file://${path}`).pathname);
  };
  follow('/wallet/app.js');
  const named = [...read('/wallet/index.html').matchAll(/(?:rel="modulepreload" href|type="module" src)="([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(named.sort(), [...reached].sort());
});
