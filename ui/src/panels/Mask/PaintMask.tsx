import { Brush } from 'lucide-react'
import { children } from '../../graph/level'
import { t } from '../../i18n/t'
import { Button } from '../../shell/Button'
import { useKeyed } from '../../stores/keyed'
import { results } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { maskable, paintMask } from './store'

interface PaintMaskProps {
  readonly session: string
  readonly at: string
  readonly name: string
}

/** Opens the mask painter over an instance's picture; nothing where there is none. */
export function PaintMask({ session, at, name }: PaintMaskProps) {
  // Drawn again when the instance gave something new
  useKeyed(results, nodeKey(session, children(at, name)))
  const masked = maskable(name)
  if (!masked) return null
  return <Button icon={Brush} onClick={() => void paintMask(masked)}>{t('widgets.paintMask')}</Button>
}
