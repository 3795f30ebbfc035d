// Creates the errors of the store that name the NATS server.
import { ServiceError, type ServiceFault } from '../core/errors.js';

/** A fault without the address. */
export type NatsFault = Omit<ServiceFault, 'address'>;

/** Creates the error of one server for a fault. */
export type Refuse = (fault: NatsFault) => ServiceError;

/** The fault follows `NATS at nats://host:4222: ` in the message. */
export function createNatsError(address: string, { fault, ...rest }: NatsFault): ServiceError {
  return new ServiceError({ ...rest, address, fault: `NATS at ${address}: ${fault}` });
}
