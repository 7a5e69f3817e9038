import { DatabaseSync } from 'node:sqlite';
import { TransferFailure } from '../transfer-failure.ts';

/**
 * The right to run the queue; there is one. It is the write lock of an otherwise empty database
 * file: the kernel lets go of it when its holder ends, however sudden, and at no other time.
 * @throws TransferFailure `target-busy` if another process has it
 */
export function lockQueue(file: string): Disposable {
  const held = new DatabaseSync(`${file}.runner`);
  try {
    held.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    held.close();
    throw new TransferFailure('target-busy', 'The queue is being run already', { cause: error });
  }
  // The file stays: who removes it while another opens it would leave two with a lock each.
  return { [Symbol.dispose]: () => held.close() };
}
