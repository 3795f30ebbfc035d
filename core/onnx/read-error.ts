// Defines the error of a part of an ONNX file that cannot be read; readers of whole files turn it into a SpecError.
import type { IssueReason } from '../error-codes.js';

export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly reason: IssueReason;

  constructor(reason: IssueReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The reason of an error that was thrown while a file was read. */
export function reasonOfRead(error: unknown): IssueReason {
  return error instanceof ReadError ? error.reason : 'damaged-file';
}
