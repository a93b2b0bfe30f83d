/** The models in the model folders of the server. */

import { create } from 'zustand'
import { get } from '../api/http'
import type { ModelRecord } from '../protocol'

interface Models {
  /** What was told last; null before anything was. */
  readonly models: readonly ModelRecord[] | null
  readonly loading: boolean
  /** Why they could not be listed; empty when they could. */
  readonly error: string
}

export const useModels = create<Models>(() => ({ models: null, loading: false, error: '' }))

/** List them anew; those that are known stay shown meanwhile. */
export async function loadModels(): Promise<void> {
  if (useModels.getState().loading) return
  useModels.setState({ loading: true })
  try {
    useModels.setState({ models: await get<ModelRecord[]>('models'), loading: false, error: '' })
  } catch (error) {
    useModels.setState({ loading: false, error: error instanceof Error ? error.message : String(error) })
  }
}

/** A model by its name, as far as it is known. */
export const modelNamed = (name: string): ModelRecord | undefined => useModels.getState().models?.find((one) => one.name === name)
