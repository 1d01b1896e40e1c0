import { h } from '../dom.js';

/** Where the person logged in, when, and what was told. */
export async function history({ words, store }) {
  const { title, lead, none } = words.history;
  const logins = await store.history();
  const entries = logins.map((login) => h('li', { class: 'card' }, entry(words, login)));
  return [
    h('h1', {}, title),
    h('p', { class: 'lead' }, lead),
    entries.length === 0 ? h('p', {}, none) : h('ul', { class: 'cards' }, entries),
  ];
}

function entry(words, { time, name, origin, level, askedNode }) {
  const { real, same, asked } = words.history;
  return [
    h('span', { class: 'name' }, name),
    h('time', { class: 'small', datetime: new Date(time).toISOString() }, words.minute(time)),
    h('span', { class: 'small', translate: 'no' }, origin),
    h('span', { class: 'badge' }, level > 0 ? real : same),
    askedNode && h('span', { class: 'small' }, asked),
  ].filter(Boolean);
}
