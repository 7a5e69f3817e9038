// In words that any Node reads: this runs before it is known which one it is.
import { OLDEST_NODE } from '../version.ts';

/**
 * What to say if this Node is too old, undefined if it is not.
 * @param running its version, as `24.7.0`
 * @param oldest the first that will do, as `24.7`
 */
export function nodeProblem(running: string, oldest = OLDEST_NODE): string | undefined {
  const [major = 0, minor = 0] = numbers(running);
  const [leastMajor = 0, leastMinor = 0] = numbers(oldest);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `Node ${oldest} or newer is needed, and this is ${running}; https://nodejs.org has newer ones`;
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}
