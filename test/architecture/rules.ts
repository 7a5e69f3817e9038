import { IO_MODULES, MODULES, PURE_ROOMS, ROOMS } from './rooms.ts';
import { type Import, roomOf, type Source, target } from './scan.ts';
import { CORE_ROOMS, protocolWords } from './words.ts';

/** Beyond this a file hides a second idea. */
const MAX_LINES = 400;

/** Each rule finds what breaks it and says so in sentences. `source` is any file, tests included. */
export const FILE_RULES: Readonly<Record<string, (source: Source) => readonly string[]>> = {
  'every file belongs to a room that the table knows': ({ path }) => {
    const room = roomOf(path);
    return room.endsWith('/') || Object.hasOwn(ROOMS, room)
      ? []
      : [`${path} is in a room that test/architecture/rooms.ts does not know; say there what for`];
  },

  'a room imports only what the table allows': (source) =>
    source.isTest
      ? []
      : source.imports.flatMap((found) => {
          const path = target(source, found);
          return path === undefined ? [] : refusedImport(source.path, path, found.isType);
        }),

  'packages and parts of Node stay in their rooms': (source) =>
    source.isTest || !source.path.startsWith('src/')
      ? []
      : source.imports.flatMap((found) => refusedModule(source.path, found)),

  'the core never names a protocol nor a reply number': (source) =>
    source.isTest || !CORE_ROOMS.includes(roomOf(source.path))
      ? []
      : [...new Set(protocolWords(source.text))].map(
          (word) =>
            `${source.path} says "${word}": the core serves every protocol alike and must know none`,
        ),

  'no file is longer than one idea': ({ path, text }) => {
    const lines = text.split('\n').length - 1;
    return lines > MAX_LINES
      ? [`${path} has ${lines} lines, more than ${MAX_LINES}: what second idea does it hide?`]
      : [];
  },

  'nothing is exported as default': ({ path, text }) =>
    /^export\s+default\b|^export\s*\{[^}]*\bas\s+default\b/m.test(text)
      ? [`${path} has a default export: a thing is to have the same name wherever it is used`]
      : [],

  'there are no enums': ({ path, text }) =>
    /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w+\s*\{/m.test(text)
      ? [`${path} has an enum: Node strips types and cannot run one; use a union or a table`]
      : [],
};

/** Rooms that import one another in a circle, each circle as a sentence; type imports count. */
export function cycles(sources: readonly Source[]): string[] {
  const graph = new Map<string, Set<string>>();
  for (const source of sources.filter(({ isTest }) => !isTest)) {
    const from = roomOf(source.path);
    for (const found of source.imports) {
      const path = target(source, found);
      if (path === undefined || roomOf(path) === from) continue;
      graph.set(from, (graph.get(from) ?? new Set()).add(roomOf(path)));
    }
  }
  return [...graph.keys()].flatMap((room) => {
    const way = wayBack(graph, room);
    return way
      ? [`${way.join(' → ')} is a circle: none of these rooms can be understood alone`]
      : [];
  });
}

function refusedImport(from: string, to: string, isType: boolean): string[] {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room.endsWith('/')) return [];
  const rule = ROOMS[room];
  if (!rule) return [];
  if (room === target) return rule.foldersApart ? refusedSibling(from, to) : [];
  const allowed = [...Object.keys(rule.imports), ...(isType ? Object.keys(rule.types ?? {}) : [])];
  if (allowed.some((name) => name === target || name === to || `src/${name}` === to)) return [];
  const only = allowed.length === 0 ? 'nothing' : `only ${allowed.join(', ')}`;
  const how = isType ? 'imports a type from' : 'imports';
  return [`${from} ${how} ${to}, but ${room} may import ${only}: ${rule.because}`];
}

/** Among protocols/ftp/… and protocols/http/…; what lies beside the folders belongs to all. */
function refusedSibling(from: string, to: string): string[] {
  const [here, there] = [from, to].map((path) => path.split('/').slice(2));
  if (!here || !there || there.length === 1 || here[0] === there[0]) return [];
  return [`${from} imports ${to}: each of these folders must be able to go without the others`];
}

function refusedModule(path: string, { specifier }: Import): string[] {
  const room = roomOf(path);
  const isBuiltIn = specifier.startsWith('node:');
  const name = isBuiltIn ? specifier : (/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  const confined = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  if (confined && !confined.rooms.includes(room)) {
    return [
      `${path} imports ${name}, which belongs to ${confined.rooms.join(', ')}: ${confined.why}`,
    ];
  }
  return PURE_ROOMS.includes(room) && IO_MODULES.includes(name)
    ? [`${path} imports ${name}, but ${room} does no I/O: its values must be testable as values`]
    : [];
}

/** The shortest way from a room back to itself. */
function wayBack(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
  room: string,
): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[room]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? room) ?? []) {
      if (next === room) return [...way, room];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}
