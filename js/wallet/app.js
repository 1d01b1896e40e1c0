// The wallet's page: opens what this browser keeps, and shows the view that the address names.

import { Authority } from './authority.js';
import { button, h, notice } from './dom.js';
import { explained, languageOf, wordsOf } from './i18n.js';
import { configuration, openLedger } from './ledger.js';
import * as pending from './pending.js';
import { keepFresh } from './refresh.js';
import { Store } from './store.js';
import { supported } from './supported.js';
import { top } from './top.js';
import { Wallet } from './wallet.js';
import { attest } from './views/attest.js';
import { attestations } from './views/attestations.js';
import { create } from './views/create.js';
import { history as logins } from './views/history.js';
import { home } from './views/home.js';
import { identity } from './views/identity.js';
import { login } from './views/login.js';
import { recover } from './views/recover.js';
import { settings } from './views/settings.js';
import { welcome } from './views/welcome.js';

const VIEWS = { '': home, login, identity, attest, attestations, history: logins, settings, create, recover, welcome };
/** What can be seen without a wallet. */
const OPEN = ['create', 'recover', 'welcome', 'settings'];
const main = document.querySelector('#main');
const said = document.querySelector('#said');

/** What views are given. */
const app = {
  config: undefined,
  store: undefined,
  light: undefined,
  wallet: undefined,
  authority: undefined,
  words: wordsOf(languageOf()),

  /** Goes to a view. */
  go(path) {
    const hash = `#/${path}`;
    if (location.hash === hash) return show();
    location.hash = hash;
  },

  /** Says something to whoever cannot see the page, too. */
  say(text) {
    said.textContent = text;
  },

  /** Takes a wallet into use, and goes to where the person wanted to go. */
  start(wallet) {
    app.wallet = wallet;
    keepFresh(wallet, () => pending.pending() !== null).catch(() => {});
  },

  /** Where the person goes after the wallet is there. */
  enter() {
    app.go(pending.pending() ? 'login' : '');
  },

  /** Speaks another language. */
  async speak(language) {
    app.words = wordsOf(language);
    await app.store?.put('language', language);
    await show();
  },

  show,
  /** An error in words, as a part of a view. */
  failed: (error) => notice('bad', h('p', {}, explained(app.words, error))),
};

let shown = 0;

/** Shows the view that the address names. */
async function show() {
  const turn = (shown += 1);
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  const view = route(name);
  document.documentElement.lang = app.words.language;
  app.say('');
  let content;
  try {
    content = await VIEWS[view](app, rest.map(decodeURIComponent));
  } catch (error) {
    content = [app.failed(error), button(app.words.again, show)];
  }
  // another view was asked for meanwhile
  if (turn !== shown) return;
  document.querySelector('#top').replaceChildren(...top(app, view));
  main.replaceChildren(...[content].flat());
  const heading = main.querySelector('h1');
  document.title = heading ? `${heading.textContent} · ${app.words.wallet}` : app.words.wallet;
  // whoever listens hears of the new view, and the keyboard goes on from there
  if (turn > 1) main.focus();
  scrollTo(0, 0);
}

function route(name) {
  const known = name in VIEWS ? name : '';
  if (app.wallet || OPEN.includes(known)) return known;
  return 'welcome';
}

async function begin() {
  await supported();
  app.config = await configuration();
  app.store = await Store.open();
  app.words = wordsOf(languageOf(await app.store.get('language')));
  app.light = await openLedger(app.store, app.config);
  app.authority = app.config.authority && new Authority(app.config.authority);
  const wallet = await Wallet.open(app.store, app.light);
  if (wallet) app.start(wallet);
  addEventListener('hashchange', () => {
    pending.take({ arrival: false });
    show();
  });
}

pending.take({ arrival: true });
begin()
  .then(show)
  .catch((error) => {
    document.documentElement.lang = app.words.language;
    main.replaceChildren(app.failed(error), button(app.words.again, () => location.reload()));
  });
