// Out: the domain of ONNX Runtime's operators for its blocked layout.
export const NCHWC = 'com.microsoft.nchwc';
