// OpenID Connect libraries that others wrote let somebody log in by a bridge: openid-client here, Authlib in authlib_login.py.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import * as openid from 'openid-client';

import { Browser } from './browser.js';
import { Bridge, person, site } from './realdid.js';

const bridge = await Bridge.start();
const { issuer } = bridge;
const ann = person('ann');
const books = site('Books', issuer, 'http://localhost:9/back');
const films = site('Films', issuer, 'http://localhost:9/films/back');
const secret = bridge.secret(films);
bridge.sign(films, 'ES256');

/** A site's library, which verifies signatures too. */
async function library({ client_id }, metadata, authentication) {
  const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
  return openid.discovery(new URL(issuer), client_id, metadata, authentication, { execute });
}

/** A login that begins: where the browser goes, and what the site keeps meanwhile. */
async function begin(config, { redirect_uri }, more = {}) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: openid.randomState(), expectedNonce: openid.randomNonce(), idTokenExpected: true };
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });
  return { url, checks };
}

/** What a site makes of the address to which the browser comes back. */
const exchange = (config, back, checks) => openid.authorizationCodeGrant(config, back, checks);

/** Posts to the token endpoint as no library would. */
async function token(form, headers = {}) {
  const answer = await fetch(`${issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: answer.status, headers: answer.headers, ...(await answer.json()) };
}

const config = await library(books, undefined, openid.None());

test('openid-client logs somebody in, asks who it is, and logs the person out', async () => {
  const browser = new Browser();
  const { url, checks } = await begin(config, books, { scope: 'openid real_name' });
  const back = await browser.logIn(url, issuer, ann);
  assert.equal(back.searchParams.get('iss'), issuer);
  const tokens = await exchange(config, back, checks);
  const claims = tokens.claims();
  assert.match(claims.sub, /^[0-9a-f]{64}$/);
  assert.equal(claims.real_name_verified, true);
  const info = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.deepEqual(info, { sub: claims.sub, real_name_verified: true });
  assert.ok(!JSON.stringify([claims, info]).includes(ann.did));

  // whoever is logged in is not asked again, until the site says that the person wants out
  const again = await begin(config, books, { prompt: 'none' });
  const { to } = await browser.open(again.url);
  const silent = await exchange(config, new URL(to), again.checks);
  assert.equal(silent.claims().sub, claims.sub);
  assert.equal(silent.claims().real_name_verified, undefined);
  const end = openid.buildEndSessionUrl(config, {
    id_token_hint: silent.id_token,
    post_logout_redirect_uri: 'http://localhost:9/',
    state: 'bye',
  });
  assert.equal((await browser.open(end)).to, 'http://localhost:9/?state=bye');
  await assert.rejects(openid.fetchUserInfo(config, silent.access_token, claims.sub), { status: 401 });
  const after = await begin(config, books, { prompt: 'none' });
  const refused = new URL((await browser.open(after.url)).to);
  await assert.rejects(exchange(config, refused, after.checks), { error: 'login_required' });
});

test('a site with a secret and another algorithm, and the same person is another one there', async () => {
  const metadata = { id_token_signed_response_alg: 'ES256' };
  const subjects = [];
  for (const authentication of [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)]) {
    const config = await library(films, metadata, authentication);
    const { url, checks } = await begin(config, films);
    const back = await new Browser().logIn(url, issuer, ann);
    subjects.push((await exchange(config, back, checks)).claims().sub);
  }
  assert.equal(subjects[0], subjects[1]);
  const { url, checks } = await begin(config, books);
  const back = await new Browser().logIn(url, issuer, ann);
  assert.notEqual((await exchange(config, back, checks)).claims().sub, subjects[0]);
});

test('Authlib logs somebody in, with a secret and without', async () => {
  const script = fileURLToPath(new URL('authlib_login.py', import.meta.url));
  for (const client of [{ ...books, algorithm: 'RS256' }, { ...films, client_secret: secret, algorithm: 'ES256' }]) {
    const given = JSON.stringify({ issuer, ...client, did: ann.did, key: ann.key });
    await promisify(execFile)(process.env.INTEROP_PYTHON, [script, given], { env: { ...process.env, AUTHLIB_INSECURE_TRANSPORT: '1' } });
  }
});

test('an answer in a form arrives as one', async () => {
  const { url, checks } = await begin(config, books, { response_mode: 'form_post' });
  const browser = new Browser();
  const told = await browser.handIn(issuer, ann.answer(await browser.challenge(url)));
  const { text } = await browser.open(issuer + told.continue);
  assert.match(text, /<form method=post action="http:\/\/localhost:9\/back">/);
  const body = new URLSearchParams([...text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const request = new Request(books.redirect_uri, { method: 'POST', body });
  assert.ok((await exchange(config, request, checks)).id_token);
});

test('a code counts once, and whoever shows it again ends what it was exchanged for', async () => {
  const { url, checks } = await begin(config, books);
  const back = await new Browser().logIn(url, issuer, ann);
  const tokens = await exchange(config, back, checks);
  await assert.rejects(exchange(config, back, checks), { error: 'invalid_grant' });
  await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), { status: 401 });
});

test('a code is worth nothing with another verifier, at another site, or with a wrong secret', async () => {
  const { url, checks } = await begin(config, books);
  const back = await new Browser().logIn(url, issuer, ann);
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  await assert.rejects(exchange(config, back, { ...checks, pkceCodeVerifier }), { error: 'invalid_grant' });
  const form = {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code'),
    redirect_uri: books.redirect_uri,
    code_verifier: checks.pkceCodeVerifier,
  };
  const elsewhere = await token({ ...form, client_id: films.client_id, client_secret: secret });
  assert.deepEqual([elsewhere.status, elsewhere.error], [400, 'invalid_grant']);
  assert.equal(elsewhere.headers.get('cache-control'), 'no-store');
  const wrong = await token({ ...form, client_id: films.client_id, client_secret: 'guess' });
  assert.deepEqual([wrong.status, wrong.error], [401, 'invalid_client']);
  assert.match(wrong.headers.get('www-authenticate'), /^Basic /);
  const silent = await token({ ...form, client_id: films.client_id });
  assert.deepEqual([silent.status, silent.error], [401, 'invalid_client']);
  const other = await token({ ...form, client_id: books.client_id, redirect_uri: 'http://localhost:9/other' });
  assert.deepEqual([other.status, other.error], [400, 'invalid_grant']);
  // and after all that it is still worth something where it belongs
  assert.ok((await exchange(config, back, checks)).access_token);
});

test('an address that is not on the ledger is told to the person, and nobody is sent there', async () => {
  const browser = new Browser();
  const { url } = await begin(config, books);
  for (const redirect_uri of ['http://localhost:9/back/', 'http://localhost:9/evil', films.redirect_uri, `${issuer}/return`]) {
    url.searchParams.set('redirect_uri', redirect_uri);
    const { status, to, text } = await browser.open(url);
    assert.deepEqual([status, to], [400, null]);
    assert.match(text, /realdid site update/);
  }
  const { url: unknown } = await begin(config, books);
  unknown.searchParams.set('client_id', ann.did);
  assert.match((await browser.open(unknown)).text, /the ledger knows no site/);
});

test('the site is told of a scope that does not exist and of a request without PKCE', async () => {
  const browser = new Browser();
  for (const [name, value, error] of [
    ['scope', 'openid email', 'invalid_scope'],
    ['code_challenge', '', 'invalid_request'],
    ['code_challenge_method', 'plain', 'invalid_request'],
    ['response_type', 'token', 'unsupported_response_type'],
  ]) {
    const { url, checks } = await begin(config, books);
    url.searchParams.set(name, value);
    const back = new URL((await browser.open(url)).to);
    assert.equal(back.origin + back.pathname, books.redirect_uri);
    await assert.rejects(exchange(config, back, checks), { error });
  }
});

test('a person who is asked anew agrees anew, and one who gives up is told to the site', async () => {
  const browser = new Browser();
  const first = await begin(config, books);
  await browser.logIn(first.url, issuer, ann);
  for (const more of [{ prompt: 'login' }, { max_age: '0' }]) {
    const { url } = await begin(config, books, more);
    assert.match((await browser.open(url)).text, /#challenge=/);
  }
  const { url, checks } = await begin(config, books, { prompt: 'login' });
  const { text } = await browser.open(url);
  const { to } = await browser.open(issuer + /href="(\/cancel[^"]+)"/.exec(text)[1]);
  await assert.rejects(exchange(config, new URL(to), checks), { error: 'access_denied' });
});

test('a session ends by itself', async () => {
  const brief = await Bridge.start('--session', '1');
  const shop = site('Shop', brief.issuer, 'http://localhost:9/shop/back');
  const config = await openid.discovery(new URL(brief.issuer), shop.client_id, undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
  });
  const browser = new Browser();
  const { url } = await begin(config, shop);
  await browser.logIn(url, brief.issuer, ann);
  const look = async () => new URL((await browser.open((await begin(config, shop, { prompt: 'none' })).url)).to);
  let back = await look();
  for (let tries = 0; tries < 100 && !back.searchParams.has('error'); tries += 1) {
    await sleep(100);
    back = await look();
  }
  assert.equal(back.searchParams.get('error'), 'login_required');
});

test('pages of any origin may ask what programs in browsers need, and no page may be framed', async () => {
  for (const path of ['/.well-known/openid-configuration', '/jwks', '/token', '/userinfo']) {
    const answer = await fetch(issuer + path, { method: 'OPTIONS' });
    assert.equal(answer.headers.get('access-control-allow-origin'), '*', path);
  }
  const { url } = await begin(config, books);
  const page = await fetch(url, { headers: { 'accept-language': 'zh-CN' } });
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(page.headers.get('access-control-allow-origin'), null);
  const text = await page.text();
  assert.match(text, /<html lang=zh>.*在钱包中继续/s);
  assert.match(text, /<b>Books<\/b>.*referrerpolicy=origin/s);
});
