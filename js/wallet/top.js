// What stands above every view: the name, the way around, the language.

import { h } from './dom.js';
import { LANGUAGES } from './i18n.js';

const PLACES = { home: '', history: 'history', attestations: 'attestations', settings: 'settings' };
/** Where the person is in the middle of something, and only that is shown. */
const ALONE = ['login', 'create', 'recover', 'welcome'];

export function top({ words, wallet, speak }, view) {
  const brand = [h('img', { src: '/wallet/icon.svg', alt: '', width: 28, height: 28 }), h('span', {}, 'RealDID')];
  const links = Object.entries(PLACES).map(([name, path]) =>
    h('a', { href: `#/${path}`, 'aria-current': path === view ? 'page' : null }, words.nav[name]),
  );
  return [
    h('div', { class: 'bar' }, h('a', { class: 'brand', href: '#/', 'aria-label': words.wallet }, ...brand), languages(words, speak)),
    wallet && !ALONE.includes(view) ? h('nav', { 'aria-label': words.nav.label }, ...links) : null,
  ].filter(Boolean);
}

/** The other languages, each by its own name. */
function languages({ language }, speak) {
  const others = Object.entries(LANGUAGES).filter(([tag]) => tag !== language);
  return h(
    'div',
    { class: 'languages' },
    others.map(([tag, { name }]) => h('button', { type: 'button', class: 'plain', lang: tag, onclick: () => speak(tag) }, name)),
  );
}
