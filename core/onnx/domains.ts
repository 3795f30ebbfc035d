// Names the domains of ONNX Runtime's own operators and of those of its blocked layout NCHWc.
export const MICROSOFT = 'com.microsoft';
export const NCHWC = 'com.microsoft.nchwc';
