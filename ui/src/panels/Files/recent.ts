/** The files that were opened last in this browser. */

const KEY = 'knotwork.recent-files'
const MOST = 20

/** Their names, the latest first. */
export function recentFiles(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(read) ? read.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}

export function noteRecent(name: string): void {
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify([name, ...recentFiles().filter((one) => one !== name)].slice(0, MOST)),
    )
  } catch {
    // Without storage nothing is remembered.
  }
}
