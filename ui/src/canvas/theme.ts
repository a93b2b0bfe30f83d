/** Hear when another theme is shown: what is drawn on a canvas does not follow by itself. */
export function onThemeShown(heard: () => void): () => void {
  const observer = new MutationObserver(heard)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}
