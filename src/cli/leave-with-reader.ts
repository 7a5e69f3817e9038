import { EXIT } from './exit-codes.ts';
import { tell } from './output.ts';

/** 128 + SIGPIPE, as programs end that leave it to the system. */
const READER_GONE = 141;

/** Whoever reads the results may have enough of them: `carryon ls … | head`. */
export function leaveWithReader(): void {
  process.stdout.on('error', leave);
  process.stderr.on('error', leave);
}

/** For what goes on whether anybody reads it or not. */
export function stayWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', leave);
    stream.on('error', () => {});
  }
}

function leave(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(READER_GONE);
  // A second error, of stderr itself, would be heard here again.
  process.stderr.off('error', leave).on('error', () => {});
  tell(`carryon: The results cannot be written: ${error.message}`);
  process.exit(error.code === 'ENOSPC' ? EXIT.noRoom : EXIT.other);
}
