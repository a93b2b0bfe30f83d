import { Circle, type LucideIcon, type LucideProps } from 'lucide-react'
import { createElement } from 'react'

export const COLOURS = ['', '#e5484d', '#f76808', '#ffb224', '#30a46c', '#0091ff', '#8e4ec6', '#d6409f'] as const
export const COLOUR_NAMES = ['none', 'red', 'orange', 'yellow', 'green', 'blue', 'violet', 'pink'] as const

/** A dot of a colour, as the icon of a menu's entry. */
export function swatch(colour: string): LucideIcon {
  const dot = (props: LucideProps) => createElement(Circle, { ...props, fill: colour || 'none', color: colour || 'currentcolor' })
  return dot as unknown as LucideIcon
}
