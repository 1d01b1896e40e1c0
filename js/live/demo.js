// What `realdid testnet up` starts, as a person clicks through it in Chromium; and afterwards, what is left of the person
// anywhere. Skipped without Chromium; what goes over the wires is looked at only by whoever may open raw sockets.
// SHOTS names a folder for pictures of the shops.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Page, chromium } from '../chromium.js';
import { testnet } from '../testnet.js';
import { filesOf, tracesIn } from '../traces.js';

const skip = chromium() === undefined && 'Chromium is missing: name it by CHROMIUM';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wires = mkdtempSync(join(tmpdir(), 'realdid-wires-'));
after(() => rmSync(wires, { recursive: true }));
const listening = skip ? undefined : await listen();
const network = skip ? undefined : await testnet('--validators', '4');
const demo = network?.up.demo;
const person = demo?.people[0];
const portOf = (kind) => new URL(demo[kind]).port;

/** Listens to loopback, if that is allowed here. */
async function listen() {
  const child = spawn('python3', [fileURLToPath(new URL('capture.py', import.meta.url)), wires], { stdio: ['ignore', 'pipe', 'ignore'] });
  after(() => child.kill());
  const began = once(child.stdout, 'data').then(() => true);
  return Promise.race([began, once(child, 'exit').then(() => false), once(child, 'error').then(() => false)]);
}

let first, code;
if (!skip) first = await Page.open(demo.bookshop);
after(() => first?.close());

const shows = (text) => `document.querySelector('main')?.innerText.includes(${JSON.stringify(text)})`;
const whole = (page) => page.until("document.querySelector('code')?.textContent");

/** Logs in at a shop; what the shop calls the person. `agreed` does what the wallet asks for meanwhile. */
async function logIn(page, shop, agreed = async () => {}) {
  await page.visit(shop);
  await page.click('Log in with RealDID');
  // a bridge has a page of its own before the wallet
  if (shop === demo.teahouse) await page.click('a.button');
  await agreed();
  await page.click('Log in');
  return page;
}

async function isAttested(page) {
  await page.click('Get attested');
  await page.type('[name=name]', person.name);
  await page.type('[name=number]', person.number);
  await page.type('[name=code]', person.code);
  await page.click('Ask the authority');
  await page.until(shows('You are attested'));
  await page.click('Back to the login');
  await page.click('Log in');
}

/** Looks at a page of a shop as a phone and a screen show it. */
async function inspect(page, view) {
  for (const width of [360, 1280]) {
    await page.size(width, 740);
    await page.evaluate(`${axe}; true`);
    const found = await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, impact }) => `${impact} ${id}`))');
    assert.deepEqual(found.filter((one) => /^(serious|critical)/.test(one)), [], `${view} at ${width}`);
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${view} fits ${width}`);
    if (process.env.SHOTS) {
      mkdirSync(process.env.SHOTS, { recursive: true });
      writeFileSync(join(process.env.SHOTS, `${view}-${width}.png`), await page.picture());
    }
  }
}

let atBooks, atTea;

test('somebody new makes a wallet, is attested and logged in in one go, and is the same next time', { skip }, async () => {
  await first.until(shows('Log in with RealDID'));
  await inspect(first, 'shop');
  await first.click('Log in with RealDID');
  await first.click('Make a new wallet');
  code = await first.until("document.querySelectorAll('.code li').length === 10 && [...document.querySelectorAll('.code li')].map((one) => one.textContent)");
  await first.click('I have written it down');
  const asked = await first.until("[...document.querySelectorAll('form input')].map((one) => Number(one.name))");
  for (const number of asked) await first.type(`[name="${number}"]`, code[number - 1]);
  await first.click('Finish');
  await first.click('Log in');
  await isAttested(first);
  atBooks = await whole(first);
  await inspect(first, 'shop-account');
  await first.click('Log out');
  await first.until(shows('Log in with RealDID'));
  assert.equal(await whole(await logIn(first, demo.bookshop)), atBooks);
});

test('the second shop, which asks a bridge, sees somebody else', { skip }, async () => {
  await logIn(first, demo.teahouse);
  await isAttested(first);
  atTea = await whole(first);
  assert.notEqual(atTea, atBooks);
  assert.ok(await first.evaluate(shows('An authority attests that you are a real person')));
  assert.equal(await first.evaluate(`document.body.innerText.includes(${JSON.stringify(person.number)})`), false);
});

test('a second browser takes the wallet over by its code, and is the same at both shops', { skip }, async () => {
  const second = await Page.open(`${demo.wallet}#/recover`);
  try {
    await second.type('[name=code]', code.join(' '));
    await second.click('Find my identities');
    await second.until(shows('2 identities are back'));
    assert.equal(await whole(await logIn(second, demo.bookshop)), atBooks);
    assert.equal(await whole(await logIn(second, demo.teahouse)), atTea);
  } finally {
    await second.close();
  }
});

