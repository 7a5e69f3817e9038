/** Something that the promises exclude. The message is a sentence that says what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation unless it holds */
export function hold(condition: unknown, sentence: () => string): asserts condition {
  if (!condition) throw new Violation(sentence());
}
