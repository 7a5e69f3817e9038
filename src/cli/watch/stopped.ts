/** Aborted by Ctrl-C or SIGTERM, which then end nothing else. */
export interface Stopped extends Disposable {
  readonly signal: AbortSignal;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Listens until disposed of. */
export function stopped(): Stopped {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of SIGNALS) process.once(name, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
