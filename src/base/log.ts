/** What may stand beside a log message. Never a password: redaction is the caller's duty too. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log as the core sees it. The message is a sentence; what varies goes into the fields. */
export interface Log {
  /** @param fields asked for only if somebody reads what is told for finding faults */
  debug(message: string, fields?: () => LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to each line. */
  with(fields: LogFields): Log;
}

/** A log that nobody reads. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLog,
};
