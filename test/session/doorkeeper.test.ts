import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import type { Admission } from '../../src/session/session.ts';
import { openReception, PASSWORD, reasonOf, type TestReception, until } from './reception.ts';

/** What the doorkeeper of these tests allows. */
const PER_ADDRESS = 4;
const ALL = 10;
const THRESHOLD = 5;

const WINDOW_MS = 600_000;

const DAY_MS = 86_400_000;

function refused(reception: TestReception, address: string, code: string): void {
  assert.throws(() => reception.desk.admit(address), { code });
}

async function banned(reception: TestReception, address: string): Promise<void> {
  await until(() => {
    try {
      reception.desk.admit(address)[Symbol.dispose]();
      return false;
    } catch (error) {
      return error instanceof Failure && error.code === 'forbidden';
    }
  });
}

async function welcome(reception: TestReception, address: string): Promise<Admission> {
  let admission: Admission | undefined;
  await until(() => {
    try {
      admission = reception.desk.admit(address);
    } catch {
      return false;
    }
    return true;
  });
  assert.ok(admission);
  return admission;
}

suite('who may connect', () => {
  test('an address has so many connections and no more, and a trusted one as many as there are', async () => {
    await using reception = await openReception();
    const own = Array.from({ length: PER_ADDRESS }, () => reception.desk.admit('192.0.2.1'));
    refused(reception, '192.0.2.1', 'locked');
    own[0]?.[Symbol.dispose]();
    reception.desk.admit('192.0.2.1');
    for (let more = 0; more < ALL - PER_ADDRESS; more += 1) reception.desk.admit('198.51.100.7');
  });

  test('an address of IPv6 is its /64', async () => {
    await using reception = await openReception();
    for (let host = 1; host <= PER_ADDRESS; host += 1) {
      reception.desk.admit(`2001:db8:0:1::${host}`);
    }
    refused(reception, '2001:db8:0:1:ffff::', 'locked');
    reception.desk.admit('2001:db8:0:2::1');
  });

  test('in a full house one who says nothing gives way to a newcomer, from where most come', async () => {
    await using reception = await openReception();
    const crowd = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].flatMap((address, index) =>
      Array.from({ length: PER_ADDRESS - (index === 2 ? 2 : 0) }, () => ({
        address,
        admission: reception.desk.admit(address),
      })),
    );
    assert.equal(crowd.length, ALL);
    const newcomer = reception.desk.admit('192.0.2.9');
    assert.equal(newcomer.leave.signal.aborted, false);
    const gone = crowd.filter(({ admission }) => admission.leave.signal.aborted);
    assert.deepEqual(
      gone.map(({ address }) => address),
      ['192.0.2.1'],
      'the oldest of the largest crowd',
    );
    refused(reception, '192.0.2.2', 'locked');
    gone[0]?.admission[Symbol.dispose]();
    refused(reception, '192.0.2.2', 'locked');
  });

  test('in a full house nobody who has logged in gives way', async () => {
    await using reception = await openReception();
    const crowd = Array.from({ length: ALL }, (_, index) =>
      reception.desk.admit(`192.0.2.${index % 3}`),
    );
    for (const admission of crowd) admission.settle(true);
    refused(reception, '192.0.2.9', 'locked');
    crowd[0]?.settle(false);
    reception.desk.admit('192.0.2.9');
    assert.ok(crowd[0]?.leave.signal.aborted);
  });
});

suite('bans', () => {
  test('who keeps guessing is banned for a while, with all that has not logged in', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const visitor = { protocol: 'test', address: '192.0.2.66' };
    const [inside, outside] = [
      reception.desk.admit(visitor.address),
      reception.desk.admit(visitor.address),
    ];
    inside.settle(true);
    for (let guess = 0; guess < THRESHOLD; guess += 1) {
      await assert.rejects(reception.desk.login('ann', `guess ${guess}`, visitor));
    }
    const reason = await reasonOf(outside.leave.signal);
    assert.ok(reason instanceof Failure && reason.code === 'forbidden');
    assert.equal(inside.leave.signal.aborted, false, 'who has proven who they are may finish');
    refused(reception, visitor.address, 'forbidden');
    const [ban] = await reception.bans.list();
    assert.equal(ban?.network, visitor.address);
    assert.equal(ban.by, 'server');
    assert.match(ban.reason, /password/);
    reception.clock.advance(3_600_001);
    await welcome(reception, visitor.address);
    assert.deepEqual(await reception.bans.list(), []);
  });

  test('the same wrong password again and again is a device and no attacker', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const visitor = { protocol: 'test', address: '192.0.2.67' };
    for (let guess = 0; guess < 3 * THRESHOLD; guess += 1) {
      await assert.rejects(reception.desk.login('ann', 'the old password', visitor));
    }
    await reception.desk.login('ann', PASSWORD, visitor);
    assert.deepEqual(await reception.bans.list(), []);
  });

  test('many people behind one address may make a mistake now and then, all day long', async () => {
    await using reception = await openReception();
    await reception.add('ann');
    const visitor = { protocol: 'test', address: '192.0.2.69' };
    for (let mistake = 0; mistake < 10 * THRESHOLD; mistake += 1) {
      await assert.rejects(reception.desk.login('ann', `mistake ${mistake}`, visitor));
      reception.clock.advance(WINDOW_MS / THRESHOLD);
    }
    assert.deepEqual(await reception.bans.list(), []);
  });

  test('what is not the protocol weighs more, and a trusted address is never banned', async () => {
    await using reception = await openReception();
    for (const address of ['192.0.2.68', '198.51.100.68']) {
      reception.desk.admit(address).offend('nonsense');
    }
    await banned(reception, '192.0.2.68');
    assert.deepEqual(
      (await reception.bans.list()).map(({ network }) => network),
      ['192.0.2.68'],
    );
  });

  test('an operator bans a network at once, those who have logged in too, and lifts it', async () => {
    await using reception = await openReception();
    const inside = reception.desk.admit('203.0.113.5');
    inside.settle(true);
    const other = reception.desk.admit('203.0.114.5');
    const network = '203.0.113.0/24';
    await reception.bans.add({ network, reason: 'spam', by: 'operator', until: undefined });
    await reasonOf(inside.leave.signal);
    assert.equal(other.leave.signal.aborted, false);
    refused(reception, '203.0.113.77', 'forbidden');
    reception.clock.advance(1000 * DAY_MS);
    refused(reception, '203.0.113.77', 'forbidden');
    assert.equal(await reception.bans.lift(network), true);
    assert.equal(await reception.bans.lift(network), false);
    await welcome(reception, '203.0.113.77');
  });

  test('the server does not overrule an operator, nor fill the records', async () => {
    await using reception = await openReception();
    const { bans, clock } = reception;
    const network = '192.0.2.1';
    await bans.add({ network, reason: 'for ever', by: 'operator', until: undefined });
    for (let host = 1; host <= 9; host += 1) {
      const until = clock.now() + host * 1000;
      await bans.add({ network: `192.0.2.${host}`, reason: 'guesses', by: 'server', until }, 3);
    }
    const all = await bans.list();
    assert.deepEqual(all.map((ban) => ban.network).toSorted(), [
      '192.0.2.1',
      '192.0.2.7',
      '192.0.2.8',
      '192.0.2.9',
    ]);
    assert.equal(all.find((ban) => ban.network === network)?.by, 'operator');
  });
});
