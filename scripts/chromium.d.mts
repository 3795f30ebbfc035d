// Declares the types of chromium.mjs for tests.
export function findChromium(): string | undefined;
export function launchOptions(): { readonly executablePath: string | undefined; readonly args: string[] };
export function installChromium(): void;
