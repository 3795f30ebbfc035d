// Passes errors between threads: the structured clone of an error loses its class and its own properties.
import {
  BlobError,
  DeviceError,
  type Issue,
  ServiceError,
  type ServiceFault,
  SpecError,
  TerminalError,
} from '../../core/errors.js';

/** An error as plain data. */
export type PlainError =
  | { readonly kind: 'spec'; readonly issues: readonly Issue[] }
  | { readonly kind: 'service'; readonly fault: ServiceFault }
  | { readonly kind: 'blob'; readonly message: string }
  | { readonly kind: 'terminal'; readonly code: TerminalError['code']; readonly message: string }
  | { readonly kind: 'device'; readonly device: string; readonly message: string }
  | {
      readonly kind: 'other';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** The gRPC status of a fault of Temporal's server. */
      readonly code: number | undefined;
    };

export function toPlainError(error: unknown): PlainError {
  if (error instanceof SpecError) return { kind: 'spec', issues: error.issues };
  if (error instanceof ServiceError) {
    const { reason, address, fault, remedy, settings, advice } = error;
    return { kind: 'service', fault: { reason, address, fault, remedy, settings, advice } };
  }
  if (error instanceof BlobError) return { kind: 'blob', message: error.message };
  if (error instanceof TerminalError) return { kind: 'terminal', code: error.code, message: error.message };
  if (error instanceof DeviceError) return { kind: 'device', device: error.device, message: error.fault };
  const { name, message, stack, code, cause } = error as Error & { readonly code?: unknown };
  const status = (cause as { readonly code?: unknown } | undefined)?.code ?? code;
  return {
    kind: 'other',
    name: name ?? 'Error',
    message: message ?? String(error),
    stack,
    code: typeof status === 'number' ? status : undefined,
  };
}

export function fromPlainError(plain: PlainError): Error {
  switch (plain.kind) {
    case 'spec':
      return new SpecError(plain.issues);
    case 'service':
      return new ServiceError(plain.fault);
    case 'blob':
      return new BlobError(plain.message);
    case 'terminal':
      return new TerminalError(plain);
    case 'device':
      return new DeviceError(plain);
    case 'other': {
      const error: Error & { code?: number } = new Error(plain.message);
      error.name = plain.name;
      if (plain.stack !== undefined) error.stack = plain.stack;
      if (plain.code !== undefined) error.code = plain.code;
      return error;
    }
  }
}
