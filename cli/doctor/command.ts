// In: the program. Out: its command `doctor`.

import type { Command } from 'commander';
import { diagnose, isHealthy, renderChecks } from '../doctor.js';
import { resolveHome } from '../services/home.js';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('show what this machine has, what is missing and what to do; starts and fetches nothing')
    .option('--json', 'print JSON for programs')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const checks = await diagnose({ home: resolveHome() });
      process.stdout.write(`${renderChecks({ checks, format: json ? 'json' : 'table' })}\n`);
      if (!isHealthy(checks)) process.exitCode = 1;
    });
}
