// Lets an empty setting count as not set, as a compose file or a shell script writes one that nobody filled in.

/** Commander would parse the empty text as the value of the option. */
export function unsetEmptySettings(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, text] of Object.entries(env))
    if (name.startsWith('ZEROSCOUT_') && text === '') delete env[name];
}