test('the command line finds the same identities by the same code', { skip }, async () => {
  const wallet = join(network.folder, 'wallet');
  const asked = ['wallet', 'recover', '--wallet', wallet, '--node', network.url, '--output', 'json'];
  writeFileSync(join(network.folder, 'code'), code.join('-'));
  writeFileSync(join(network.folder, 'password'), 'a password of a test');
  const files = ['--code-file', join(network.folder, 'code'), '--password-file', join(network.folder, 'password')];
  const found = JSON.parse(network.realdid(...asked, ...files));
  const held = await identities();
  assert.deepEqual(found.sites.map(({ did }) => did).sort(), held.map(({ did }) => did).sort());
});

test('somebody else is attested and logs in on the command line', { skip }, async () => {
  const at = (name) => join(network.folder, name);
  const kept = ['--wallet', at('second'), '--password-file', at('password')];
  writeFileSync(at('me.json'), JSON.stringify(demo.people[1]), { mode: 0o600 });
  network.realdid('wallet', 'create', ...kept, '--node', network.url, '--yes');
  const begun = await fetch(`${demo.bookshop}log-in`, { redirect: 'manual' });
  const cookie = begun.headers.get('set-cookie').split(';')[0];
  const here = ['--same-origin', demo.bookshop.slice(0, -1), '--node', network.url, '--print', '--yes'];
  const answered = () => network.ask('wallet', 'login', begun.headers.get('location'), ...here, ...kept);
  assert.throws(answered, /realdid wallet attest/);
  const asked = ['--person', at('me.json'), '--authority', demo.authority.slice(0, -1), '--node', network.url];
  assert.equal(network.ask('wallet', 'attest', 'Example Books', ...asked, ...kept).did.split(':')[1], 'realdid');
  const body = new URLSearchParams({ response: answered().response });
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${demo.bookshop}login`, { method: 'POST', body, headers, redirect: 'manual' });
  assert.equal(answer.status, 303);
  const page = await (await fetch(demo.bookshop, { headers: { cookie: answer.headers.get('set-cookie').split(';')[0] } })).text();
  assert.match(page, /a real person/);
  assert.ok(!page.includes(atBooks));
  // the same response does not count twice
  assert.equal((await fetch(`${demo.bookshop}login`, { method: 'POST', body, headers })).status, 403);
});

/** What the browser keeps of each identity. */
async function identities() {
  await first.visit(demo.wallet);
  await first.until(shows('Your identities'));
  return first.evaluate(
    'new Promise((done) => { const asked = indexedDB.open("realdid-wallet"); asked.onsuccess = () => { const all = asked.result.transaction("identities").objectStore("identities").getAll(); all.onsuccess = () => { asked.result.close(); done(all.result.map(({ did, name }) => ({ did, name }))); }; }; })',
  );
}

/** The files of what went to or from these ports. */
const between = (...ports) => filesOf(wires).filter((path) => basename(path).split('-').some((port) => ports.includes(port)));

test('the two shops have nothing of the person in common', { skip: skip || !listening }, async () => {
  const held = await identities();
  const of = async (name) => {
    const { did } = held.find((one) => one.name.includes(name));
    const { record } = await network.light.resolve(network.url, did);
    return [did, record.recovery, record.next_key, ...record.keys.map(({ key }) => key)].filter(Boolean);
  };
  const books = [...(await of('Books')), atBooks];
  const tea = [...(await of('Tea')), atTea];
  assert.deepEqual(books.filter((value) => tea.includes(value)), []);
  // both are found where they belong, so that the next two lines say something
  assert.ok(tracesIn(between(portOf('bookshop')), [atBooks]).length > 0);
  assert.ok(tracesIn(between(portOf('teahouse')), [atTea]).length > 0);
  assert.deepEqual(tracesIn(between(portOf('bookshop')), tea), []);
  assert.deepEqual(tracesIn(between(portOf('teahouse'), portOf('bridge')), books), []);
});

const secrets = demo?.people.slice(0, 2).flatMap(({ name, number, code }) => [name, number, code, `${name}${number}`, `${number}${name}`]);

test('nothing is left of the person outside the authority: no file, no log, no block', { skip }, async () => {
  const home = join(network.folder, 'net', 'demo', 'authority');
  const register = join(home, 'registry.json');
  const { height } = (await (await fetch(`${network.url}/v1/status`)).json());
  for (let block = 1; block <= height; block += 1) {
    writeFileSync(join(network.folder, `block-${block}`), await (await fetch(`${network.url}/v1/blocks/${block}`)).text());
  }
  assert.ok(tracesIn([register], secrets).length > 0, 'the scan finds what is there');
  rmSync(join(network.folder, 'me.json'));
  const kept = [...filesOf(network.folder, (path) => path === register), ...filesOf(first.profile)];
  assert.ok(kept.some((path) => path.endsWith('vault.redb')) && kept.some((path) => path.includes('ledger')));
  assert.deepEqual(tracesIn(kept, secrets), []);
});

test('nothing of the person goes over the wires but to the authority', { skip: skip || !listening }, () => {
  const told = between(portOf('authority'));
  assert.ok(tracesIn(told, secrets).length > 0, 'the scan finds what is said');
  assert.deepEqual(tracesIn(filesOf(wires).filter((path) => !told.includes(path)), secrets), []);
});

test('it goes on where it was after it was down', { skip }, async () => {
  network.realdid('testnet', 'down');
  await assert.rejects(fetch(demo.bookshop));
  const up = network.ask('testnet', 'up', '--detach');
  assert.deepEqual(up.demo, demo);
  await first.visit(demo.bookshop);
  assert.equal(await whole(await logIn(first, demo.bookshop)), atBooks);
  const services = network.ask('testnet', 'status').filter(({ role }) => role === 'service');
  assert.ok(services.length === 5 && services.every(({ pid }) => pid > 0));
});

test('a shop that was killed starts again, and who took its place meanwhile is not taken for it', { skip }, async () => {
  network.realdid('testnet', 'kill', 'bookshop');
  const stranger = createServer((_, answer) => answer.end('hello')).listen(portOf('bookshop'), '127.0.0.1');
  await once(stranger, 'listening');
  assert.throws(() => network.realdid('testnet', 'up', '--detach'), /another program does/);
  stranger.close();
  assert.deepEqual(network.ask('testnet', 'up', '--detach').demo, demo);
  assert.match(await (await fetch(demo.bookshop)).text(), /Example Books/);
  assert.equal(network.ask('testnet', 'logs', 'bookshop')[0].node, 'bookshop');
  assert.throws(() => network.realdid('testnet', 'pause', 'bookshop'), /no node but a service/);
  assert.throws(() => network.realdid('testnet', 'up', '--detach', '--nodes-only'), /has an authority/);
});
