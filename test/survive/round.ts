import { setTimeout as sleep } from 'node:timers/promises';
import { ACTIONS } from './actions.ts';
import { Chance } from './chance.ts';
import { Versions } from './content.ts';
import { fetchIn } from './fetch.ts';
import { ACCOUNTS, House } from './house.ts';
import { LiveName } from './names.ts';
import { inspect, lookAtDisk } from './quiet.ts';
import { visit } from './session.ts';
import type { Tally } from './tally.ts';
import { Violation } from './violation.ts';

/** Names of which one begins like the other: a command that is cut must not hit a wrong one. */
const PATHS = ['/a', '/ab', '/abc', '/abcd', '/b', '/bc', '/bcd', '/c'] as const;

/** How long a life lasts before its end is decided on, in ms. */
const LIFE_MS = { least: 60, most: 900 } as const;

/** What is printed of a round that went wrong. */
const LOG_LINES = 150;

/** When there is nothing to do, how long until the next look, in ms. */
const IDLE_MS = 5;

/** A data folder, a few clients and readers, and a server that dies again and again. */
export class Round {
  readonly house: House;
  readonly tally: Tally;
  readonly versions = new Versions();
  readonly names: readonly LiveName[];
  readonly #chance: Chance;
  readonly #log: string[] = [];
  readonly #began = performance.now();
  readonly #later = new Map<AsyncDisposable, NodeJS.Timeout>();

  private constructor(house: House, tally: Tally, chance: Chance) {
    this.house = house;
    this.tally = tally;
    this.#chance = chance;
    const accounts = ACCOUNTS.slice(0, chance.between(2, 3));
    const count = chance.between(3, PATHS.length);
    this.names = PATHS.slice(0, count).map(
      (path) => new LiveName(chance.pick(accounts).name, path),
    );
  }

  /**
   * @param folder where {@link House.prepare} has been
   * @param lives how often the server dies or is stopped
   * @throws Violation with all that led to it
   */
  static async run(folder: string, seed: number, lives: number, tally: Tally): Promise<void> {
    const chance = new Chance(seed);
    await using house = await House.open(folder, `round-${seed}`);
    const round = new Round(house, tally, chance);
    try {
      await round.#run(lives);
    } catch (error) {
      const sentence = error instanceof Violation ? error.message : String((error as Error).stack);
      const said = house.said && `--- the server said\n${house.said}`;
      throw new Violation(
        [`seed ${seed}: ${sentence}`, ...round.#log.slice(-LOG_LINES), said].join('\n'),
      );
    } finally {
      await round.#endLate();
    }
  }

  note(name: LiveName | undefined, text: string, details: object = {}): void {
    const at = Math.round(performance.now() - this.#began);
    const shown = JSON.stringify(details);
    this.#log.push(`${at} ms ${name?.toString() ?? ''} ${text} ${shown === '{}' ? '' : shown}`);
    if (this.#log.length > 2 * LOG_LINES) this.#log.splice(0, LOG_LINES);
  }

  /** Disposes of it a little later, at the latest when this life ends. */
  later(what: AsyncDisposable, milliseconds: number): void {
    const end = (): void => {
      this.#later.delete(what);
      void what[Symbol.asyncDispose]();
    };
    this.#later.set(what, setTimeout(end, milliseconds));
  }

  /** Takes another name of the same account for as long as `work` lasts, if one is free. */
  async withAnother(
    name: LiveName,
    chance: Chance,
    work: (other: LiveName) => Promise<void>,
  ): Promise<void> {
    const others = this.names.filter((one) => one.account === name.account && !one.isTaken);
    if (others.length > 0) await taking(chance.pick(others), work);
  }

  async #run(lives: number): Promise<void> {
    for (let life = 0; life < lives; life += 1) {
      await this.#start(life);
      await this.#live(this.#chance.fork(life));
      await this.#endLate();
      await lookAtDisk(this);
    }
    await this.#start(lives);
    await this.house.stop();
  }

  async #start(life: number): Promise<void> {
    this.note(undefined, `life ${life}`);
    await this.house.start();
    for (const name of this.names) name.settle();
    await inspect(this, this.#chance.fork(1000 + life));
  }

  /** Everybody does what they like until the server is no more. */
  async #live(chance: Chance): Promise<void> {
    const clients = Array.from({ length: chance.between(2, 6) }, (_, index) =>
      this.#client(chance.fork(index)),
    );
    const readers = Array.from({ length: chance.between(1, 2) }, (_, index) =>
      this.#reader(chance.fork(100 + index)),
    );
    const work = [...clients, ...readers, this.#end(chance.fork(200))];
    const results = await Promise.allSettled(
      work.map((one) =>
        one.catch(async (error: unknown) => {
          await this.house[Symbol.asyncDispose]();
          throw error;
        }),
      ),
    );
    const failed = results.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #end(chance: Chance): Promise<void> {
    await sleep(chance.between(LIFE_MS.least, LIFE_MS.most));
    if (chance.yes(0.9)) {
      this.note(undefined, 'kill');
      await this.house.kill();
      this.tally.add('kills');
    } else {
      this.note(undefined, 'stop');
      await this.house.stop();
      this.tally.add('stops');
    }
  }

  async #client(chance: Chance): Promise<void> {
    while (!this.house.isGoing) {
      const free = this.names.filter((name) => !name.isTaken);
      if (free.length === 0) await sleep(IDLE_MS);
      else {
        const action = chance.weighted(ACTIONS);
        await taking(chance.pick(free), (name) => action.run(this, name, chance));
        this.tally.add('actions');
      }
    }
  }

  async #reader(chance: Chance): Promise<void> {
    while (!this.house.isGoing) {
      const { account } = chance.pick(this.names);
      const names = this.names.filter((name) => name.account === account);
      await visit(this, account, chance, undefined, async (one) => {
        for (let left = 20; left > 0 && !this.house.isGoing; left -= 1) {
          await fetchIn(this, chance.pick(names), one);
        }
      });
    }
  }

  async #endLate(): Promise<void> {
    const all = [...this.#later];
    this.#later.clear();
    for (const [what, timer] of all) {
      clearTimeout(timer);
      await what[Symbol.asyncDispose]();
    }
  }
}

async function taking(name: LiveName, work: (name: LiveName) => Promise<void>): Promise<void> {
  name.isTaken = true;
  try {
    await work(name);
  } finally {
    name.isTaken = false;
  }
}
