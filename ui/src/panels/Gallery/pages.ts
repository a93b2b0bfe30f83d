import { createPages } from '../History/pages'

/** The runs whose pictures the gallery shows. */
export const galleryPages = createPages()
