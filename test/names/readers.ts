import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Client as BasicFtp } from 'basic-ftp';
import { encodeName } from '../../src/base/name.ts';
import { askFtplib } from '../peers/support/ftplib.ts';
import { lftp } from '../peers/support/lftp.ts';
import { runClient } from '../peers/support/process.ts';
import type { Login } from '../peers/support/site.ts';
import type { PeerName } from '../support/peers.ts';
import { runCli } from '../support/run-cli.ts';
import { CORPUS } from './corpus.ts';
import { filesIn, type Found } from './found.ts';

/** Where a reader finds the folder, and where it may write. */
export interface Scene {
  readonly login: Login;
  readonly folder: string;
  readonly scratch: string;
}

/** A way to get at the names in a folder, as programs that people use have it. */
export interface Reader {
  /** The program that is needed, if it is not installed with this project. */
  readonly needs?: PeerName;
  /** The names that it finds, as bytes in Latin-1; with the contents where it fetches, too. */
  readonly read: (scene: Scene) => Promise<Found>;
}

/** All columns of `ls -l` before the name. */
const COLUMNS = /^\S{10} +\d+ +\S+ +\S+ +\d+ [A-Z][a-z]{2} [ \d]\d +[\d:]+ /;

const LISTED = CORPUS.filter(({ listed }) => listed);

export const READERS = {
  'curl, LIST': curlLines([], (line) => (COLUMNS.test(line) ? line.replace(COLUMNS, '') : line)),
  'curl, NLST': curlLines(['--list-only'], (line) => line),
  'curl, MLSD': curlLines(['--request', 'MLSD'], (line) => line.slice(line.indexOf(' ') + 1)),
  'curl, RETR': { needs: 'curl', read: curlFetches },
  'lftp, mirror by MLSD': { needs: 'lftp', read: (scene) => mirrored(scene, 'yes') },
  'lftp, mirror by LIST': { needs: 'lftp', read: (scene) => mirrored(scene, 'no') },
  'ftplib, NLST': ftplibLines('ftp.nlst()'),
  'ftplib, MLSD': ftplibLines('[name for name, facts in ftp.mlsd()]'),
  'ftplib, LIST': ftplibLines(
    '(lambda lines: (ftp.retrlines("LIST", lines.append), [re.sub(args["columns"], "", line, count=1) for line in lines])[1])([])',
  ),
  'ftplib, RETR': { needs: 'python3', read: ftplibFetches },
  'basic-ftp, MLSD': basicFtp('MLSD'),
  'basic-ftp, LIST': basicFtp('LIST -a'),
  'carryon get -r': { read: carryonFetches },
  'carryon ls --json': { read: carryonLists },
} as const satisfies Readonly<Record<string, Reader>>;

function curlLines(flags: readonly string[], nameIn: (line: string) => string): Reader {
  return {
    needs: 'curl',
    read: async ({ login, folder, scratch }) => {
      const file = join(scratch, 'listing');
      const { port, name, password } = login;
      const url = `ftp://127.0.0.1:${port}/${folder}/`;
      const words = ['-q', '-sS', '-u', `${name}:${password}`, ...flags, '-o', file, url];
      const { code, stderr } = await runClient('curl', words);
      if (code !== 0) throw new Error(stderr);
      // curl ends the lines of a listing as this system does.
      const lines = (await readFile(file, 'latin1')).split('\n').slice(0, -1);
      return { names: lines.map(nameIn) };
    },
  };
}

/** One URL for each name, all in one run: a failure is one of that name. */
async function curlFetches({ login, folder, scratch }: Scene): Promise<Found> {
  const { port, name, password } = login;
  const lines = LISTED.flatMap(({ bytes }, index) => [
    `url = "ftp://127.0.0.1:${port}/${folder}/${percent(bytes)}"`,
    `output = "${join(scratch, String(index))}"`,
  ]);
  const config = join(scratch, 'curl.conf');
  await writeFile(config, `user = "${name}:${password}"\ngloboff\n${lines.join('\n')}\n`);
  await runClient('curl', ['-q', '-sS', '--parallel', '--parallel-max', '8', '-K', config]);
  return fetchedByNumber(scratch);
}

