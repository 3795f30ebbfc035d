// Creates interceptors that drop a retry of a call to Temporal after the connection was closed.
import {
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

/**
 * The SDK's retries are timers. A retry of an abandoned call may fire when the connection is closed; the
 * error that gRPC then throws has no caller, and would end the process of a command that has finished its
 * work.
 */
export function createRetryInterceptors(): Interceptor[] {
  const tried = new WeakSet<object>();
  const ignored: Interceptor = (options, nextCall) => {
    const isRetry = tried.has(options);
    tried.add(options);
    try {
      return nextCall(options) as Call;
    } catch (error) {
      if (!isRetry) throw error;
      return NOTHING;
    }
  };
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), ignored];
}

const NOTHING = {
  start: () => {},
  sendMessage: () => {},
  sendMessageWithContext: () => {},
  startRead: () => {},
  halfClose: () => {},
  cancelWithStatus: () => {},
  getPeer: () => '',
} as unknown as Call;
