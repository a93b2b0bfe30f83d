/** Colours as graphs hold them: `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`. */

export interface Colour {
  /** `#rrggbb`, in lower case. */
  readonly solid: string
  /** 0 to 1. */
  readonly opacity: number
}

/** Read a colour; null when it is none. The `#` may be left out. */
export function readColour(text: string): Colour | null {
  const found = /^#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text.trim())?.[1]?.toLowerCase()
  if (found === undefined) return null
  const digits = found.length < 6 ? [...found].map((digit) => digit + digit).join('') : found
  const opacity = digits.length === 8 ? parseInt(digits.slice(6), 16) / 255 : 1
  return { solid: `#${digits.slice(0, 6)}`, opacity }
}

/** Write a colour; the opacity is left out where nothing shines through. */
export function writeColour({ solid, opacity }: Colour): string {
  const alpha = Math.round(Math.min(1, Math.max(0, opacity)) * 255)
  return alpha === 255 ? solid : solid + alpha.toString(16).padStart(2, '0')
}
