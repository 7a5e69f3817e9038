import { type Charset, charsetNamed, isAscii, UTF_8 } from '../../base/charset.ts';
import { encodeName } from '../../base/name.ts';
import { sessionOf, type State } from './state.ts';
import type { Desk } from './visit.ts';

/** What a client writes names in that knows no UTF-8; undefined for all others. */
function legacyOf(state: State, desk: Desk): Charset | undefined {
  const name = sessionOf(state)?.charset ?? desk.charset ?? 'utf-8';
  return name === 'utf-8' ? undefined : charsetNamed(name);
}

/** How this client reads what is sent to it. */
export function charsetOf(state: State, desk: Desk): Charset {
  return (state.utf8 ? undefined : legacyOf(state, desk)) ?? UTF_8;
}

/** What a client has written, and what that shows of how it writes. */
export interface Spelled {
  readonly text: string;
  /** It said that it writes UTF-8, and does not, as Explorer of Windows does in China. */
  readonly isNoUtf8?: true;
}

/** @param text as it came: UTF-8, all other bytes as lone surrogates */
export function spelled(text: string, state: State, desk: Desk): Spelled {
  if (isAscii(text)) return { text };
  const legacy = legacyOf(state, desk);
  if (legacy === undefined || (state.utf8 && text.isWellFormed())) return { text };
  const read = { text: legacy.decode(encodeName(text)) };
  return state.utf8 ? { ...read, isNoUtf8: true } : read;
}
