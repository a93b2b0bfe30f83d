import { useAnnouncement } from './announce'

/** The two live regions through which `announce` speaks. They stand from the start, else nothing is read. */
export function Announcer() {
  const { text, urgent, turn } = useAnnouncement()
  // A no-break space more or less makes a text that is said twice a change.
  const said = text && turn % 2 ? `${text}\u00a0` : text
  return (
    <div className="visually-hidden">
      <div aria-live="polite">{urgent ? '' : said}</div>
      <div aria-live="assertive">{urgent ? said : ''}</div>
    </div>
  )
}
