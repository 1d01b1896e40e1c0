// A browser as far as a bridge can tell: cookies, redirections, and the script of the page to which a wallet comes back.

import assert from 'node:assert/strict';

export class Browser {
  #cookies = new Map();

  /** One page. */
  async open(url, options = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(url, { redirect: 'manual', ...options, headers: { cookie, ...options.headers } });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0].split('=');
      this.#cookies.set(name, value);
    }
    return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
  }

  /** The challenge on the page to which a site sends the browser. */
  async challenge(url) {
    const { status, text } = await this.open(url);
    const found = /#challenge=([\w-]+)/.exec(text);
    assert.ok(found, `${status} ${text}`);
    return found[1];
  }

  /** What the page at <issuer>/return does with a wallet's answer. */
  async handIn(issuer, response) {
    const answer = await this.open(`${issuer}/return`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ response }),
    });
    return { status: answer.status, ...JSON.parse(answer.text) };
  }

  /** Logs somebody in; the address at the site to which that leads. */
  async logIn(url, issuer, person) {
    const told = await this.handIn(issuer, person.answer(await this.challenge(url)));
    assert.equal(told.status, 200, JSON.stringify(told));
    const { to } = await this.open(issuer + told.continue);
    return new URL(to);
  }
}
