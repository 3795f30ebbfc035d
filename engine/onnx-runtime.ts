// Loads ONNX Runtime, after its telemetry was turned off. No other file may load it.
import './telemetry-off.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';
