import { existsSync } from 'node:fs';
import {
  link,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';
import { placesOf } from './places.ts';

/** Whether something can be done in a new folder of a file system. */
interface Ability {
  readonly name: string;
  /** @throws or resolves to false if it cannot */
  readonly can: (folder: string) => Promise<boolean>;
  readonly state: 'warning' | 'problem';
  /** What cannot be done then, and what to do. */
  readonly advice: string;
}

const LONGEST_NAME = 255;

/** What the promises of this server stand on. */
const ABILITIES: readonly Ability[] = [
  {
    name: 'a rename replaces a file in one step',
    state: 'problem',
    advice: 'Uploads cannot be published whole there: use a file system of this machine.',
    can: async (folder) => {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      await writeFile(from, 'new');
      await writeFile(to, 'old');
      await rename(from, to);
      return (await readFile(to, 'utf8')) === 'new' && !existsSync(from);
    },
  },
  {
    name: 'files and folders can be made durable',
    state: 'problem',
    advice: 'What was confirmed may be lost with the power: use a file system that knows fsync.',
    can: async (folder) => {
      await using file = await open(join(folder, 'durable'), 'w');
      await file.writeFile('x');
      await file.sync();
      await using itself = await open(folder, 'r');
      await itself.sync();
      return true;
    },
  },
  {
    name: 'a file can have two names',
    state: 'warning',
    advice: 'Some steps take a copy instead of a link there.',
    can: async (folder) => {
      await writeFile(join(folder, 'one'), 'x');
      await link(join(folder, 'one'), join(folder, 'other'));
      return (await stat(join(folder, 'one'))).nlink === 2;
    },
  },
  {
    name: 'names differ by case',
    state: 'warning',
    advice: 'Readme and README are one file there, which clients from Linux do not expect.',
    can: async (folder) => {
      await writeFile(join(folder, 'case'), 'x');
      return !existsSync(join(folder, 'CASE'));
    },
  },
  {
    name: `names may have ${LONGEST_NAME} bytes`,
    state: 'warning',
    advice: 'Longer names are refused there.',
    can: async (folder) => {
      await writeFile(join(folder, 'n'.repeat(LONGEST_NAME)), 'x');
      return true;
    },
  },
];

/** By the numbers of statfs(2): where other machines write, too, or a program answers. */
const NETWORKED: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
]);

/** What the file systems can do. */
export async function abilities(patient: Patient): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { folder } of await placesOf(patient)) {
    findings.push(...(await abilitiesOf(folder, folder === patient.settings.data)));
  }
  return [...findings, descriptors()];
}

async function abilitiesOf(place: string, isData: boolean): Promise<Finding[]> {
  let folder: string;
  try {
    folder = await mkdtemp(join(place, '.doctor-'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const advice =
      why === 'EROFS'
        ? 'It is mounted for reading only: the kernel does that after an error of the disk (dmesg).'
        : 'Let the user that runs the server own it.';
    return [problem(`${place}: nothing can be written (${why})`, advice)];
  }
  try {
    const findings: Finding[] = [];
    for (const { name, can, state, advice } of ABILITIES) {
      const isAble = await can(folder).catch(() => false);
      if (!isAble) findings.push({ state, says: `${place}: not so: ${name}`, advice });
    }
    const network = NETWORKED.get((await statfs(place)).type);
    if (network !== undefined && isData) {
      findings.push(
        warning(
          `${place} is on ${network}: SQLite’s locks may not hold there`,
          'Keep the data folder on a disk of this machine, and put only homes there.',
        ),
      );
    }
    return findings.length > 0
      ? findings
      : [ok(`${place}: ${ABILITIES.map(({ name }) => name).join(', ')}`)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function descriptors(): Finding {
  return existsSync('/proc/self/fd')
    ? ok('/proc/self/fd is there: no race leads out of a home')
    : warning(
        '/proc/self/fd is not there: who changes links in a home while somebody uses it may lead them out',
        'Mount /proc, or do not let accounts share folders with other programs.',
      );
}
