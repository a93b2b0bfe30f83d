/** Arithmetic as people type it into number fields: `512*2`, `(3+4)/2`, `2^10`, `-0,5`. */

/** The value of an expression; null when it is none, or has no finite value. */
export function evaluate(text: string): number | null {
  const tokens = text.replaceAll('−', '-').replaceAll('×', '*').replaceAll('÷', '/').match(TOKEN)
  if (!tokens) return null
  const reader = new Reader(tokens)
  const value = reader.sum()
  return reader.done && Number.isFinite(value) ? value : null
}

const TOKEN = /(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?|\*\*|[^\s]/gi

/** Reads by recursive descent; what can't be read becomes NaN, which spreads to the result. */
class Reader {
  private at = 0

  constructor(private readonly tokens: readonly string[]) {}

  get done(): boolean {
    return this.at === this.tokens.length
  }

  sum(): number {
    let value = this.product()
    for (;;) {
      if (this.takes('+')) value += this.product()
      else if (this.takes('-')) value -= this.product()
      else return value
    }
  }

  private product(): number {
    let value = this.signed()
    for (;;) {
      if (this.takes('*')) value *= this.signed()
      else if (this.takes('/')) value /= this.signed()
      else if (this.takes('%')) value %= this.signed()
      else return value
    }
  }

  private signed(): number {
    if (this.takes('-')) return -this.signed()
    if (this.takes('+')) return this.signed()
    return this.power()
  }

  private power(): number {
    const base = this.atom()
    return this.takes('^') || this.takes('**') ? base ** this.signed() : base
  }

  private atom(): number {
    if (this.takes('(')) {
      const value = this.sum()
      return this.takes(')') ? value : NaN
    }
    const token = this.tokens[this.at++]
    return token !== undefined && /^[\d.,]/.test(token) ? Number(token.replace(',', '.')) : NaN
  }

  private takes(token: string): boolean {
    const found = this.tokens[this.at] === token
    if (found) this.at += 1
    return found
  }
}
