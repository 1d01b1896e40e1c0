import { button, h, list, notice } from '../dom.js';
import { answered, obstacle, prepare, reviewed } from '../login.js';
import { drop, pending } from '../pending.js';
import { explained } from '../i18n.js';
import { madeLately } from '../schedule.js';
import { stepped } from './steps.js';

/** For so long after the page is seen nobody can agree: a click that was meant for something else does not count. */
const PAUSE = 1_000;

/** A site asks, and the person decides. Nothing is answered before. */
export async function login(app) {
  const { words, wallet, store } = app;
  const asked = pending();
  if (!asked) return [h('h1', {}, words.login.title), h('p', {}, words.login.none), leave(app)];
  let review;
  try {
    review = await reviewed(wallet, asked);
  } catch (error) {
    return stopped(app, error);
  }
  const { challenge } = review;
  const identity = await store.identity(challenge.site);
  const found = await obstacle(wallet, identity, challenge);
  const isClose = found === 'no_identity' && !wallet.light.development && madeLately(await store.identities());
  const told = h('div', { class: 'told' });
  const refuse = () => {
    drop();
    told.closest('main').replaceChildren(h('h1', {}, words.login.title), notice('good', h('p', {}, words.login.refused)), leave(app));
    app.say(words.login.refused);
  };
  return [
    ...consent(words, review, identity),
    note(words, found),
    isClose && notice('note', h('p', {}, words.login.close)),
    told,
    h('div', { class: 'actions' },
      guarded(words.login.agree, () => stepped(app, told, (tell) => agree(app, review, told, tell))),
      button(words.login.refuse, refuse, 'second'),
    ),
  ].filter(Boolean);
}

function consent(words, { challenge, consent }, identity) {
  const { at, from, proven, learns, same, first, real, number, numberText } = words.login;
  return [
    h('h1', {}, h('span', { class: 'small' }, at), ' ', h('span', { class: 'site' }, consent.name)),
    list([
      [from, h('span', { translate: 'no' }, consent.origin)],
      [learns, h('ul', {}, h('li', {}, identity?.made ? same : first), challenge.level > 0 && h('li', {}, real))],
    ]),
    h('p', { class: 'hint' }, proven),
    consent.number !== null &&
      h('section', { class: 'number' }, h('h2', {}, number), h('p', {}, numberText), h('output', {}, String(consent.number))),
  ];
}

const note = (words, found) =>
  found === 'no_identity' || found === 'stale'
    ? notice('note', h('p', {}, found === 'stale' ? words.login.stale : words.login.make))
    : null;

async function agree(app, review, told, tell) {
  const { wallet, words } = app;
  const found = await prepare(wallet, review, tell);
  if (found) {
    told.replaceChildren(...hindered(app, review, found));
    app.say(words.login.obstacles[found]);
    return;
  }
  tell('answering');
  const address = await answered(wallet, review);
  drop();
  tell('leaving');
  location.replace(address);
}

function hindered({ words, authority, go }, { challenge }, found) {
  const canAsk = authority && ['not_attested', 'attestation_expired', 'level_too_low'].includes(found);
  return [
    notice('note', h('p', {}, words.login.obstacles[found])),
    canAsk && button(words.login.attest, () => go(`attest/${encodeURIComponent(challenge.site)}`)),
  ].filter(Boolean);
}

/** What somebody sees whom the wallet keeps from answering. */
function stopped(app, error) {
  const { words } = app;
  // the network may be there again in a moment
  const passing = ['unreachable', 'timeout', 'busy', 'not_yet'].includes(error.code);
  if (!passing) drop();
  return [
    h('h1', {}, words.login.stopped),
    notice('bad', h('p', { 'data-code': error.code }, explained(words, error))),
    h('p', {}, words.login.stoppedText),
    passing ? button(words.again, app.show) : leave(app),
  ];
}

const leave = ({ words, go }) => h('div', { class: 'actions' }, button(words.login.home, () => go(''), 'second'));

/** A button that works only after the page was in front for a moment. */
function guarded(text, work) {
  const element = button(text, () => {
    if (Date.now() >= open) return work();
  });
  let open = Infinity;
  let waiting;
  const wait = () => {
    open = Infinity;
    element.disabled = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      open = Date.now();
      element.disabled = false;
    }, PAUSE);
  };
  const again = () => (element.isConnected ? wait() : removeEventListener('focus', again));
  addEventListener('focus', again);
  wait();
  return element;
}
