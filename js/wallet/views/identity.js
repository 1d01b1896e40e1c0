import { button, h, list, notice } from '../dom.js';
import { fetchProofs, held, isIntact, rotate, settle } from '../identity.js';
import { stepped } from './steps.js';

/** One identity: what the ledger says of it, and what can be done with it. */
export async function identity(app, [site]) {
  const { words, wallet, store, go } = app;
  const found = await store.identity(site);
  if (!found) return [h('h1', {}, words.home.title), notice('note', h('p', {}, words.identity.unknown))];
  const bundle = held(wallet, found);
  const told = h('div', { class: 'told' });
  const work = (done, action) => () => stepped(app, told, async (tell) => {
    await action(tell);
    await app.show();
    document.querySelector('.told').replaceChildren(notice('good', h('p', {}, done)));
    app.say(done);
  });
  const look = async (tell) => {
    tell('looking');
    await fetchProofs(wallet, await settle(wallet, found, tell));
  };
  return [
    h('h1', {}, words.identity.title(found.name)),
    bundle && !(await isIntact(wallet, found, bundle.record)) && notice('bad', h('p', {}, words.identity.tampered)),
    about(words, found, bundle),
    told,
    h('div', { class: 'actions' },
      app.authority && button(words.identity.attest, () => go(`attest/${encodeURIComponent(site)}`)),
      button(words.identity.rotate, work(words.identity.rotated, (tell) => rotate(wallet, found, tell)), 'second'),
    ),
    h('p', { class: 'hint' }, words.identity.rotateNote),
    h('div', { class: 'actions' }, button(words.identity.look, work(words.identity.looked, look), 'second')),
    h('p', { class: 'hint' }, words.identity.lookNote),
  ].filter(Boolean);
}

function about(words, { site, did, created, since, generation }, bundle) {
  const of = words.identity;
  const attested = bundle?.attested;
  return list([
    [of.since, words.day(created ?? since)],
    [of.attestation, attested ? of.by(attested.authority, words.day(attested.expires)) : of.no],
    [of.keys, of.generation(generation)],
    [of.asOf, bundle ? words.minute(bundle.time) : of.never],
    [of.did, h('span', { class: 'mono', translate: 'no' }, did)],
    [of.site, h('span', { class: 'mono', translate: 'no' }, site)],
  ]);
}
