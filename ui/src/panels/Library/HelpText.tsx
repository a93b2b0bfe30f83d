/** A text from a docstring, in which names stand between pairs of backticks. */
export function HelpText({ text }: { readonly text: string }) {
  return text.split(/``([^`]+)``/).map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part))
}
