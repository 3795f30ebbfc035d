// Importing this file turns ONNX Runtime's telemetry off in this process; it must be evaluated before the library loads.
import { telemetrySwitch } from './telemetry.js';

process.env.ORT_DISABLE_TELEMETRY = telemetrySwitch(process.env);
