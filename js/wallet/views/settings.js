import { button, form, h, list, notice } from '../dom.js';
import { drop } from '../pending.js';

/** What this wallet belongs to, and how to leave. */
export async function settings(app) {
  const { words, wallet, store, light, config } = app;
  const of = words.settings;
  const since = await store.get('since');
  const facts = list([
    wallet && [of.since, words.day(since)],
    [of.network, light.network],
    [of.authority, config.authority ?? of.noAuthority],
    [of.genesis, h('span', { class: 'mono', translate: 'no' }, light.genesis)],
  ]);
  return [h('h1', {}, of.title), facts, wallet && h('p', {}, of.lock), wallet && forget(app), !wallet && home(app)].filter(Boolean);
}

function forget({ words, store }) {
  const of = words.settings;
  const told = h('div', { class: 'told' });
  const work = async (typed) => {
    if (!typed.get('have')) return told.replaceChildren(notice('bad', h('p', {}, of.first)));
    drop();
    await store.forget();
    location.replace('/');
  };
  return h(
    'section',
    { class: 'aside' },
    h('h2', {}, of.forget),
    h('p', {}, of.forgetText),
    form(
      work,
      h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'have' }), h('span', {}, of.haveCode)),
      told,
      h('div', { class: 'actions' }, h('button', { class: 'danger', type: 'submit' }, of.forgetNow)),
    ),
  );
}

const home = ({ words, go }) => button(words.back, () => go(''), 'plain');
