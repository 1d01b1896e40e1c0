import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Key, LightClient, LoginSite, challengeAddress } from 'realdid';
import { login } from '../vectors.js';

const vector = login();
const BROWSER = 'the cookie of a browser';

const known = () => LightClient.fromGenesis(vector.genesis);
const refused = (work, code) => assert.rejects(async () => work(), { name: 'RealDidError', code });

/** A wallet that knows all epochs, and holds what was frozen. */
async function wallet() {
  const light = await known();
  vector.epochs.forEach((end) => light.advance(end));
  return { light, bundle: light.readBundle(vector.did, vector.bundle), key: await Key.fromSeed(vector.seed) };
}

/** The site of the vector, at the time of the vector. */
async function siteAt(t, options = {}) {
  t.mock.method(Date, 'now', () => vector.now);
  const { site: did } = vector;
  const place = { origin: 'https://books.example', returnAddress: 'https://books.example/login' };
  return LoginSite.open({ light: await known(), did, ...place, ...options });
}

async function answer(text, change = {}) {
  const { light, bundle, key } = await wallet();
  return light.respond({ ...light.readChallenge(text), ...change }, bundle, key);
}

test('the frozen response logs in, and the site learns of the new validators', async () => {
  const light = await known();
  const challenge = light.readChallenge(vector.challenge);
  assert.equal(challenge.number, vector.number);
  const { subject, did, level, authority, epoch } = light.verifyLogin(challenge, vector.response, { now: vector.now });
  assert.deepEqual([subject, did, level, authority, epoch], [vector.subject, vector.did, 2, 'ministry', 2]);
  assert.equal(light.epoch, 2);
});

test('every changed byte of a response is refused', async () => {
  const light = await known();
  const challenge = light.readChallenge(vector.challenge);
  for (let place = 0; place < vector.response.length; place += 1) {
    const changed = Uint8Array.from(vector.response);
    changed[place] ^= 1 << place % 8;
    assert.throws(() => light.verifyLogin(challenge, changed, { now: vector.now }), { name: 'RealDidError' }, `byte ${place}`);
  }
});

test('a person logs in at a site, again and again as the same', async (t) => {
  const site = await siteAt(t);
  const subjects = [];
  for (let round = 0; round < 2; round += 1) {
    const challenge = await site.challenge(BROWSER);
    assert.match(challengeAddress('https://wallet.example/', challenge), /^https:\/\/wallet\.example\/#challenge=[\w-]+$/);
    const { subject, session } = await site.verify(await answer(challenge.text), BROWSER);
    assert.equal(session, BROWSER);
    subjects.push(subject);
  }
  assert.deepEqual(subjects, [vector.subject, vector.subject]);
});

test('a response counts once, in time, and from the browser that was asked', async (t) => {
  const site = await siteAt(t);
  const response = await answer((await site.challenge(BROWSER)).text);
  await refused(() => site.verify(response, 'another browser'), 'other_session');
  await refused(() => site.verify(response), 'other_session');
  const both = await Promise.allSettled([site.verify(response, BROWSER), site.verify(response, BROWSER)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await refused(() => site.verify(response, BROWSER), 'nonce_unknown');

  const late = await answer((await site.challenge(BROWSER)).text);
  t.mock.method(Date, 'now', () => vector.now + 5 * 60_000);
  await refused(() => site.verify(late, BROWSER), 'nonce_unknown');
});

test('on another device the session that was asked is logged in', async (t) => {
  const site = await siteAt(t, { otherDevice: true });
  const { session } = await site.verify(await answer((await site.challenge(BROWSER)).text));
  assert.equal(session, BROWSER);
});

test('what was not asked for is not told, and epochs that the site knows are not sent', async (t) => {
  const site = await siteAt(t, { level: 0 });
  const first = await answer((await site.challenge(BROWSER)).text);
  const { level, authority } = await site.verify(first, BROWSER);
  assert.deepEqual([level, authority], [null, null]);
  const second = await answer((await site.challenge(BROWSER)).text);
  assert.ok(second.length < first.length - 1_000, `${second.length} letters after ${first.length}`);
  await site.verify(second, BROWSER);
});

test('proofs are as new as the site wants them, and of authorities that it accepts', async (t) => {
  const strict = await siteAt(t, { maxAge: 60_000 });
  await refused(async () => strict.verify(await answer((await strict.challenge(BROWSER)).text), BROWSER), 'stale');
  const picky = await siteAt(t, { authorities: ['other'] });
  const response = await answer((await picky.challenge(BROWSER)).text);
  await refused(() => picky.verify(response, BROWSER), 'authority_not_accepted');
  const high = await siteAt(t, { level: 3 });
  await refused(async () => high.verify(await answer((await high.challenge(BROWSER)).text), BROWSER), 'level_too_low');
});

test('text that is no response is refused', async (t) => {
  const site = await siteAt(t);
  const { text } = await site.challenge(BROWSER);
  for (const bad of ['', 'no response', text, `${text}=`, 'AB', 'A', 'A'.repeat(1_000_000), new Uint8Array(9), null, undefined, 7]) {
    await refused(() => site.verify(bad, BROWSER), 'malformed');
  }
});

test('what is wrong with a site shows before anybody logs in', async (t) => {
  await refused(() => siteAt(t, { did: 'did:realdid:other:abc' }), 'did_invalid');
  await refused(() => siteAt(t, { origin: 'https://books.example/' }), 'draft_invalid');
  await refused(() => siteAt(t, { returnAddress: 'javascript:alert(1)' }), 'draft_invalid');
  const site = await siteAt(t);
  await refused(() => site.challenge(''), 'other_session');
});

test('only the newest challenges are kept', async (t) => {
  const challenges = new Map();
  const site = await siteAt(t, { challenges });
  await site.challenge(BROWSER);
  t.mock.method(Date, 'now', () => vector.now + 5 * 60_000);
  await site.challenge(BROWSER);
  assert.equal(challenges.size, 1);
});

test('a light client goes on by the epochs that another one kept', async () => {
  const [{ light }, other] = [await wallet(), await known()];
  for (const ended of light.ended) other.advance(JSON.parse(JSON.stringify(ended)));
  assert.deepEqual([other.epoch, other.ended], [2, light.ended]);
});

test('what proves control of a DID is for one authority, one challenge and one DID', async () => {
  const light = await known();
  const asked = (change) => {
    const { did, authority, challenge } = { did: vector.did, authority: 'ministry', challenge: '03'.repeat(32), ...change };
    return Buffer.from(light.control(did, authority, challenge)).toString('hex');
  };
  const all = [{}, { did: vector.site }, { authority: 'ministry-2' }, { challenge: '04'.repeat(32) }].map(asked);
  assert.equal(new Set(all).size, 4);
  assert.equal(asked({}), all[0]);
  assert.throws(() => asked({ did: 'did:realdid:other:abc' }), { code: 'did_invalid' });
  assert.throws(() => asked({ authority: 'No Name' }), { name: 'RealDidError' });
  assert.throws(() => asked({ challenge: '03' }), { name: 'RealDidError' });
});
