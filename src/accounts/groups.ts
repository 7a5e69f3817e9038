import { Failure } from '../base/failure.ts';
import type { Database, Write } from '../database/database.ts';
import { checkAccountName } from './account.ts';
import { updateAccount } from './account-rows.ts';
import { groupProfile, noGroup } from './group-rows.ts';
import {
  type AccountChanges,
  type SharedKey,
  type SharedProfile,
  amended,
  readProfile,
} from './changes.ts';

/** What several accounts have in common. */
export interface Group {
  readonly name: string;
  readonly profile: SharedProfile;
  /** The names of its accounts. */
  readonly members: readonly string[];
}

/**
 * Groups of accounts. What a group says holds for those of its accounts that say nothing else
 * themselves; it is worked out when either changes, so that whoever asks an account finds it there.
 */
export class Groups {
  readonly #database: Database;
  readonly #changed: () => Promise<void>;

  /** @param changed tells that accounts have been changed, and resolves when that is durable */
  constructor(database: Database, changed: () => Promise<void>) {
    this.#database = database;
    this.#changed = changed;
  }

  /** All of them, by name. */
  async list(): Promise<readonly Group[]> {
    const query = this.#database.query;
    const rows = await query.selectFrom('groups').selectAll().orderBy('name').execute();
    const members = await query
      .selectFrom('accounts')
      .select(['name', 'group_name'])
      .where('group_name', 'is not', null)
      .orderBy('name')
      .execute();
    const byGroup = Map.groupBy(members, (member) => member.group_name);
    return rows.map(({ name, profile }) => ({
      name,
      profile: readProfile(profile),
      members: (byGroup.get(name) ?? []).map((member) => member.name),
    }));
  }

  /** @throws Failure `not-found` */
  async get(name: string): Promise<Group> {
    const group = (await this.list()).find((one) => one.name === name);
    if (!group) throw noGroup(name);
    return group;
  }

  /** @throws Failure `already-exists`, `name-refused` */
  async add(name: string, changes: AccountChanges): Promise<void> {
    checkAccountName(name);
    const profile = JSON.stringify(amended({}, changes));
    await this.#database.write(async (write) => {
      const { numInsertedOrUpdatedRows: added } = await write
        .insertInto('groups')
        .values({ name, profile })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (added === 0n) throw new Failure('already-exists', `There is a group ${name} already`);
    });
    await this.#changed();
  }

  /** Changes what is named, and its accounts with it. @throws Failure `not-found` */
  async set(
    name: string,
    changes: AccountChanges,
    inherit: readonly SharedKey[] = [],
  ): Promise<void> {
    await this.#database.write(async (write) => {
      const said = await groupProfile(write, name);
      const profile = JSON.stringify(amended(said, changes, inherit));
      await write.updateTable('groups').set({ profile }).where('name', '=', name).execute();
      for (const member of await membersOf(write, name)) await updateAccount(write, member, {});
    });
    await this.#changed();
  }

  /**
   * @param release its accounts keep what it says as their own; else there must not be any
   * @throws Failure `not-found`, `not-empty`
   */
  async remove(name: string, release = false): Promise<void> {
    await this.#database.write(async (write) => {
      const said = await groupProfile(write, name);
      const members = await membersOf(write, name);
      if (members.length > 0 && !release) {
        throw new Failure(
          'not-empty',
          `There are ${members.length} accounts in ${name}; --release lets them keep what it says as their own`,
        );
      }
      for (const member of members) {
        await updateAccount(write, member, { ...said, ...member.own, group: null });
      }
      await write.deleteFrom('groups').where('name', '=', name).execute();
    });
    await this.#changed();
  }
}

async function membersOf(write: Write, name: string) {
  const rows = await write
    .selectFrom('accounts')
    .select(['id', 'home_id', 'own'])
    .where('group_name', '=', name)
    .execute();
  return rows.map(({ id, home_id, own }) => ({ id, homeId: home_id, own: readProfile(own) }));
}
