// Types of the one function that is used here of a package that has none.
declare module 'fs-native-extensions' {
  /** An exclusive lock of the whole file for this open file; false where another open file has it. */
  export function tryLock(descriptor: number): boolean;
}
