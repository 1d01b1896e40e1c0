import { button, h, notice } from '../dom.js';
import { pending } from '../pending.js';

/** What somebody sees whose browser keeps no wallet, be it the first time or after its data was cleared. */
export function welcome({ words, go }) {
  const { title, lead, create, recover, cleared, clearedText, waiting } = words.welcome;
  return [
    h('h1', {}, title),
    h('p', { class: 'lead' }, lead),
    pending() && notice('note', h('p', {}, waiting)),
    h('div', { class: 'actions' }, button(create, () => go('create')), button(recover, () => go('recover'), 'second')),
    h('section', { class: 'aside' }, h('h2', {}, cleared), h('p', {}, clearedText)),
  ].filter(Boolean);
}
