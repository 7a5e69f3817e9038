import { once } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Resolves at the first signal that asks to stop. @param again what a second one does */
export async function stopSignal(again: () => void): Promise<NodeJS.Signals> {
  const signal = await Promise.race(
    SIGNALS.map(async (name) => {
      await once(process, name);
      return name;
    }),
  );
  for (const name of SIGNALS) process.once(name, again);
  return signal;
}
