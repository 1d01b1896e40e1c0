// In which language the wallet speaks.

import { en } from './words/en.js';
import { zh } from './words/zh.js';

export const LANGUAGES = { en, zh };

/** The language that was chosen, or the first of the browser's that there is. */
export function languageOf(chosen, preferred = navigator.languages) {
  const known = (tag) => String(tag).toLowerCase().split('-')[0];
  return [chosen, ...preferred].map(known).find((tag) => tag in LANGUAGES) ?? 'en';
}

/** The words of a language, with its ways to say times. */
export function wordsOf(language) {
  const format = (options) => new Intl.DateTimeFormat(language, options);
  const [day, minute] = [format({ dateStyle: 'long' }), format({ dateStyle: 'medium', timeStyle: 'short' })];
  return { ...LANGUAGES[language], language, day: (time) => day.format(time), minute: (time) => minute.format(time) };
}

/** An error in words: what is wrong, and what to do. */
export function explained(words, error) {
  const told = words.errors[error.code];
  if (typeof told === 'function') return told(error);
  return told ?? words.unexpected(error);
}
