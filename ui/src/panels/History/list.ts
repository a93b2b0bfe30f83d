import { createPages } from './pages'

/** The runs that the history lists. */
export const historyPages = createPages()
