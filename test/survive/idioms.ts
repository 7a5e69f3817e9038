import type { Reply } from '../../src/wire/ftp/reply.ts';
import type { FtpClient } from './client.ts';
import type { Version } from './content.ts';
import type { LiveName } from './names.ts';
import { Violation } from './violation.ts';

/** What an idiom has found out: what is to be sent, and how. */
export interface Prepared {
  readonly verb: 'STOR' | 'APPE';
  /** The position in the file of the first byte that is sent. */
  readonly start: number;
  /** The server has said that the whole file is there. */
  readonly isThere?: boolean;
}

/** One way in which clients upload. */
export interface Idiom {
  readonly name: string;
  readonly weight: number;
  /** The server knows how many bytes have to come. */
  readonly isSized: boolean;
  /** It goes on with what is here already. */
  readonly goesOn: boolean;
  /** True if it cannot blend contents here: others might, as their clients could not know. */
  readonly fits: (name: LiveName, version: Version) => boolean;
  /** Asks and says what comes before the transfer. */
  readonly prepare: (client: FtpClient, name: LiveName, version: Version) => Promise<Prepared>;
}

const ANEW: Prepared = { verb: 'STOR', start: 0 };

export const IDIOMS: readonly Idiom[] = [
  {
    name: 'STOR',
    weight: 3,
    isSized: false,
    goesOn: false,
    fits: () => true,
    prepare: async () => ANEW,
  },
  {
    name: 'ALLO + STOR',
    weight: 2,
    isSized: true,
    goesOn: false,
    fits: () => true,
    prepare: async (client, _, version) => {
      const reply = await client.say(`ALLO ${version.length}`);
      if (reply.code === 552) throw new Refused(reply);
      return ANEW;
    },
  },
  {
    name: 'SIZE + REST + STOR',
    weight: 5,
    isSized: false,
    goesOn: true,
    fits: (name, version) => name.showsOnly(version),
    prepare: (client, name, version) => afterSize(client, name, version, () => []),
  },
  {
    name: 'SIZE + REST + ALLO + STOR',
    weight: 2,
    isSized: true,
    goesOn: true,
    fits: (name, version) => name.showsOnly(version),
    prepare: (client, name, version) =>
      afterSize(client, name, version, () => [`ALLO ${version.length}`]),
  },
  {
    name: 'SIZE + REST + ALLO rest + STOR',
    weight: 2,
    isSized: true,
    goesOn: true,
    fits: (name, version) => name.showsOnly(version),
    prepare: (client, name, version) =>
      afterSize(client, name, version, (start) => [`ALLO ${version.length - start}`]),
  },
  {
    name: 'SIZE + APPE',
    weight: 3,
    isSized: false,
    goesOn: true,
    fits: (name, version) => name.showsOnly(version),
    prepare: async (client, name, version) => {
      const size = await sizeOf(client, name);
      if (size === version.length) return { verb: 'APPE', start: size, isThere: true };
      if (size === undefined) return ANEW;
      name.goesOn(size);
      return { verb: 'APPE', start: size };
    },
  },
  {
    name: 'SITE EXPECT + REST + STOR',
    weight: 4,
    isSized: true,
    goesOn: true,
    fits: () => true,
    prepare: async (client, name, version) => {
      const promise = `sha-256=${version.sha256} size=${version.length}`;
      const reply = await client.say(`SITE EXPECT ${promise} ${name.path}`);
      const { code, lines } = reply;
      // No room, or another one goes on with it at this moment.
      if (code === 552 || code === 450) throw new Refused(reply);
      const offset = Number(lines[0]);
      if (code !== 213 || !Number.isSafeInteger(offset)) {
        throw new Violation(`SITE EXPECT of ${name.toString()}: ${code} ${lines.join(' ')}`);
      }
      if (offset === version.length) return { verb: 'STOR', start: offset, isThere: true };
      if (name.leavesOnly(version)) name.toldPromised(offset);
      return goOn(client, name, offset);
    },
  },
  {
    name: 'REST as told + STOR',
    weight: 4,
    isSized: false,
    goesOn: true,
    fits: (name, version) => name.exact !== undefined && name.leavesOnly(version),
    prepare: (client, name) => goOn(client, name, name.exact ?? 0),
  },
];

/** The server refuses before a byte has moved. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** There is no room for it. */
  readonly isFull: boolean;

  constructor({ code, lines }: Reply) {
    super(`${code} ${lines.join(' ')}`);
    this.isFull = code === 552;
  }
}

async function afterSize(
  client: FtpClient,
  name: LiveName,
  version: Version,
  also: (start: number) => readonly string[],
): Promise<Prepared> {
  const size = (await sizeOf(client, name)) ?? 0;
  if (size === version.length && size > 0) return { verb: 'STOR', start: size, isThere: true };
  const prepared = await goOn(client, name, size);
  for (const line of also(size)) {
    const reply = await client.say(line);
    if (reply.code === 552) throw new Refused(reply);
  }
  return prepared;
}

async function goOn(client: FtpClient, name: LiveName, start: number): Promise<Prepared> {
  if (start === 0) return ANEW;
  await client.say(`REST ${start}`);
  name.goesOn(start);
  return { verb: 'STOR', start };
}

async function sizeOf(client: FtpClient, name: LiveName): Promise<number | undefined> {
  const { code, lines } = await client.say(`SIZE ${name.path}`);
  const size = code === 213 ? Number(lines[0]) : undefined;
  if (code !== 213 && code !== 550) {
    throw new Violation(`SIZE of ${name.toString()}: ${code} ${lines.join(' ')}`);
  }
  name.toldSize(size);
  return size;
}
