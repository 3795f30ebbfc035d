// Lists paths of the golden cases, which an independent float64 implementation computed
// (test/goldens/README.md).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../goldens', import.meta.url));

export const GOLDENS_NB201 = join(FOLDER, 'nb201/cases.json');
export const GOLDENS_AUTOFORMER = join(FOLDER, 'autoformer/cases.json');
export const COSTS_AUTOFORMER = join(FOLDER, 'autoformer/costs.json');
/** The folder of MobileNetV2's golden cases. */
export const GOLDENS_MBV2 = join(FOLDER, 'mbv2');
