import type { Program } from '../support/program.ts';

/** Waits until a program has said on stdout something that fits, or has ended. */
export async function says(program: Program, what: RegExp): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (what.test(program.output.stdout)) resolve();
  };
  program.child.stdout.on('data', look);
  look();
  await Promise.race([promise, program.exited]);
}
