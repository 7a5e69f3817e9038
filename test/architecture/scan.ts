import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

/** The folder that holds src, test and bench. */
export const PROJECT = join(import.meta.dirname, '../..');

/** One import, as `from` says it. */
export interface Import {
  readonly specifier: string;
  /** True for `import type`: nothing of it is left at run time. */
  readonly isType: boolean;
}

/** One source file. */
export interface Source {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** True for tests and for suites that tests share: they import node:test. */
  readonly isTest: boolean;
}

/** All TypeScript files in these folders of the project; a folder that is not there has none. */
export function sourcesIn(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    filesBelow(join(PROJECT, folder)).map((file) => {
      const path = relative(PROJECT, file).replaceAll('\\', '/');
      const text = readFileSync(file, 'utf8');
      const imports = importsOf(text);
      const isTest =
        path.endsWith('.test.ts') || imports.some(({ specifier }) => specifier === 'node:test');
      return { path, text, imports, isTest };
    }),
  );
}

/**
 * Every way to depend on another file: import and export statements (which the formatter puts at
 * the beginning of a line), import(), and a worker's `new URL(…, import.meta.url)`.
 */
export function importsOf(text: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s+(?!from\b|,))?(?:[\w*\s{},$]+?\s+from\s+)?(['"])(.+?)\2/gm,
  );
  const calls = text.matchAll(/\bimport\(\s*(['"`])(.+?)\1/g);
  const workers = text.matchAll(/\bnew URL\(\s*(['"`])(\.{1,2}\/.+?)\1,\s*import\.meta\.url/g);
  return [
    ...[...statements].map(([, type, , specifier = '']) => ({ specifier, isType: !!type })),
    ...[...calls, ...workers].map(([, , specifier = '']) => ({ specifier, isType: false })),
  ];
}

/** The path of the file that a relative import names; undefined for a package or a part of Node. */
export function target(from: Source, { specifier }: Import): string | undefined {
  return specifier.startsWith('.')
    ? posix.normalize(posix.join(dirname(from.path), specifier))
    : undefined;
}

/** `vault` for src/vault/home.ts, `main.ts` for src/main.ts, `test/` for what is outside src. */
export function roomOf(path: string): string {
  const [top, room = ''] = path.split('/');
  return top === 'src' ? room : `${top}/`;
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
