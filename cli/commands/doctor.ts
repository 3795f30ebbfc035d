// Defines the command `zeroscout doctor`: what this machine has, what is missing and what to do.

import { type Command, Option } from 'commander';
import { diagnose, isHealthy } from '../../client/doctor/examine.js';
import { resolveHome } from '../../client/embedded/home.js';
import { DEVICES, type Device } from '../../core/specification/devices.js';
import { EXIT } from '../exit-codes.js';
import { renderChecks } from '../render/checks.js';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check what this machine has, what is missing and what to do; starts and fetches nothing')
    .addOption(
      new Option('--device <DEVICE>', 'also check a device for score workers')
        .choices(DEVICES)
        .default('cpu'),
    )
    .option('--json', 'print JSON')
    .action(async ({ device, json }: { readonly device: Device; readonly json?: boolean }) => {
      const checks = await diagnose({ home: resolveHome(), device });
      process.stdout.write(`${renderChecks({ checks, format: json ? 'json' : 'table' })}\n`);
      if (!isHealthy(checks)) process.exitCode = EXIT.failed;
    });
}
