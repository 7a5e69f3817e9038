import type { Chance } from './chance.ts';
import { attempt } from './attempt.ts';
import { fetchIn, fetchOnce } from './fetch.ts';
import { ACCOUNTS } from './house.ts';
import { list } from './model.ts';
import type { LiveName } from './names.ts';
import type { Round } from './round.ts';
import { visit } from './session.ts';
import { hold } from './violation.ts';

/** What has to be true on the disk while no server runs: every name has a whole content, or none. */
export async function lookAtDisk(round: Round): Promise<void> {
  const { house, names } = round;
  for (const name of names) {
    const look = name.model.look();
    const bytes = await house.contentOnDisk(name.account, name.path);
    const found = look.allowed.filter((value) =>
      bytes === undefined
        ? value === undefined
        : value?.length === bytes.length && value.has(bytes, 0),
    );
    hold(
      found.length > 0,
      () =>
        `after its death the server has left ${bytes?.length ?? 'no'} bytes as ${name.toString()}, ` +
        `not ${list(look.allowed)}`,
    );
    look.saw(found);
    round.tally.add('disk checks');
  }
  for (const { name: account } of ACCOUNTS) {
    for (const found of await house.namesOnDisk(account)) {
      const isKnown = names.some((one) => one.account === account && one.path === `/${found}`);
      hold(isKnown, () => `nobody has given the name ${found} in the home of ${account}`);
    }
  }
}

/** What has to be true when a server has just started and nobody does anything yet. */
export async function inspect(round: Round, chance: Chance): Promise<void> {
  const accounts = [...new Set(round.names.map(({ account }) => account))];
  const audit = round.house.audit();
  const reading = Promise.all(accounts.map((account) => readAll(round, account, chance)));
  const [audits] = await Promise.all([audit, reading]);
  round.tally.add('audits', audits.length);
  for (const { name: account, found } of audits) {
    const values = round.names
      .filter((name) => name.account === account)
      .flatMap(({ model }) => model.certain ?? []);
    const bytes = values.reduce((sum, { length }) => sum + length, 0);
    hold(
      found.bytes === bytes && found.files === values.length,
      () => `${account} has ${JSON.stringify(found)}, not ${bytes} bytes in ${values.length} files`,
    );
  }
  if (chance.yes(0.3)) await checkQuotas(round);
  await resumeOne(round, chance);
}

async function readAll(round: Round, account: string, chance: Chance): Promise<void> {
  await visit(round, account, chance.fork(account.length), undefined, async (one) => {
    for (const name of round.names) if (name.account === account) await fetchIn(round, name, one);
  });
}

async function checkQuotas(round: Round): Promise<void> {
  const used = await round.house.bytesUsed();
  for (const { name, quota = Number.POSITIVE_INFINITY } of ACCOUNTS) {
    const bytes = used.get(name) ?? 0;
    hold(bytes <= quota, () => `${name} uses ${bytes} bytes of ${quota}`);
  }
  round.tally.add('quota checks');
}

/** One of the uploads that were cut short goes on from where the server says, to the same digest. */
async function resumeOne(round: Round, chance: Chance): Promise<void> {
  const names = round.names.filter(({ job }) => job !== undefined);
  if (names.length === 0) return;
  const name: LiveName = chance.pick(names);
  const { job } = name;
  if (job === undefined) return;
  const ending = await attempt(round, name, job, chance, { isRisky: false });
  hold(ending !== 'lost', () => `${name.toString()} could not be finished after the restart`);
  if (ending !== 'done') return;
  await fetchOnce(round, name, chance);
  round.tally.add('finished after a restart');
}
