/** An error as the log keeps it. */
export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  /** A system error's code or a Failure's. */
  readonly code?: string;
  readonly stack: string;
  readonly cause?: unknown;
}

/** How many causes behind causes are told. */
const DEPTH = 5;

/** A thrown value as something that JSON can hold, with its causes; JSON makes `{}` of an Error. */
export function errorFields(error: Error, depth = DEPTH): ErrorFields {
  const code: unknown = 'code' in error ? error.code : undefined;
  const { cause } = error;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack ?? '',
    ...(cause === undefined || depth === 0
      ? {}
      : { cause: cause instanceof Error ? errorFields(cause, depth - 1) : cause }),
  };
}

/** True for what {@link errorFields} made, also after it has gone through JSON. */
export function isErrorFields(value: unknown): value is ErrorFields {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['type', 'message', 'stack'].every(
      (name) => typeof (value as Record<string, unknown>)[name] === 'string',
    )
  );
}
