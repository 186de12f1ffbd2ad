/** Rows a page when the caller does not say. */
export const defaultLimit = 50
