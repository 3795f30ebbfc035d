// Out: the domains of ONNX Runtime's own operators, and of those of its blocked layout.
export const MICROSOFT = 'com.microsoft';
export const NCHWC = 'com.microsoft.nchwc';
