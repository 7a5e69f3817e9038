import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the client keeps what it has to remember: `$XDG_STATE_HOME/carryon`, or below ~/.local/state. */
export function statePlace(name: string, env: Environment = process.env): string {
  return place(name, env, env['XDG_STATE_HOME'], ['.local', 'state']);
}

/** Where people keep what they want of the client: `$XDG_CONFIG_HOME/carryon`, or below ~/.config. */
export function configPlace(name: string, env: Environment = process.env): string {
  return place(name, env, env['XDG_CONFIG_HOME'], ['.config']);
}

/** Where is kept what can be lost: `$XDG_CACHE_HOME/carryon`, or below ~/.cache. */
export function cachePlace(name: string, env: Environment = process.env): string {
  return place(name, env, env['XDG_CACHE_HOME'], ['.cache']);
}

function place(
  name: string,
  env: Environment,
  wanted: string | undefined,
  otherwise: readonly string[],
): string {
  // The specification has relative ones ignored.
  const base = wanted && isAbsolute(wanted) ? wanted : join(env['HOME'] || homedir(), ...otherwise);
  return join(base, 'carryon', name);
}
