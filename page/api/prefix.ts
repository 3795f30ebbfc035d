// Tells below which path a proxy offers this page; the server writes it into the document.
export const prefix = document.documentElement.dataset.prefix ?? '';
