// How fast a bridge is: ./run --rate. A login here is what it costs the bridge where somebody has a session: the request, the
// code, the ID token, userinfo. Each seems to come from an address of its own.

import { Browser } from './browser.js';
import { Bridge, person, site } from './realdid.js';

const LOGINS = 400;
const AT_ONCE = 16;
// RFC 7636, appendix B
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const bridge = await Bridge.start('--behind-proxy');
const { issuer } = bridge;
const shop = site('Shop', issuer, 'http://localhost:9/back');
const request = `${issuer}/authorize?${new URLSearchParams({
  ...shop,
  response_type: 'code',
  scope: 'openid',
  code_challenge: challenge,
  code_challenge_method: 'S256',
})}`;
const browser = new Browser();
await browser.logIn(request, issuer, person('ann'));

/** One login, and how long its steps took, in milliseconds. */
async function logIn(number) {
  const headers = { 'x-forwarded-for': `10.0.${number >> 8}.${number & 255}` };
  const times = [performance.now()];
  const { to } = await browser.open(`${request}&prompt=none`, { headers });
  times.push(performance.now());
  const code = new URL(to).searchParams.get('code');
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, ...shop });
  const tokens = await (await fetch(`${issuer}/token`, { method: 'POST', headers, body })).json();
  times.push(performance.now());
  const authorization = `Bearer ${tokens.access_token}`;
  const { sub } = await (await fetch(`${issuer}/userinfo`, { headers: { ...headers, authorization } })).json();
  if (!sub) throw new Error(JSON.stringify(tokens));
  times.push(performance.now());
  return times.slice(1).map((time, step) => time - times[step]);
}

const began = performance.now();
const taken = [];
let next = 0;
const worker = async () => {
  while (next < LOGINS) taken.push(await logIn(next++));
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
const seconds = (performance.now() - began) / 1_000;
const median = (step) => taken.map((times) => times[step]).sort((a, b) => a - b)[LOGINS / 2].toFixed(1);
console.log(`${(LOGINS / seconds).toFixed(0)} logins a second, ${AT_ONCE} at once; half of them take at most`);
console.log(`${median(0)} ms for a code, ${median(1)} ms for an ID token, ${median(2)} ms for userinfo`);
