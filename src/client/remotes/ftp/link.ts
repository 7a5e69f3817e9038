import type { Path } from '../../../base/path.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import type { Control } from './control.ts';
import type { Encryption } from './encryption.ts';
import type { Experience } from './experience.ts';
import type { Features } from './features.ts';
import type { Settled } from './options.ts';

/** One logged-in connection and all that is known about it: what every request works with. */
export interface Link {
  readonly control: Control;
  readonly options: Settled;
  readonly experience: Experience;
  readonly features: Features;
  /** Undefined if data connections go in clear. */
  readonly encryption: Encryption | undefined;
  readonly startFolder: Path;
  /** True if a transfer can begin in the middle. */
  readonly restarts: boolean;
  /** True while a marker that was set (REST) has not been used up by a transfer. */
  hasMarker: boolean;
  /** Where the server has been told what is to come. */
  readonly promised: Set<Path>;
}

/** Sends a command and waits for its reply. @throws TransferFailure */
export function ask(
  { control }: Link,
  command: string,
  signal: AbortSignal,
  milliseconds?: number,
): Promise<Reply> {
  return control.ask(command, {
    signal,
    ...(milliseconds !== undefined && { milliseconds }),
  });
}
