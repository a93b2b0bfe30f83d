/** A picture that is enlarged and moved behind a window. */

export interface Size {
  readonly width: number
  readonly height: number
}

/** The picture's left upper corner in the window, and window pixels for one of the picture's. */
export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export const LARGEST = 64

/** The whole picture in the middle; small pictures are not enlarged beyond `most`. */
export function fitted(picture: Size, window: Size, most = Infinity): View {
  const scale = Math.min(window.width / picture.width, window.height / picture.height, most)
  return centred(picture, window, scale)
}

/** The picture's middle in the window's. */
export function centred(picture: Size, window: Size, scale: number): View {
  return { x: (window.width - picture.width * scale) / 2, y: (window.height - picture.height * scale) / 2, scale }
}

/** Enlarge by a factor; what lies at the given place of the window stays there. */
export function zoomed(view: View, factor: number, x: number, y: number, smallest: number): View {
  const scale = Math.min(LARGEST, Math.max(smallest, view.scale * factor))
  const by = scale / view.scale
  return { x: x - (x - view.x) * by, y: y - (y - view.y) * by, scale }
}

/** Move the picture, not out of the window: a smaller one stays within, a larger one covers it. */
export function panned(view: View, byX: number, byY: number, picture: Size, window: Size): View {
  return {
    x: within(view.x + byX, window.width, picture.width * view.scale),
    y: within(view.y + byY, window.height, picture.height * view.scale),
    scale: view.scale,
  }
}

function within(place: number, window: number, picture: number): number {
  const room = window - picture
  return Math.min(Math.max(0, room), Math.max(Math.min(0, room), place))
}
