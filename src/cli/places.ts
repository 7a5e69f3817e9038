import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where the client keeps what it has to remember: `$XDG_STATE_HOME/carryon`, or below ~/.local/state. */
export function statePlace(
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const state = env['XDG_STATE_HOME'];
  // The specification has relative ones ignored.
  const base =
    state && isAbsolute(state) ? state : join(env['HOME'] || homedir(), '.local', 'state');
  return join(base, 'carryon', name);
}
