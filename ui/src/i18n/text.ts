import type { english } from './en'

/** A text that depends on the value `n`; the forms are those of `Intl.PluralRules`. */
export type Plural = { readonly one: string; readonly other: string }

/** What stands behind a key: a text with `{name}` places, or one that depends on `{n}`. */
export type Text = string | Plural

/** What another language must offer for the English texts `T`: every key, and no other. */
export type Translation<T> = { readonly [K in keyof T]: Text }

/** All texts of one language. */
export type Dictionary = { readonly [A in keyof typeof english]: Translation<(typeof english)[A]> }

/** `area.key` of every text there is in English. */
export type Key = {
  [A in keyof typeof english]: `${A}.${keyof (typeof english)[A] & string}`
}[keyof typeof english]

/** What fills the `{name}` places of a text. */
export type Values = Readonly<Record<string, string | number>>
