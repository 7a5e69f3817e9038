import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Log, LogFields } from '../base/log.ts';
import { errorFields } from './error-fields.ts';
import { prettyLine } from './pretty.ts';
import { printableJson } from './printable.ts';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `auto`: for people if the destination is a terminal, else for machines. */
  readonly format: 'auto' | 'pretty' | 'json';
  /** Takes the finished lines; stderr if there is none. */
  readonly destination?: DestinationStream & { readonly isTTY?: boolean };
}

const STDERR = 2;

/** A field with one of these names, or one level below, is never written. */
const SECRETS = ['password', 'secret'];

/** Names that the log uses itself; a field called so gets an underscore. */
const RESERVED = new Set(['time', 'level', 'message']);

/**
 * The log of this process. Lines for machines are written in the background, in order, and the
 * last of them when the process exits; lines for people at once.
 */
export function createLog({ level, format, destination }: LogOptions): Log {
  const isTerminal = destination ? destination.isTTY === true : isatty(STDERR);
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
  const sink = destination ?? pino.destination({ dest: STDERR, sync: isPretty });
  const coloured = isTerminal && !process.env['NO_COLOR'];
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    {
      write: (line) =>
        sink.write(isPretty ? prettyLine(line, coloured) : `${printableJson(line.trimEnd())}\n`),
    },
  );
  return new PinoLog(() => logger, logger);
}

/**
 * One logger behind the interface. What nobody reads is not even put together, and its logger is
 * made when it says something: each connection and each session has one, and most say nothing.
 */
class PinoLog implements Log {
  readonly #make: () => Logger;
  /** The one of this process, whose level is that of all. */
  readonly #root: Logger;
  #made: Logger | undefined;

  constructor(make: () => Logger, root: Logger) {
    this.#make = make;
    this.#root = root;
  }

  debug(message: string, fields?: () => LogFields): void {
    if (this.#root.isLevelEnabled('debug')) this.#logger.debug(ready(fields?.()), message);
  }

  info(message: string, fields?: LogFields): void {
    if (this.#root.isLevelEnabled('info')) this.#logger.info(ready(fields), message);
  }

  warn(message: string, fields?: LogFields): void {
    if (this.#root.isLevelEnabled('warn')) this.#logger.warn(ready(fields), message);
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(ready(fields), message);
  }

  with(fields: LogFields): Log {
    return new PinoLog(() => this.#logger.child(ready(fields)), this.#root);
  }

  get #logger(): Logger {
    return (this.#made ??= this.#make());
  }
}

function ready(fields: LogFields = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      RESERVED.has(name) ? `${name}_` : name,
      value instanceof Error ? errorFields(value) : value,
    ]),
  );
}
