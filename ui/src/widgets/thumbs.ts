/** Where the pictures are of files that params name. */

import { address } from '../api/http'
import { isPicture, isUpload } from '../graph/fileNames'

/** Address of a small picture of a file that a param names; null of one that is no picture. */
export function thumbOf(name: string, size = 128): string | null {
  if (!isPicture(name)) return null
  return isUpload(name) ? address(`uploads/${name}/thumbnail`, { size }) : address('files/picture', { name, size })
}

/** Address of a picture file itself. */
export function pictureFile(name: string): string {
  return isUpload(name) ? address(`uploads/${name}`) : address('files/picture', { name, size: 0 })
}
