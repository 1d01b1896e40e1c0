import { button, h, notice } from '../dom.js';
import { find } from '../find.js';
import { stepped } from './steps.js';

/** The person's identities, one for each site. */
export async function home(app) {
  const { words, store, wallet } = app;
  const { title, none, find: label } = words.home;
  const identities = await store.identities();
  const entries = identities.map((identity) => h('li', {}, entry(words, identity)));
  const told = h('div', { class: 'told' });
  const look = () =>
    stepped(app, told, async (tell) => {
      const found = await find(wallet, (done, all) => tell(words.recover.looking(done + 1, all)));
      await app.show();
      document.querySelector('.told').replaceChildren(notice('good', h('p', {}, words.home.found(found))));
    });
  return [
    h('h1', {}, title),
    entries.length === 0 ? h('p', { class: 'lead' }, none) : h('ul', { class: 'cards' }, entries),
    told,
    h('div', { class: 'actions' }, button(label, look, 'plain')),
  ];
}

function entry(words, { site, name, made, created, since, attested }) {
  const { attested: real, unattested, unfinished, since: from } = words.home;
  const valid = attested && attested.expires > Date.now();
  const state = made ? (valid ? real(words.day(attested.expires)) : unattested) : unfinished;
  return h(
    'a',
    { href: `#/identity/${encodeURIComponent(site)}`, class: 'card' },
    h('span', { class: 'name' }, name),
    h('span', { class: 'small' }, from(words.day(created ?? since))),
    h('span', { class: valid ? 'badge good' : 'badge' }, state),
  );
}
