/** Names that try to lead somewhere else. */
export interface Attempt {
  /** As it is sent. */
  readonly name: Buffer;
  /** What is tried, for a failing test to say. */
  readonly idea: string;
}

/**
 * Every way to write a path out of a home that has ever worked somewhere.
 * @param target an absolute path on the disk, outside the home
 * @param above what leads from the home up to the root of the disk: `../../..`
 */
export function traversals(target: string, above: string): readonly Attempt[] {
  const inside = target.slice(1);
  const relative = `${above}/${inside}`;
  const written: Readonly<Record<string, string>> = {
    'one folder up': '..',
    'one folder up and a name': `../${inside.split('/').at(-1)}`,
    'as it is on the disk': target,
    'relative to the home': relative,
    'relative to the root': `/${relative}`,
    'down and up again': `folder/../${relative}`,
    'through a folder that is not there': `nothing/../../${relative}`,
    'through dots that mean nothing': `./././${relative}`,
    'with doubled slashes': `//${relative.replaceAll('/', '//')}`,
    'with more dots': relative.replaceAll('..', '....').replaceAll('/', '//'),
    'with three dots': relative.replaceAll('..', '...'),
    'with dots around each': relative.replaceAll('..', '.././.'),
    'with backslashes': relative.replaceAll('/', '\\'),
    'with dots and a backslash': relative.replaceAll('../', '..\\'),
    'with an encoded slash': relative.replaceAll('../', '..%2f'),
    'with encoded dots': relative.replaceAll('..', '%2e%2e'),
    'with both encoded twice': relative.replaceAll('..', '%252e%252e').replaceAll('/', '%252f'),
    'with semicolons': relative.replaceAll('../', '..;/'),
    'with full-width dots': relative.replaceAll('.', '\u{ff0e}'),
    'with a full-width slash': relative.replaceAll('../', '..\u{2215}'),
    'with a two-dot leader': relative.replaceAll('..', '\u{2025}'),
    'with spaces': relative.replaceAll('..', '.. '),
    'with a slash at the end': `${relative}/`,
    'with a dot at the end': `${relative}/.`,
    'with two dots at the end': `${relative}/x/..`,
    'of another host': `//host${target}`,
    'of a file URL': `file://${target}`,
    'of a drive': `C:${target.replaceAll('/', '\\')}`,
    'of a drive, relative': `C:${relative}`,
    'of the long form': `\\\\?\\${target.replaceAll('/', '\\')}`,
    'with a stream': `${target}::$DATA`,
    'of a home': `~`,
    'of somebody': `~root/../..${target}`,
    'of a variable': `$HOME/${relative}`,
    'that looks like a flag': `-a ${target}`,
    'that looks like two flags': `-R -- ${target}`,
    'with a pattern': `${target.slice(0, -2)}*`,
    'with a pattern going up': `*/../${relative}`,
    'in quotes': `"${target}"`,
    'through the processes of the system': `/proc/self/root${target}`,
    'through the working folder of the server': `/proc/self/cwd/${relative}`,
    'up a thousand times': `${'../'.repeat(1000)}${inside}`,
    'through a very long name': `${'x'.repeat(300)}/../${relative}`,
    'longer than any path': `${'y/'.repeat(3000)}${relative}`,
  };
  const bytes: Readonly<Record<string, Buffer>> = {
    'with NUL at the end': Buffer.from(`${relative}\0`),
    'with NUL before an ending': Buffer.from(`${target}\0.txt`),
    'with NUL inside the dots': Buffer.from(relative.replaceAll('..', '.\0.')),
    'with CR': Buffer.from(`x\r${relative}`),
    'with CR NUL': Buffer.from(`x\r\0/../${relative}`),
    'with overlong dots': spelled(relative, '.', [0xc0, 0xae]),
    'with overlong slashes': spelled(relative, '/', [0xc0, 0xaf]),
    'with longer slashes': spelled(relative, '/', [0xe0, 0x80, 0xaf]),
    'with what Telnet would take away': spelled(relative, '/', [0x2f, 0xff, 0xff]),
    'with half a character': Buffer.concat([Buffer.of(0xe2, 0x82), Buffer.from(`/${relative}`)]),
    'with surrogates': Buffer.concat([Buffer.of(0xed, 0xa0, 0x80), Buffer.from(`/../${relative}`)]),
  };
  return [
    ...Object.entries(written).map(([idea, text]) => ({ idea, name: Buffer.from(text) })),
    ...Object.entries(bytes).map(([idea, name]) => ({ idea, name })),
  ];
}

/** The text with each such character replaced by these bytes. */
function spelled(text: string, character: string, bytes: readonly number[]): Buffer {
  const code = character.charCodeAt(0);
  return Buffer.from([...Buffer.from(text)].flatMap((byte) => (byte === code ? bytes : [byte])));
}
