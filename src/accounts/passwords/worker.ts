import { parentPort } from 'node:worker_threads';

import type { Answer, Question } from './hash-worker.ts';
import { usableScheme } from './schemes.ts';

// The thread behind `hash-worker.ts`: one question after the other, each for as long as it takes.
parentPort?.on('message', (question: Question) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  void answer(question).then((found) => parentPort?.postMessage(found));
});

async function answer({ id, password, stored }: Question): Promise<Answer> {
  try {
    return { id, ok: (await usableScheme(stored)?.verify(password, stored)) ?? false };
  } catch (error) {
    return { id, error };
  }
}
