// Out: the version of what is computed. Part of every score's address: raise it with any change that moves a number.
export const ENGINE_VERSION = 'block-8.ort-1.30.0';
