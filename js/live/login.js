// A person logs in to a website on a network of real processes: examples/shop.js.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Key, by, create, submit } from 'realdid';
import { testnet } from '../testnet.js';

const YEAR = 365 * 24 * 3_600_000;
const network = await testnet();
const { url, light, genesis } = network;

const [authentication, invocation, siteKey] = await Promise.all([Key.generate(), Key.generate(), Key.generate()]);
const person = await born([authentication, 'authentication'], [invocation, 'capabilityInvocation']);
const shopDid = await born([siteKey, 'capabilityInvocation', 'assertionMethod']);
const origin = `http://localhost:${await freePort()}`;
await has('ministry', { type: 'attest', level: 2, expires: Date.now() + YEAR, dids: [person] });
const site = { did: shopDid, name: 'Books', origins: [origin], return_addresses: [`${origin}/login`], may_ask_real_name: true };
await has('operator-1', { type: 'register_site', site }, siteKey);
const bundle = await light.fetchBundle(url, person);

const program = fileURLToPath(new URL('../examples/shop.js', import.meta.url));
const shop = spawn(process.execPath, [program, url, genesis, shopDid, new URL(origin).port], { stdio: ['ignore', 'pipe', 'inherit'] });
after(() => shop.kill());
await once(shop.stdout, 'data');

/** A new DID with these keys, each with its purposes. */
async function born(...keys) {
  const held = keys.map(([{ publicKey }, ...purposes]) => ({ key: publicKey, purposes }));
  const { did } = await network.carryOut(create({ keys: held, recovery: null }), ...keys.map(([key]) => key));
  return did;
}

/** Has a member carry something out. */
async function has(name, operation, ...signers) {
  const key = await Key.fromSeed(network.seedOf(name));
  const { height } = await submit(url, await light.draft(by(await network.member(name), operation)).sign(key, ...signers));
  await light.resolve(url, person, { after: height });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** A browser as far as the shop can tell: a cookie. */
class Browser {
  #cookie = '';

  async ask(path, options = {}) {
    const answer = await fetch(origin + path, { redirect: 'manual', ...options, headers: { cookie: this.#cookie } });
    this.#cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.#cookie;
    return { status: answer.status, text: await answer.text() };
  }

  /** The challenge of the shop's page. */
  async begin() {
    const { text } = await this.ask('/');
    return light.readChallenge(/#challenge=([\w-]+)/.exec(text)[1]);
  }

  answer(response) {
    return this.ask('/login', { method: 'POST', body: new URLSearchParams({ response }) });
  }
}

/** What a site says of a challenge. */
const asked = ({ site, origin, return_address, nonce, expires, age_max, level, other_device }) =>
  ({ site, origin, return_address, nonce, expires, age_max, level, other_device });

test('the wallet shows the name on the ledger, and refuses a page that passes the challenge on', async () => {
  const challenge = await new Browser().begin();
  const { name, return_address: back, level } = await light.reviewLogin(url, challenge, { requester: origin });
  assert.deepEqual([name, back, level], ['Books', `${origin}/login`, 1]);
  const refused = (requester, code) =>
    assert.rejects(light.reviewLogin(url, challenge, { requester }), { name: 'RealDidError', code });
  await refused('http://localhost:1', 'relayed');
  await refused(null, 'other_device');
  const unknown = light.challenge({ ...asked(challenge), site: person });
  await assert.rejects(light.reviewLogin(url, unknown, { requester: origin }), { code: 'site_unknown' });
});

test('another browser than the one that began is not logged in, and a response counts once', async () => {
  const [phisher, victim] = [new Browser(), new Browser()];
  const response = await light.respond(await phisher.begin(), bundle, authentication);
  await victim.ask('/');
  assert.match((await victim.answer(response)).text, /other_session/);
  assert.doesNotMatch((await victim.ask('/')).text, /Welcome/);
  assert.equal((await phisher.answer(response)).status, 303);
  assert.match((await phisher.answer(response)).text, /nonce_unknown/);
});

test('the key that changes the record cannot log in', async () => {
  const browser = new Browser();
  const response = await light.respond(await browser.begin(), bundle, invocation);
  assert.match((await browser.answer(response)).text, /key_purpose/);
});

test('no node need run while somebody logs in, and who comes again is the same', async () => {
  network.realdid('testnet', 'down');
  const names = [];
  for (const browser of [new Browser(), new Browser()]) {
    const response = await light.respond(await browser.begin(), bundle, authentication);
    assert.equal((await browser.answer(response)).status, 303);
    names.push(/Welcome, (\w+)/.exec((await browser.ask('/')).text)[1]);
  }
  assert.equal(names[0], names[1]);
});
