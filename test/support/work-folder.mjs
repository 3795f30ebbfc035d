// Opens a folder for temporary files as a worker does, prints its path, and waits.
import { openWorkFolder } from '../../dist/workers/work-folder.js';

console.log(openWorkFolder().path);
setInterval(() => {}, 60_000);
