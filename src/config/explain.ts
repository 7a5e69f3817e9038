import { hideLogin } from '../base/hide-login.ts';
import { valueOf } from './changes.ts';
import type { Setting } from './setting.ts';
import { origins, type Settings } from './settings.ts';
import { ROWS } from './sources.ts';

const TAKEN = {
  reload: 'is taken by a running server on SIGHUP',
  restart: 'is taken when the server starts again',
} as const;

/** A line for each setting: its key, its value as one would write it, and where that came from. */
export function explainSettings(settings: Settings): string[] {
  const cells = ROWS.map((row) => [
    row.key,
    written(settings, row),
    settings[origins].get(row.key) ?? '',
  ]);
  const widths = [0, 1].map((column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * All there is to say about one setting, a line for each thing.
 * @returns undefined if there is no such setting; then `nearest` may know which was meant
 */
export function explainSetting(key: string, settings: Settings): string[] | undefined {
  const row = ROWS.find((row) => row.key === key);
  if (row === undefined) return undefined;
  const origin = settings[origins].get(key) ?? '';
  return [
    `${key} = ${written(settings, row)}`,
    '',
    `  ${row.about}`,
    '',
    `  comes from  ${origin}`,
    `  default     ${row.default}`,
    `  takes       ${row.kind.expects}`,
    `  flag        ${row.flag} ${row.kind.valueName}`,
    `  variable    ${row.variable}`,
    `  a change    ${TAKEN[row.taken]}`,
  ];
}

/** As one would write it, without the login that a URL may have. */
function written(settings: Settings, row: Setting): string {
  return hideLogin(row.kind.format(valueOf(settings, row)));
}
