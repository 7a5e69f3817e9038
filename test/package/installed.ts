import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/temporary.ts';

const PROJECT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** A folder in which somebody has installed the package, and nothing else. */
export interface Installed extends AsyncDisposable {
  readonly folder: string;
  /** What `npx carryon` would start. */
  readonly main: string;
}

/** Makes the package and installs it into an empty folder, with npm, as people do. */
export async function installPackage(): Promise<Installed> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder()).path;
  const packed = parts.use(await temporaryFolder()).path;
  await run('npm', ['pack', '--pack-destination', packed], { cwd: PROJECT });
  const [tarball] = await readdir(packed);
  assert.ok(tarball !== undefined, 'npm pack makes a file');
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  // Whatever `npm ci` has brought here before is not fetched again.
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--engine-strict=false'];
  await run('npm', ['install', ...flags, join(packed, tarball)], { cwd: folder });
  const owned = parts.move();
  return {
    folder,
    main: join(folder, 'node_modules/carryon/dist/main.js'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
