// Declares the type of the single function that is used of a package without types.
declare module 'fs-native-extensions' {
  /** Locks the whole file exclusively for this open file; false if another open file holds the lock. */
  export function tryLock(descriptor: number): boolean;
}
