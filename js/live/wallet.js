// The web wallet in Chromium, on a network of real processes with an authority and two shops. Skipped without Chromium.
// SHOTS names a folder for pictures of every view.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { join } from 'node:path';

import { Page, chromium } from '../chromium.js';
import { authority, bridge, end, freePort, oidcShop, shop, webWallet } from '../surroundings.js';
import { testnet } from '../testnet.js';

const skip = chromium() === undefined && 'Chromium is missing: name it by CHROMIUM';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const network = skip ? undefined : await testnet();

let wallet, attesting, books, tea, park, cafe, films, first, code;
if (!skip) {
  after(end);
  wallet = `http://localhost:${await freePort()}/`;
  attesting = await authority(network, new URL(wallet).origin);
  [books, tea] = [await shop(network, 'Example Books', wallet), await shop(network, '茶馆 Tea House', wallet, 0)];
  park = await shop(network, 'Parkhaus', wallet, 0);
  cafe = await shop(network, 'Café', wallet, 0);
  films = await oidcShop(network, 'Films', await bridge(network, wallet));
  await webWallet(network, wallet, attesting.url);
  first = await Page.open(wallet);
}
after(() => first?.close());

const shows = (text) => `document.querySelector('main')?.innerText.includes(${JSON.stringify(text)})`;
const subjectAt = (page) => page.until("/Welcome, (\\w{8})/.exec(document.body.innerText)?.[1]");

/** Logs in at a shop; what the shop calls the person. `agreed` does what the wallet still asks for. */
async function logIn(page, { origin }, agreed = async () => {}) {
  await page.visit(origin);
  await page.click('a');
  await page.click('Log in');
  await agreed();
  return subjectAt(page);
}

async function logOut(page, { origin }) {
  await page.visit(origin);
  if (await page.evaluate("document.body.innerText.includes('Log out')")) await page.click('Log out');
  await page.until("document.body.innerText.includes('Log in with RealDID')");
}

/** Tells the authority who one is. */
async function saysWho(page, { name, number, code }) {
  await page.type('[name=name]', name);
  await page.type('[name=number]', number);
  await page.type('[name=code]', code);
}

/** A phone by day, a screen by night. */
const SCREENS = [[360, 740, 'light'], [1280, 740, 'dark']];

/** Looks at a view as both show it, in both languages: whoever needs help to see must be able to use it. */
async function inspect(page, view, languages = ['English', '中文', 'English']) {
  for (const language of languages) {
    if (await page.evaluate(`document.documentElement.lang !== ${JSON.stringify(language === '中文' ? 'zh' : 'en')}`)) await page.click(language);
    await page.until(`document.documentElement.lang === ${JSON.stringify(language === '中文' ? 'zh' : 'en')}`);
    for (const [width, ...screen] of SCREENS) {
      await page.size(width, ...screen);
      await page.evaluate(`${axe}; true`);
      const found = await page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`))",
      );
      assert.deepEqual(found.filter((one) => /^(serious|critical)/.test(one)), [], `${view} in ${language} at ${width}`);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${view} in ${language} fits ${width}`);
      if (process.env.SHOTS) {
        mkdirSync(process.env.SHOTS, { recursive: true });
        const file = `${view}-${language === '中文' ? 'zh' : 'en'}-${width}.png`;
        writeFileSync(join(process.env.SHOTS, file), await page.picture());
      }
    }
  }
}

test('a wallet is made once two groups of its recovery code are typed, and not before', { skip }, async () => {
  await first.until(shows('Make a new wallet'));
  await inspect(first, 'welcome');
  await first.click('Make a new wallet');
  await first.until("document.querySelectorAll('.code li').length === 10");
  await inspect(first, 'code');
  code = await first.evaluate("[...document.querySelectorAll('.code li')].map((one) => one.textContent)");
  await first.click('I have written it down');
  const asked = await first.until("[...document.querySelectorAll('form input')].map((one) => Number(one.name))");
  await inspect(first, 'confirm');
  for (const number of asked) await first.type(`[name="${number}"]`, 'AAAA');
  await first.click('Finish');
  await first.until(shows('is not what was shown'));
  const keeps = 'new Promise((done) => { const asked = indexedDB.open("realdid-wallet"); asked.onsuccess = () => { const one = asked.result.transaction("kept").objectStore("kept").getKey("master"); one.onsuccess = () => { asked.result.close(); done(one.result ?? null); }; }; })';
  assert.equal(await first.evaluate(keeps), null);
  for (const number of asked) {
    await first.evaluate(`document.querySelector('[name="${number}"]').value = ''`);
    await first.type(`[name="${number}"]`, code[number - 1].toLowerCase());
  }
  await first.click('Finish');
  await first.until(shows('You have none yet'));
  assert.equal(await first.evaluate(keeps), 'master');
  await inspect(first, 'empty');
});

let atBooks, atTea;

