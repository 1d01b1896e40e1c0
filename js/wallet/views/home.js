import { h } from '../dom.js';

/** The person's identities, one for each site. */
export async function home({ words, store }) {
  const { title, none } = words.home;
  const identities = await store.identities();
  const entries = identities.map((identity) => h('li', {}, entry(words, identity)));
  return [h('h1', {}, title), entries.length === 0 ? h('p', { class: 'lead' }, none) : h('ul', { class: 'cards' }, entries)];
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
