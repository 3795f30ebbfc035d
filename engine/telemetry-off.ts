// Turns ONNX Runtime's telemetry off in this process when it is imported, which must be before the library loads.
import { telemetrySwitch } from './telemetry.js';

process.env.ORT_DISABLE_TELEMETRY = telemetrySwitch(process.env);