test('a person gets an identity for a shop, is attested, and is the same at the next login', { skip }, async () => {
  await first.visit(books.origin);
  await first.click('a');
  await first.until(shows('Example Books'));
  assert.equal(await first.evaluate("document.querySelector('button.primary').disabled"), true, 'a stolen click does nothing');
  await inspect(first, 'login-first');
  atBooks = await logIn(first, books, async () => {
    await first.until(shows('no authority has attested'));
    await inspect(first, 'login-unattested', ['English']);
    await first.click('Get attested');
    await first.until(shows('Identity number'));
    await inspect(first, 'attest');
    await saysWho(first, { ...attesting.people[0], code: 'wrong' });
    await first.click('Ask the authority');
    await first.until(shows('knows nobody of this name'));
    await first.evaluate("document.querySelectorAll('input').forEach((one) => { one.value = ''; })");
    await saysWho(first, attesting.people[0]);
    await first.click('Ask the authority');
    await first.until(shows('You are attested'));
    await inspect(first, 'attested', ['English']);
    await first.click('Back to the login');
    await first.click('Log in');
  });
  await logOut(first, books);
  assert.equal(await logIn(first, books), atBooks);
});

test('another shop sees another person, and learns nothing that it does not ask', { skip }, async () => {
  atTea = await logIn(first, tea);
  assert.notEqual(atTea, atBooks);
});

test('a login with proofs that are held asks nobody', { skip }, async () => {
  await logOut(first, books);
  await first.click('a');
  await first.until(shows('Example Books'));
  await first.until("!document.querySelector('button.primary').disabled");
  await inspect(first, 'login-again');
  const asked = await first.evaluate("performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/v1/'))");
  assert.deepEqual(asked, []);
  await first.click('Log in');
  assert.equal(await subjectAt(first), atBooks);
  await first.visit(`${wallet}#/history`);
  await first.until(shows('Your logins'));
  assert.equal(await first.evaluate("document.querySelector('.cards li').innerText.includes('a node was asked')"), false);
});

test('a shop that knows OpenID Connect alone sees a real person of its own, through a bridge', { skip }, async () => {
  await first.visit(films.origin);
  await first.click('a');
  await first.until("document.querySelector('a.button')");
  await first.click('a.button');
  await first.until(shows('Films'));
  await first.click('Log in');
  await first.click('Get attested');
  await saysWho(first, attesting.people[0]);
  await first.click('Ask the authority');
  await first.click('Back to the login');
  await first.click('Log in');
  const atFilms = await subjectAt(first);
  assert.ok(await first.evaluate("document.body.innerText.includes('a real person')"));
  assert.ok(![atBooks, atTea].includes(atFilms));
});

test('identities, history and keys can be seen and changed', { skip }, async () => {
  await first.visit(wallet);
  await first.until(shows('茶馆 Tea House'));
  await inspect(first, 'home');
  await first.click('a.card');
  await first.until(shows('Change the keys'));
  await inspect(first, 'identity');
  await first.click('Change the keys');
  await first.until(shows('The keys are changed'));
  assert.ok(await first.evaluate(shows('changed once')));
  await first.click('History');
  await first.until(shows('Your logins'));
  assert.equal(await first.evaluate("document.querySelectorAll('.cards li').length"), 5);
  await inspect(first, 'history');
  await first.click('Settings');
  await first.until(shows('Forget this device'));
  await inspect(first, 'settings');
  await logOut(first, books);
  assert.equal(await logIn(first, books), atBooks, 'new keys, the same person');
});

test('what is attested in a person’s name is told, and withdrawn', { skip }, async () => {
  await first.visit(`${wallet}#/attestations`);
  await first.until(shows('Attestations in your name'));
  await inspect(first, 'attestations');
  await saysWho(first, attesting.people[0]);
  await first.click('Show them');
  await first.until(shows('Withdraw…'));
  assert.equal(await first.evaluate("document.querySelectorAll('.cards > li').length"), 2);
  await inspect(first, 'attestations-shown', ['English']);
  await first.click('Withdraw…');
  await first.until(shows('Let it run out, which nobody sees'));
  await inspect(first, 'withdraw', ['English']);
  await first.click('Let it run out');
  await first.until(shows('not renewed'));
});

test('a second browser finds everything by the recovery code, and is the same person at both shops', { skip }, async () => {
  const second = await Page.open(`${wallet}#/recover`);
  try {
    await second.until(shows('Bring your wallet back'));
    await inspect(second, 'recover');
    const mistyped = [...code];
    mistyped[2] = mistyped[2] === '0000' ? '1111' : '0000';
    await second.type('[name=code]', mistyped.join(' '));
    await second.click('Find my identities');
    await second.until(shows('Group 3 is mistyped'));
    await second.evaluate("document.querySelector('[name=code]').value = ''");
    await second.type('[name=code]', code.join('-'));
    await second.click('Find my identities');
    await second.until(shows('3 identities are back'));
    await inspect(second, 'recovered', ['English']);
    assert.equal(await logIn(second, books), atBooks);
    assert.equal(await logIn(second, tea), atTea);
    const atPark = await logIn(second, park);
    assert.equal(await logIn(first, park), atPark, 'what one device made, the other takes over');
    await second.visit(wallet);
    await second.click('Find those that I made on another device');
    await second.until(shows('You have 4 identities in all'));
  } finally {
    await second.close();
  }
});