async function fetchedByNumber(scratch: string): Promise<Found> {
  const contents = new Map<string, string>();
  for (const [index, { bytes }] of LISTED.entries()) {
    const content = await readFile(join(scratch, String(index)), 'utf8').catch(() => undefined);
    if (content !== undefined) contents.set(bytes.toString('latin1'), content);
  }
  return { names: [...contents.keys()], contents };
}

async function mirrored({ login, folder, scratch }: Scene, useMlsd: string): Promise<Found> {
  const settings = [
    `set ftp:use-mlsd ${useMlsd}`,
    'set cmd:fail-exit no',
    'set ftp:list-options -a',
  ];
  await lftp(login, ...settings, `mirror --no-perms --parallel=4 /${folder} ${scratch}/here`);
  return filesIn(join(scratch, 'here'));
}

/** Latin-1 shows every byte as it is; ftplib has to be told so before it connects. */
const PYTHON = `
import re
ftp = ftplib.FTP(timeout=60, encoding='latin-1')
ftp.connect('127.0.0.1', login['port'])
ftp.login(login['name'], login['password'])
ftp.cwd(args['folder'])
`;

function ftplibLines(names: string): Reader {
  return {
    needs: 'python3',
    read: async ({ login, folder }) => {
      const columns = COLUMNS.source;
      const script = `${PYTHON}\nprint(json.dumps(${names}))`;
      return { names: (await askFtplib(login, script, { folder, columns })) as string[] };
    },
  };
}

async function ftplibFetches({ login, folder }: Scene): Promise<Found> {
  const script = `${PYTHON}
found = {}
for name in args['names']:
    parts = []
    try:
        ftp.retrbinary('RETR ' + name, parts.append)
        found[name] = b''.join(parts).decode()
    except ftplib.Error:
        pass
print(json.dumps(found))
`;
  const names = LISTED.map(({ bytes }) => bytes.toString('latin1'));
  const found = (await askFtplib(login, script, { folder, names })) as Record<string, string>;
  return { names: Object.keys(found), contents: new Map(Object.entries(found)) };
}

function basicFtp(command: string): Reader {
  return {
    read: async ({ login, folder }) => {
      const client = new BasicFtp();
      try {
        client.ftp.encoding = 'latin1';
        await client.access({
          host: '127.0.0.1',
          port: login.port,
          user: login.name,
          password: login.password,
        });
        client.availableListCommands = [command];
        await client.cd(folder);
        const names = (await client.list()).map(({ name }) => name);
        const contents = new Map<string, string>();
        for (const name of names) {
          const into = new Gathered();
          const isFetched = await client.downloadTo(into, name).then(
            () => true,
            () => false,
          );
          if (isFetched) contents.set(name, into.text);
        }
        return { names, contents };
      } finally {
        client.close();
      }
    },
  };
}

/** What is written, as text. */
class Gathered extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

async function carryonFetches({ login, folder, scratch }: Scene): Promise<Found> {
  await mkdir(join(scratch, 'here'));
  await carryon(login, scratch, ['get', '-r', `${urlOf(login)}/${folder}/`, `${scratch}/here`]);
  return filesIn(join(scratch, 'here', folder));
}

async function carryonLists({ login, folder, scratch }: Scene): Promise<Found> {
  const said = await carryon(login, scratch, ['ls', '-a', '--json', `${urlOf(login)}/${folder}/`]);
  const lines = said.trimEnd().split('\n');
  const names = lines.map((line) => (JSON.parse(line) as { name: string }).name);
  return { names: names.map((name) => encodeName(name).toString('latin1')) };
}

function urlOf({ port, name }: Login): string {
  return `ftp://${name}@127.0.0.1:${port}`;
}

async function carryon(login: Login, scratch: string, words: readonly string[]): Promise<string> {
  const env = {
    HOME: scratch,
    XDG_CONFIG_HOME: join(scratch, 'config'),
    XDG_STATE_HOME: join(scratch, 'state'),
    NETRC: '',
    CARRYON_PASSWORD: login.password,
  };
  const { stdout } = await runCli(words, { env, cwd: scratch });
  return stdout;
}

function percent(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
