// Reads the path below which a proxy offers this page; the server writes it into the document.
export const prefix = document.documentElement.dataset.prefix ?? '';
