import { groupAndName, camelCase, type Setting } from './setting.ts';
import { origins, type Settings } from './settings.ts';
import { ROWS } from './sources.ts';

/** A setting as a server uses it. */
export interface SettingInUse {
  /** As one would write it. */
  readonly value: string;
  /** Where it comes from. */
  readonly origin: string;
}

/** All settings that a server uses, by their keys. */
export type SettingsInUse = Readonly<Record<string, SettingInUse>>;

/** Keys of settings that are others than those in use. */
export interface Changes {
  /** Taken by a server that reads its settings again. */
  readonly reload: readonly string[];
  /** Not before it starts again. */
  readonly restart: readonly string[];
}

export function settingsInUse(settings: Settings): SettingsInUse {
  const entries = ROWS.map((row) => [
    row.key,
    {
      value: row.kind.format(valueOf(settings, row)),
      origin: settings[origins].get(row.key) ?? '',
    },
  ]);
  return Object.fromEntries(entries) as SettingsInUse;
}

/** What is different, in the order of the table. */
export function changesFrom(inUse: SettingsInUse, wanted: SettingsInUse): Changes {
  const changed = ROWS.filter(({ key }) => inUse[key]?.value !== wanted[key]?.value);
  const keys = (when: Setting['taken']) =>
    changed.filter(({ taken }) => taken === when).map(({ key }) => key);
  return { reload: keys('reload'), restart: keys('restart') };
}

/** What is in use after the settings were read again: what needs a restart stays as it was. */
export function afterReload(inUse: SettingsInUse, wanted: SettingsInUse): SettingsInUse {
  const taken = changesFrom(inUse, wanted).reload.flatMap((key) => {
    const setting = wanted[key];
    return setting === undefined ? [] : [[key, setting] as const];
  });
  return { ...inUse, ...Object.fromEntries(taken) };
}

/** The value of one row. */
export function valueOf(settings: Settings, row: Setting): unknown {
  const [group, name] = groupAndName(row.key);
  const holder = group === '' ? settings : settings[camelCase(group) as keyof Settings];
  return (holder as Readonly<Record<string, unknown>>)[camelCase(name)];
}
