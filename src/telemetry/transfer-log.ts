import type { Events } from '../base/events.ts';
import type { Log } from '../base/log.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import { AppendFile } from './append-file.ts';
import { printableJson } from './printable.ts';

/** A log of transfers while it is being kept. To be disposed once, which writes what is waiting. */
export interface TransferLog extends AsyncDisposable {
  /** Goes on in a new file after the old one was rotated away. */
  reopen(): Promise<void>;
}

/**
 * Writes a line for each transfer into the file at `path`, until disposed.
 * @param line makes the line, with its line feed: {@link transferLine}, or that of another format
 * @param log is told what goes wrong; the one who emits the events never is
 */
export function keepTransferLog(
  events: Events<TransferEvent>,
  path: string,
  line: (event: TransferEvent) => string,
  log: Log,
): TransferLog {
  const file = new AppendFile(path, log);
  const stop = events.listen((event) => file.write(line(event)));
  return {
    reopen: () => file.reopen(),
    [Symbol.asyncDispose]: async () => {
      stop();
      await file[Symbol.asyncDispose]();
    },
  };
}

/**
 * A transfer as a line of JSON. What is not known is left out; the time is ISO 8601 in UTC, the
 * digest `sha-256=<hex>`. Bytes of a name that are not UTF-8 show as `\udcXX` (see base/name.ts).
 */
export function transferLine(event: TransferEvent): string {
  const json = JSON.stringify({
    time: new Date(event.time).toISOString(),
    account: event.account,
    address: event.address,
    protocol: event.protocol,
    session: event.session,
    direction: event.direction,
    path: event.path,
    bytes: event.bytes,
    resumedFrom: event.resumedFrom,
    size: event.size,
    durationMs: Math.round(event.durationMs),
    digest: event.digest && `${event.digest.algorithm}=${event.digest.hex}`,
    outcome: event.outcome,
    evidence: event.evidence,
    reason: event.reason,
  });
  return `${printableJson(json)}\n`;
}
