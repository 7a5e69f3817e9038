import { Failure } from '../../base/failure.ts';

/** What everybody hears who still waits for a hash, or asks for one, when the server stops. */
export function closing(): Failure {
  return new Failure('shutting-down', 'The server is shutting down');
}
