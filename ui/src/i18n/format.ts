import { language } from './language'

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** A number as the language writes it, at most `digits` places after the point. */
export function formatNumber(value: number, digits = 2): string {
  return value.toLocaleString(language(), { maximumFractionDigits: digits })
}

/** A share (0 to 1) as percent. */
export function formatPercent(share: number, decimals = 0): string {
  return share.toLocaleString(language(), { style: 'percent', maximumFractionDigits: decimals })
}

/** A size as people read it, in steps of 1024: `1.4 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let step = 0
  while (Math.round(value) >= 1024 && step < units.length - 1) {
    value /= 1024
    step += 1
  }
  return `${formatNumber(value, value < 9.95 && step > 0 ? 1 : 0)} ${units[step] ?? 'B'}`
}

/** A duration as people read it: `40 ms`, `2.5 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.0995) return `${formatNumber(seconds * 1000, 0)} ms`
  if (seconds < 59.5) return `${formatNumber(seconds, seconds < 9.95 ? 1 : 0)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return join(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(whole / 60)
  return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const head = `${formatNumber(large)} ${largeUnit}`
  return small ? `${head} ${small} ${smallUnit}` : head
}

/** A moment on the clock; with the day when that is not today. */
export function formatTime(moment: Date | number, now: Date = new Date()): string {
  const date = new Date(moment)
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
  if (date.toDateString() === now.toDateString()) return date.toLocaleTimeString(language(), time)
  return date.toLocaleString(language(), { ...time, day: 'numeric', month: 'short', year: yearIfOther(date, now) })
}

function yearIfOther(date: Date, now: Date): 'numeric' | undefined {
  return date.getFullYear() === now.getFullYear() ? undefined : 'numeric'
}

/** A moment as a distance from now: `5 minutes ago`. */
export function formatAgo(moment: Date | number, now: Date = new Date()): string {
  const seconds = (new Date(moment).getTime() - now.getTime()) / 1000
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' })
  const steps = [['day', 86400], ['hour', 3600], ['minute', 60]] as const
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit)
  }
  return format.format(Math.round(seconds), 'second')
}
