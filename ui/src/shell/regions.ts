/** The regions of the page in the order in which they are seen; F6 walks them, Escape leads back to the canvas. */

import { announce } from './announce'

const STOPS =
  'a[href], button, input, select, textarea, summary, audio[controls], video[controls], [contenteditable=true], [tabindex]'

/** What had the focus last in each region. */
const last = new Map<string, HTMLElement>()

const regions = () => [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((one) => one.checkVisibility())

/** The region that an element is in. */
export const regionOf = (element: Element | null) => element?.closest<HTMLElement>('[data-region]') ?? null

/** The first part of an element that Tab comes to. */
export function firstStop(within: ParentNode | null): HTMLElement | undefined {
  const all = within?.querySelectorAll<HTMLElement>(STOPS) ?? []
  return [...all].find((one) => one.tabIndex >= 0 && !one.matches(':disabled') && one.checkVisibility())
}

/** Notes what has the focus in each region, until the function it returns is called. */
export function followRegions(): () => void {
  const note = ({ target }: FocusEvent) => {
    const region = target instanceof HTMLElement ? regionOf(target) : null
    if (region && target !== region) last.set(region.dataset['region'] ?? '', target as HTMLElement)
  }
  document.addEventListener('focusin', note)
  return () => document.removeEventListener('focusin', note)
}

/** Goes to the next region, or the one before: to what had the focus there, else to its first stop. */
export function walkRegions(by: 1 | -1): void {
  const all = regions()
  const at = all.findIndex((one) => one === regionOf(document.activeElement))
  const from = at === -1 && by === -1 ? 0 : at
  const next = all[(from + by + all.length) % all.length]
  if (next) enter(next)
}

/** Goes to a region by its name; does nothing when it is not on the screen. */
export function goToRegion(name: string): void {
  const region = regions().find((one) => one.dataset['region'] === name)
  if (region) enter(region)
}

function enter(region: HTMLElement): void {
  const before = last.get(region.dataset['region'] ?? '')
  const usable = before && region.contains(before) && before.checkVisibility() && !before.matches(':disabled')
  const place = usable ? before : (homeOf(region) ?? region)
  place.focus({ preventScroll: true })
  const name = nameOf(region)
  if (place !== region && name) announce(name)
}

function homeOf(region: HTMLElement): HTMLElement | undefined {
  const canvas = region.querySelector<HTMLElement>('[data-scope=canvas]')
  return canvas ?? firstStop(region.querySelector('.side__body') ?? region)
}

function nameOf(region: HTMLElement): string {
  const label = document.getElementById(region.getAttribute('aria-labelledby') ?? '')
  return label?.textContent ?? region.getAttribute('aria-label') ?? ''
}