test('a login that is cut off while its identity is made goes on where it was', { skip }, async () => {
  await first.visit(cafe.origin);
  await first.click('a');
  await first.until(shows('This is your first time here'));
  // the network takes it, and the wallet never hears
  await first.evaluate(`
    const genuine = fetch;
    globalThis.fetch = (address, options) => {
      const asked = genuine(address, options);
      return String(address).includes('/v1/transactions') ? asked.then(() => { globalThis.taken = true; return new Promise(() => {}); }) : asked;
    };`);
  await first.click('Log in');
  await first.until('globalThis.taken');
  const made = 'new Promise((done) => { const asked = indexedDB.open("realdid-wallet"); asked.onsuccess = () => { const all = asked.result.transaction("identities").objectStore("identities").getAll(); all.onsuccess = () => { asked.result.close(); done(all.result.find(({ pending }) => pending).did); }; }; })';
  const did = await first.evaluate(made);
  await first.visit(`${wallet}?again#/login`);
  await first.until(shows('Café'));
  await first.click('Log in');
  await subjectAt(first);
  const { record } = await network.light.resolve(network.url, did);
  assert.deepEqual([record.version, record.next_sequence], [1, 1], 'it was made once');
});

test('who does not want to log in tells the site nothing', { skip }, async () => {
  await logOut(first, cafe);
  await first.click('a');
  await first.click('Do not log in');
  await first.until(shows('The site was told nothing'));
  await first.visit(`${wallet}#/history`);
  await first.until(shows('Your logins'));
  const names = await first.until("[...document.querySelectorAll('.cards .name')].map((one) => one.textContent)");
  assert.equal(names.filter((name) => name === 'Café').length, 1);
});

test('for a page on another device the number is shown that the page shows', { skip }, async () => {
  const { LoginSite } = await import('realdid');
  const place = { did: books.did, origin: books.origin, returnAddress: `${books.origin}/login` };
  const site = await LoginSite.open({ light: network.light, ...place, otherDevice: true });
  const { text, number } = await site.challenge('a screen');
  await first.visit(`${wallet}?other#challenge=${text}`);
  await first.until(shows('Compare the number'));
  assert.equal(await first.evaluate("document.querySelector('output').textContent"), String(number));
  await inspect(first, 'login-other-device');
});

/** A page on an origin of its own. */
async function page(html) {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html()));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  after(() => server.close());
  return `http://localhost:${server.address().port}/`;
}

test('a page that passes a shop’s login on is refused, and the wallet says so', { skip }, async () => {
  const genuine = await (await fetch(books.origin)).text();
  const phisher = await page(() => genuine);
  await first.visit(phisher);
  await first.click('a');
  await first.until(shows('Somebody passes on a login'));
  assert.equal(await first.evaluate("document.querySelector('[data-code]').dataset.code"), 'relayed');
  assert.ok(await first.evaluate("![...document.querySelectorAll('button')].some((one) => one.textContent === 'Log in')"));
  await inspect(first, 'relayed', ['English']);
});

test('a login that another page puts into the address of an open wallet counts as another device’s', { skip }, async () => {
  const challenge = /#challenge=[\w-]+/.exec(await (await fetch(books.origin)).text())[0];
  await logOut(first, books);
  await first.click('a');
  await first.until(shows('Example Books'));
  await first.evaluate(`location.hash = ${JSON.stringify(challenge)}`);
  await first.until("document.querySelector('[data-code]')?.dataset.code === 'other_device'");
});

test('no page can frame the wallet, or keep a hand on one that it opened', { skip }, async () => {
  const other = `<button onclick="globalThis.other = window.open('${wallet}')">Open</button>`;
  await first.visit(await page(() => `<iframe src="${wallet}"></iframe>${other}`));
  assert.deepEqual(await first.frames(), ['chrome-error://chromewebdata/']);
  const reading = (path) => `fetch('${wallet}${path}', { mode: 'no-cors' }).then(() => 'taken', () => 'refused')`;
  assert.equal(await first.evaluate(reading('config.json')), 'refused');
  await first.click('Open');
  await first.until('globalThis.other');
  await first.until('other.closed');
});

test('where the browser’s data was cleared the page says that nothing is lost, and what to do', { skip }, async () => {
  await first.visit(wallet);
  await first.click('Settings');
  await first.click('Forget everything here');
  await first.until(shows('Tick the box first'));
  await first.evaluate("new Promise((done) => { const asked = indexedDB.deleteDatabase('realdid-wallet'); asked.onsuccess = done; })");
  await logOut(first, books);
  await first.click('a');
  await first.until(shows('the browser has cleared its data'));
  assert.ok(await first.evaluate(shows('A site is waiting for your login')));
  await inspect(first, 'welcome-waiting', ['English']);
  await first.click('I have a recovery code');
  await first.type('[name=code]', code.join(''));
  await first.click('Find my identities');
  await first.click('Go on');
  await first.click('Log in');
  assert.equal(await subjectAt(first), atBooks);
});
