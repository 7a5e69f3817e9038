import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { nameOf } from '../../base/path.ts';
import {
  type Address,
  formatAddress,
  isAddress,
  parseAddress,
} from '../../client/address/address.ts';
import type { Wish } from '../../client/queue/item.ts';
import { asTransferFailure } from '../../client/retry.ts';
import { refusedHere } from '../../client/sync/names.ts';
import { walkLocal } from '../../client/sync/walk-local.ts';
import { below, walkRemote } from '../../client/sync/walk-remote.ts';
import { type AllFlags, PARALLEL } from '../transfer/flags.ts';
import { find } from '../transfer/glob.ts';
import type { Job } from '../transfer/job.ts';
import { expandLocal } from '../transfer/local-glob.ts';
import { Sites } from '../transfer/sites.ts';

export interface WishFlags extends AllFlags {
  readonly recursive?: boolean;
}

/** What is kept of the flags: all that a transfer, and a connection at another time, needs. */
const KEPT = [
  'passwordCommand',
  'netrcFile',
  'insecure',
  'fingerprint',
  'trustNewCertificate',
  'connectTimeout',
  'timeout',
  'active',
  'ipv4',
  'ipv6',
  'retries',
  'resume',
  'verify',
  'requireVerify',
  'overwrite',
  'segments',
  'inPlace',
  'times',
] as const satisfies readonly (keyof AllFlags)[];

/**
 * What the words of `queue add` ask for, one wish a file. The server is asked only where that
 * cannot be known otherwise: for patterns and folders that are to be fetched.
 * @throws Failure `name-refused`, also for a password in a URL; TransferFailure
 */
export async function wishesOf(
  typed: readonly string[],
  flags: WishFlags,
  job: Job,
): Promise<readonly Wish[]> {
  const words = await withoutVerb(typed);
  for (const word of words.filter(isAddress)) refusePassword(parseAddress(word));
  const last = words.at(-1) ?? '';
  const how = Object.fromEntries(
    KEPT.flatMap((key) => (flags[key] === undefined ? [] : [[key, flags[key]]])),
  );
  const isUpload = words.length > 1 && isAddress(last) && !words.slice(0, -1).some(isAddress);
  if (isUpload) return uploads(words.slice(0, -1), parseAddress(last), flags, how, job);
  const urls = words.filter(isAddress);
  if (urls.length === 0)
    throw new Failure('name-refused', 'The queue needs a URL, from where or where to');
  if (urls.length < words.length - 1 || (urls.length < words.length && isAddress(last))) {
    throw new Failure('name-refused', 'Either files and one URL, or URLs and one folder');
  }
  return downloads(urls, isAddress(last) ? '.' : last, flags, how, job);
}

/** `queue add put film URL`: which of both it is shows anyway, and some say it. */
async function withoutVerb(words: readonly string[]): Promise<readonly string[]> {
  const [first = '', ...rest] = words;
  const isVerb = (first === 'put' || first === 'get') && rest.some(isAddress);
  // A file may be called so.
  if (!isVerb || (await stat(first).catch(() => undefined))) return words;
  return rest;
}

function refusePassword({ password }: Address): void {
  if (password === undefined) return;
  throw new Failure(
    'name-refused',
    'The queue stores no passwords: leave it out of the URL, and put it in ~/.netrc or use --password-command',
  );
}

async function uploads(
  sources: readonly string[],
  target: Address,
  { recursive }: WishFlags,
  how: Wish['how'],
  job: Job,
): Promise<Wish[]> {
  const names = await expandLocal(sources);
  const wishes: Wish[] = [];
  const add = (local: string, inside: readonly string[], size: number | undefined) => {
    const path = [target.place.path.replace(/\/$/, ''), ...inside].filter((part) => part !== '');
    const isRoot = target.place.path.startsWith('/') && !path[0]?.startsWith('/');
    const place = {
      path: (isRoot ? '/' : '') + path.join('/'),
      pattern: undefined,
      isFolder: false,
    };
    wishes.push({ direction: 'upload', local, url: formatAddress(target, place), how, size });
  };
  for (const name of names) {
    const local = resolve(name);
    const found = await stat(local).catch((error: unknown) => {
      throw asTransferFailure(error);
    });
    const isInto = target.place.isFolder || names.length > 1;
    const into = isInto ? [basename(local)] : [];
    if (!found.isDirectory()) add(local, into, found.size);
    else if (!recursive)
      throw new Failure('is-a-directory', `${name} is a folder; -r adds all in it`);
    else {
      const tree = await walkLocal(local, () => true, job.signal);
      for (const { path, reason } of tree.skipped)
        job.warn(`${join(name, path)} is left out: ${reason}`);
      for (const [path, { kind, size }] of tree.entries) {
        if (kind === 'file') add(join(local, path), [...into, ...path.split('/')], size);
      }
    }
  }
  return wishes;
}

async function downloads(
  urls: readonly string[],
  target: string,
  flags: WishFlags,
  how: Wish['how'],
  job: Job,
): Promise<Wish[]> {
  await using sites = new Sites(flags, PARALLEL, job);
  const wishes: Wish[] = [];
  const isFolder =
    /[/\\]$/.test(target) ||
    (await stat(target).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  const add = (local: string, url: string, size: number | undefined) =>
    wishes.push({ direction: 'download', local: resolve(local), url, how, size });
  for (const url of urls) {
    const address = parseAddress(url);
    const { place } = address;
    if (place.pattern === undefined && !flags.recursive) {
      const name = nameIn(place.path);
      add(
        isFolder || urls.length > 1 ? join(target, name) : target,
        formatAddress(address, place),
        undefined,
      );
      continue;
    }
    const site = await sites.of(address);
    for (const { path, entry } of await find(site, place)) {
      const local = join(target, nameOf(path));
      if (entry.kind !== 'folder') add(local, site.url(path), entry.size);
      else if (flags.recursive) {
        const tree = await walkRemote(site.pool, path, () => true, PARALLEL, job.signal);
        for (const [inside, { kind, size }] of tree.entries) {
          const reason = inside
            .split('/')
            .map((name) => refusedHere(name))
            .find(Boolean);
          if (reason !== undefined) job.warn(`${inside} is left out: ${reason}`);
          else if (kind === 'file') add(join(local, inside), site.url(below(path, inside)), size);
        }
      }
    }
  }
  return wishes;
}

function nameIn(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === '' || name === '.' || name === '..') {
    throw new Failure('name-refused', 'The URL names no file; -r adds all in a folder');
  }
  return name;
}
