import 'react'

// Custom properties may be set like any other style
declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined
  }
}
