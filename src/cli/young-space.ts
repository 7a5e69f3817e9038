import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { MiB } from '../base/size.ts';

/**
 * How large V8's space for new objects gets, both halves together. By itself it takes up to 128 MiB
 * as soon as many sessions begin, and gives nothing back while they only wait; above this size they
 * do not begin any faster, and below it they do so more slowly.
 */
const ENOUGH_BYTES = 8 * MiB;

/** How often is looked how large it is. In between it cannot double twice by what logins leave. */
const LOOK_EVERY_MS = 200;

/**
 * Keeps the space for new objects small in a process that serves, from now on. Its size can be set
 * only when Node starts (--max-semi-space-size); whether it may grow, at any time. To be called
 * before most of the program is read, which makes it grow as well.
 */
export function boundYoungSpace(): void {
  let mayGrow = false;
  const look = (): void => {
    const isSmall = sizeOf('new_space') < ENOUGH_BYTES;
    if (isSmall === mayGrow) return;
    mayGrow = isSmall;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  };
  setFlagsFromString('--semi-space-growth-factor=1');
  // Of so small a space one thread collects the rest sooner than others are woken up to help: on a
  // machine whose processors are busy, everybody waited for them.
  setFlagsFromString('--no-parallel-scavenge');
  setInterval(look, LOOK_EVERY_MS).unref();
}

function sizeOf(name: string): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === name)?.space_size ?? 0;
}
