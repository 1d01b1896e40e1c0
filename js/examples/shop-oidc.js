// A website that people log in to by OpenID Connect, through a bridge. It knows nothing of DIDs: what it does, libraries do.
//
//   node examples/shop-oidc.js <address of the bridge> <client_id: the DID of the site> [port]

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const [issuer, client_id, port = '8081'] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
const redirect_uri = `${origin}/back`;
const { authorization_endpoint, token_endpoint, userinfo_endpoint } = await json(fetch(`${issuer}/.well-known/openid-configuration`));
const begun = new Map(); // what each login keeps until it comes back, by its state
const people = new Map(); // who is logged in, by session

async function json(asked) {
  const answer = await asked;
  if (!answer.ok) throw new Error(`the bridge refuses: ${await answer.text()}`);
  return answer.json();
}

/** Where the browser goes to log in. */
function begin(session) {
  const [state, verifier] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64url'));
  begun.set(state, { session, verifier });
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = { response_type: 'code', client_id, redirect_uri, scope: 'openid real_name', state, code_challenge };
  return `${authorization_endpoint}?${new URLSearchParams({ ...asked, code_challenge_method: 'S256' })}`;
}

/** Who has logged in, of the session that began. */
async function finish(query, session) {
  const login = begun.get(query.get('state'));
  begun.delete(query.get('state'));
  if (login?.session !== session || query.get('iss') !== issuer) throw new Error('no such login was begun here');
  const { verifier: code_verifier } = login;
  const body = new URLSearchParams({ grant_type: 'authorization_code', code: query.get('code'), redirect_uri, client_id, code_verifier });
  const { access_token } = await json(fetch(token_endpoint, { method: 'POST', body }));
  return json(fetch(userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } }));
}

function show(session) {
  const person = people.get(session);
  if (!person) return '<p><a href="/login">Log in with RealDID</a></p>';
  const real = person.real_name_verified ? 'a real person' : 'somebody';
  const button = '<form method="post" action="/logout"><button>Log out</button></form>';
  return `<p>Welcome, ${person.sub.slice(0, 8)}.</p><p>The bridge says that you are ${real}.</p>${button}`;
}

async function answer(request) {
  const session = /(?:^|; )oidc_session=([\w-]{36})/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID();
  const headers = { 'set-cookie': `oidc_session=${session}; HttpOnly; SameSite=Lax; Path=/` };
  const to = (location) => ({ status: 303, html: '', headers: { ...headers, location } });
  const { pathname, searchParams } = new URL(request.url, origin);
  if (pathname === '/login') return to(begin(session));
  if (pathname === '/back') people.set(session, await finish(searchParams, session));
  else if (pathname === '/logout' && request.method === 'POST') people.delete(session);
  else return { status: 200, html: show(session), headers };
  return to('/');
}

const server = createServer(async (request, response) => {
  const failed = ({ message }) => ({ status: 403, html: `<p>You are not logged in: ${message.replace(/[<&]/g, ' ')}</p>` });
  const { status, html, headers } = await answer(request).catch(failed);
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`${origin}/`));
