import type { Siblings } from './base/siblings.ts';
import type { Bans } from './accounts/bans.ts';
import { Misconduct } from './accounts/misconduct.ts';
import { LoginThrottle } from './accounts/throttle.ts';
import { systemClock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { Networks } from './base/network.ts';
import { tellsHooks } from './compose-records.ts';
import type { Settings } from './config/settings.ts';
import { type Hook, commandHook, inTurn, urlHook } from './hooks/hook.ts';
import type { CommonRates } from './session/bandwidth.ts';
import { Doorkeeper } from './session/doorkeeper.ts';

export function throttleOf({ login }: Settings): LoginThrottle {
  return new LoginThrottle({
    clock: systemClock,
    freeFailures: login.freeFailures,
    maxDelayMs: login.maxDelay,
    maxAccountDelayMs: login.maxAccountDelay,
    forgetAfterMs: login.forgetAfter,
    maxWaitingPerAddress: login.maxWaitingPerAddress,
  });
}

export function doorkeeperOf(
  { bans: rules, limits, ftp }: Settings,
  bans: Bans,
  siblings: Siblings,
  log: Log,
) {
  const { threshold, window: windowMs } = rules;
  const clock = systemClock;
  return Doorkeeper.open({
    bans,
    siblings,
    misconduct:
      threshold === undefined ? undefined : new Misconduct({ clock, threshold, windowMs }),
    clock,
    log,
    trusted: new Networks([...rules.trusted, ...ftp.proxies]),
    maxConnections: limits.maxConnections,
    maxConnectionsPerAddress: limits.maxConnectionsPerAddress,
    banMs: rules.duration,
    maxBans: rules.max,
  });
}

export function ratesOf({ limits }: Settings): CommonRates {
  return {
    server: { upload: limits.uploadRate, download: limits.downloadRate },
    session: { upload: limits.sessionUploadRate, download: limits.sessionDownloadRate },
  };
}

/** What is told of each event, if anything is. */
export function hookOf(settings: Settings): Hook | undefined {
  if (!tellsHooks(settings)) return undefined;
  const { command, url, timeout } = settings.hooks;
  return inTurn([
    ...(command === undefined ? [] : [commandHook(command, timeout)]),
    ...(url === undefined ? [] : [urlHook(url, timeout)]),
  ]);
}
