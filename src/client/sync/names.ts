import { encodeName } from '../../base/name.ts';
import { MAX_NAME_BYTES } from '../../base/path.ts';

/** Names that DOS gave to devices, with any extension. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Why a folder of this machine cannot hold such a name; undefined if it can. */
export function refusedHere(name: string, platform = process.platform): string | undefined {
  if (isTooLong(name)) return TOO_LONG;
  if (platform !== 'win32') return undefined;
  // oxlint-disable-next-line no-control-regex -- these are what Windows refuses
  const isRefused = /[<>:"|?*\\\u0000-\u001f]|[. ]$/.test(name) || DEVICES.test(name);
  return isRefused ? 'Windows cannot hold this name' : undefined;
}

/** Why such a name cannot be said to a server. */
export function refusedThere(name: string): string | undefined {
  if (/[\r\n]/.test(name)) return 'a name with a line break cannot be said to the server';
  return isTooLong(name) ? TOO_LONG : undefined;
}

function isTooLong(name: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8: the exact count is needed only near the limit.
  return name.length * 3 > MAX_NAME_BYTES && encodeName(name).length > MAX_NAME_BYTES;
}

const TOO_LONG = `longer than ${MAX_NAME_BYTES} bytes`;
