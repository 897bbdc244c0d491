// The one class of errors that the SDK throws and reports.

import type { ErrorCode } from '@unsnag/sdk';

export class UnsnagError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message);
    this.name = 'UnsnagError';
    this.code = code;
    if (cause !== undefined) this.cause = cause;
  }
}
