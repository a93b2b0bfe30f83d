import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { layerPlace } from './focus'
import { CommandKeys } from './KeyHint'
import './Tooltip.css'

export interface TooltipProps {
  readonly label: ReactNode
  /** Its key combination is shown beside the label. */
  readonly command?: string
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
  /** The one element the tip is about; it takes a ref and DOM props. */
  readonly children: ReactNode
}

/** Shows a short text when its child is pointed at or focused. Needs a `TooltipProvider` above it. */
export function Tooltip({ label, command, side = 'bottom', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layerPlace()}>
        <Radix.Content className="tooltip" side={side} sideOffset={6} collisionPadding={8}>
          {label}
          {command !== undefined && <CommandKeys command={command} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={500} skipDelayDuration={200} disableHoverableContent>
      {children}
    </Radix.Provider>
  )
}
