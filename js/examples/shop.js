// A website that people log in to with a DID. It asks a node for the genesis when it starts, and nobody afterwards.
//
//   node examples/shop.js <url of a node> <genesis digest> <DID of the site> [port] [address of the wallet] [level]

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

import { LoginSite, challengeAddress, returnPage } from 'realdid';

const [node, genesis, did, port = '8080', wallet = 'http://localhost:7480/', level = '1'] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
const site = await LoginSite.open({ node, genesis, did, origin, returnAddress: `${origin}/login`, level: Number(level) });
const people = new Map(); // who is logged in, by session

async function show(session) {
  const person = people.get(session);
  const button = '<form method="post" action="/logout"><button>Log out</button></form>';
  if (person) return `<p>Welcome, ${person.subject.slice(0, 8)}.</p>${button}`;
  const link = challengeAddress(wallet, await site.challenge(session));
  return `<p><a href="${link}" referrerpolicy="origin">Log in with RealDID</a></p>`;
}

async function answer(request) {
  const session = sessionOf(request.headers.cookie ?? '') ?? randomUUID();
  const page = (html) => ({ status: 200, html, headers: { 'set-cookie': cookie(session) } });
  const [method, { pathname }] = [request.method, new URL(request.url, origin)];
  if (method === 'GET') return page(pathname === '/login' ? returnPage : await show(session));
  people.delete(session);
  if (pathname !== '/login') return home(session);
  const person = await site.verify(await field(request, 'response'), session);
  // a session that somebody else may know is not the one that is logged in
  const fresh = randomUUID();
  people.set(fresh, person);
  return home(fresh);
}

// browsers keep cookies by host alone: two shops on one machine must not take each other's
const named = `session_${port}`;
const cookie = (session) => `${named}=${session}; HttpOnly; SameSite=Lax; Path=/`;
const sessionOf = (cookies) => new RegExp(`(?:^|; )${named}=([\\w-]{36})`).exec(cookies)?.[1];
const home = (session) => ({ status: 303, html: '', headers: { 'set-cookie': cookie(session), location: '/' } });

/** A field of a form, of no more bytes than the largest response has. */
async function field(request, name) {
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part;
    if (body.length > 1_000_000) throw new Error('the form is too long');
  }
  return new URLSearchParams(body).get(name);
}

const server = createServer(async (request, response) => {
  const failed = (error) => ({ status: 403, html: `<p>${error.code ?? 'error'}: you are not logged in</p>` });
  const { status, html, headers } = await answer(request).catch(failed);
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`${origin}/`));
