import type { Chance } from './chance.ts';
import { FtpClient, Lost } from './client.ts';
import { FaultProxy } from './fault-proxy.ts';
import { type Fault, faultName } from './faults.ts';
import type { Round } from './round.ts';
import { Violation } from './violation.ts';

/** How long a client waits on, once its connection has met a fault, in ms. */
const AFTER_FAULT_MS = { least: 50, most: 400 } as const;

/** How long anything may take where nothing is wrong, in ms; a machine may have much else to do. */
const PATIENCE_MS = 120_000;

/** How long a connection on which nothing passes stays as it is, in ms. */
const LINGER_MS = { least: 0, most: 700 } as const;

/** One visit of a client, maybe through a proxy. */
export interface Visit {
  readonly client: FtpClient;
  /** True once something has happened that explains any end. */
  readonly isExcused: () => boolean;
}

/**
 * Opens a session, does something in it, and closes it.
 * @param fault happens to it after the login
 * @returns what `work` returns, undefined if the session was lost: by the fault, or by the end of
 *   the server
 * @throws Violation if it was lost for no reason
 */
export async function visit<T>(
  round: Round,
  account: string,
  chance: Chance,
  fault: Fault | undefined,
  work: (visit: Visit) => Promise<T>,
): Promise<T | undefined> {
  const { house, tally } = round;
  const given = round.house.login(account);
  const proxy = fault && (await FaultProxy.open(given.port));
  const hurry = new AbortController();
  const timer = setTimeout(() => hurry.abort(), PATIENCE_MS);
  const onStrike = (): void => {
    tally.add(`cuts: ${fault ? faultName(fault) : ''}`);
    const left = chance.between(AFTER_FAULT_MS.least, AFTER_FAULT_MS.most);
    if (fault?.kind !== 'slow') setTimeout(() => hurry.abort(), left);
  };
  proxy?.struck.addEventListener('abort', onStrike, { once: true });
  const isExcused = (): boolean => house.isGoing || proxy?.struck.aborted === true;
  const signal = AbortSignal.any([house.down, hurry.signal]);
  let client: FtpClient | undefined;
  try {
    const login = proxy ? { ...given, port: proxy.port } : given;
    client = await FtpClient.open(login, chance, signal);
    if (proxy && fault) proxy.arm(fault);
    return await work({ client, isExcused });
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    if (!isExcused()) throw new Violation(`${account} lost ${error.message} for no reason`);
    return undefined;
  } finally {
    clearTimeout(timer);
    client?.giveUp();
    if (proxy) round.later(proxy, chance.between(LINGER_MS.least, LINGER_MS.most));
  }
}
