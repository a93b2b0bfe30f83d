import { Suspense, lazy } from 'react'
import { useAddNode } from './AddNode/store'
import { useLinkTo } from './Outline/linkTo'

export { openAddNode, type LinkFrom } from './AddNode/store'
export { openLinkTo } from './Outline/linkTo'

const AddDialog = lazy(() => import('./AddNode/AddDialog'))
const LinkTo = lazy(() => import('./Outline/LinkTo'))

/** The dialogs that add and link nodes, mounted once; what they need is loaded when they first open. */
export function AddNode() {
  const opening = useAddNode((state) => state.opening)
  const request = useLinkTo((state) => state.request)
  return (
    <Suspense>
      {opening && <AddDialog opening={opening} />}
      {request && <LinkTo request={request} />}
    </Suspense>
  )
}
