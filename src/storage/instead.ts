import { Failure } from '../base/failure.ts';
import type { Entry, Instead } from './store.ts';

/** @throws Failure `locked` if something else is there than was expected */
export function checkInstead(there: Entry | undefined, instead: Instead | undefined): void {
  if (!instead || there?.version === instead.of?.version) return;
  throw new Failure('locked', 'Something else has got this name meanwhile');
}
