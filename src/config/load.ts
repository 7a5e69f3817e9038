import { resolve } from 'node:path';
import type { PortRange } from './address.ts';
import { nearest } from '../base/nearest.ts';
import { camelCase, groupAndName, PREFIX, type Setting } from './setting.ts';
import {
  origins,
  type Origin,
  type Settings,
  SettingsError,
  type WrittenSettings,
} from './settings.ts';
import { readSettingsFile } from './settings-file.ts';
import { readWritten } from './written.ts';
import { type Given, readDefaults, readEnvironment, readFlags, ROWS } from './sources.ts';

export interface SettingsSources {
  /** The path of a settings file (TOML). */
  readonly file?: string | undefined;
  /** What a program says that embeds the server. */
  readonly written?: WrittenSettings | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The flags as a command line parser hands them over, in camel case; others may be among them. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/**
 * Joins file, program, environment and flags, of which the later overrides the earlier. Reads the file and
 * touches nothing else: that a folder exists or a port is free shows when it is used.
 * @throws SettingsError with every problem in every source, also of values that are overridden
 */
export function loadSettings({ file, written, env, flags }: SettingsSources): Settings {
  const folder = process.cwd();
  const readings = [
    readDefaults(folder),
    ...(file === undefined ? [] : [readSettingsFile(file)]),
    ...(written === undefined ? [] : [readWritten(written, folder)]),
    readEnvironment(env, folder),
    readFlags(flags, folder),
  ];
  const problems = readings.flatMap((reading) => reading.problems);
  if (problems.length > 0) throw new SettingsError(problems);
  const settings = assemble(readings.map((reading) => reading.given));
  const contradictions = RULES.filter((rule) => rule.broken(settings));
  if (contradictions.length > 0) {
    throw new SettingsError(contradictions.map((rule) => contradiction(rule, settings)));
  }
  return settings;
}

/**
 * Variables that look like misspelt settings, a line for each. Only a warning: other variables
 * may begin with CARRYON_ as well, since container platforms make them up from service names.
 */
export function suspectVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = ROWS.map((row) => row.variable.slice(PREFIX.length));
  return Object.keys(env).flatMap((variable) => {
    const name = variable.slice(PREFIX.length);
    if (!variable.startsWith(PREFIX) || known.includes(name)) return [];
    const meant = nearest(name, known);
    return meant === undefined
      ? []
      : [`${variable} is not a setting; did you mean ${PREFIX}${meant}?`];
  });
}

/** Two settings that do not go together: "`key` must not `clash` `other`". */
interface Rule {
  readonly key: string;
  readonly clash: string;
  readonly other: string;
  broken(settings: Settings): boolean;
}

/** What no single value can show. */
const RULES: readonly Rule[] = [
  {
    key: 'tls.policy',
    clash: 'be off with a port for TLS in',
    other: 'ftp.listen-tls',
    broken: ({ ftp, tls }) => tls.policy === 'off' && ftp.listenTls !== undefined,
  },
  {
    key: 'tls.key',
    clash: 'be given without',
    other: 'tls.certificate',
    broken: ({ tls }) => tls.key !== undefined && tls.certificate === undefined,
  },
  {
    key: 'tls.min-version',
    clash: 'be newer than',
    other: 'tls.max-version',
    broken: ({ tls }) => tls.minVersion > tls.maxVersion,
  },
  {
    key: 'ftp.passive-ports',
    clash: 'hold the port of',
    other: 'ftp.listen-tls',
    broken: ({ ftp: { listenTls, passivePorts } }) =>
      (listenTls ?? []).some(({ port }) => holds(passivePorts, port)),
  },
  {
    key: 'ftp.passive-ports',
    clash: 'hold the port of',
    other: 'ftp.listen',
    broken: ({ ftp: { listen, passivePorts } }) =>
      listen.some(({ port }) => holds(passivePorts, port)),
  },
];

function holds(range: PortRange | undefined, port: number): boolean {
  return range !== undefined && range.first <= port && port <= range.last;
}

function contradiction({ key, clash, other }: Rule, settings: Settings): string {
  const from = settings[origins];
  return `${from.get(key)}: ${key} must not ${clash} ${other} (${from.get(other)})`;
}

/** The rows are checked one by one, so that the whole has the type that is derived from them. */
function assemble(sources: readonly ReadonlyMap<string, Given>[]): Settings {
  const settings: Record<string, unknown> = {};
  const from = new Map<string, Origin>();
  for (const row of ROWS) {
    const found = sources.findLast((given) => given.has(row.key))?.get(row.key);
    if (!found) throw new Error(`${row.key} has no default`);
    const [group, name] = groupAndName(row.key);
    const target =
      group === '' ? settings : ((settings[camelCase(group)] ??= {}) as typeof settings);
    // `data` is the first row: what counts from the data folder finds it resolved.
    target[camelCase(name)] = absolute(row, found, settings['data']);
    from.set(row.key, found.origin);
  }
  return Object.assign(settings, { [origins]: from }) as unknown as Settings;
}

function absolute(row: Setting, found: Given, data: unknown): unknown {
  if (row.relativeTo === undefined || typeof found.value !== 'string') return found.value;
  const base = row.relativeTo === 'data' && typeof data === 'string' ? data : found.folder;
  return resolve(base, found.value);
}
